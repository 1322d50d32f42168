import type { z } from 'zod'
import type { Card } from '../rows.ts'
import type { walletTransactionType } from './schemas.ts'

/** What one has to spend. `currency` is `credits`; `total_spent` is what unlocks took from the wallet, less refunds. */
export type Wallet = Card<'wallet', never>

export type WalletTransactionRow = Card<'wallet_transaction', 'payment_reference' | 'reason'>

/** A movement of the wallet. */
export interface WalletTransaction extends Omit<WalletTransactionRow, 'type' | 'data' | 'total' | 'cursor'> {
  /** credit: into the wallet; debit: out of it. `amount` is positive either way. */
  type: z.output<typeof walletTransactionType>
  /** What it was, in the locale of the SDK, with the candidate's name as far as one may know it. */
  description: string
  /** Whom it unlocked, or whose unlock was refunded. */
  candidate_id: string | null
  /** Everything it is about, mostly ids. */
  data: Record<string, unknown>
}

/** What one credit costs: minor units of a currency. */
export interface CreditPrice {
  amount: number
  currency: string
}
