import type { SupabaseClient } from '@supabase/supabase-js'
import { dataOf, dataOfCaller } from '../data-api.ts'
import type { ProviderEvent } from './event.ts'
import type { LookUp, Payment, Payout, ProviderName, Refund, Renewal } from './provider.ts'

/** What providers tell, kept and applied with the service's rights. */
export interface EventStore {
  /** Keeps an event once, and answers its id. */
  store(provider: ProviderName, event: ProviderEvent): Promise<number>
  /** Has it happen, once. What it throws may be tried again; a job does so. */
  apply(id: number): Promise<string | null>
  /** Applies one that was stored a while ago and not applied; false when none waits. */
  applyNext(): Promise<boolean>
}

interface OneTask {
  id: number
  provider: ProviderName
}

/** Something to do at a provider. */
export type PaymentTask =
  | (OneTask & { kind: 'look_up'; data: LookUp })
  | (OneTask & { kind: 'renewal'; data: Renewal })
  | (OneTask & { kind: 'refund'; data: Refund })
  | (OneTask & { kind: 'payout'; data: Payout })

export interface TaskQueue {
  /** Takes up to `batch` tasks, which nobody else gets meanwhile. Throws 401 or 403 if the caller may not. */
  claim(batch: number): Promise<PaymentTask[]>
  complete(id: number): Promise<void>
  fail(id: number, reason: string): Promise<void>
}

/** What a client says of a payment: what for and where, never how much. */
export interface PaymentInput {
  purpose: Payment['purpose']
  provider: Payment['provider']
  plan_id?: string | undefined
  period?: string | undefined
  credits?: number | undefined
  pack_id?: string | undefined
  escrow_id?: string | undefined
  auto_renew?: boolean | undefined
  idempotency_key?: string | undefined
  /** What the provider takes: checkout says it, no client. */
  currencies?: string[] | undefined
}

export interface PayoutAccount {
  account_id: string
  /** `acct_…` */
  provider_reference: string
  country: string
  charges_enabled: boolean
  payouts_enabled: boolean
  requirements: string[]
}

export function createEventStore(client: SupabaseClient): EventStore {
  return {
    async store(provider, { event_id, type, payload, event }) {
      const id = dataOf(await client.rpc('store_payment_event', { provider, event_id, type, payload, event }))
      if (typeof id !== 'number') throw new Error('The database did not say which event it has stored')
      return id
    },
    apply: async (id) => dataOf(await client.rpc('apply_payment_event', { event_id: id })),
    applyNext: async () => dataOf(await client.rpc('apply_next_payment_event')) !== null,
  }
}

export function createTaskQueue(client: SupabaseClient): TaskQueue {
  return {
    claim: async (batch) => dataOf(await client.rpc('claim_payment_tasks', { batch })) ?? [],
    async complete(id) {
      dataOf(await client.rpc('complete_payment_task', { task_id: id }))
    },
    async fail(id, reason) {
      dataOf(await client.rpc('fail_payment_task', { task_id: id, reason }))
    },
  }
}

/** Begins a payment of the caller, or finds the one that is pending for the same. Throws what the database refuses. */
export async function startPayment(client: SupabaseClient, input: PaymentInput): Promise<Payment> {
  const row: Payment | null = dataOfCaller(await client.rpc('start_payment', input).maybeSingle<Payment>())
  if (row === null) throw new Error('The database started no payment')
  return row
}

export async function savePaymentSession(client: SupabaseClient, payment_id: string, session: string): Promise<void> {
  dataOf(await client.rpc('save_payment_session', { payment_id, provider_session: session }))
}

/** The caller's account for payouts, or null. */
export async function myPayoutAccount(client: SupabaseClient): Promise<PayoutAccount | null> {
  return dataOfCaller(await client.rpc('my_payout_account').maybeSingle<PayoutAccount>())
}

export async function savePayoutAccount(client: SupabaseClient, account: PayoutAccount): Promise<void> {
  dataOf(await client.rpc('save_payout_account', account))
}
