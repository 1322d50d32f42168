import { z } from 'zod'

/** A part of the marketplace with plans of its own. */
export const product = z.enum(['casting', 'hiring'])

export const period = z.enum(['month', 'quarter', 'year'])

export const listPlansSchema = z.strictObject({
  /** Both unless told. */
  product: product.optional(),
})
