import { z } from 'zod'
import { amount, blame, currency, id, inOrder, isChange, page, slug, text } from '../schemas/fields.ts'

const price = amount.min(1)

const option = z.strictObject({
  name: text(1, 100),
  /** Minor units of the service's currency. */
  price: amount,
  description: text(1, 1000).optional(),
})

const fields = z.strictObject({
  title: text(3, 200),
  description: text(1, 10_000),
  /** Of the kind service, by its slug, such as ugc-video. */
  category: slug,
  /** Minor units of `currency`, without options. */
  price,
  /** ISO 4217; USD unless told. */
  currency: currency.optional(),
  /** From the day it is paid; 1-365. */
  delivery_days: z.int().min(1).max(365),
  /** Whether buyers may ask for revisions; yes unless told. */
  allows_modifications: z.boolean().optional(),
  /** What each revision costs, minor units of `currency`; nothing unless told. */
  modifications_price: amount.optional(),
  /** At most 20. */
  tags: z.array(text(1, 50)).max(20).optional(),
  /** Whether it is found and can be ordered; yes unless told. */
  is_active: z.boolean().optional(),
})

export const createServiceSchema = fields.extend({
  /** What costs extra; at most 20. */
  options: z.array(option).max(20).optional(),
})

export const updateServiceSchema = fields.partial().refine(isChange, { params: { rule: 'required' } })

export const serviceIdSchema = z.strictObject({ service_id: id })

export const setServiceOptionsSchema = serviceIdSchema.extend({
  /** With an `id` it is that one, changed; what is not named goes. At most 20. */
  options: z.array(option.extend({ id: id.optional() })).max(20),
})

const filters = {
  /** Of one creator; one's own id lists inactive ones, too. */
  creator_id: id.optional(),
  /** With those below it. */
  category: z.string().max(50).optional(),
  tag: z.string().max(50).optional(),
  /** Minor units of `currency`. */
  min_price: amount.optional(),
  /** Minor units of `currency`. */
  max_price: amount.optional(),
  /** Needed to compare prices. */
  currency: currency.optional(),
  /** In title and description; without three letters in a row in the title alone. */
  search: z.string().min(1).max(200).optional(),
}

const pricesInOrder = [inOrder('min_price', 'max_price'), blame('max_price', 'order')] as const

const namesCurrency = [
  ({ min_price, max_price, sort, currency: named }: Record<string, unknown>) =>
    named !== undefined ||
    (min_price === undefined && max_price === undefined && sort !== 'lowest_price' && sort !== 'highest_price'),
  blame('currency', 'required'),
] as const

export const listServicesSchema = z
  .strictObject({
    ...filters,
    /** newest unless told. */
    sort: z.enum(['newest', 'lowest_price', 'highest_price']).optional(),
    ...page,
  })
  .refine(...pricesInOrder)
  .refine(...namesCurrency)

/** What a saved search for services looks for, among those that are new. */
export const serviceFiltersSchema = z
  .strictObject(filters)
  .refine(...pricesInOrder)
  .refine(...namesCurrency)
