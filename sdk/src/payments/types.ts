import type { z } from 'zod'
import type { Card, Row } from '../rows.ts'
import type { paymentProvider, paymentPurpose, paymentStatus } from './schemas.ts'

export type PaymentProvider = z.output<typeof paymentProvider>
export type PaymentStatus = z.output<typeof paymentStatus>
export type PaymentPurpose = z.output<typeof paymentPurpose>

/** A payment that was started: the app sends the payer to `url`, or confirms `client_secret` with Stripe.js. */
export interface StartedPayment {
  payment_id: string
  /** For providers that know numbers only; an order id for people. */
  order_number: number
  provider: PaymentProvider
  /** Minor units of `currency`: the price in the database. */
  amount: number
  currency: string
  /** failed: it was declined, and the same page takes another card. */
  status: 'pending' | 'failed'
  /** The provider's page; null where there is none (manual, and escrows through Stripe). */
  url: string | null
  /** Of Stripe's PaymentIntent, for escrows; null otherwise. */
  client_secret: string | null
}

export type PaymentRow = Card<
  'payment_card',
  'subject_id' | 'pack_id' | 'quantity' | 'failure_reason' | 'invoice_number' | 'paid_at'
>

/** A payment of one's own. */
export interface Payment extends Omit<PaymentRow, 'purpose' | 'provider' | 'status' | 'total' | 'cursor'> {
  purpose: PaymentPurpose
  provider: PaymentProvider
  /** It only goes forward: pending, failed, cancelled, succeeded. */
  status: PaymentStatus
}

export type InvoiceRow = Card<'invoice_card', 'quantity'>

/** An invoice of one's own: numbers are 1, 2, 3 … without gaps. */
export interface Invoice extends Omit<InvoiceRow, 'purpose' | 'provider' | 'total' | 'cursor'> {
  purpose: PaymentPurpose
  provider: PaymentProvider
}

/** More of a flow than a plan gives, used after the plan's own and lasting until it is used. `amount`: minor units. */
export type QuotaPack = Pick<Row<'quota_packs'>, 'id' | 'entitlement_id' | 'name' | 'quantity' | 'amount' | 'currency'>

/** `minor_units`: how many digits of an amount stand behind the point. */
export type Currency = Row<'currencies'>
