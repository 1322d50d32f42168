import type { z } from 'zod'
import type { Card } from '../rows.ts'
import type { walletTransactionType } from './schemas.ts'

/**
 * What one has of a currency, in its minor units: `balance` to spend, `escrowed` held of what one paid, `incoming` held for
 * one, after the fee, `pending` on its way out, `total_earned` released to one, `total_spent` released of what one paid; of
 * credits, what unlocks took less refunds. `id` is null while nothing was booked.
 */
export type Wallet = Card<'wallet', 'id' | 'created_at' | 'updated_at'>

export type WalletTransactionRow = Card<'wallet_transaction', 'payment_reference' | 'reason'>

/** A movement of the wallet. */
export interface WalletTransaction extends Omit<WalletTransactionRow, 'type' | 'data' | 'total' | 'cursor'> {
  /** credit: into the wallet; debit: out of it. `amount` is positive either way. */
  type: z.output<typeof walletTransactionType>
  /** What it was, in the locale of the SDK, with the candidate's name as far as one may know it. */
  description: string
  /** Whom it unlocked, or whose unlock was refunded. */
  candidate_id: string | null
  /** Of held money that it is about. */
  escrow_id: string | null
  /** Everything it is about, mostly ids. */
  data: Record<string, unknown>
}

/** What one credit costs: minor units of a currency. */
export interface CreditPrice {
  amount: number
  currency: string
}
