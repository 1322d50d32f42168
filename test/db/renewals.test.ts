import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { makeRecruiters } from '../helpers/hiring.ts'
import { makeAccounts } from '../helpers/many.ts'
import { pay, paymentOf, type Started, success, tell, wrongPayments } from '../helpers/payments.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { actAs, moneyOf } from '../helpers/work.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterEach(async () => expect(await wrongPayments(stack)).toEqual([]))
afterAll(() => stack.close())

interface Account {
  id: string
}

const model = async (): Promise<Account> => {
  const { ids } = await makeAccounts(stack, 1, { roles: ['model'] })
  return { id: ids[0]! }
}

const plan = { purpose: 'subscription', plan_id: 'casting_pro', period: 'month' } as const
const saved = { method: { customer: 'cus_1', method: 'pm_1' } }

/** The account's subscriptions, oldest first. */
const subscriptions = ({ id }: Account) => sql(stack)`
  select s.*, private.subscription_status(s) as status from public.subscriptions s where account_id = ${id} order by started_at
`

/** Lets the account's subscriptions, and what was charged for them, be older. */
async function pass({ id }: Account, time: string): Promise<void> {
  await sql(stack)`
    update public.subscriptions set started_at = started_at - ${time}::interval, expires_at = expires_at - ${time}::interval
    where account_id = ${id}
  `
  await sql(stack)`update public.payments set created_at = created_at - ${time}::interval where account_id = ${id}`
}

/** Runs the job; answers the renewal that it started for this account. */
async function renew({ id }: Account): Promise<Started | null> {
  const [before] = await sql(stack)`select count(*)::int from public.payments where account_id = ${id}`
  await sql(stack)`select private.renew_subscriptions()`
  const rows = await sql(stack)`select * from public.payments where account_id = ${id} order by created_at desc`
  if (rows.length === before!.count) return null
  const [row] = rows
  return {
    payment_id: row!.id,
    order_number: Number(row!.order_number),
    amount: Number(row!.amount),
    currency: row!.currency,
    provider: row!.provider,
  }
}

/** A subscription whose last hour it is. */
async function ending(): Promise<Account> {
  const account = await model()
  await pay(stack, account, plan, 'stripe', saved)
  await pass(account, '31 days')
  await sql(
    stack,
  )`update public.subscriptions set expires_at = now() + interval '30 minutes' where account_id = ${account.id}`
  return account
}

test('renews by itself only what was asked for and can be', async () => {
  const [asked, unasked, unsaved] = [await model(), await model(), await model()]
  await pay(stack, asked, plan, 'stripe', saved)
  await pay(stack, unasked, { ...plan, auto_renew: false }, 'stripe', saved)
  await pay(stack, unsaved, plan, 'kaspi')
  expect((await subscriptions(asked))[0]!.auto_renew).toBe(true)
  expect((await subscriptions(unasked))[0]!.auto_renew).toBe(false)
  expect((await subscriptions(unsaved))[0]!.auto_renew).toBe(false)
  const methods = await sql(
    stack,
  )`select account_id from private.payment_methods where account_id in (${asked.id}, ${unasked.id})`
  expect(methods.map(({ account_id }) => account_id)).toEqual([asked.id])
})

test('is charged once in the last hour, and goes on where it ends', async () => {
  const account = await ending()
  const renewal = (await renew(account))!
  expect(renewal).toMatchObject({ amount: 500_000, provider: 'stripe' })
  const [task] = await sql(stack)`select data from private.payment_tasks where subject_id = ${renewal.payment_id}`
  expect(task!.data).toMatchObject({ customer: 'cus_1', method: 'pm_1', amount: 500_000, description: 'PRO, month' })
  expect(await renew(account), 'while one is under way').toBeNull()
  expect(await tell(stack, 'stripe', success(renewal))).toBe('applied')
  const [first, second] = await subscriptions(account)
  expect(second).toMatchObject({ status: 'scheduled', auto_renew: true, follows_id: first!.id })
  expect(second!.started_at).toEqual(first!.expires_at)
  expect(first!.auto_renew).toBe(false)
  expect(await renew(account), 'once it is renewed').toBeNull()
  await pass(account, '1 hour')
  expect((await subscriptions(account)).map(({ status }) => status)).toEqual(['expired', 'active'])
})

test('is past due while a day’s try after the other fails, works on for the days of grace, and is over then', async () => {
  const account = await ending()
  const tries: Started[] = []
  for (let day = 0; day < 4; day++) {
    const renewal = await renew(account)
    expect(renewal, `day ${day}`).not.toBeNull()
    tries.push(renewal!)
    const failed = { type: 'payment.failed', payment_id: renewal!.payment_id, failure: 'card_declined' }
    expect(await tell(stack, 'stripe', failed)).toBe('applied')
    expect(await renew(account), 'once a day').toBeNull()
    await pass(account, '1 day')
    const [one] = await subscriptions(account)
    expect(one!.status).toBe(day < 3 ? 'past_due' : 'expired')
  }
  expect(await renew(account)).toBeNull()
  // What comes later still begins a period, from now on.
  expect(await tell(stack, 'stripe', success(tries[3]!))).toBe('applied')
  const all = await subscriptions(account)
  expect(all[1]).toMatchObject({ status: 'active' })
  expect(Date.now() - all[1]!.started_at.getTime()).toBeLessThan(60_000)
})

test('a renewal paid late in the days of grace begins where the last one ended', async () => {
  const account = await ending()
  const renewal = (await renew(account))!
  await pass(account, '2 days')
  expect(await tell(stack, 'stripe', success(renewal))).toBe('applied')
  const [first, second] = await subscriptions(account)
  expect(second!.started_at).toEqual(first!.expires_at)
  expect(second!.status).toBe('active')
})

test('whoever cancels is not charged; what was charged in the same moment is in the wallet', async () => {
  const cancelled = await ending()
  const cancel = async (account: Account) => {
    const [row] = await subscriptions(account)
    await actAs(stack, account, (tx) => tx`select id from public.cancel_subscription(${row!.id})`)
  }
  await cancel(cancelled)
  expect(await renew(cancelled)).toBeNull()
  const late = await ending()
  const renewal = (await renew(late))!
  await cancel(late)
  expect(await tell(stack, 'stripe', success(renewal))).toBe('applied')
  expect(await subscriptions(late)).toHaveLength(1)
  expect(await paymentOf(stack, renewal)).toMatchObject({ is_in_wallet: true })
  expect(await moneyOf(stack, late, 'KZT')).toBe(500_000)
})

test.each([
  [
    'cancelled',
    async ({ id }: Account) => {
      const [row] = await sql(stack)`select id from public.subscriptions where account_id = ${id}`
      await actAs(stack, { id }, (tx) => tx`select id from public.cancel_subscription(${row!.id})`)
    },
  ],
  ['suspended', ({ id }: Account) => sql(stack)`select private.suspend_account(${id}, 'for a test')`],
  ['out of grace', (account: Account) => pass(account, '10 days')],
])('a renewal that waits is not handed to the provider once its account is %s', async (_name, act) => {
  const account = await ending()
  const renewal = (await renew(account))!
  await act(account)
  const claimed = await sql(stack)`select * from private.claim_payment_tasks(100)`
  expect(claimed.map(({ data }) => data.payment_id)).not.toContain(renewal.payment_id)
  expect((await paymentOf(stack, renewal)).status).toBe('cancelled')
  expect(await sql(stack)`select from private.payment_tasks where subject_id = ${renewal.payment_id}`).toHaveLength(0)
})

test('renewals that are passed over do not stop what waits behind them', async () => {
  const accounts = await Promise.all([ending(), ending()])
  await sql(stack)`select private.renew_subscriptions()`
  for (const { id } of accounts) {
    await sql(stack)`update public.payments set status = 'failed' where account_id = ${id} and renews_id is not null`
  }
  await sql(stack)`
    insert into private.payment_tasks (kind, subject_id, provider, data) values ('refund', gen_random_uuid(), 'stripe', '{}')
  `
  const claimed = await sql(stack)`select * from private.claim_payment_tasks(1)`
  expect(claimed.map(({ kind }) => kind)).toEqual(['refund'])
})

test('a renewal that waits is handed over once at a time, later and later, with its failures', async () => {
  const account = await ending()
  const renewal = (await renew(account))!
  const claim = async () =>
    (await sql(stack)`select * from private.claim_payment_tasks(100)`).find(
      ({ data }) => data.payment_id === renewal.payment_id,
    )
  const first = (await claim())!
  expect(first.data).toMatchObject({ attempts: 1, failures: 0 })
  expect(await claim()).toBeUndefined()
  await sql(stack)`select private.fail_payment_task(${first.id}, 'no answer')`
  expect(await claim(), 'before its time').toBeUndefined()
  const wait = async () => {
    const [row] = await sql(stack)`
      select extract(epoch from claimed_until - now())::int / 60 as minutes from private.payment_tasks where id = ${first.id}
    `
    await sql(
      stack,
    )`update private.payment_tasks set claimed_until = now() - interval '1 second' where id = ${first.id}`
    return row!.minutes as number
  }
  const waits = [await wait()]
  expect((await claim())!.data).toMatchObject({ attempts: 2, failures: 1 })
  waits.push(await wait())
  expect(waits[1]).toBeGreaterThan(waits[0]!)
  await sql(stack)`select private.complete_payment_task(${first.id})`
  expect(await claim()).toBeUndefined()
})

test('what ended or was followed meanwhile is not renewed: the money is in the wallet', async () => {
  for (const act of [
    ({ id }: Account) => sql(stack)`
      select private.end_subscription(s.id) from public.subscriptions s where account_id = ${id} and ended_at is null
    `,
    (account: Account) => pay(stack, account, plan, 'kaspi'),
  ]) {
    const account = await ending()
    const renewal = (await renew(account))!
    await act(account)
    const before = (await subscriptions(account)).length
    expect(await tell(stack, 'stripe', success(renewal))).toBe('applied')
    expect(await subscriptions(account)).toHaveLength(before)
    expect(await paymentOf(stack, renewal)).toMatchObject({ is_in_wallet: true })
  }
})

test('whoever does not ask for it, or saved a card elsewhere, does not renew', async () => {
  const [unasked, elsewhere] = [await model(), await model()]
  for (const account of [unasked, elsewhere]) {
    await sql(
      stack,
    )`insert into private.payment_methods (account_id, provider, method) values (${account.id}, 'stripe', 'pm_1')`
  }
  await pay(stack, unasked, { ...plan, auto_renew: false }, 'stripe')
  await pay(stack, elsewhere, plan, 'kaspi')
  for (const account of [unasked, elsewhere]) expect((await subscriptions(account))[0]!.auto_renew).toBe(false)
})

test('whoever is suspended, or gone, is not charged', async () => {
  const [suspended, gone] = [await ending(), await model()]
  await sql(stack)`select private.suspend_account(${suspended.id}, 'for a test')`
  expect(await renew(suspended)).toBeNull()
  await pay(stack, gone, plan, 'stripe', saved)
  await sql(
    stack,
  )`update public.subscriptions set expires_at = now() + interval '30 minutes' where account_id = ${gone.id}`
  const renewal = (await renew(gone))!
  await sql(stack)`delete from auth.users where id = ${gone.id}`
  expect(await sql(stack)`select from private.payment_tasks where subject_id = ${renewal.payment_id}`).toHaveLength(0)
  expect((await paymentOf(stack, renewal)).status).toBe('cancelled')
})

test('a plan that is not sold any more does not renew', async () => {
  const account = await ending()
  const [row] = await sql(
    stack,
  )`delete from public.plan_prices where plan_id = 'casting_pro' and period = 'month' returning *`
  expect(await renew(account)).toBeNull()
  await sql(stack)`insert into public.plan_prices ${sql(stack)(row as never)}`
  expect((await subscriptions(account))[0]!.auto_renew).toBe(false)
})

test('a renewal is charged with what the first payment saved, also the second time', async () => {
  const account = await model()
  await pay(stack, account, plan, 'robokassa', { method: { customer: null, method: '1001' } })
  for (let month = 0; month < 2; month++) {
    await sql(stack)`
      update public.subscriptions set expires_at = now() + interval '30 minutes', started_at = least(started_at, now())
      where account_id = ${account.id} and auto_renew
    `
    const renewal = (await renew(account))!
    const [task] = await sql(stack)`select data from private.payment_tasks where subject_id = ${renewal.payment_id}`
    expect(task!.data).toMatchObject({ customer: null, method: '1001' })
    const own = { method: { customer: null, method: String(renewal.order_number) } }
    expect(await tell(stack, 'robokassa', success(renewal, own))).toBe('applied')
    await pass(account, '1 hour')
  }
})

test('one that the provider still processes is looked up by what it is known by there', async () => {
  const account = await ending()
  const renewal = (await renew(account))!
  const pending = { type: 'payment.pending', payment_id: renewal.payment_id, provider_reference: 'pi_66' }
  expect(await tell(stack, 'stripe', pending)).toBe('ignored')
  await sql(stack)`update public.payments set created_at = now() - interval '3 hours' where id = ${renewal.payment_id}`
  await sql(stack)`select private.look_up_payments()`
  const [task] = await sql(stack)`
    select data from private.payment_tasks where kind = 'look_up' and subject_id = ${renewal.payment_id}
  `
  expect(task!.data).toMatchObject({
    provider_session: 'pi_66',
    order_number: renewal.order_number,
    amount: renewal.amount,
  })
})

test('a price that has changed since is for new subscribers', async () => {
  const account = await ending()
  await sql(stack)`update public.plan_prices set amount = 900000 where plan_id = 'casting_pro' and period = 'month'`
  const renewal = (await renew(account))!
  await sql(stack)`update public.plan_prices set amount = 500000 where plan_id = 'casting_pro' and period = 'month'`
  expect(renewal.amount).toBe(500_000)
  expect(await tell(stack, 'stripe', success(renewal))).toBe('applied')
  expect((await subscriptions(account))[1]).toMatchObject({ amount: '500000', status: 'scheduled' })
})

test('a renewal brings the credits of its plan', async () => {
  const [recruiter] = await makeRecruiters(stack, 1)
  await pay(stack, recruiter!, { purpose: 'subscription', plan_id: 'hiring_basic', period: 'month' }, 'stripe', saved)
  await sql(
    stack,
  )`update public.subscriptions set expires_at = now() + interval '30 minutes' where account_id = ${recruiter!.id}`
  const renewal = (await renew(recruiter!))!
  expect(await tell(stack, 'stripe', success(renewal))).toBe('applied')
  const credits = await sql(stack)`
    select balance from private.ledger_accounts where owner_id = ${recruiter!.id} and kind = 'subscription' order by created_at
  `
  expect(credits.map(({ balance }) => Number(balance))).toEqual([50, 50])
})

test('ten jobs at once charge one time', async () => {
  const account = await ending()
  await Promise.all(Array.from({ length: 10 }, () => sql(stack)`select private.renew_subscriptions()`))
  const [row] = await sql(
    stack,
  )`select count(*)::int from public.payments where account_id = ${account.id} and renews_id is not null`
  expect(row!.count).toBe(1)
})
