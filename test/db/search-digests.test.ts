import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { createRecruiter, makeCandidates } from '../helpers/hiring.ts'
import { sql } from '../helpers/people.ts'
import { heardOf, makeDigestsDue, makeSearch, matchSearches, sendDigests } from '../helpers/saved-searches.ts'
import type { TestStack } from '../helpers/stack.ts'
import { makeTask } from '../helpers/work.ts'
import { manyActive } from '../parity/castings.ts'
import { type Member, member, startParityStack } from '../parity/people.ts'

let stack: TestStack
let owner: Member
let person: Member
let saved_search_id: string
beforeAll(async () => {
  stack = await startParityStack()
})
beforeEach(async () => {
  await sql(stack)`delete from public.saved_searches where true`
  await matchSearches(stack)
  owner = await member(stack, ['client', 'agency'])
  person = await member(stack, [])
  saved_search_id = await makeSearch(stack, person, 'task', { frequency: 'daily', name: 'Logos' })
})
afterAll(() => stack.close())

const heard = () => heardOf(stack, person)
const waiting = async () => (await sql(stack)`select from private.saved_search_matches`).length

async function tasks(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < count; i++) ids.push(await makeTask(stack, owner))
  await matchSearches(stack)
  return ids
}

async function dayPasses(): Promise<void> {
  await makeDigestsDue(stack)
  await sendDigests(stack)
}

test('what matches is told once a day, with how much it is', async () => {
  const ids = await tasks(3)
  await sendDigests(stack)
  expect([await heard(), await waiting()]).toEqual([[], 3])
  await dayPasses()
  const [digest, ...more] = await heard()
  expect(more).toEqual([])
  expect(digest).toEqual({ saved_search_id, entity_type: 'task', count: 3, entity_ids: expect.any(Array) })
  expect((digest!.entity_ids as string[]).toSorted()).toEqual(ids.toSorted())
  const { items } = await must(person.tb.notifications.list())
  expect(items[0]).toMatchObject({ type: 'saved_search_match', message: '3 new for Logos.' })
  const { last_digest_on } = await must(person.tb.savedSearches.get(saved_search_id))
  expect(last_digest_on).toBe(new Date().toISOString().slice(0, 10))
  // Not a second one on the same day, whatever waits.
  await tasks(1)
  await sql(stack)`update private.saved_search_matches set matched_at = matched_at - interval '1 day' where true`
  await sendDigests(stack)
  expect([(await heard()).length, await waiting()]).toEqual([1, 1])
  await dayPasses()
  expect((await heard()).map(({ count }) => count)).toEqual([3, 1])
})

test('not before the hour, and what matches after it waits for the next day', async () => {
  await tasks(1)
  await makeDigestsDue(stack)
  await sql(stack)`update private.settings set value = '24' where key = 'saved_searches.digest_hour'`
  await sendDigests(stack)
  expect([await heard(), await waiting()]).toEqual([[], 1])
  await sql(stack)`update private.settings set value = '0' where key = 'saved_searches.digest_hour'`
  await tasks(2)
  await sendDigests(stack)
  expect([(await heard())[0]!.count, await waiting()]).toEqual([1, 2])
})

test('what is gone, hidden or looked for no more is not counted; of nothing nothing is told', async () => {
  const [kept, gone, taken] = await tasks(3)
  const blocked = await member(stack, ['client'])
  await makeTask(stack, blocked)
  await matchSearches(stack)
  expect(await waiting()).toBe(4)
  await must(owner.tb.tasks.delete(gone!))
  await sql(stack)`update public.tasks set status = 'in_progress' where id = ${taken!}`
  await must(person.tb.blocks.add(blocked.id))
  await dayPasses()
  expect(await heard()).toMatchObject([{ count: 1, entity_ids: [kept] }])
  await makeTask(stack, owner)
  await matchSearches(stack)
  await must(person.tb.savedSearches.update(saved_search_id, { filters: { search: 'nothing of it' } }))
  await dayPasses()
  expect([(await heard()).length, await waiting()]).toEqual([1, 0])
})

test('a search that tells at once from now on still tells of what waited', async () => {
  await tasks(2)
  await must(person.tb.savedSearches.update(saved_search_id, { frequency: 'instant' }))
  const [told] = await tasks(1)
  expect(await heard()).toMatchObject([{ entity_id: told }])
  await dayPasses()
  expect((await heard())[1]).toMatchObject({ count: 2 })
})

test('castings are told as such, the ten newest of 250 by their ids; who has switched them off hears nothing', async () => {
  const quiet = await member(stack, [])
  await must(quiet.tb.notifications.updatePreferences({ new_casting: false }))
  for (const one of [person, quiet]) await makeSearch(stack, one, 'casting', { frequency: 'daily', name: 'Castings' })
  await manyActive(stack, owner, 240)
  await matchSearches(stack)
  await sql(stack)`update private.saved_search_matches set matched_at = matched_at - interval '1 hour' where true`
  const newest = await manyActive(stack, owner, 10)
  await matchSearches(stack)
  await dayPasses()
  const [{ type, data }] = (await sql(stack)`
    select type, data from public.notifications where account_id = ${person.id}`) as unknown as [
    { type: string; data: { count: number; entity_ids: string[] } },
  ]
  expect([type, data.count, data.entity_ids.toSorted()]).toEqual(['new_casting', 250, newest.toSorted()])
  expect((await must(person.tb.notifications.list())).items[0]).toMatchObject({ message: '250 new for Castings.' })
  expect(await heardOf(stack, quiet)).toEqual([])
})

test('nobody who is suspended hears of it before that is lifted, nor a recruiter who is not verified any more', async () => {
  const recruiter = await createRecruiter(stack)
  await makeCandidates(stack, 2)
  const id = await makeSearch(stack, recruiter, 'candidate', { frequency: 'daily' })
  await sql(stack)`update public.recruiter_profiles set is_verified = false where account_id = ${recruiter.id}`
  await sql(stack)`insert into private.saved_search_matches select ${id}, card_id from private.candidate_search`
  expect(await waiting()).toBe(2)
  await tasks(1)
  await sql(stack)`select private.suspend_account(${person.id}, 'under review')`
  await dayPasses()
  expect([await heard(), await heardOf(stack, recruiter), await waiting()]).toEqual([[], [], 1])
  await sql(stack)`select private.lift_suspension(${person.id})`
  await sendDigests(stack)
  expect(await heard()).toMatchObject([{ count: 1 }])
})

test('many jobs at once tell it once, and all of it, while searches and things go', async () => {
  const people = await Promise.all(Array.from({ length: 6 }, () => member(stack, [])))
  const searches: string[] = []
  for (const one of people) searches.push(await makeSearch(stack, one, 'task', { frequency: 'daily' }))
  const ids = await tasks(8)
  await makeDigestsDue(stack)
  const job = { runs: Array(3).fill(statement('select private.send_search_digests()')) }
  const [leaving, ending] = people
  const outcomes = await atOnce(stack, [
    job,
    job,
    job,
    { runs: [statement('delete from public.tasks where id = any ($1::uuid[])', `{${ids[0]},${ids[1]}}`)] },
    { runs: [statement('delete from auth.users where id = $1', leaving!.id)] },
    { as: ending!, runs: [statement('delete from public.saved_searches where id = $1', searches[1]!)] },
  ])
  expect(new Set(codesOf(outcomes))).toEqual(new Set(['done']))
  await sendDigests(stack)
  expect(await waiting()).toBe(0)
  for (const one of [person, ...people.slice(2)]) {
    const told = await heardOf(stack, one)
    expect(told).toHaveLength(1)
    expect(told[0]!.count).toBeGreaterThanOrEqual(6)
  }
  expect((await heardOf(stack, ending!)).length).toBeLessThanOrEqual(1)
})

test('both are jobs that run by themselves', async () => {
  const names = ['match_saved_searches', 'send_search_digests']
  await sql(stack)`update private.jobs set last_run_at = null where name = any (${names})`
  await tasks(1)
  await makeDigestsDue(stack)
  await sql(stack)`select private.run_jobs()`
  const rows = await sql(stack)`
    select name, last_run_at is not null as ran, last_error from private.jobs where name = any (${names}) order by name`
  expect([...rows]).toEqual(names.map((name) => ({ name, ran: true, last_error: null })))
  expect(await heard()).toHaveLength(1)
})
