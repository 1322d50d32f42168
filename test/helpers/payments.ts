import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import { sql } from './people.ts'
import type { TestStack } from './stack.ts'
import { actAs } from './work.ts'

interface Account {
  id: string
}

/** What is paid for, as `start_payment` takes it. */
export interface Purchase {
  purpose: 'subscription' | 'credits' | 'pack' | 'escrow'
  plan_id?: string
  period?: string
  credits?: number
  pack_id?: string
  escrow_id?: string
  auto_renew?: boolean
}

export interface Started {
  payment_id: string
  order_number: number
  amount: number
  currency: string
  provider: string
}

/** Starts a payment as an account, in one transaction with the database rights that the API would give it. */
export async function startPayment(
  stack: TestStack,
  account: Account,
  { purpose, ...what }: Purchase,
  provider = 'kaspi',
): Promise<Started> {
  const [row] = await actAs(
    stack,
    account,
    (tx) => tx`
      select * from public.start_payment(
        ${purpose}, ${provider}, plan_id => ${what.plan_id ?? null}, period => ${what.period ?? null},
        credits => ${what.credits ?? null}, pack_id => ${what.pack_id ?? null}, escrow_id => ${what.escrow_id ?? null},
        auto_renew => ${what.auto_renew ?? null}
      )`,
  )
  const { payment_id, order_number, amount, currency } = row!
  return { payment_id, order_number: Number(order_number), amount: Number(amount), currency, provider }
}

/** What a provider tells, in the one shape of edge-functions/_shared/payments/event.ts. */
export type Told = { type: string } & Record<string, unknown>

/** That the money of a payment is there. */
export const success = ({ payment_id, amount, currency }: Started, more: Record<string, unknown> = {}): Told => ({
  type: 'payment.succeeded',
  payment_id,
  amount,
  currency,
  provider_reference: `ref-${payment_id}`,
  ...more,
})

/** Stores an event and has it applied, as the function for webhooks does; answers the event's status. */
export async function tell(
  stack: TestStack,
  provider: string,
  event: Told,
  { eventId = randomUUID(), connection = sql(stack) }: { eventId?: string; connection?: postgres.Sql } = {},
): Promise<string> {
  const [stored] = await connection`
    select private.store_payment_event(${provider}, ${eventId}, ${event.type}, '{}', ${connection.json(event as never)}) as id
  `
  const [applied] = await connection`select private.apply_payment_event(${stored!.id}) as status`
  return applied!.status
}

/** Starts a payment and has its provider tell that it came through. */
export async function pay(
  stack: TestStack,
  account: Account,
  purchase: Purchase,
  provider = 'kaspi',
  more: Record<string, unknown> = {},
): Promise<Started> {
  const started = await startPayment(stack, account, purchase, provider)
  const status = await tell(stack, provider, success(started, more))
  if (status !== 'applied') throw new Error(`The event was ${status}: ${await reasonOf(stack, started)}`)
  return started
}

/** Why the last event of a payment was not applied. */
export async function reasonOf(stack: TestStack, { payment_id }: Started): Promise<string | null> {
  const [row] = await sql(stack)`
    select reason from private.payment_events where payment_id = ${payment_id} order by id desc limit 1
  `
  return row?.reason ?? null
}

/** The row as it is now. */
export async function paymentOf(stack: TestStack, { payment_id }: Started): Promise<Record<string, unknown>> {
  const [row] = await sql(stack)`select * from public.payments where id = ${payment_id}`
  return { ...row }
}

/** Everything that payments could change, to show that nothing did. */
export async function moneyState(stack: TestStack): Promise<unknown> {
  const [row] = await sql(stack)`
    select
      (select jsonb_agg(to_jsonb(p) - 'updated_at' order by id) from public.payments p) as payments,
      (select jsonb_agg(to_jsonb(i) order by account_id, number) from public.invoices i) as invoices,
      (select jsonb_agg(to_jsonb(a) - 'updated_at' order by id) from private.ledger_accounts a) as accounts,
      (select count(*) from private.ledger_entries) as entries,
      (select jsonb_agg(to_jsonb(s) - 'updated_at' order by id) from public.subscriptions s) as subscriptions,
      (select jsonb_agg(to_jsonb(b) order by payment_id) from private.bought_quotas b) as packs,
      (select jsonb_agg(to_jsonb(e) - 'updated_at' order by id) from private.escrows e) as escrows,
      (select jsonb_agg(to_jsonb(r) order by id) from private.refunds r) as refunds,
      (select jsonb_agg(to_jsonb(w) - 'updated_at' order by id) from public.withdrawals w) as withdrawals,
      (select count(*) from public.notifications) as notifications
  `
  return { ...row }
}

/** What is wrong with the ledger, and payments whose money is not in it, or twice. */
export async function wrongPayments(stack: TestStack): Promise<object[]> {
  const wrong = await sql(stack)`
    select p.id, p.status, count(t.id)::int as transfers
    from public.payments p
    left join private.ledger_transfers t on t.reference = p.id::text
      and t.kind = case when p.purpose = 'escrow' and not p.is_in_wallet then 'escrow_funding' else 'payment' end
    group by p.id
    having count(t.id) <> (p.status = 'succeeded')::int
      or (p.status = 'succeeded') <> exists (select from public.invoices i where i.payment_id = p.id)
  `
  const gaps = await sql(stack)`
    select account_id, count(*), max(number) from public.invoices group by account_id having count(*) <> max(number)
  `
  return [...wrong, ...gaps, ...(await sql(stack)`select * from private.check_ledger()`)]
}
