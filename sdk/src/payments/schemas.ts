import { z } from 'zod'
import { id, page } from '../schemas/fields.ts'

/** Who takes the money; `manual`: an admin, who approves it by hand. */
export const paymentProvider = z.enum(['stripe', 'kaspi', 'robokassa', 'manual'])

export const paymentStatus = z.enum(['pending', 'failed', 'cancelled', 'succeeded'])

export const paymentPurpose = z.enum(['subscription', 'credits', 'pack', 'escrow'])

/** What every call that starts a payment takes. None takes an amount: prices are in the database. */
export const payBy = {
  provider: paymentProvider,
  /** A UUID of the app's own: with the same one, a repeated call starts nothing again for a day. */
  idempotency_key: id.optional(),
}

export const buyPackSchema = z.strictObject({
  /** Such as casting_responses_10; one that `payments.listPacks` shows. */
  pack_id: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/),
  ...payBy,
})

export const paymentIdSchema = z.strictObject({ payment_id: id })

export const listPaymentsSchema = z.strictObject({
  /** All unless told. */
  status: paymentStatus.optional(),
  /** All unless told. */
  purpose: paymentPurpose.optional(),
  ...page,
})

export const listInvoicesSchema = z.strictObject(page)
