import { z } from 'zod'
import {
  amount,
  blame,
  experience,
  gender,
  id,
  inOrder,
  instant,
  isChange,
  page,
  path,
  place,
  slug,
  text,
  webUrl,
} from '../schemas/fields.ts'

export const castingStatus = z.enum(['draft', 'active', 'completed', 'cancelled'])
export const payType = z.enum(['fixed', 'hourly', 'daily', 'negotiable', 'barter', 'unpaid'])

const age = z.int().min(18).max(99)
const centimetres = z.int().min(100).max(250)
const words = z.array(text(1, 50)).max(20)

const requirementsSchema = z
  .strictObject({
    gender: gender.nullish(),
    min_age: age.nullish(),
    max_age: age.nullish(),
    min_height: centimetres.nullish(),
    max_height: centimetres.nullish(),
    experience: experience.nullish(),
    /** At most 20. */
    languages: words.optional(),
    appearance: text(1, 2000).nullish(),
  })
  .refine(inOrder('min_age', 'max_age'), blame('max_age', 'order'))
  .refine(inOrder('min_height', 'max_height'), blame('max_height', 'order'))

const fields = z.strictObject({
  /** In whose name it is: an organization that one belongs to. */
  organization_id: id.nullish(),
  title: text(3, 200),
  description: text(1, 10_000),
  /** Of the kind casting, by its slug, such as fashion. */
  category: slug,
  city: place.nullish(),
  country: place.nullish(),
  address: text(1, 500).nullish(),
  shoot_date: instant.nullish(),
  duration_days: z.int().min(1).max(365).nullish(),
  response_deadline: instant.nullish(),
  pay_type: payType.optional(),
  pay_min: amount.nullish(),
  pay_max: amount.nullish(),
  /** ISO 4217; KZT unless told. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  requirements: requirementsSchema.optional(),
  models_needed: z.int().min(1).max(1000).nullish(),
  is_urgent: z.boolean().optional(),
  /** At most 20. */
  tags: words.optional(),
  cover_path: path.nullish(),
})

const payInOrder = [inOrder('pay_min', 'pay_max'), blame('pay_max', 'order')] as const

export const createCastingSchema = fields.refine(...payInOrder)

export const updateCastingSchema = fields
  .partial()
  .refine(...payInOrder)
  .refine(isChange, { params: { rule: 'required' } })

export const listCastingsSchema = z.strictObject({
  /** Active ones unless told; `all` for every status one may see. */
  status: z.enum([...castingStatus.options, 'all']).optional(),
  city: place.optional(),
  category: z.string().max(50).optional(),
  gender: gender.optional(),
  /** Castings for people of this age or older; those without an age match. */
  min_age: z.int().min(0).max(150).optional(),
  /** Castings for people of this age or younger; those without an age match. */
  max_age: z.int().min(0).max(150).optional(),
  /** In title and description. */
  search: z.string().min(1).max(200).optional(),
  /** Of one employer or agency. */
  creator_id: id.optional(),
  organization_id: id.optional(),
  /** Promoted castings before the others. */
  promoted_first: z.boolean().optional(),
  ...page,
})

/** What a saved search for castings looks for, among those that are new. */
export const castingFiltersSchema = listCastingsSchema
  .omit({ promoted_first: true, limit: true, cursor: true, offset: true })
  .extend({ status: z.literal('active').optional() })

export const listMyCastingsSchema = z.strictObject({ status: castingStatus.optional(), ...page })

export const castingIdSchema = z.strictObject({ casting_id: id })

export const setCastingStatusSchema = z.strictObject({ casting_id: id, status: castingStatus })

export const respondSchema = z.strictObject({
  message: text(1, 5000).optional(),
  /** At most 10. */
  portfolio_links: z.array(webUrl).max(10).optional(),
  /** Minor units of the casting's currency. */
  proposed_rate: amount.optional(),
  /** For whom an agency responds: a model it represents. */
  model_id: id.optional(),
  /** A UUID of the app's own: with the same one, a repeated call answers the first response again for a day. */
  idempotency_key: id.optional(),
})
