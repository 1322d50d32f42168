import { z } from 'zod'
import { payBy } from '../payments/schemas.ts'
import { currency, id, page } from '../schemas/fields.ts'

export const walletTransactionType = z.enum(['credit', 'debit'])

/** `credits`, or of money ISO 4217, such as KZT. */
const walletCurrency = z.union([z.literal('credits'), currency])

export const getWalletSchema = z.strictObject({
  /** Credits unless told. */
  currency: walletCurrency.optional(),
})

export const listTransactionsSchema = z.strictObject({
  /** Both unless told. */
  type: walletTransactionType.optional(),
  /** Credits unless told. */
  currency: walletCurrency.optional(),
  /** The credits of this subscription of one's own in place of the wallet. */
  subscription_id: id.optional(),
  ...page,
})

export const topUpSchema = z.strictObject({
  /** 1 to 100,000, at `creditPrice` each. */
  credits: z.int().min(1).max(100_000),
  ...payBy,
})
