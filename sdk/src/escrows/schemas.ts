import { z } from 'zod'
import { payBy } from '../payments/schemas.ts'
import { id, text } from '../schemas/fields.ts'

export const escrowStatus = z.enum(['pending', 'funded', 'disputed', 'released', 'refunded', 'settled', 'cancelled'])

export const listEscrowsSchema = z.strictObject({ entity_type: z.enum(['task', 'order']), entity_id: id })

export const escrowIdSchema = z.strictObject({ escrow_id: id })

export const fundEscrowSchema = escrowIdSchema.extend(payBy)

export const moveEscrowSchema = escrowIdSchema.extend({
  /** A UUID of the app's own: with the same one, a repeated call moves nothing again for a day. */
  idempotency_key: id.optional(),
})

export const refundEscrowSchema = moveEscrowSchema.extend({ reason: text(1, 2000).optional() })

export const disputeEscrowSchema = escrowIdSchema.extend({ reason: text(1, 2000) })
