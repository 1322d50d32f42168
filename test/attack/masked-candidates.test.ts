import type { CandidateProfile } from '@talentbase/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { createRecruiter, giveCredits, makeCandidates } from '../helpers/hiring.ts'
import { type Person, sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { candidateInput, knownCandidate } from '../parity/candidates.ts'
import { type Member, member, startParityStack } from '../parity/people.ts'

// What a recruiter may not learn of a candidate before it is paid for, by every road that the API has.

type Known = Member & { profile: CandidateProfile }

let stack: TestStack
let known: Known
/** Verified, with credits, and has unlocked nobody. */
let recruiter: Person
/** Has unlocked the known one. */
let buyer: Person
beforeAll(async () => {
  stack = await startParityStack()
  known = await knownCandidate(stack)
  await must(known.tb.candidates.update({ street_address: '77 Secretstreet', career_objective: 'Secretobjective' }))
  await makeCandidates(stack, 3)
  recruiter = await createRecruiter(stack)
  buyer = await createRecruiter(stack)
  for (const person of [recruiter, buyer]) await giveCredits(stack, person, 10)
  expect((await buyer.client.rpc('unlock_candidate', { candidate_id: known.profile.id })).error).toBeNull()
})
afterAll(() => stack.close())

/** What is hidden of the known candidate. */
const secrets = (): string[] => [
  known.id,
  known.email,
  known.username!,
  ...known.profile.full_name!.split(' '),
  known.profile.phone!,
  known.profile.phone!.slice(1),
  known.profile.resume_path!,
  known.profile.video_path!,
  'Secretstreet',
  'Secretobjective',
  'XYZ University',
  'ABC Corp',
]

interface Answer {
  status: number
  range: string | null
  text: string
}

/** A request as it is written: supabase-js would not write some of them. */
async function ask(
  person: Person,
  path: string,
  { body, prefer = 'count=exact', accept }: { body?: unknown; prefer?: string; accept?: string } = {},
): Promise<Answer> {
  const answer = await fetch(`${stack.url}/rest/v1/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      apikey: stack.publishableKey,
      authorization: `Bearer ${person.token}`,
      'content-type': 'application/json',
      prefer,
      ...(accept === undefined ? {} : { accept }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, range: answer.headers.get('content-range'), text: await answer.text() }
}

/** That an answer holds nothing of what is hidden. */
function holdsNothing({ text }: Answer, what: string): void {
  for (const secret of secrets()) expect(text, what).not.toContain(secret)
}

/** Requests of one kind, some at a time. */
async function each<T>(items: T[], run: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await run(item)
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

/** Every function that answers with a card, and how it is called. */
const served = (): Record<string, Record<string, unknown>> => ({
  search_candidates: { filters: {} },
  get_candidate: { candidate_id: known.profile.id },
  get_candidates: { candidate_ids: [known.profile.id] },
  list_unlocked_candidates: {},
  list_pipeline: {},
  get_unlocked_names: { candidate_ids: [known.profile.id] },
})

const contact = ['full_name', 'phone', 'email', 'masked_name', 'resume_path', 'video_path', 'picture_path', 'cursor']
const personal = [
  'street_address',
  'education',
  'educations',
  'work_experience',
  'experiences',
  'gaps',
  'career_objective',
]

test('nothing below passes because nothing is there: whoever has paid reads all of it', async () => {
  const { text } = await ask(buyer, 'rpc/get_candidate', { body: served().get_candidate })
  for (const secret of secrets()) if (secret !== known.username) expect(text).toContain(secret)
  const { text: seen } = await ask(recruiter, 'rpc/search_candidates', { body: {} })
  expect(seen).toContain(known.profile.id)
})

describe('20: a locked contact is in no column', () => {
  test('of any answer, by whatever name, cast or path into it', async () => {
    const types = ['integer', 'date', 'uuid', 'jsonb', 'inet']
    for (const [name, body] of Object.entries(served())) {
      const selects = [
        '*',
        ...contact,
        ...personal,
        `shown:phone`,
        `*,phone`,
        `card`,
        `card->phone`,
        `card->>full_name`,
      ]
      for (const column of contact) {
        selects.push(
          ...types.map((type) => `x:${column}::${type}`),
          `card->>${column}::integer`,
          `card->${column}::date`,
        )
      }
      for (const column of personal) selects.push(`${column}::integer`, `${column}->0->>institution::integer`)
      await each(selects, async (select) => {
        const query = `rpc/${name}?select=${encodeURIComponent(select)}`
        holdsNothing(await ask(recruiter, query, { body }), query)
      })
    }
  })

  test('as text, CSV, one object or a plan', async () => {
    for (const [name, body] of Object.entries(served())) {
      for (const accept of [
        'text/csv',
        'application/vnd.pgrst.object+json',
        'application/vnd.pgrst.array+json;nulls=stripped',
        'application/vnd.pgrst.plan+text; options=verbose|analyze|buffers',
        'application/geo+json',
        'application/octet-stream',
      ]) {
        holdsNothing(await ask(recruiter, `rpc/${name}`, { body, accept }), `${name} ${accept}`)
      }
    }
  })

  test('of an embed, through what refers to cards or to accounts, not even for whoever has paid', async () => {
    await buyer.client.from('candidate_notes').insert({ candidate_id: known.profile.id, note_text: 'Called.' })
    const tables = [
      'candidate_notes',
      'candidate_follow_ups',
      'pipeline_stages',
      'recruiter_profiles',
      'accounts',
      'files',
    ]
    const embeds = [
      'candidates',
      'candidate_cards',
      'candidate_unlocks',
      'pipeline_candidates',
      'candidate_search',
      'users',
    ]
    for (const table of tables) {
      await each([...embeds, ...tables, 'candidate_id', 'account_id'], async (embed) => {
        for (const select of [`*,x:${embed}!inner(*)`, `*,...${embed}(*)`]) {
          const query = `${table}?select=${encodeURIComponent(select)}`
          holdsNothing(await ask(buyer, query), query)
        }
      })
    }
    for (const [name, body] of Object.entries(served())) {
      for (const embed of [...embeds, ...tables]) {
        const answer = await ask(recruiter, `rpc/${name}?select=*,${embed}(*)`, { body })
        expect(answer.status, `${name} ${embed}`).toBe(400)
      }
    }
  })

  test('of an unlock that fails after it was made: nothing is shown that is taken back', async () => {
    const before = await stateOf(stack)
    const columns = await sql(stack)`
      select a.attname as name from pg_type t join pg_attribute a on a.attrelid = t.typrelid
      where t.oid = 'public.unlock_result'::regtype and a.attnum > 0
    `
    const calls = {
      unlock_candidate: { candidate_id: known.profile.id },
      unlock_candidates: { candidate_ids: [known.profile.id] },
    }
    for (const [name, body] of Object.entries(calls)) {
      for (const column of [...columns.map((row) => row.name as string), 'candidate', 'card', 'unlock_result']) {
        // What is first of them ends in an error that shows it; the last one does, and the payment is taken back.
        for (const select of [`${column}::date`, `x:${column}->card->>phone::integer`]) {
          const query = `rpc/${name}?select=${encodeURIComponent(select)},paid_from::inet`
          const answer = await ask(recruiter, query, { body })
          expect(answer.status, query).toBe(400)
          holdsNothing(answer, query)
        }
      }
      const refused = await ask(recruiter, `rpc/${name}`, { body, accept: 'application/vnd.unknown' })
      holdsNothing(refused, name)
    }
    expect(await stateOf(stack)).toEqual(before)
  })

  test('and no function that writes answers a whole candidate', async () => {
    const found = await sql(stack)`
      with recursive parts as (
        select p.oid, p.proname as name, p.prorettype as type from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.provolatile = 'v'
          and has_function_privilege('authenticated', p.oid, 'execute')
        union
        select r.oid, r.name, case when t.typelem <> 0 then t.typelem else a.atttypid end
        from parts r join pg_type t on t.oid = r.type
        left join pg_attribute a on a.attrelid = t.typrelid and t.typrelid <> 0 and a.attnum > 0
        where t.typelem <> 0 or t.typrelid <> 0
      )
      select distinct name, type::regtype::text from parts
      where type in ('public.candidate_detail'::regtype, 'public.candidate_card'::regtype) order by 1
    `
    // These show whom the caller has unlocked before, and masks.
    expect(found.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'add_to_pipeline: candidate_card',
      'move_in_pipeline: candidate_card',
    ])
  })
})

describe('21: a locked contact is no filter, order or count', () => {
  test('of a function’s rows: a guess that is right and one that is wrong are answered alike', async () => {
    const { full_name, phone } = known.profile
    const guesses: [string, string, string][] = [
      ['full_name', full_name!, 'Nobody Known'],
      ['phone', phone!, '+918765012340'],
      ['email', known.email, 'nobody@example.test'],
      ['resume_path', known.profile.resume_path!, `${recruiter.id}/x.pdf`],
      ['masked_name', full_name!, 'Nobody Known'],
    ]
    for (const name of ['search_candidates', 'get_candidate']) {
      const body = served()[name]
      const field = (column: string) => (name === 'search_candidates' ? column : `card->>${column}`)
      for (const [column, right, wrong] of guesses) {
        const key = encodeURIComponent(field(column))
        const filters: ((value: string) => string)[] = [
          (value) => `${key}=eq.${encodeURIComponent(value)}`,
          (value) => `${key}=like.${encodeURIComponent(`${value.slice(0, 6)}*`)}`,
          (value) => `${key}=ilike.*${encodeURIComponent(value.slice(2))}*`,
          (value) => `${key}=match.${encodeURIComponent(`^${value.slice(0, 5).replace('+', '\\+')}`)}`,
          (value) =>
            `or=(${key}.eq."${encodeURIComponent(value)}",${key}.like."${encodeURIComponent(value.slice(0, 7))}*")`,
          (value) => `not.and=(${key}.eq."${encodeURIComponent(value)}",${key}.not.is.null)`,
          (value) => `${key}=in.("${encodeURIComponent(value)}")`,
          (value) => `${key}=gte.${encodeURIComponent(value)}&${key}=lte.${encodeURIComponent(`${value}~`)}`,
        ]
        for (const filter of filters) {
          const [known, unknown] = [
            await ask(
              recruiter,
              `rpc/${name}?select=id:${name === 'get_candidate' ? 'card->>id' : 'id'}&${filter(right)}`,
              { body },
            ),
            await ask(
              recruiter,
              `rpc/${name}?select=id:${name === 'get_candidate' ? 'card->>id' : 'id'}&${filter(wrong)}`,
              { body },
            ),
          ]
          expect({ ...known, text: known.text.length }, filter(right)).toEqual({
            ...unknown,
            text: unknown.text.length,
          })
        }
      }
    }
  })

  test('of the search itself: it knows no such filter and no such order', async () => {
    const { client } = recruiter
    for (const field of [
      'full_name',
      'phone',
      'email',
      'masked_name',
      'account_id',
      'id',
      'resume_path',
      'words',
      'card_id',
    ]) {
      const { error } = await client.rpc('search_candidates', { filters: { [field]: known.profile.full_name } })
      expect([error?.code, error?.details], field).toEqual(['validation_failed', `{"fields": {"${field}": "unknown"}}`])
      const sorted = await client.rpc('search_candidates', { sort: field })
      expect([sorted.error?.code, sorted.error?.details], field).toEqual([
        'validation_failed',
        '{"fields": {"sort": "known"}}',
      ])
    }
  })

  test('of a sort: rows in the order of a masked column are in the order of what is shown', async () => {
    for (const column of ['full_name', 'phone', 'email']) {
      const answer = await ask(recruiter, `rpc/search_candidates?select=${column}&order=${column}.desc`, { body: {} })
      const values = JSON.parse(answer.text).map((row: Record<string, string | null>) => row[column])
      expect(values.every((value: string | null) => value === null || value.includes('***'))).toBe(true)
    }
  })

  test('of a cursor: one that is forged, of another list or of another order, opens nothing', async () => {
    const { client } = recruiter
    const asked = async (cursor: string, sort = 'newest') =>
      client.rpc('search_candidates', { cursor, sort, filters: { search: 'e', currency: 'INR' } })
    const shown = new Set(((await client.rpc('search_candidates')).data as { id: string }[]).map(({ id }) => id))
    const encode = (text: string) => Buffer.from(text).toString('base64url')
    const ids = [known.profile.id, 'ffffffff-ffff-ffff-ffff-ffffffffffff']
    const keys = ['-1', '20000', '999999999999999999', 'John', "0' or 'x"]
    const others = [
      ((await buyer.client.rpc('list_unlocked_candidates')).data as { cursor: string }[])[0]!.cursor,
      ((await buyer.client.rpc('list_wallet_transactions')).data as { cursor: string }[])[0]!.cursor,
      ((await client.rpc('list_candidate_options', { type: 'city' })).data as { cursor: string }[])[0]!.cursor,
    ]
    const forged = [
      ...others,
      ...ids.flatMap((id) => keys.map((key) => encode(`${id},${key}`))),
      ...ids.map((id) => encode(`1700000000000000,${id}`)),
      'not a cursor',
      '',
    ]
    for (const cursor of forged) {
      for (const sort of ['newest', 'experience', 'salary', 'relevance']) {
        const { data, error } = await asked(cursor, sort)
        if (error)
          expect([error.code, error.details], cursor).toEqual(['validation_failed', '{"fields": {"cursor": "format"}}'])
        for (const row of (data ?? []) as { id: string; full_name: null }[]) {
          expect([shown.has(row.id), row.full_name], cursor).toEqual([true, null])
        }
      }
    }
  })

  test('52: of an estimate', async () => {
    for (const prefer of ['count=planned', 'count=estimated', 'return=representation, count=planned']) {
      for (const path of ['candidate_notes', 'candidate_follow_ups', 'pipeline_stages', 'rpc/search_candidates']) {
        const { status, text } = await ask(recruiter, path, { prefer, ...(path.startsWith('rpc') ? { body: {} } : {}) })
        expect([status, JSON.parse(text).details], path).toEqual([400, '{"fields": {"count": "known"}}'])
      }
    }
  })
})

describe('23: what only hidden text contains finds nobody', () => {
  test('by words, filters, facets or choices, also for whoever has paid', async () => {
    const hidden = [...secrets(), ...known.profile.full_name!.split(' ').map((name) => name.slice(0, 5))]
    const words = ['role', 'department', 'religion', 'country', 'state', 'city', 'education']
    await each(hidden, async (word) => {
      const asked = [...words.map((field) => ({ [field]: word })), { skills: [word] }, { languages: [word] }]
      const answers = [recruiter, buyer].flatMap(({ client }) => [
        client.rpc('search_candidates', { filters: { search: word } }),
        client.rpc('candidate_facets', { filters: { search: word } }),
      ])
      for (const filters of asked) answers.push(recruiter.client.rpc('search_candidates', { filters }))
      for (const type of [...words, 'category', 'skill', 'language']) {
        answers.push(recruiter.client.rpc('list_candidate_options', { type, search: word }))
      }
      for (const { data, error } of await Promise.all(answers)) {
        expect([data ?? [], error?.code ?? 'validation_failed'], word).toEqual([[], 'validation_failed'])
      }
    })
  })

  test('while nobody finds a candidate who is hidden, by a word, a count or a choice', async () => {
    const [hidden] = await makeCandidates(stack, 1, { card: { city: 'Onlytown', skills: ['Onlyskill'] } })
    // A colleague has them in the company's pipeline.
    const colleague = await createRecruiter(stack, { colleague: recruiter })
    await giveCredits(stack, colleague, 10)
    const candidate_id = hidden!.card_id
    await colleague.client.rpc('unlock_candidate', { candidate_id })
    expect((await colleague.client.rpc('add_to_pipeline', { candidate_id })).error).toBeNull()
    const { client } = recruiter
    const told = async () =>
      JSON.stringify(
        await Promise.all([
          client.rpc('list_pipeline'),
          client.rpc('list_pipeline_moves', { candidate_id }),
          client.rpc('search_candidates', { filters: { city: 'Onlytown' } }),
          client.rpc('search_candidates', { filters: { search: 'onlysk' } }),
          client.rpc('search_candidates').select('total'),
          client.rpc('candidate_facets'),
          client.rpc('list_candidate_options', { type: 'city' }),
          client.rpc('list_candidate_options', { type: 'skill', search: 'onlyskill' }),
          client.rpc('get_candidate', { candidate_id }),
        ]),
      )
    expect(await told()).toContain('Onlytown')
    await sql(stack)`update private.candidates set is_available_for_hiring = false where account_id = ${hidden!.id}`
    await sql(stack)`select private.sync_candidate_card(${hidden!.id})`
    const unavailable = await told()
    expect(unavailable).not.toMatch(/only/i)
    expect((await colleague.client.rpc('list_pipeline')).data).toHaveLength(1)
    await sql(stack)`delete from auth.users where id = ${hidden!.id}`
    expect(await told()).toBe(unavailable)
  })
})

describe('51: nothing joins a card to an account', () => {
  test('a recruiter’s own block makes no card disappear', async () => {
    const model = await member(stack, ['model', 'candidate'])
    const profile = await must(model.tb.candidates.create(candidateInput()))
    const blocker = await createRecruiter(stack)
    const { client } = blocker
    const told = async () =>
      JSON.stringify(
        await Promise.all([
          client.rpc('search_candidates'),
          client.rpc('get_candidate', { candidate_id: profile.id }),
          client.rpc('candidate_facets'),
          client.rpc('list_candidate_options', { type: 'skill' }),
          client.rpc('candidate_categories'),
          client.rpc('unlock_candidate', { candidate_id: profile.id }),
        ]),
      )
    const before = await told()
    expect(before).toContain(profile.id)
    expect((await client.rpc('block_account', { account_id: model.id })).error).toBeNull()
    expect(await told()).toBe(before)
    // The other way round it is what a block is for.
    const blocked = await createRecruiter(stack)
    const seen = async () => (await blocked.client.rpc('get_candidate', { candidate_id: profile.id })).data
    expect(await seen()).toHaveLength(1)
    await must(model.tb.blocks.add(blocked.id))
    expect(await seen()).toEqual([])
  })

  test('the card has a day and no moment, and no id but its own', async () => {
    const { data } = await recruiter.client.rpc('get_candidate', { candidate_id: known.profile.id })
    const text = JSON.stringify(data)
    expect(text).not.toMatch(/\d{4}-\d\d-\d\dT/)
    const ids = text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []
    const [card] = (data as { card: { picture_path: string } }[]).map((row) => row.card)
    const [folder, file] = card!.picture_path.split('/')
    expect(folder).toBe(known.profile.id)
    expect(ids.filter((id) => id !== known.profile.id && !file!.startsWith(id))).toEqual([])
    expect(await sql(stack)`select from storage.objects where id::text = ${file!.split('.')[0]!}`).toHaveLength(0)
  })

  test('22: no table but the person’s own holds a name, number or address, nor a card beside its account', async () => {
    // Everything that happens around a candidate has happened here.
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 20)
    const { client } = person
    const candidate_id = known.profile.id
    const key = crypto.randomUUID()
    const { data } = await client.rpc('unlock_candidate', { candidate_id, idempotency_key: key })
    await client.from('candidate_notes').insert({ candidate_id, note_text: 'Called.' })
    await client
      .from('candidate_follow_ups')
      .insert({ candidate_id, due_at: '2020-01-01T00:00:00Z', notes: 'Call.', is_completed: true })
    await client.from('candidate_follow_ups').update({ is_completed: false }).eq('candidate_id', candidate_id)
    await client.rpc('add_to_pipeline', { candidate_id, note: 'Good.' })
    const [stage] = (await client.from('pipeline_stages').select('id').eq('name', 'Interview')).data!
    await client.rpc('move_in_pipeline', { candidate_id, stage_id: stage!.id })
    expect(await sql(stack)`select private.remind_of_follow_ups()`).toEqual([{ remind_of_follow_ups: 1 }])
    await sql(stack)`select private.refund_unlock(${(data as { unlock_id: string }[])[0]!.unlock_id}, 'a dead number')`

    const tables = await sql(stack)`
      select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'private')
      union all select 'realtime.messages'
    `
    const own = [
      'private.candidates',
      'private.candidate_educations',
      'private.candidate_experiences',
      'public.accounts',
      'public.account_details',
      'public.files',
    ]
    const joins = ['private.candidates', 'private.folders', 'public.files']
    const named: string[] = []
    const joined: string[] = []
    for (const { name } of tables) {
      const rows = await sql(stack).unsafe(`select t::text as text from ${name} t`)
      for (const { text } of rows) {
        if (secrets().some((secret) => secret !== known.id && text.includes(secret))) named.push(name)
        if (text.includes(known.id) && text.includes(candidate_id)) joined.push(name)
      }
    }
    expect([...new Set(named)].filter((name) => !own.includes(name))).toEqual([])
    expect([...new Set(joined)].filter((name) => !joins.includes(name))).toEqual([])
  })
})
