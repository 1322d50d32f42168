import { FunctionError } from '../error.ts'
import type { ProviderEvent } from './event.ts'

/** Every provider there is; the functions take their lists from here. */
export const providerNames = ['stripe', 'kaspi', 'robokassa'] as const

export type ProviderName = (typeof providerNames)[number]

/** What is paid for. */
export const purposes = ['subscription', 'credits', 'pack', 'escrow'] as const

/** A payment as the database starts it: nothing of it was said by a client. */
export interface Payment {
  payment_id: string
  order_number: number
  account_id: string
  purpose: (typeof purposes)[number]
  provider: ProviderName | 'manual'
  /** Minor units of `currency`, which has `minor_units` digits of them. */
  amount: number
  currency: string
  minor_units: number
  description: string
  /** Whether later periods are charged without its owner being there. */
  auto_renew: boolean
  /** failed: declined, and its page can still be paid. */
  status: 'pending' | 'failed'
  /** What the provider made for it before; null the first time. */
  provider_session: string | null
}

export interface Started {
  /** Where it is paid. */
  url: string | null
  /** What Stripe's own form is opened with, where there is no page to go to. */
  client_secret: string | null
  provider_session: string | null
}

export interface LookUp {
  payment_id: string
  order_number: number
  provider_session: string | null
  provider_reference: string | null
  amount: number
  currency: string
}

/** Of all tasks: `attempts` is 1 at the first try, `failures` is how many of those before were said to have failed. */
interface Attempts {
  attempts: number
  failures: number
}

export interface Renewal extends Attempts {
  payment_id: string
  order_number: number
  amount: number
  currency: string
  minor_units: number
  description: string
  customer: string | null
  method: string
}

export interface Refund extends Attempts {
  refund_id: string
  payment_id: string
  order_number: number
  provider_reference: string
  amount: number
  currency: string
}

export interface Payout extends Attempts {
  withdrawal_id: string
  /** The account at the provider. */
  destination: string
  amount: number
  currency: string
}

export interface Webhook {
  method: string
  /** As it was sent. */
  body: string
  headers: Headers
  url: URL
}

/**
 * What a payment provider can do. What it answers goes into the database as it is; null says that there is nothing to
 * tell yet. Whatever another try may heal is thrown.
 */
export interface Provider {
  /** What it takes; all that the database has unless told. */
  currencies?: string[]
  /** How its webhooks come. */
  methods: string[]
  /** Makes the place to pay, or finds the one that was made before. `returnUrl` is where people come back to. */
  start(payment: Payment, returnUrl: string): Started | Promise<Started>
  /** Throws 401 `invalid_signature` for what the provider has not signed, 400 `validation_failed` for what cannot be read. */
  read(webhook: Webhook): ProviderEvent | Promise<ProviderEvent>
  /** Asks the provider whether it is so. Throws 503 `provider_unavailable` where it does not answer. */
  confirm?(event: ProviderEvent): Promise<ProviderEvent>
  /** What the provider takes as received. */
  answer(event: ProviderEvent): Response
  lookUp(task: LookUp): Promise<ProviderEvent | null>
  charge?(task: Renewal): Promise<ProviderEvent | null>
  refund?(task: Refund): Promise<ProviderEvent | null>
  payOut?(task: Payout): Promise<ProviderEvent | null>
}

export function invalidSignature(): FunctionError {
  return new FunctionError(401, 'invalid_signature', 'The request is not signed by the payment provider.')
}

export function unreadable(): FunctionError {
  return new FunctionError(400, 'validation_failed', 'The request cannot be read.')
}

/** Not configured, or out of reach. */
export function providerUnavailable(cause?: unknown): FunctionError {
  const options = cause === undefined ? {} : { cause }
  return new FunctionError(503, 'provider_unavailable', 'The payment provider is not available right now.', options)
}
