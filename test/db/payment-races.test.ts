import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Started, startPayment, success, wrongPayments } from '../helpers/payments.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { actAs, giveMoney, makeAgreedTask } from '../helpers/work.ts'
import { makeSides, shuffled, stuckMoney } from '../helpers/work-at-once.ts'

// Payments, refunds, renewals, withdrawals, tasks and deletions of accounts at once, on real connections.

let stack: TestStack
let pool: postgres.Sql
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  await sql(stack)`update private.settings set value = '1000000' where key = 'rate_limits.webhooks_per_minute'`
  pool = postgres(stack.databaseUrl('postgres'), { max: 16, idle_timeout: 2, onnotice: () => undefined })
})
afterAll(async () => {
  await pool.end({ timeout: 5 })
  await stack.close()
})

const plan = { purpose: 'subscription', plan_id: 'casting_pro', period: 'month' } as const
const saved = { method: { customer: 'cus_1', method: 'pm_1' } }

type Act = () => Promise<unknown>

/** Tells of a payment; a deadlock would be tried again by a job, but shall not be. */
const tell =
  (payment: Started, event: object): Act =>
  () =>
    pool.begin(async (tx) => {
      const [row] = await tx`
        insert into private.payment_events (provider, event_id, type, payload, event)
        values (${payment.provider}, gen_random_uuid()::text, 'told', '', ${tx.json(event as never)}) returning id
      `
      return tx`select private.apply_payment_event(${row!.id})`
    })

const admin =
  (statement: (connection: postgres.Sql) => Promise<unknown>): Act =>
  () =>
    statement(pool)

/** What two people, a client and a freelancer, and those who serve them may do. */
async function actsOf(client: { id: string }, freelancer: { id: string }): Promise<{ acts: Act[]; leaving: Act[] }> {
  const { taskId, escrowId } = await makeAgreedTask(stack, client, freelancer)
  const escrow = { purpose: 'escrow', escrow_id: escrowId } as const
  const paying = await Promise.all([
    startPayment(stack, client, escrow, 'stripe'),
    startPayment(stack, client, escrow, 'kaspi'),
    startPayment(stack, client, plan, 'stripe'),
    startPayment(stack, freelancer, { purpose: 'pack', pack_id: 'casting_responses_10' }, 'robokassa'),
  ])
  await giveMoney(stack, freelancer, 20_000)
  await actAs(stack, freelancer, (tx) => tx`select public.set_payout_destination('Jane Doe', 'KZ86125KZT5004100100')`)
  const by = (person: { id: string }, text: string, ...values: string[]): Act => {
    return () => actAs(stack, person, (tx) => tx.unsafe(text, values), pool)
  }
  const acts = [
    ...paying.flatMap((one) => [tell(one, success(one, saved)), tell(one, success(one, saved))]),
    ...paying.map((one) => tell(one, { type: 'payment.failed', payment_id: one.payment_id })),
    ...paying.map((one) => admin((tx) => tx`select private.refund_payment(${one.payment_id}, 'for a test')`)),
    by(client, 'select id from public.complete_task($1)', taskId),
    by(client, `select id from public.cancel_task($1, 'x')`, taskId),
    by(freelancer, 'select id from public.start_task($1)', taskId),
    by(freelancer, `select id from public.request_withdrawal(6000, 'USD', 'manual')`),
    by(freelancer, `select id from public.request_withdrawal(7000, 'USD', 'manual')`),
    by(
      freelancer,
      `select public.cancel_withdrawal((select id from public.withdrawals where account_id = auth.uid() limit 1))`,
    ),
    by(client, `select payment_id from public.start_payment('escrow', 'manual', escrow_id => $1)`, escrowId),
    by(client, `select id from public.cancel_subscription((select id from public.subscriptions limit 1))`),
    admin((tx) => tx`select private.suspend_account(${freelancer.id}, 'for a test')`),
    admin((tx) => tx`select private.renew_subscriptions()`),
    admin((tx) => tx`select private.look_up_payments()`),
    admin((tx) => tx`select private.apply_received_events()`),
    admin((tx) => tx`select private.claim_payment_tasks(100)`),
    admin((tx) => tx`select private.start_payout_batch('USD')`),
    admin(
      (tx) => tx`
        select private.end_refund(r.id, random() < 0.5) from private.refunds r where r.status = 'pending'
        order by random() limit 1
      `,
    ),
  ]
  const leave = ({ id }: { id: string }): Act => admin((tx) => tx`delete from auth.users where id = ${id}`)
  return { acts, leaving: [leave(client), leave(freelancer)] }
}

test('whatever happens at once, nobody waits in a circle and every cent is where it belongs', async () => {
  const codes = new Map<string, number>()
  for (let round = 0; round < 6; round++) {
    const sides = await makeSides(stack, 10)
    const acts: Act[] = []
    const leaving: Act[] = []
    for (let i = 0; i < sides.length; i += 2) {
      const pair = await actsOf(sides[i]!, sides[i + 1]!)
      acts.push(...pair.acts)
      leaving.push(...pair.leaving)
    }
    await sql(stack)`
      update public.subscriptions set expires_at = now() + interval '30 minutes' where started_at is not null and ended_at is null
    `
    // A client who is gone before; later, what they have keeps most of them.
    await leaving.shift()!()
    const list = shuffled([...acts, ...leaving])
    const outcomes = await Promise.allSettled(list.map((act) => act()))
    for (const outcome of outcomes) {
      const code = outcome.status === 'fulfilled' ? 'done' : String((outcome.reason as { code?: string }).code)
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    expect(await wrongPayments(stack)).toEqual([])
    expect(await stuckMoney(stack)).toEqual([])
  }
  // Refusals: by code (PGRST), and those of functions for admins.
  const known = ['done', 'PGRST', 'P0002', '55000', '22023', '42501']
  expect([...codes.keys()].filter((code) => !known.includes(code))).toEqual([])
  expect(codes.get('done')).toBeGreaterThan(300)
  const [gone] = await sql(stack)`
    select count(*)::int from private.payment_events where status = 'quarantined' and reason = 'the account is gone'
  `
  expect(gone!.count).toBeGreaterThan(0)
  const [others] = await sql(stack)`
    select count(*)::int from private.payment_events
    where status not in ('applied', 'ignored') and reason is distinct from 'the account is gone'
  `
  expect(others!.count).toBe(0)
}, 120_000)
