import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, meanwhile, type Runner, statement } from '../helpers/at-once.ts'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import { makeSearch, matchSearches } from '../helpers/saved-searches.ts'
import type { TestStack } from '../helpers/stack.ts'
import { makeTask } from '../helpers/work.ts'
import { draft } from '../parity/castings.ts'
import { type Member, member, startParityStack } from '../parity/people.ts'

let stack: TestStack
let owner: Member
/** Whom nobody signs in as; each has a search for tasks and one for castings. */
let ids: string[]
beforeAll(async () => {
  stack = await startParityStack()
})
beforeEach(async () => {
  await sql(stack)`delete from public.saved_searches where true`
  await sql(stack)`delete from public.notifications where true`
  await matchSearches(stack)
  owner = await member(stack, ['client', 'agency'])
  ids = (await makeAccounts(stack, 12)).ids
  for (const id of ids) for (const type of ['task', 'casting']) await makeSearch(stack, { id }, type)
})
afterAll(() => stack.close())

const match: Runner = { runs: Array(4).fill(statement('select private.match_saved_searches()')) }
const announce: Runner = { runs: Array(4).fill(statement('select private.announce_castings()')) }

/** How often each account has heard of each thing. */
async function told(): Promise<Record<string, number>> {
  const rows = await sql(stack)`
    select account_id, coalesce(data ->> 'casting_id', data ->> 'entity_id') as id, count(*)::int as count
    from public.notifications where account_id = any (${ids}) group by 1, 2`
  return Object.fromEntries(rows.map(({ account_id, id, count }) => [`${account_id} ${id}`, count]))
}

const once = (things: string[], accounts = ids) =>
  Object.fromEntries(accounts.flatMap((account) => things.map((thing) => [`${account} ${thing}`, 1])))

test('many runs at once, however short, tell everybody once', async () => {
  await sql(stack)`update private.settings set value = '5' where key = 'saved_searches.asked_per_run'`
  const tasks = [await makeTask(stack, owner), await makeTask(stack, owner), await makeTask(stack, owner)]
  expect(new Set(codesOf(await atOnce(stack, Array(6).fill(match))))).toEqual(new Set(['done']))
  await sql(stack)`update private.settings set value = '10000' where key = 'saved_searches.asked_per_run'`
  for (let i = 0; i < 3; i++) await matchSearches(stack)
  expect(await told()).toEqual(once(tasks))
})

test('a second run passes over what the first is at, and loses nothing of it', async () => {
  await sql(stack)`update private.settings set value = '5' where key = 'saved_searches.asked_per_run'`
  const task = await makeTask(stack, owner)
  const run: Runner = { runs: [match.runs[0]!] }
  for (let i = 0; i < 2; i++) {
    expect(await meanwhile(stack, run, run)).toEqual(['done', 'done'])
    expect(Object.keys(await told())).toHaveLength(5 * (i + 1))
  }
  await sql(stack)`update private.settings set value = '10000' where key = 'saved_searches.asked_per_run'`
  await matchSearches(stack)
  expect(await told()).toEqual(once([task]))
})

test('an announcement and searches at the same time tell of a casting once', async () => {
  const agency = await must(owner.tb.organizations.create({ kind: 'agency', name: 'An agency' }))
  await sql(stack)`
    insert into public.organization_followers (organization_id, account_id)
    select ${agency.id}, a from unnest(${ids.slice(0, 6)}::uuid[]) as a`
  const castings = [await draft(owner, { organization_id: agency.id }), await draft(owner)]
  const publish = castings.map(
    ({ id }): Runner => ({
      as: owner,
      runs: [statement(`select public.set_casting_status($1, 'active')`, id)],
    }),
  )
  // Given and taken away meanwhile, whichever comes first.
  const move = castings.map(
    ({ id }, i): Runner => ({
      as: owner,
      runs: [null, agency.id, null, agency.id].map((to) =>
        statement('update public.castings set organization_id = $1 where id = $2', i === 0 ? to : agency.id, id),
      ),
    }),
  )
  const outcomes = await atOnce(stack, [match, announce, ...publish, ...move, match, announce])
  expect(new Set(codesOf(outcomes))).toEqual(new Set(['done']))
  for (let i = 0; i < 2; i++) await matchSearches(stack)
  expect(await told()).toEqual(once(castings.map(({ id }) => id)))
})

test('accounts, searches and things that go meanwhile stop nobody', async () => {
  const tasks = [await makeTask(stack, owner), await makeTask(stack, owner)]
  const [kept, gone] = tasks
  const leaving = ids.slice(0, 3)
  const ending = ids.slice(3, 6)
  const outcomes = await atOnce(stack, [
    match,
    match,
    ...leaving.map((id): Runner => ({ runs: [statement('delete from auth.users where id = $1', id)] })),
    ...ending.map(
      (id): Runner => ({
        as: { id },
        runs: [statement('delete from public.saved_searches where account_id = $1', id)],
      }),
    ),
    { as: owner, runs: [statement('select public.delete_task($1)', gone!)] },
  ])
  expect(new Set(codesOf(outcomes))).toEqual(new Set(['done']))
  await matchSearches(stack)
  const all = await told()
  for (const [key, count] of Object.entries(all)) expect([key, count]).toEqual([key, 1])
  for (const id of ids.slice(6)) expect(all).toHaveProperty(`${id} ${kept}`)
  expect(Object.keys(all).filter((key) => leaving.some((id) => key.startsWith(id)))).toEqual([])
})

test('who publishes does not wait for a run, nor a run for who publishes', async () => {
  await makeTask(stack, owner)
  const post: Runner = {
    as: owner,
    runs: [
      statement(`insert into public.tasks (owner_id, title, description, category, task_type, budget)
        values (auth.uid(), 'Meanwhile', 'x', 'design', 'digital', 1)`),
    ],
  }
  const run: Runner = { runs: [match.runs[0]!] }
  // Each is done while the other is not committed: none of the two waits, or this would end in an error.
  await sql(stack)`update private.settings set value = '10000' where key = 'saved_searches.asked_per_run'`
  for (const [first, second] of [
    [run, post],
    [post, run],
  ] as const) {
    const quick: Runner = {
      ...second,
      runs: [(tx) => tx`set local lock_timeout = '1s'`.then(() => second.runs[0]!(tx))],
    }
    expect(await meanwhile(stack, first, quick)).toEqual(['done', 'done'])
  }
  await matchSearches(stack)
  const [{ count }] = (await sql(stack)`
    select count(*)::int from public.notifications where account_id = any (${ids})`) as unknown as [{ count: number }]
  expect(count).toBe(3 * ids.length)
})
