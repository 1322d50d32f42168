import { z } from 'zod'
import { date, id, isChange, page, text } from '../schemas/fields.ts'

export const orderStatus = z.enum([
  'pending',
  'in_progress',
  'delivered',
  'revision_requested',
  'completed',
  'cancelled',
  'disputed',
])

/** ISO 8601 without a time; from today on, in UTC, as the database says. */
const delivery_date = date

const requirements = text(1, 10_000)

/** A UUID of the app's own: with the same one, a repeated call does nothing again for a day. */
const idempotency_key = id.optional()

export const createOrderSchema = z.strictObject({
  service_id: id,
  /** Options of this service; at most 20. */
  option_ids: z.array(id).max(20).optional(),
  requirements: requirements.optional(),
  /** By when; `delivery_days` of the service after it is paid unless told. */
  delivery_date: delivery_date.optional(),
  idempotency_key,
})

export const updateOrderSchema = z
  .strictObject({ requirements: requirements.nullish(), delivery_date: delivery_date.nullish() })
  .refine(isChange, { params: { rule: 'required' } })

export const listOrdersSchema = z.strictObject({
  /** What one buys, or sells; both unless told. */
  side: z.enum(['buyer', 'seller']).optional(),
  status: orderStatus.optional(),
  ...page,
})

export const orderIdSchema = z.strictObject({ order_id: id })

export const approveOrderSchema = orderIdSchema.extend({ idempotency_key })

export const cancelOrderSchema = orderIdSchema.extend({ reason: text(1, 2000), idempotency_key })

export const disputeOrderSchema = orderIdSchema.extend({ reason: text(1, 2000) })

export const deliverOrderSchema = orderIdSchema
  .extend({
    message: text(1, 5000).optional(),
    /** Files of one's own in the bucket `deliveries`; at most 20. */
    file_ids: z.array(id).max(20).optional(),
  })
  .refine(({ message, file_ids }) => message !== undefined || (file_ids ?? []).length > 0, {
    path: ['message'],
    params: { rule: 'required' },
  })

export const requestRevisionSchema = orderIdSchema.extend({ message: text(1, 5000) })
