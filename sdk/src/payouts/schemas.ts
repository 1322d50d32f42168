import { z } from 'zod'
import { amount, currency, id, page, text } from '../schemas/fields.ts'

export const createPayoutAccountSchema = z.strictObject({
  /** ISO 3166-1 alpha-2, such as DE: where Stripe pays out. */
  country: z.string().regex(/^[A-Z]{2}$/),
})

export const setPayoutDestinationSchema = z.strictObject({
  /** Begins with a letter. */
  holder: text(1, 100),
  /** IBAN, or the number of an account or card: 4 to 42 capital letters, digits and blanks. */
  details: z.string().regex(/^[A-Z0-9][A-Z0-9 ]{2,40}[A-Z0-9]$/),
  /** Name or code (BIC) of the bank. */
  bank: text(1, 100).optional(),
})

export const withdrawSchema = z.strictObject({
  /** Minor units; at least 50 major ones, unless the project says otherwise. */
  amount: amount.min(1),
  currency,
  /** stripe unless told; manual: an admin pays it to one's payout destination. */
  method: z.enum(['stripe', 'manual']).optional(),
  /** A UUID of the app's own: with the same one, a repeated call takes nothing again for a day. */
  idempotency_key: id.optional(),
})

export const withdrawalIdSchema = z.strictObject({ withdrawal_id: id })

export const listWithdrawalsSchema = z.strictObject(page)
