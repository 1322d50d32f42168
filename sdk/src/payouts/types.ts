import type { Card, Row } from '../rows.ts'

/** Where one stands with Stripe Connect, as Stripe says now. */
export interface PayoutStatus {
  exists: boolean
  /** Null without an account. */
  country: string | null
  charges_enabled: boolean
  payouts_enabled: boolean
  /** What Stripe still wants to know, in its own words. */
  requirements: string[]
}

export type PayoutDestination = Row<'payout_destinations'>

export type WithdrawalRow = Card<'withdrawal_card', 'provider_reference' | 'failure_reason' | 'paid_at'>

/** Money that left the wallet; `amount` in minor units of `currency`. */
export interface Withdrawal extends Omit<WithdrawalRow, 'method' | 'status' | 'total' | 'cursor'> {
  method: 'stripe' | 'manual'
  /** pending: may be cancelled; processing: on its way; failed and cancelled: back in the wallet. */
  status: 'pending' | 'processing' | 'paid' | 'failed' | 'cancelled'
}
