import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { type OrderTransition, orderTransitions } from '../helpers/transitions.ts'
import { actAs, escrowOf, fundEscrow, makeOrder, moneyOf, type OrderStage, wrongMoney } from '../helpers/work.ts'

// What each row of private.order_transitions does: who is told, what becomes of the money, and when it happens by itself.

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

interface Case {
  buyer: { id: string }
  seller: { id: string }
  orderId: string
  escrowId: string
}

async function makeCase(stage: OrderStage, service?: Record<string, unknown>): Promise<Case> {
  const { ids } = await makeAccounts(stack, 2, { roles: ['client', 'creator'] })
  const [buyer, seller] = [{ id: ids[0]! }, { id: ids[1]! }]
  const made = await makeOrder(stack, buyer, seller, stage, service ? { service } : {})
  return { buyer, seller, ...made }
}

/** What a side does, by the name of its action. */
const calls: Record<string, string> = {
  cancel: `public.cancel_order($1, 'So.')`,
  start: 'public.start_order($1)',
  deliver: `public.deliver_order($1, 'Here.')`,
  approve: 'public.approve_order($1)',
  request_revision: `public.request_revision($1, 'More.')`,
  dispute: `public.dispute_order($1, 'So.')`,
}

/** What happens without either side. */
const happenings: Record<string, (of: Case) => Promise<unknown>> = {
  fund: ({ escrowId }) => fundEscrow(stack, escrowId),
  leave: ({ buyer }) => sql(stack)`delete from auth.users where id = ${buyer.id}`,
  async approve({ orderId }) {
    await wasDelivered(orderId, '7 days')
    await sql(stack)`select private.approve_delivered_orders()`
  },
  // A revision that costs begins when a payment comes in for it.
  async request_revision({ buyer, orderId }) {
    await actAs(stack, buyer, (tx) => tx.unsafe(`select id from ${calls.request_revision}`, [orderId]))
    await fundEscrow(stack, await escrowOf(stack, orderId))
  },
  resolve: ({ escrowId }) => sql(stack)`select private.resolve_dispute(${escrowId}, 4000, 'Half done.')`,
  reject: ({ escrowId }) => sql(stack)`select private.resolve_dispute(${escrowId}, 0, 'Not done.')`,
}

async function happen(of: Case, { action, actor }: OrderTransition): Promise<void> {
  if (actor === 'system') await happenings[action]!(of)
  else await actAs(stack, of[actor], (tx) => tx.unsafe(`select id from ${calls[action]}`, [of.orderId]))
}

const caseOf = ({ from, action, actor }: OrderTransition) =>
  makeCase(from as OrderStage, action === 'request_revision' && actor === 'system' ? { modifications_price: 300 } : {})

const wasDelivered = (orderId: string, ago: string) =>
  sql(stack)`update public.orders set delivered_at = now() - ${ago}::interval where id = ${orderId}`

const title = '$from -> $to: $action by $actor'

describe('the side that did not act is told', () => {
  test.each(orderTransitions)(title, async (row) => {
    const of = await caseOf(row)
    const [before] = await sql(stack)`select coalesce(max(id), 0) as id from public.notifications`
    await happen(of, row)
    const told = await sql(stack)`
      select account_id, type, data - 'order_id' as data from public.notifications
      where id > ${before!.id} and data ->> 'order_id' = ${of.orderId}
    `
    const sides = ['buyer', 'seller'] as const
    // Who has left is told nothing more.
    const expected = sides.filter((side) => side !== row.actor && !(row.action === 'leave' && side === 'buyer'))
    const data = { status: row.to, action: row.action }
    expect([...told].sort((one, other) => (one.account_id < other.account_id ? -1 : 1))).toEqual(
      expected
        .map((side) => ({ account_id: of[side].id, type: 'order_status', data }))
        .sort((one, other) => (one.account_id < other.account_id ? -1 : 1)),
    )
  })

  test.each(['fund', 'request_revision'])('%s, paid from the wallet: the seller alone', async (action) => {
    const row = orderTransitions.find((row) => row.action === action && row.actor === 'system')!
    const of = await caseOf(row)
    await sql(stack)`
      select private.transfer('deposit', private.ledger_account(null, 'issuance', 'USD'),
        private.ledger_account(${of.buyer.id}, 'wallet', 'USD'), 10000, ${of.orderId})
    `
    if (action === 'request_revision') {
      await actAs(stack, of.buyer, (tx) => tx.unsafe(`select id from ${calls.request_revision}`, [of.orderId]))
    }
    const escrowId = await escrowOf(stack, of.orderId)
    await actAs(stack, of.buyer, (tx) => tx`select id from public.pay_escrow(${escrowId})`)
    const told = await sql(stack)`
      select account_id from public.notifications where data ->> 'order_id' = ${of.orderId} and data ->> 'action' = ${action}
    `
    expect(told.map(({ account_id }) => account_id)).toEqual([of.seller.id])
  })
})

describe('status and money', () => {
  test.each(orderTransitions)(`${title}, $effect`, async (row) => {
    const of = await caseOf(row)
    await happen(of, row)
    const [order] = await sql(stack)`select status from public.orders where id = ${of.orderId}`
    expect(order!.status).toBe(row.to)
    const [money] = await sql(stack)`
      select status, released::int, fee::int, refunded::int, held::int from private.escrows where id = ${of.escrowId}
    `
    expect({ ...money, ...(await wallets(of)) }).toEqual(moneyAfter(row))
    expect([...(await wrongMoney(stack))]).toEqual([])
  })

  const wallets = async ({ buyer, seller }: Case) => ({
    buyer: await moneyOf(stack, buyer),
    seller: await moneyOf(stack, seller),
  })

  const none = { released: 0, fee: 0, refunded: 0, held: 0, buyer: 0, seller: 0 }

  function moneyAfter({ from, action, effect }: OrderTransition): object {
    if (action === 'resolve')
      return { ...none, status: 'settled', released: 3400, fee: 600, refunded: 6000, buyer: 6000, seller: 3400 }
    if (action === 'reject') return { ...none, status: 'refunded', refunded: 10_000, buyer: 10_000 }
    if (effect === 'release') return { ...none, status: 'released', released: 8500, fee: 1500, seller: 8500 }
    if (effect === 'refund' && from === 'pending') return { ...none, status: 'cancelled' }
    if (effect === 'refund') return { ...none, status: 'refunded', refunded: 10_000, buyer: 10_000 }
    return { ...none, status: effect === 'dispute' ? 'disputed' : 'funded', held: 10_000 }
  }
})

describe('by itself', () => {
  const approves = () => sql(stack)`select private.approve_delivered_orders() as approved`
  const statusOf = async (orderId: string) => {
    const [row] = await sql(stack)`select status from public.orders where id = ${orderId}`
    return row!.status
  }

  test.each(orderTransitions.filter(({ deadline }) => deadline !== null))(`${title} after $deadline`, async (row) => {
    for (const days of [7, 3]) {
      await sql(stack)`update private.settings set value = to_jsonb(${days}::int) where key = ${row.deadline}`
      const { orderId, buyer } = await caseOf(row)
      const [card] = await actAs(
        stack,
        buyer,
        (tx) => tx`
        select approves_at - delivered_at = make_interval(days => ${days}) as is_right from public.get_order(${orderId})
      `,
      )
      expect(card!.is_right).toBe(true)
      await wasDelivered(orderId, `${days} days -1 minutes`)
      expect((await approves())[0]!.approved).toBe(0)
      expect(await statusOf(orderId)).toBe(row.from)
      await wasDelivered(orderId, `${days} days`)
      expect((await approves())[0]!.approved).toBe(1)
      expect(await statusOf(orderId)).toBe(row.to)
      expect((await approves())[0]!.approved).toBe(0)
    }
    await sql(stack)`update private.settings set value = '7' where key = ${row.deadline}`
  })

  // A status that something ends by itself is the status of a row with a deadline.
  const waiting = [...new Set(orderTransitions.map(({ from }) => from))]
  test.each(waiting.filter((from) => !orderTransitions.some((row) => row.from === from && row.deadline !== null)))(
    'nothing, however long it is %s',
    async (status) => {
      const { orderId } = await makeCase(status as OrderStage)
      await sql(stack)`
        update public.orders set delivered_at = now() - interval '400 days', created_at = now() - interval '400 days',
          funded_at = now() - interval '400 days', started_at = now() - interval '400 days' where id = ${orderId}
      `
      await sql(stack)`update private.jobs set last_run_at = null where name is not null`
      await sql(stack)`select private.run_jobs()`
      expect(await statusOf(orderId)).toBe(status)
    },
  )
})
