import type { SupabaseClient } from '@supabase/supabase-js'
import type { CandidateProfile } from '@talentbase/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { columns, tables } from '../access/declared.ts'
import { rowsOf } from '../access/rows/index.ts'
import { must } from '../flows/story.ts'
import { anonClient, sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { candidate, candidateInput, knownCandidate } from '../parity/candidates.ts'
import { type Member, member, picture, startParityStack } from '../parity/people.ts'

// Between a card that recruiters see and the account behind it there is no road, in either direction.

type Known = Member & { profile: CandidateProfile }

let stack: TestStack
let known: Known
let rival: Member
let newcomer: Member
/** Whoever may try: a verified recruiter has the most to look at. */
let others: Record<string, SupabaseClient>
let recruiter: Member
beforeAll(async () => {
  stack = await startParityStack()
  known = await knownCandidate(stack)
  rival = await candidate(stack, { profile_image: await picture() })
  newcomer = await member(stack, ['candidate'])
  recruiter = await member(stack, ['recruiter'])
  const company = { company_name: unique('Company'), company_size: '1-10' as const }
  const self = { full_name: 'Jane Smith', designation: 'HR', phone: '+919876543211' }
  await must(recruiter.tb.recruiters.create({ ...self, ...company }))
  await sql(stack)`select private.verify_recruiter(${recruiter.id})`
  const agency = await member(stack, ['agency'])
  others = { anon: anonClient(stack), agency: agency.client, recruiter: recruiter.client, candidate: rival.client }
})
afterAll(() => stack.close())

/** What tells who somebody is. */
const names = ({ id, email, username, profile }: Known): string[] => [
  id,
  email,
  username!,
  profile.full_name!,
  ...profile.full_name!.split(' '),
  profile.phone!,
]

const textOf = (value: unknown) => JSON.stringify(value) ?? ''

/** Functions that clients may call with an id or several, and the names of those arguments. */
async function askedById(): Promise<{ name: string; ids: string[]; lists: string[]; words: string[] }[]> {
  const rows = await sql(stack)`
    select p.proname as name, coalesce(array_agg(a.name) filter (where a.type = 'uuid'::regtype), '{}') as ids,
      coalesce(array_agg(a.name) filter (where a.type = 'uuid[]'::regtype), '{}') as lists,
      coalesce(array_agg(a.name) filter (where a.type = 'text'::regtype and a.position <= p.pronargs - p.pronargdefaults), '{}') as words
    from pg_proc p
    cross join unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) with ordinality as a (name, type, position)
    where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
    group by p.oid, p.proname
    having bool_or(a.type in ('uuid'::regtype, 'uuid[]'::regtype))
    order by 1
  `
  return rows as unknown as { name: string; ids: string[]; lists: string[]; words: string[] }[]
}

/** What verified recruiters have cards for: one is shown masked, and can be paid for. */
const ofCards = ['get_candidate', 'get_candidates', 'unlock_candidate', 'unlock_candidates']

/** A word for an argument that takes only some. */
const words: Record<string, string> = {
  entity_type: 'account',
  reason: 'spam',
  status: 'accepted',
  role: 'member',
  email: 'nobody@example.test',
  period: 'week',
}

describe('51: from a card to its account', () => {
  test('no function tells more of an account’s or a card’s id than of one that nobody has', async () => {
    const functions = await askedById()
    expect(functions.length).toBeGreaterThan(20)
    const secrets = [...names(known), known.profile.id]
    const told: string[] = []
    for (const [party, client] of Object.entries(others)) {
      for (const { name, ids, lists, words: texts } of functions) {
        const ask = async (id: string) => {
          const args = { ...Object.fromEntries(texts.map((text) => [text, words[text] ?? 'x'])) }
          const { data, error, status } = await client.rpc(name, {
            ...args,
            ...Object.fromEntries(ids.map((key) => [key, id])),
            ...Object.fromEntries(lists.map((key) => [key, [id]])),
          })
          return textOf([data, error, status]).replaceAll(id, 'the id')
        }
        const nobodys = await ask(crypto.randomUUID())
        for (const id of [known.id, known.profile.id]) {
          const answer = await ask(id)
          const isShown = party === 'recruiter' && id === known.profile.id && ofCards.includes(name)
          if ((answer !== nobodys && !isShown) || secrets.some((secret) => answer.includes(secret)))
            told.push(`${party}: ${name} ${answer}`)
        }
      }
    }
    expect(told).toEqual([])
  })

  test('no table shows either to others, by whatever column', async () => {
    const types = await sql(stack)`
      select c.relname as table, a.attname as column from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.atttypid = 'uuid'::regtype
    `
    for (const [party, client] of Object.entries(others)) {
      for (const table of Object.keys(tables)) {
        const { data } = await client.from(table).select()
        for (const secret of [...names(known), known.profile.id])
          expect(textOf(data), `${party}: ${table}`).not.toContain(secret)
      }
      for (const { table, column } of types) {
        for (const id of [known.id, known.profile.id]) {
          const { data, count } = await client
            .from(table)
            .select('*', { count: 'exact' })
            .match({ [column]: id })
          expect([data ?? [], count ?? 0], `${party}: ${table}.${column}`).toEqual([[], 0])
        }
      }
    }
  })

  test('no refused row tells whether there is such an account', async () => {
    for (const [table, { insert }] of Object.entries(tables)) {
      const row = rowsOf[table]?.insert?.(recruiter) as Record<string, unknown> | undefined
      if (insert === undefined || row === undefined) continue
      for (const column of columns(insert.columns).filter((name) => /_id$/.test(name))) {
        const code = async (id: string) =>
          (await recruiter.client.from(table).insert({ ...row, [column]: id })).error?.code
        const nobodys = await code(crypto.randomUUID())
        for (const id of [known.id, known.profile.id]) expect(await code(id), `${table}.${column}`).toBe(nobodys)
      }
    }
  })

  test('no directory has a candidate, nor says who is one besides', async () => {
    const model = await member(stack, ['model', 'candidate'])
    await must(model.tb.candidates.create(candidateInput()))
    for (const { tb } of [recruiter, rival]) {
      for (const search of [known.username!, known.profile.full_name!.split(' ')[0]!]) {
        expect((await must(tb.accounts.list({ search }))).items).toEqual([])
      }
      expect((await tb.accounts.getByUsername(known.username!)).error?.code).toBe('not_found')
      expect(await must(tb.accounts.getByUsername(model.username!))).toMatchObject({ id: model.id, roles: ['model'] })
    }
  })

  test('what a listed account shows does not move with its card', async () => {
    const model = await member(stack, ['model'])
    const seen = async () => (await recruiter.client.from('accounts').select().eq('id', model.id).single()).data
    const before = await seen()
    expect(before).not.toBeNull()
    await must(model.tb.accounts.addRole('candidate'))
    await must(model.tb.candidates.create({ ...candidateInput(), profile_image: await picture() }))
    await must(model.tb.candidates.setAvailability(false))
    await sql(stack)`select private.approve_candidate(${model.id})`
    expect(await seen()).toEqual(before)
  })

  test('a card has no moment, and no id but its own', async () => {
    const kept = await sql(stack)`
      select column_name as name, data_type as type from information_schema.columns
      where table_schema = 'private' and table_name = 'candidate_cards'
    `
    const telling = kept.filter(({ type }) => /timestamp|uuid|json/.test(type)).map(({ name }) => name)
    expect(telling).toEqual(['id'])
    const [card] = await sql(
      stack,
    )`select to_jsonb(c) as card from private.candidate_cards c where id = ${known.profile.id}`
    for (const name of names(known)) expect(textOf(card)).not.toContain(name)
  })

  test('a picture tells nothing by its url, headers or description', async () => {
    const path = known.profile.picture_path!
    const answer = await fetch(known.profile.profile_image_url!)
    const told = [known.profile.profile_image_url, ...answer.headers]
    for (const [party, client] of Object.entries(others)) {
      const cards = client.storage.from('cards')
      const { data } = await cards.info(path)
      // The library counts metadata and owner among its fields: none is filled.
      expect(data?.metadata ?? null, party).toBeNull()
      told.push(textOf(data), textOf(await cards.list(known.profile.id)), textOf(await cards.list('')))
      expect((await cards.list(known.profile.id)).data ?? [], party).toEqual([])
    }
    for (const name of names(known)) expect(told.join('\n')).not.toContain(name)
  })

  test('a name that is sent along with a picture is not kept', async () => {
    const { data: folder } = await rival.client.rpc('candidate_folder')
    const path = `${folder}/${crypto.randomUUID()}.png`
    const cards = rival.client.storage.from('cards')
    await cards.upload(path, await picture(), { metadata: { name: 'john_doe.png', by: rival.id } })
    await cards.upload(path, await picture(), { metadata: { name: 'john_doe.png' }, upsert: true })
    const [object] = await sql(stack)`select user_metadata from storage.objects where name = ${path}`
    expect(object!.user_metadata).toBeNull()
    const { data } = await anonClient(stack).storage.from('cards').info(path)
    expect(textOf(data)).not.toContain('john')
    const [file] = await sql(stack)`select name from public.files where path = ${path}`
    expect(file!.name).toBe(path.split('/')[1])
  })
})

const objects = async () => (await stateOf(stack))['storage.objects']

test('3, 25: a candidate’s files are nobody else’s to list, read, sign, move or copy', async () => {
  const before = await objects()
  for (const [bucket, path] of [
    ['resumes', known.profile.resume_path!],
    ['videos', known.profile.video_path!],
  ] as const) {
    for (const [party, client] of Object.entries(others)) {
      const storage = client.storage.from(bucket)
      const missing = path.replace(/[^/]*$/, 'none.pdf')
      const asked = async (what: string) => [
        (await storage.download(what)).error?.message,
        (await storage.info(what)).error?.message,
        (await storage.createSignedUrl(what, 60)).error?.message,
      ]
      const refused = await asked(path)
      expect(refused, party).not.toContain(undefined)
      // There or not: the same.
      expect(refused, party).toEqual(await asked(missing))
      expect((await storage.list(known.id)).data ?? [], party).toEqual([])
      await storage.move(path, `${rival.id}/mine.pdf`)
      await storage.copy(path, `${rival.id}/mine.pdf`)
      await storage.copy(path, `${rival.id}/mine.pdf`, { destinationBucket: 'documents' })
      await storage.remove([path])
    }
    const open = `${stack.url}/storage/v1/object/public/${bucket}/${path}`
    expect((await fetch(open)).ok).toBe(false)
  }
  expect(await objects()).toBe(before)
})

test('26, 27: a card’s folder takes pictures of its candidate alone', async () => {
  const { data: own } = await rival.client.rpc('candidate_folder')
  const card = known.profile.id
  const png = await picture()
  const before = await objects()
  const places: [string, string][] = [
    ['cards', card],
    ['cards', `${card}-x`],
    ['cards', card.toUpperCase()],
    ['cards', `${own}/../${card}`],
    ['cards', `${own}%2F..%2F${card}`],
    ['cards', own.toUpperCase()],
    ['cards', `${own}-x`],
    // The account's folder is for the other buckets, the card's for this one.
    ['cards', rival.id],
    ['cards', recruiter.id],
    ['avatars', own],
    ['photos', own],
    ['documents', own],
    ['resumes', own],
  ]
  for (const [bucket, folder] of places) {
    for (const { client } of [rival, recruiter]) {
      const storage = client.storage.from(bucket)
      const path = `${folder}/${crypto.randomUUID()}.png`
      expect((await storage.upload(path, png)).error, `${bucket}/${folder}`).not.toBeNull()
      expect((await storage.upload(path, png, { upsert: true })).error, `${bucket}/${folder}`).not.toBeNull()
      expect((await storage.createSignedUploadUrl(path)).error, `${bucket}/${folder}`).not.toBeNull()
    }
  }
  const picturePath = known.profile.picture_path!
  for (const { client } of [rival, recruiter]) {
    const cards = client.storage.from('cards')
    expect((await cards.upload(picturePath, png, { upsert: true })).error).not.toBeNull()
    await cards.remove([picturePath])
    await cards.move(picturePath, `${own}/taken.png`)
    await cards.copy(picturePath, `${own}/taken.png`)
  }
  expect(await objects()).toBe(before)
})

test('13: nobody but candidates has a card’s folder, and nobody names another’s', async () => {
  const before = await stateOf(stack)
  for (const [party, client] of Object.entries(others)) {
    if (party === 'candidate') continue
    expect((await client.rpc('candidate_folder')).data, party).toBeNull()
  }
  expect((await rival.client.rpc('candidate_folder', { account_id: known.id })).error?.code).toBe('PGRST202')
  for (const fields of [
    { picture_path: known.profile.picture_path },
    { resume_path: known.profile.resume_path },
    { video_path: known.profile.video_path },
    { card_id: known.profile.id },
    { id: known.profile.id },
    { account_id: known.id },
    { is_searchable: true },
    { approved_at: '2020-01-01' },
    { masked_name: 'John Doe' },
  ]) {
    const { error } = await rival.client.rpc('update_candidate', { fields })
    expect(error?.code, textOf(fields)).toBe('validation_failed')
    for (const secret of names(known)) expect(textOf(error), textOf(fields)).not.toContain(secret)
  }
  expect(await stateOf(stack)).toEqual(before)
})

test('50: texts and lists beyond any sense are refused', async () => {
  const before = await stateOf(stack)
  const deep = JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`)
  for (const fields of [
    { full_name: 'John\u202eeoD' },
    { full_name: 'x'.repeat(5_000_000) },
    { role: '9'.repeat(1_000_000) },
    { skills: Array(100_000).fill('x') },
    { skills: deep },
    { educations: Array(10_000).fill({ degree: 'B.A.' }) },
    { educations: deep },
    { gaps: [null] },
    { current_ctc: Number.MAX_SAFE_INTEGER },
    { current_ctc: 1e300 },
    { experience_years: -2_147_483_649 },
    { birth_date: 'infinity' },
    { birth_date: '294277-01-01' },
  ]) {
    const { error, status } = await rival.client.rpc('save_candidate_step', { step: 1, fields })
    const what = Object.keys(fields).join()
    expect([error !== null, status >= 400 && status < 500], what).toEqual([true, true])
  }
  expect(await stateOf(stack)).toEqual(before)
})

test('50: keys beyond any sense are refused by their number, not one by one', async () => {
  const before = await stateOf(stack)
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`unknown_${i}`, i]))
  const calls = {
    save_candidate_step: { step: 1 },
    update_candidate: {},
    create_candidate: { declaration: true },
  }
  for (const [name, args] of Object.entries(calls)) {
    // The one that has no profile yet is the one who may create it.
    const { client } = name === 'create_candidate' ? newcomer : rival
    for (const count of [61, 100_000]) {
      const { error } = await client.rpc(name, { ...args, fields: keys(count) })
      expect([error?.code, error?.details], name).toEqual(['validation_failed', '{"fields": {"fields": "length"}}'])
    }
    const { error } = await client.rpc(name, { ...args, fields: keys(60) })
    const { fields } = JSON.parse(error!.details)
    expect(fields, name).toEqual(Object.fromEntries(Object.keys(keys(60)).map((key) => [key, 'unknown'])))
  }
  expect(await stateOf(stack)).toEqual(before)
})
