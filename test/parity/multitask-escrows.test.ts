import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { giveMoney, makeAgreedTask, makeOrder, moneyOf, wrongMoney } from '../helpers/work.ts'
import { expectFields } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let client: Member
let freelancer: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  client = await member(stack, ['client'])
  freelancer = await member(stack, ['freelancer', 'creator'])
  stranger = await member(stack, ['client', 'freelancer'])
})
afterAll(async () => {
  expect(await wrongMoney(stack)).toEqual([])
  await stack.close()
})

const stored = async (id: string) => [
  ...(await sql(stack)`select * from private.escrows where id = ${id}`),
  ...(await sql(stack)`
    select e.* from private.ledger_entries e join private.ledger_accounts a on a.id = e.ledger_account_id
    where a.owner_id = any (${[client.id, freelancer.id]}) order by e.id
  `),
]

it('MT48 wallet.get: available, escrowed, pending, earned and spent, as the ledger has it', async () => {
  const [payer, payee] = [await member(stack, ['client']), await member(stack, ['freelancer'])]
  await giveMoney(stack, payer, 30_000)
  const done = await makeAgreedTask(stack, payer, payee, { price: 9_999 })
  await must(payer.tb.escrows.pay(done.escrowId))
  await must(payer.tb.tasks.complete(done.taskId))
  const held = await makeAgreedTask(stack, payer, payee, { price: 5_001 })
  await must(payer.tb.escrows.pay(held.escrowId))
  const wallet = await must(payer.tb.wallet.get({ currency: 'USD' }))
  expectFields(wallet, {
    available_balance: 'balance',
    escrowed_balance: 'escrowed',
    pending_balance: 'pending',
    lifetime_earnings: 'total_earned',
    lifetime_spent: 'total_spent',
  })
  expect(wallet).toMatchObject({
    currency: 'USD',
    balance: 15_000,
    escrowed: 5_001,
    incoming: 0,
    pending: 0,
    total_earned: 0,
    total_spent: 9_999,
  })
  // 15 % of 9,999 and of 5,001, rounded half up: 1,500 and 750.
  const earned = { balance: 8_499, escrowed: 0, incoming: 4_251, total_earned: 8_499, total_spent: 0 }
  expect(await must(payee.tb.wallet.get({ currency: 'USD' }))).toMatchObject(earned)
  await sql(stack)`
    select private.transfer(
      'withdrawal', private.ledger_account(${payee.id}, 'wallet', 'USD'),
      private.ledger_account(${payee.id}, 'payout', 'USD', gen_random_uuid()), 499
    )
  `
  expect(await must(payee.tb.wallet.get({ currency: 'USD' }))).toMatchObject({
    ...earned,
    balance: 8_000,
    pending: 499,
  })
  expect(await must(payee.tb.wallet.get({ currency: 'KZT' }))).toMatchObject({ id: null, balance: 0, escrowed: 0 })
  expect(await must(payee.tb.wallet.list())).toMatchObject([{ currency: 'USD', balance: 8_000 }])
  expect((await payee.client.rpc('my_wallet', { currency: 'USD' })).data).toMatchObject([{ balance: 8_000 }])
  await expectRefusal(payee.tb.wallet.get(), 'not_found')
  await expectRefusal(device(stack).tb.wallet.get({ currency: 'USD' }), 'auth_required')
  await expectRefusal(device(stack).tb.wallet.list(), 'auth_required')
  await expectRefusal(payee.tb.wallet.get({ currency: 'dollars' }), 'validation_failed', { currency: ['format'] })
  expect(await must(stranger.tb.wallet.list())).toEqual([])
})

it('MT49 wallet.listTransactions: each movement with the balance after it', async () => {
  const [payer, payee] = [await member(stack, ['client']), await member(stack, ['freelancer'])]
  await giveMoney(stack, payer, 20_000)
  const one = await makeAgreedTask(stack, payer, payee)
  await must(payer.tb.escrows.pay(one.escrowId))
  await must(payee.tb.escrows.refund(one.escrowId, { reason: 'I am ill.' }))
  const { items, total } = await must(payer.tb.wallet.listTransactions({ currency: 'USD' }))
  expect(total).toBe(3)
  expect(items).toMatchObject([
    {
      kind: 'escrow_refund',
      type: 'credit',
      amount: 10_000,
      balance_after: 20_000,
      reason: 'I am ill.',
      escrow_id: one.escrowId,
    },
    { kind: 'escrow_funding', type: 'debit', amount: 10_000, balance_after: 10_000, escrow_id: one.escrowId },
    { type: 'credit', amount: 20_000, balance_after: 20_000, description: 'Money received' },
  ])
  const debits = await must(payer.tb.wallet.listTransactions({ currency: 'USD', type: 'debit', limit: 1 }))
  expect(debits).toMatchObject({ total: 1, has_more: false, items: [{ description: 'Paid in for work' }] })
  expect((await payer.client.rpc('list_wallet_transactions', { currency: 'USD' })).data).toHaveLength(3)
  expect((await must(payee.tb.wallet.listTransactions({ currency: 'USD' }))).items).toEqual([])
  await expectRefusal(device(stack).tb.wallet.listTransactions({ currency: 'USD' }), 'auth_required')
  await expectRefusal(payer.tb.wallet.listTransactions({ currency: 'usd' }), 'validation_failed', {
    currency: ['format'],
  })
})

it('MT51 escrows.get: to payer, payee and admins, with what both pay and get', async () => {
  const { escrowId, taskId } = await makeAgreedTask(stack, client, freelancer, { price: 12_345, funded: true })
  const seen = { amount: 12_345, payer_pays: 12_345, fee: 1_852, payee_gets: 10_493, held: 12_345, status: 'funded' }
  expect(await must(client.tb.escrows.get(escrowId))).toMatchObject({ ...seen, side: 'payer', entity_id: taskId })
  expect(await must(freelancer.tb.escrows.get(escrowId))).toMatchObject({ ...seen, side: 'payee' })
  const admin = await member(stack, ['client'])
  await sql(stack)`insert into public.account_roles (account_id, role) values (${admin.id}, 'admin')`
  expect(await must(admin.tb.escrows.get(escrowId))).toMatchObject({ ...seen, side: null })
  expect((await freelancer.client.rpc('get_escrow', { escrow_id: escrowId })).data).toMatchObject([seen])
  await expectRefusal(stranger.tb.escrows.get(escrowId), 'not_found')
  await expectRefusal(device(stack).tb.escrows.get(escrowId), 'auth_required')
  await expectRefusal(client.tb.escrows.get(''), 'validation_failed', { escrow_id: ['format'] })
  expect(await must(stranger.tb.escrows.list({ entity_type: 'task', entity_id: taskId }))).toEqual([])
  // What was never paid in costs nobody anything once it is over.
  const unpaid = await makeAgreedTask(stack, client, freelancer)
  expect(await must(client.tb.escrows.get(unpaid.escrowId))).toMatchObject({ payer_pays: 10_000, payee_gets: 8_500 })
  await must(client.tb.tasks.cancel(unpaid.taskId))
  const none = { status: 'cancelled', payer_pays: 0, payee_gets: 0, fee: 0, held: 0 }
  expect(await must(client.tb.escrows.get(unpaid.escrowId))).toMatchObject(none)
})

it('MT52 escrows.release: by the task’s owner, once', async () => {
  const { escrowId } = await makeAgreedTask(stack, client, freelancer, { funded: true })
  const unpaid = await makeAgreedTask(stack, client, freelancer)
  const order = await makeOrder(stack, client, freelancer, 'in_progress')
  await expectUnchanged(
    async () => [await stored(escrowId), await stored(unpaid.escrowId), await stored(order.escrowId)],
    async () => {
      await expectRefusal(freelancer.tb.escrows.release(escrowId), 'permission_denied')
      await expectRefusal(stranger.tb.escrows.release(escrowId), 'not_found')
      await expectRefusal(device(stack).tb.escrows.release(escrowId), 'auth_required')
      await expectRefusal(client.tb.escrows.release(unpaid.escrowId), 'invalid_transition')
      await expectRefusal(client.tb.escrows.release(order.escrowId), 'conflict')
      await expectRefusal(client.tb.escrows.release('x'), 'validation_failed', { escrow_id: ['format'] })
    },
  )
  const before = await moneyOf(stack, freelancer)
  const key = { idempotency_key: crypto.randomUUID() }
  const released = await must(client.tb.escrows.release(escrowId, key))
  expect(released).toMatchObject({ status: 'released', released: 8_500, fee: 1_500, held: 0, payee_gets: 8_500 })
  expect((await moneyOf(stack, freelancer)) - before).toBe(8_500)
  await expectUnchanged(
    () => stored(escrowId),
    async () => {
      expect(await must(client.tb.escrows.release(escrowId, key)), 'the same again').toEqual(released)
      await expectRefusal(client.tb.escrows.release(unpaid.escrowId, key), 'idempotency_conflict')
      await expectRefusal(client.tb.escrows.release(escrowId), 'invalid_transition')
      await expectRefusal(client.tb.escrows.refund(escrowId), 'invalid_transition')
    },
  )
  const other = await makeAgreedTask(stack, client, freelancer, { funded: true })
  const plain = await client.client.rpc('release_escrow', { escrow_id: other.escrowId })
  expect(plain.data).toMatchObject([{ status: 'released' }])
})

it('MT53 escrows.refund: before work by either, then by the payee; released and refunded never both', async () => {
  const early = await makeAgreedTask(stack, client, freelancer, { funded: true })
  const begun = await makeAgreedTask(stack, client, freelancer, { funded: true, started: true })
  await expectUnchanged(
    async () => [await stored(early.escrowId), await stored(begun.escrowId)],
    async () => {
      await expectRefusal(stranger.tb.escrows.refund(early.escrowId), 'not_found')
      await expectRefusal(device(stack).tb.escrows.refund(early.escrowId), 'auth_required')
      await expectRefusal(client.tb.escrows.refund(early.escrowId, { reason: '' }), 'validation_failed', {
        reason: ['length'],
      })
    },
  )
  const before = await moneyOf(stack, client)
  expect(await must(client.tb.escrows.refund(early.escrowId))).toMatchObject({
    status: 'refunded',
    refunded: 10_000,
    payer_pays: 0,
    payee_gets: 0,
    fee: 0,
  })
  expect((await moneyOf(stack, client)) - before).toBe(10_000)
  await expectRefusal(client.tb.escrows.release(early.escrowId), 'invalid_transition')

  const asked = await must(client.tb.escrows.refund(begun.escrowId, { reason: 'It is late.' }))
  expect(asked).toMatchObject({ status: 'funded', held: 10_000, refund_reason: 'It is late.' })
  expect(asked.refund_requested_at).not.toBeNull()
  // Asked again, it stays as it was asked for, and nobody is told again.
  const { refund_reason, refund_requested_at } = asked
  expect(await must(client.tb.escrows.refund(begun.escrowId))).toMatchObject({ refund_reason, refund_requested_at })
  const told = await sql(stack)`
    select data ->> 'status' as status from public.notifications
    where account_id = ${freelancer.id} and data ->> 'escrow_id' = ${begun.escrowId} and data ->> 'status' <> 'funded'
  `
  expect(told.map(({ status }) => status)).toEqual(['refund_requested'])
  expect(await moneyOf(stack, client)).toBe(before + 10_000)
  expect(await must(freelancer.tb.escrows.refund(begun.escrowId))).toMatchObject({ status: 'refunded' })
  expect(await moneyOf(stack, client)).toBe(before + 20_000)
  await expectRefusal(freelancer.tb.escrows.refund(begun.escrowId), 'invalid_transition')
  const other = await makeAgreedTask(stack, client, freelancer, { funded: true })
  const plain = await freelancer.client.rpc('refund_escrow', { escrow_id: other.escrowId })
  expect(plain.data).toMatchObject([{ status: 'refunded' }])
})

it('a dispute is held until an admin divides it', async () => {
  const { escrowId, taskId } = await makeAgreedTask(stack, client, freelancer, { funded: true, started: true })
  await expectRefusal(stranger.tb.escrows.dispute(escrowId, { reason: 'Mine.' }), 'not_found')
  expect(await must(freelancer.tb.escrows.dispute(escrowId, { reason: 'They do not answer.' }))).toMatchObject({
    status: 'disputed',
    held: 10_000,
    dispute_reason: 'They do not answer.',
    disputed_by: freelancer.id,
  })
  await expectUnchanged(
    () => stored(escrowId),
    async () => {
      await expectRefusal(client.tb.escrows.release(escrowId), 'invalid_transition')
      await expectRefusal(freelancer.tb.escrows.refund(escrowId), 'invalid_transition')
      await expectRefusal(client.tb.tasks.complete(taskId), 'conflict')
      await expectRefusal(client.tb.tasks.cancel(taskId), 'conflict')
    },
  )
  const before = [await moneyOf(stack, client), await moneyOf(stack, freelancer)]
  await sql(stack)`select private.resolve_dispute(${escrowId}, 3333, 'A third of it was done.')`
  expect(await must(client.tb.escrows.get(escrowId))).toMatchObject({
    status: 'settled',
    payer_pays: 3_333,
    payee_gets: 2_833,
    fee: 500,
    refunded: 6_667,
    resolution: 'A third of it was done.',
  })
  expect([await moneyOf(stack, client), await moneyOf(stack, freelancer)]).toEqual([
    before[0]! + 6_667,
    before[1]! + 2_833,
  ])
  const again = sql(stack)`select private.resolve_dispute(${escrowId}, 1, 'Again.')`
  await expect(again).rejects.toThrow('is not disputed')
})
