import { z } from 'zod'
import { page } from '../schemas/fields.ts'

export const walletTransactionType = z.enum(['credit', 'debit'])

export const listTransactionsSchema = z.strictObject({
  /** Both unless told. */
  type: walletTransactionType.optional(),
  ...page,
})
