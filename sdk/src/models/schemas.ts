import { z } from 'zod'
import {
  amount,
  birthDate,
  blame,
  currency,
  date,
  experience,
  gender,
  id,
  isChange,
  page,
  place,
  slug,
  text,
} from '../schemas/fields.ts'

export const visibility = z.enum(['public', 'link', 'hidden'])

const shortText = text(1, 50)

export const createModelSchema = z.strictObject({
  name: text(1, 200),
  /** ISO 8601, such as 2001-05-30; of somebody 18 to 99 years old. */
  birth_date: birthDate,
  gender,
  bio: text(1, 5000).nullish(),
  /** Centimetres. */
  height: z.int().min(100).max(250).nullish(),
  /** Kilograms. */
  weight: z.int().min(30).max(200).nullish(),
  /** Centimetres. */
  bust: z.int().min(50).max(200).nullish(),
  /** Centimetres. */
  waist: z.int().min(40).max(200).nullish(),
  /** Centimetres. */
  hips: z.int().min(50).max(200).nullish(),
  /** European. */
  shoe_size: z.int().min(30).max(50).nullish(),
  clothing_size: text(1, 20).nullish(),
  hair_color: shortText.nullish(),
  eye_color: shortText.nullish(),
  skin_tone: shortText.nullish(),
  city: place.nullish(),
  country: place.nullish(),
  /** At most 20. */
  languages: z.array(shortText).max(20).optional(),
  /** Slugs of categories of the kind casting; at most 20. */
  categories: z.array(slug).max(20).optional(),
  experience: experience.nullish(),
  can_travel: z.boolean().optional(),
  /** At most 50. */
  travel_cities: z.array(place).max(50).optional(),
  /** Minor units of `currency`. */
  hourly_rate: amount.nullish(),
  /** Minor units of `currency`. */
  day_rate: amount.nullish(),
  /** ISO 4217; KZT unless told. */
  currency: currency.optional(),
  accepts_barter: z.boolean().optional(),
  /** In lists, for whoever has the profile's id, or hidden; public unless told. */
  visibility: visibility.optional(),
})

export const updateModelSchema = createModelSchema.partial().refine(isChange, { params: { rule: 'required' } })

/** Whose profile is read or changed: one's own unless an agency names a model that it represents. */
export const ofModelSchema = z.strictObject({ account_id: id.optional() })

export const modelIdSchema = z.strictObject({ id })

/** For filters; what nobody can have matches nobody. */
const years = z.int().min(0).max(150)
const centimetres = z.int().min(0).max(300)

export const listModelsSchema = z.strictObject({
  gender: gender.optional(),
  min_age: years.optional(),
  max_age: years.optional(),
  min_height: centimetres.optional(),
  max_height: centimetres.optional(),
  /** In any case of letters. */
  city: place.optional(),
  /** A category's slug. */
  category: z.string().min(1).max(50).optional(),
  experience: experience.optional(),
  /** In name and bio. */
  search: z.string().min(1).max(200).optional(),
  /** Those whose promotion is running before the others. */
  promoted_first: z.boolean().optional(),
  ...page,
})

export const listPromotedModelsSchema = z.strictObject({
  /** 10 unless told. */
  limit: z.int().min(1).max(50).optional(),
})

const workExperience = z.strictObject({
  company: text(1, 200),
  position: text(1, 200),
  description: text(1, 2000).nullish(),
  start_date: date,
  /** Null: still there. */
  end_date: date.nullish(),
})

const datesInOrder = [
  ({ start_date, end_date }: { start_date?: unknown; end_date?: unknown }) =>
    !(typeof start_date === 'string' && typeof end_date === 'string' && end_date < start_date),
  blame('end_date', 'order'),
] as const

export const addWorkExperienceSchema = workExperience.refine(...datesInOrder)

export const updateWorkExperienceSchema = workExperience
  .partial()
  .refine(...datesInOrder)
  .refine(isChange, { params: { rule: 'required' } })

export const workExperienceIdSchema = z.strictObject({ work_experience_id: id })
