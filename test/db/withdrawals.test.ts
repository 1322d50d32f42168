import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { meanwhile, statement, whileHeld } from '../helpers/at-once.ts'
import { makeAccounts } from '../helpers/many.ts'
import { moneyState, tell, wrongPayments } from '../helpers/payments.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { actAs, giveMoney, moneyOf } from '../helpers/work.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterEach(async () => expect(await wrongPayments(stack)).toEqual([]))
afterAll(() => stack.close())

interface Account {
  id: string
}

/** Somebody with money, and both ways to be paid out. */
async function earner(money = 100_000): Promise<Account> {
  const { ids } = await makeAccounts(stack, 1, { roles: ['freelancer'] })
  const account = { id: ids[0]! }
  await giveMoney(stack, account, money)
  const reference = `acct_${account.id.replaceAll('-', '')}`
  await sql(stack)`select private.save_payout_account(${account.id}, ${reference}, 'US', true, true, '{}')`
  await actAs(
    stack,
    account,
    (tx) => tx`select public.set_payout_destination('Jane Doe', 'KZ86125KZT5004100100', 'TSESKZKA')`,
  )
  return account
}

const withdraw = (
  account: Account,
  amount: number | null,
  method = 'stripe',
  currency = 'USD',
  key: string | null = null,
) =>
  actAs(stack, account, async (tx) => {
    const [row] = await tx`select * from public.request_withdrawal(${amount}, ${currency}, ${method}, ${key})`
    return row!.id as string
  })

const cancel = (account: Account, id: string) =>
  actAs(stack, account, (tx) => tx`select id from public.cancel_withdrawal(${id})`)

const statusOf = async (id: string) =>
  (await sql(stack)`select status from public.withdrawals where id = ${id}`)[0]!.status

const pending = async ({ id }: Account) => {
  const [row] = await sql(stack)`
    select coalesce(sum(balance), 0)::int as sum from private.ledger_accounts where owner_id = ${id} and kind = 'payout'
  `
  return row!.sum
}

const told = (type: 'payout.paid' | 'payout.failed', id: string, more: object = {}) => ({
  type,
  withdrawal_id: id,
  provider_reference: `tr_${id}`,
  amount: 60_000,
  currency: 'USD',
  ...more,
})

/** Stores an event without applying it. */
async function store(event: object): Promise<string> {
  const [row] = await sql(stack)`
    select private.store_payment_event('stripe', gen_random_uuid()::text, 'told', '', ${sql(stack).json(event as never)}) as id
  `
  return row!.id
}

const claim = () => sql(stack)`select * from private.claim_payment_tasks(100)`

test('waits outside the wallet until it is paid', async () => {
  const account = await earner()
  const id = await withdraw(account, 60_000)
  expect([await moneyOf(stack, account), await pending(account)]).toEqual([40_000, 60_000])
  const tasks = await claim()
  expect(tasks.find(({ data }) => data.withdrawal_id === id)).toMatchObject({
    kind: 'payout',
    provider: 'stripe',
    data: { destination: `acct_${account.id.replaceAll('-', '')}`, amount: 60_000, currency: 'USD', attempts: 1 },
  })
  expect(await statusOf(id)).toBe('processing')
  await expect(cancel(account, id)).rejects.toThrow(/invalid_transition/)
  expect(await tell(stack, 'stripe', told('payout.paid', id, { amount: 59_999 }))).toBe('quarantined')
  expect(await tell(stack, 'stripe', told('payout.paid', id))).toBe('applied')
  expect(await tell(stack, 'stripe', told('payout.paid', id))).toBe('ignored')
  expect(await tell(stack, 'stripe', told('payout.failed', id)), 'for an admin').toBe('quarantined')
  expect([await statusOf(id), await moneyOf(stack, account), await pending(account)]).toEqual(['paid', 40_000, 0])
  const [row] = await sql(
    stack,
  )`select * from public.notifications where account_id = ${account.id} order by id desc limit 1`
  expect(row).toMatchObject({ type: 'withdrawal_status', data: { withdrawal_id: id, status: 'paid' } })
})

test('is back in the wallet when it fails, or is cancelled in time', async () => {
  const account = await earner()
  const [failed, cancelled] = [await withdraw(account, 60_000), await withdraw(account, 5_000)]
  await cancel(account, cancelled)
  expect(await tell(stack, 'stripe', told('payout.failed', failed, { failure: 'no such account' }))).toBe('applied')
  expect([await moneyOf(stack, account), await pending(account)]).toEqual([100_000, 0])
  expect(
    await sql(stack)`select from private.payment_tasks where subject_id in (${failed}, ${cancelled})`,
  ).toHaveLength(0)
  await expect(cancel(account, cancelled)).rejects.toThrow(/invalid_transition/)
  await expect(cancel(await earner(), failed)).rejects.toThrow(/not_found/)
})

describe('is refused, and nothing moves:', () => {
  test.each([
    ['more than there is', [100_001], /insufficient_funds/],
    ['less than fifty', [4_999], /validation_failed/],
    ['no amount', [null], /validation_failed/],
    ['a negative amount', [-60_000], /validation_failed/],
    ['beyond any sense', [9_000_000_000_000_000], /validation_failed/],
    ['no such currency', [60_000, 'stripe', 'XYZ'], /validation_failed/],
    ['credits', [60_000, 'stripe', 'credits'], /validation_failed/],
    ['no such method', [60_000, 'cash'], /validation_failed/],
  ] as const)('%s', async (_name, [amount, method, currency], expected) => {
    const account = await earner()
    const before = await moneyState(stack)
    await expect(withdraw(account, amount, method, currency)).rejects.toThrow(expected)
    expect(await moneyState(stack)).toEqual(before)
  })

  test('who cannot be paid out', async () => {
    const account = await earner()
    await sql(stack)`update public.payout_accounts set payouts_enabled = false where account_id = ${account.id}`
    await expect(withdraw(account, 60_000)).rejects.toThrow(/Nothing can be paid out/)
    await sql(stack)`delete from public.payout_destinations where account_id = ${account.id}`
    await expect(withdraw(account, 60_000, 'manual')).rejects.toThrow(/Nothing can be paid out/)
  })
})

test('an admin does not end what Stripe is sending just now, unless they insist', async () => {
  const account = await earner()
  const id = await withdraw(account, 60_000)
  await claim()
  await expect(sql(stack)`select private.end_withdrawal(${id}, false)`).rejects.toThrow(/just now/)
  expect([await statusOf(id), await moneyOf(stack, account)]).toEqual(['processing', 40_000])
  await sql(stack)`select private.end_withdrawal(${id}, false, reason => 'never arrived', forced => true)`
  expect(await moneyOf(stack, account)).toBe(100_000)
  await expect(sql(stack)`select private.end_withdrawal(gen_random_uuid(), true)`).rejects.toThrow(
    /there is no withdrawal/,
  )
})

test('nor in the very moment in which it is handed over; and they say whether it was paid', async () => {
  const account = await earner()
  const id = await withdraw(account, 60_000)
  const claiming = { runs: [statement('select private.claim_payment_tasks(100)')] }
  const ending = { runs: [statement('select private.end_withdrawal($1, false)', id)] }
  expect(await meanwhile(stack, claiming, ending)).toEqual(['done', '55000'])
  expect([await statusOf(id), await moneyOf(stack, account)]).toEqual(['processing', 40_000])
  await expect(sql(stack)`select private.end_withdrawal(${id}, null, forced => true)`).rejects.toThrow(/was paid/)
  expect(await tell(stack, 'stripe', told('payout.paid', id))).toBe('applied')
})

test('told twice in one moment it is paid once, and the second is ignored', async () => {
  const account = await earner()
  const id = await withdraw(account, 60_000)
  await claim()
  const stored = await Promise.all([1, 2].map(() => store(told('payout.paid', id))))
  const [first, second] = stored.map((one) => ({ runs: [statement('select private.apply_payment_event($1)', one)] }))
  expect(await meanwhile(stack, first!, second!)).toEqual(['done', 'done'])
  const rows = await sql(stack)`select status from private.payment_events where id in ${sql(stack)(stored)} order by id`
  expect(rows.map(({ status }) => status).sort()).toEqual(['applied', 'ignored'])
})

test('a manual withdrawal is not the provider’s to end, and a batch takes no other', async () => {
  const account = await earner()
  const [manual, stripe] = [await withdraw(account, 60_000, 'manual'), await withdraw(account, 10_000)]
  expect(await tell(stack, 'stripe', told('payout.paid', manual))).toBe('quarantined')
  await sql(stack)`select private.start_payout_batch('USD')`
  expect([await statusOf(manual), await statusOf(stripe)]).toEqual(['processing', 'pending'])
  await sql(stack)`select private.end_withdrawal(${manual}, true)`
})

test('look-ups come after what people wait for', async () => {
  const id = await withdraw(await earner(), 10_000)
  await sql(stack)`
    insert into private.payment_tasks (kind, subject_id, provider, data)
    select 'look_up', gen_random_uuid(), 'kaspi', '{}' from generate_series(1, 200)
  `
  await sql(stack)`update private.payment_tasks set claimed_until = now() - interval '1 day' where subject_id = ${id}`
  const tasks = await sql(stack)`select * from private.claim_payment_tasks(20)`
  expect(tasks.map(({ data }) => data.withdrawal_id)).toContain(id)
  await sql(stack)`delete from private.payment_tasks where kind = 'look_up'`
})

test('what a suspended account takes out waits until the suspension is lifted', async () => {
  const account = await earner()
  const [sent, byHand] = [
    await withdraw(account, 10_000),
    await withdraw(account, 10_000, 'manual', 'EUR').catch(() => null),
  ]
  expect(byHand).toBeNull()
  const manual = await withdraw(account, 10_000, 'manual')
  await sql(stack)`select private.suspend_account(${account.id}, 'for a test')`
  const claimed = await claim()
  expect(claimed.map(({ data }) => data.withdrawal_id)).not.toContain(sent)
  await sql(stack)`select private.start_payout_batch('USD')`.catch(() => null)
  expect([await statusOf(sent), await statusOf(manual)]).toEqual(['pending', 'pending'])
  await sql(stack)`select private.lift_suspension(${account.id})`
  await sql(stack)`update private.payment_tasks set claimed_until = '-infinity' where subject_id = ${sent}`
  expect((await claim()).map(({ data }) => data.withdrawal_id)).toContain(sent)
})

test('one key takes once', async () => {
  const account = await earner()
  const key = '7d5b1f6a-0000-4000-8000-000000000001'
  const ids = await Promise.all(Array.from({ length: 5 }, () => withdraw(account, 20_000, 'stripe', 'USD', key)))
  expect(new Set(ids).size).toBe(1)
  expect(await moneyOf(stack, account)).toBe(80_000)
  await expect(withdraw(account, 20_001, 'stripe', 'USD', key)).rejects.toThrow(/idempotency_conflict/)
})

test('twenty at once take no more than there is', async () => {
  const account = await earner(100_000)
  const asked = await Promise.allSettled(Array.from({ length: 20 }, () => withdraw(account, 30_000)))
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  expect([await moneyOf(stack, account), await pending(account)]).toEqual([10_000, 90_000])
})

test('whoever sends it and whoever cancels it at the same moment: one of them does', async () => {
  for (let round = 0; round < 10; round++) {
    const account = await earner()
    const ids = await Promise.all(Array.from({ length: 3 }, () => withdraw(account, 10_000)))
    const [tasks, ...cancels] = await Promise.allSettled([claim(), ...ids.map((id) => cancel(account, id))])
    const claimed = tasks.status === 'fulfilled' ? tasks.value.map(({ data }) => data.withdrawal_id) : []
    for (const [i, id] of ids.entries()) {
      const isCancelled = cancels[i]!.status === 'fulfilled'
      expect(await statusOf(id)).toBe(isCancelled ? 'cancelled' : 'processing')
      expect(claimed.includes(id)).toBe(!isCancelled)
    }
  }
})

test('whoever cancels holds its task first, so that the sender passes over it', async () => {
  const account = await earner()
  const id = await withdraw(account, 10_000)
  const cancelling = { as: account, runs: [statement('select public.cancel_withdrawal($1)', id)] }
  const claiming = { runs: [statement('select private.claim_payment_tasks(100)')] }
  const hold = statement('select from public.withdrawals where id = $1 for update', id)
  expect(await whileHeld(stack, hold, cancelling, claiming)).toEqual(['done', 'done'])
  expect(await statusOf(id)).toBe('cancelled')
})

describe('by hand', () => {
  test('a batch is a list for the bank, and ends as it went', async () => {
    await sql(stack)`update public.withdrawals set status = 'cancelled' where method = 'manual' and status = 'pending'`
    const [one, two] = [await earner(), await earner()]
    const ids = [
      await withdraw(one, 60_000, 'manual'),
      await withdraw(two, 5_050, 'manual'),
      await withdraw(two, 7_000, 'manual'),
    ]
    const [batch] = await sql(stack)`select private.start_payout_batch('USD') as id`
    const rows = await sql(stack)`select * from private.payout_batch(${batch!.id})`
    expect(rows.map(({ withdrawal_id, amount }) => [withdrawal_id, amount])).toEqual([
      [ids[0], '600.00'],
      [ids[1], '50.50'],
      [ids[2], '70.00'],
    ])
    expect(rows[0]).toMatchObject({ holder: 'Jane Doe', details: 'KZ86125KZT5004100100', bank: 'TSESKZKA' })
    await expect(sql(stack)`select private.start_payout_batch('USD')`).rejects.toThrow(/nothing waits/)
    await actAs(stack, one, (tx) => tx`select public.set_payout_destination('Mallory', 'KZ00000000000000')`)
    expect(await sql(stack)`select * from private.payout_batch(${batch!.id})`).toEqual(rows)
    await sql(stack)`select private.end_withdrawal(${ids[1]!}, false, reason => 'the account is closed')`
    const [ended] = await sql(stack)`select private.end_payout_batch(${batch!.id}) as count`
    expect(ended!.count).toBe(2)
    expect(await Promise.all(ids.map(statusOf))).toEqual(['paid', 'failed', 'paid'])
    expect(await moneyOf(stack, two)).toBe(93_000)
    await expect(sql(stack)`select private.end_withdrawal(${ids[0]!}, true)`).rejects.toThrow(/invalid_transition/)
  })

  test.each(['=cmd()', '+1', '-1', '@sum', ' Jane', 'Jane\n2', 'Jane;=cmd()', 'Jane\t=1', 'Jane,=1', 'Jane "=1"', ''])(
    'no formula gets into the list: %j',
    async (holder) => {
      const account = await earner()
      const set = (name: string, details: string) =>
        actAs(stack, account, (tx) => tx`select public.set_payout_destination(${name}, ${details})`)
      await expect(set(holder, 'KZ86125KZT5004100100')).rejects.toThrow(/payout_destinations_holder_format/)
      await expect(set('Jane', `=${holder}`)).rejects.toThrow(/payout_destinations_details_format/)
    },
  )
})

test('an account with money to withdraw, or on its way, is not deleted; with less it is', async () => {
  const [rich, poor] = [await earner(), await earner(4_999)]
  const leave = ({ id }: Account) => sql(stack)`delete from auth.users where id = ${id}`
  await expect(leave(rich)).rejects.toThrow(/money in a wallet/)
  const id = await withdraw(rich, 100_000)
  await expect(leave(rich)).rejects.toThrow(/money in a wallet/)
  await tell(stack, 'stripe', told('payout.paid', id, { amount: 100_000 }))
  await leave(rich)
  await leave(poor)
})

test('what Stripe says of an account is kept, and only of one that is here', async () => {
  const account = await earner()
  const reference = `acct_${account.id.replaceAll('-', '')}`
  const update = (provider_reference: string) => ({
    type: 'account.updated',
    provider_reference,
    account: { charges_enabled: true, payouts_enabled: false, requirements: ['external_account'] },
  })
  expect(await tell(stack, 'stripe', update(reference))).toBe('applied')
  expect(await tell(stack, 'stripe', update('acct_nobody'))).toBe('ignored')
  const [row] = await sql(stack)`select * from public.payout_accounts where account_id = ${account.id}`
  expect(row).toMatchObject({ payouts_enabled: false, requirements: ['external_account'] })
  await sql(stack)`select private.save_payout_account(${account.id}, 'acct_another', 'US', true, true, '{}')`
  const [kept] = await sql(
    stack,
  )`select provider_reference, payouts_enabled from public.payout_accounts where account_id = ${account.id}`
  expect(kept).toEqual({ provider_reference: reference, payouts_enabled: false })
})
