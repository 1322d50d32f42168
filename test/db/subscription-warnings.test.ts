import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

// The job looks at everybody's: each test begins with nobody's.
beforeEach(() => sql(stack)`delete from public.subscriptions`)

async function run(): Promise<number> {
  const [row] = await sql(stack)`select private.warn_subscriptions() as warned`
  return row!.warned
}

/** Subscriptions of as many new accounts that end after a time, from now. */
async function ending(after: string, count = 1, change: Record<string, unknown> = {}): Promise<string[]> {
  const { ids } = await makeAccounts(stack, count, { role: 'recruiter' })
  await sql(stack)`
    insert into public.subscriptions (account_id, product, plan_id, period, started_at, expires_at)
    select a, 'hiring', 'hiring_basic', 'month', now() - interval '60 days', now() + ${after}::interval
    from unnest(${ids}::uuid[]) as a`
  const columns = Object.keys(change)
  if (columns.length > 0) {
    await sql(stack)`
      update public.subscriptions set ${sql(stack)(change as Record<string, boolean>, ...columns)} where account_id = any (${ids})`
  }
  return ids
}

const end = (ids: string[], after: string) => sql(stack)`
  update public.subscriptions set expires_at = now() + ${after}::interval where account_id = any (${ids})`

const told = async (ids: string[]) =>
  (
    await sql(stack)`
      select type, data - 'subscription_id' as data from public.notifications
      where account_id = any (${ids}) and type like 'subscription%' order by id`
  ).map(({ type, data }) => [type, data])

const warning = (days_remaining: number) => [
  'subscription_warning',
  { product: 'hiring', status: days_remaining < 3 ? 'critical' : 'warning', days_remaining },
]
const expired = ['subscription_expired', { product: 'hiring' }]

test('each level is told once, and that it is over', async () => {
  const ids = await ending('8 days 1 minute')
  expect(await run()).toBe(0)
  await end(ids, '7 days 1 minute')
  expect([await run(), await run()]).toEqual([1, 0])
  await end(ids, '4 days 1 minute')
  expect(await run()).toBe(0)
  await end(ids, '2 days 23 hours')
  expect([await run(), await run()]).toEqual([1, 0])
  await end(ids, '1 minute')
  expect(await run()).toBe(0)
  await end(ids, '-1 second')
  expect([await run(), await run()]).toEqual([1, 0])
  expect(await told(ids)).toEqual([warning(7), warning(2), expired])
  const [kept] = await sql(stack)`
    select data ->> 'subscription_id' = s.id::text as same from public.notifications as n
    join public.subscriptions as s on s.account_id = n.account_id where n.account_id = ${ids[0]!} limit 1`
  expect(kept!.same).toBe(true)
})

test('a level that was slept through is not told, and what is long over is no news', async () => {
  const [late, over, long] = [await ending('1 day 1 minute'), await ending('-6 days'), await ending('-8 days')]
  expect(await run()).toBe(2)
  expect(await told(late)).toEqual([warning(1)])
  expect(await told(over)).toEqual([expired])
  expect(await told(long)).toEqual([])
})

test('what renews by itself warns of nothing, and is over after the days of grace', async () => {
  const ids = await ending('1 day', 1, { auto_renew: true })
  expect(await run()).toBe(0)
  await end(ids, '-2 days')
  expect(await run()).toBe(0)
  await end(ids, '-4 days')
  expect(await run()).toBe(1)
  expect(await told(ids)).toEqual([expired])
})

test('one that is cancelled ends like any other', async () => {
  const ids = await ending('1 day', 1, { cancelled_at: new Date() })
  expect(await run()).toBe(1)
  expect(await told(ids)).toMatchObject([['subscription_warning', { status: 'critical' }]])
})

test('what is followed by another warns of nothing, before and after; what had its place taken neither', async () => {
  const [followed, replaced] = [await ending('1 day'), await ending('1 day')]
  await sql(stack)`
    insert into public.subscriptions (account_id, product, plan_id, period, started_at, expires_at, follows_id)
    select account_id, product, plan_id, period, expires_at, expires_at + interval '30 days', id
    from public.subscriptions where account_id = any (${followed})`
  await sql(stack)`select private.activate_subscription(${replaced[0]!}, 'hiring_professional', 'quarter')`
  expect(await run()).toBe(0)
  await sql(stack)`
    update public.subscriptions set started_at = started_at - interval '2 days', expires_at = expires_at - interval '2 days'
    where account_id = any (${followed})`
  expect(await run()).toBe(0)
  expect(await told([...followed, ...replaced])).toEqual([])
})

test('what waits or was refused warns of nothing', async () => {
  const { ids } = await makeAccounts(stack, 2, { role: 'recruiter' })
  await sql(stack)`
    insert into public.subscriptions (account_id, product, plan_id, period, ended_at)
    values (${ids[0]!}, 'hiring', 'hiring_basic', 'month', null), (${ids[1]!}, 'hiring', 'hiring_basic', 'month', now())`
  expect(await run()).toBe(0)
})

test('more than it takes at once are told in several runs, the most urgent first; runs at once tell nobody twice', async () => {
  const urgent = await ending('1 day', 5)
  const ids = await ending('5 days', 1100)
  expect(await run()).toBe(1000)
  expect(await told(urgent)).toHaveLength(5)
  const job = { runs: [statement('select private.warn_subscriptions()')] }
  expect(codesOf(await atOnce(stack, [job, job, job]))).toEqual(['done', 'done', 'done'])
  expect(await run()).toBe(0)
  const [rows] = await sql(stack)`
    select count(*)::int as count, count(distinct account_id)::int as accounts
    from public.notifications where account_id = any (${ids}) and type = 'subscription_warning'`
  expect(rows).toEqual({ count: 1100, accounts: 1100 })
})

test('whoever has switched it off is told nothing, and not later either', async () => {
  const ids = await ending('1 day')
  await sql(stack)`
    insert into public.notification_preferences (account_id, type, channel, is_enabled)
    values (${ids[0]!}, 'subscription_warning', 'in_app', false)`
  expect([await run(), await run()]).toEqual([1, 0])
  await sql(stack)`delete from public.notification_preferences where account_id = ${ids[0]!}`
  expect(await run()).toBe(0)
  expect(await told(ids)).toEqual([])
})
