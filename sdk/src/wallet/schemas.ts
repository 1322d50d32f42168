import { z } from 'zod'
import { id, page } from '../schemas/fields.ts'

export const walletTransactionType = z.enum(['credit', 'debit'])

export const listTransactionsSchema = z.strictObject({
  /** Both unless told. */
  type: walletTransactionType.optional(),
  /** The credits of this subscription of one's own in place of the wallet. */
  subscription_id: id.optional(),
  ...page,
})
