import { createTalentbase } from '@talentbase/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { createRecruiter, makeCandidates } from '../helpers/hiring.ts'
import { sql } from '../helpers/people.ts'
import { heardOf, makeDigestsDue, matchSearches, sendDigests } from '../helpers/saved-searches.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { makeTask } from '../helpers/work.ts'
import { knownCandidate } from '../parity/candidates.ts'
import { active } from '../parity/castings.ts'
import { type Member, member, startParityStack } from '../parity/people.ts'

let stack: TestStack
let recruiter: Member
let victim: Member
let attacker: Member
beforeAll(async () => {
  stack = await startParityStack()
  const person = await createRecruiter(stack)
  recruiter = { ...person, tb: createTalentbase(person.client) }
  ;[victim, attacker] = await Promise.all([member(stack, ['model']), member(stack, ['model'])])
  await sql(stack)`update private.settings set value = '1000' where key = 'saved_searches.limit'`
})
afterAll(() => stack.close())

const search = (filters: object, entity_type = 'casting', more = {}) => ({
  entity_type,
  name: 'A search',
  filters,
  ...more,
})

async function unchanged(attempts: (() => PromiseLike<{ status: number; error: unknown }>)[]): Promise<void> {
  const before = await stateOf(stack)
  for (const attempt of attempts) {
    const { status, error } = await attempt()
    expect(status >= 400 && status < 500, `${attempt}: ${status} ${JSON.stringify(error)}`).toBe(true)
  }
  expect(await stateOf(stack)).toEqual(before)
}

test('3, 14: nobody reads, changes, counts or makes a search of another', async () => {
  const { id } = await must(victim.tb.savedSearches.create({ entity_type: 'casting', name: 'A secret' }))
  const { client } = attacker
  const account_id = victim.id
  await unchanged([
    () => client.rpc('create_saved_search', { ...search({}), account_id }),
    () => client.rpc('create_saved_search', search({ account_id })),
    () => client.rpc('update_saved_search', { saved_search_id: id, name: 'Mine' }),
    () => client.rpc('update_saved_search', { saved_search_id: id, account_id: attacker.id }),
    () => client.from('saved_searches').insert({ ...search({}), account_id, frequency: 'instant' }),
    () => client.from('saved_searches').insert({ ...search({}), account_id: attacker.id, frequency: 'instant' }),
    () => client.from('saved_searches').update({ account_id: attacker.id }).eq('id', id),
    () => victim.client.from('saved_searches').update({ filters: {} }).eq('id', id),
    () => client.rpc('find_among', { entity_type: 'casting', filters: {}, ids: [] }),
    () => client.rpc('match_saved_searches'),
    () => client.from('saved_search_matches').select(),
    () => client.from('saved_searches').select('*', { count: 'planned' }).eq('account_id', account_id),
  ])
  for (const query of [
    client.from('saved_searches').select().eq('id', id),
    client.from('saved_searches').select('accounts(saved_searches(*))'),
    client.from('saved_searches').delete().eq('id', id).select(),
    client.rpc('list_saved_searches', {}, { get: true }),
  ]) {
    expect((await query).data).toEqual([])
  }
  expect((await victim.client.from('saved_searches').select()).data).toHaveLength(1)
})

test('20-23: a saved search finds nobody by what is hidden, and tells nothing of it', async () => {
  const known = await knownCandidate(stack)
  await must(known.tb.candidates.update({ street_address: '77 Secretstreet', career_objective: 'Secretobjective' }))
  const { id: card, full_name, phone, resume_path } = known.profile
  const hidden = [
    known.id,
    known.email,
    known.username!,
    ...full_name!.split(' '),
    phone!,
    phone!.slice(1),
    phone!.slice(-4),
    resume_path!.split('/').at(-1)!,
    'Secretstreet',
    'Secretobjective',
    'XYZ University',
    'ABC Corp',
  ]
  const words = ['role', 'department', 'city', 'state', 'country', 'religion', 'education', 'search']
  const made = hidden.flatMap((text, i) => [
    ...words.map((name) =>
      search({ [name]: text.slice(0, 100) }, 'candidate', { frequency: i % 2 ? 'daily' : 'instant' }),
    ),
    search({ skills: [text.slice(0, 50)] }, 'candidate'),
    search({ languages: [text.slice(0, 50)] }, 'candidate'),
  ])
  const keep = async (one: (typeof made)[number]) => {
    const { error } = await recruiter.client.rpc('create_saved_search', one)
    // A search may be refused for how it is written, never for what there is.
    if (error) expect([error.code, JSON.stringify(one.filters)]).toEqual(['validation_failed', expect.any(String)])
  }
  await Promise.all(made.map(keep))
  const hear = async () => {
    await sql(stack)`delete from private.saved_search_entities where true`
    await sql(stack)`insert into private.saved_search_queue (entity_type, entity_id) values ('candidate', ${card})`
    await matchSearches(stack)
    await makeDigestsDue(stack)
    await sendDigests(stack)
    return heardOf(stack, recruiter)
  }
  expect(await hear()).toEqual([])
  // So it would have been found by what its card shows.
  const { id } = await must(
    recruiter.tb.savedSearches.create({ entity_type: 'candidate', name: 'Shown', filters: { city: 'Mumbai' } }),
  )
  expect(await hear()).toMatchObject([{ saved_search_id: id, candidate_id: card }])
  const { notifications } = (await recruiter.client.rpc('export_account')).data
  const everything = JSON.stringify([await must(recruiter.tb.notifications.list()), notifications])
  for (const text of [known.id, known.email, known.username!, phone!, resume_path!])
    expect(everything).not.toContain(text)
})

const injections = [
  `'`,
  `''`,
  `\\`,
  `\\'`,
  `' or true --`,
  `') or (true`,
  `'; delete from public.castings; --`,
  `$1`,
  `$$`,
  `%L`,
  `%szq%I`,
  `"`,
  `{"a":1}`,
  `{zq,qz}`,
  `%`,
  `_`,
  `zq:* | qz`,
]

describe('filters mean themselves', () => {
  const texts: Record<string, string[]> = {
    casting: ['city', 'category', 'search'],
    task: ['category', 'city', 'currency', 'search'],
    service: ['category', 'tag', 'currency', 'search'],
    candidate: [
      'role',
      'department',
      'city',
      'state',
      'country',
      'religion',
      'education',
      'search',
      'skills',
      'languages',
    ],
  }

  test.each(Object.entries(texts))('in searches for a %s', async (type, names) => {
    const owner = await member(stack, ['agency', 'client', 'creator'])
    const who = type === 'candidate' ? recruiter : attacker
    await sql(stack)`delete from public.saved_searches where account_id = ${who.id}`
    const before = (await heardOf(stack, who)).length
    let kept = 0
    const keep = async (name: string, text: string) => {
      const filters = { [name]: name === 'skills' || name === 'languages' ? [text] : text }
      const { error } = await who.client.rpc('create_saved_search', search(filters, type))
      if (error) expect([error.code, name, text]).toEqual(['validation_failed', name, text])
      else kept += 1
    }
    await Promise.all(names.flatMap((name) => injections.map((text) => keep(name, text))))
    expect(kept).toBeGreaterThan(injections.length)
    const service = { title: 'A film', description: 'Short.', category: 'ugc-video', price: 100, delivery_days: 2 }
    const make: Record<string, () => Promise<unknown>> = {
      casting: () => active(owner, { title: 'An editorial' }),
      task: () => makeTask(stack, owner),
      service: () => must(owner.tb.services.create(service)),
      candidate: () => makeCandidates(stack, 1),
    }
    await make[type]!()
    const count = async () => (await sql(stack)`select count(*)::int as count from public.castings`)[0]!.count
    const castings = await count()
    const warnings: string[] = []
    const loud = sql(stack)
    loud.options.onnotice = ({ message }) => warnings.push(String(message))
    await matchSearches(stack)
    // Nothing of it fails, and nothing is found: no text of these has such signs in it.
    expect([warnings, (await heardOf(stack, who)).length, await count()]).toEqual([[], before, castings])
  })
})

test('50: filters of ten megabytes, of many fields and deep ones', async () => {
  const { client, token } = attacker
  const large = 'x'.repeat(10 * 1048576)
  const { id } = await must(
    attacker.tb.savedSearches.create({ entity_type: 'task', name: 'Kept', filters: { city: 'X' } }),
  )
  const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
  const post = async (filters: string) => {
    const { status } = await fetch(`${stack.url}/rest/v1/rpc/create_saved_search`, {
      method: 'POST',
      headers: { apikey: stack.publishableKey, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: `{"entity_type": "casting", "name": "Deep", "filters": ${filters}}`,
    })
    return { status, error: null }
  }
  await unchanged([
    () => client.rpc('create_saved_search', search({ search: large })),
    () => client.rpc('create_saved_search', search({ [large]: 1 })),
    () => client.rpc('update_saved_search', { saved_search_id: id, filters: { search: large } }),
    () => client.rpc('create_saved_search', search(Array(100_000).fill(1))),
    () => client.rpc('create_saved_search', search({ city: { deep: [1] } })),
    () => post(deep),
    () => post(`{"city": ${deep}}`),
    () => post('1e999999'),
    () => post('{"min_age": 1e999999}'),
    () => post('{"city": "a\\u0000b"}'),
    () => post('"text"'),
    () => post('null'),
  ])
})
