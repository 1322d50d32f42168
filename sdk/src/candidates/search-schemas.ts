import { z } from 'zod'
import { amount, blame, currency, id, inOrder, page, slug, text } from '../schemas/fields.ts'

const rule = (name: string) => ({ params: { rule: name } })

/** Compared whole, without regard to case and blanks. */
const word = text(1, 100)
const words = z.array(text(1, 50)).max(20)

/** What nobody can have matches nobody. */
const years = z.int().min(0).max(150)

const filters = {
  role: word.optional(),
  /** Slug of a category of the kind hiring; those below it count. */
  category: slug.optional(),
  department: word.optional(),
  min_experience: years.optional(),
  max_experience: years.optional(),
  min_age: years.optional(),
  max_age: years.optional(),
  city: word.optional(),
  state: word.optional(),
  country: word.optional(),
  religion: word.optional(),
  /** A degree, such as B.Tech. */
  education: word.optional(),
  /** All of them; at most 20. */
  skills: words.optional(),
  /** All of them; at most 20. */
  languages: words.optional(),
  /** Of the current salary, a year's, in minor units of `currency`, which it requires. */
  min_ctc: amount.optional(),
  /** As min_ctc. */
  max_ctc: amount.optional(),
  /** ISO 4217. */
  currency: currency.optional(),
  max_notice_period_days: z.int().min(0).max(365).optional(),
  /** False: who does not say it, too. */
  willing_to_relocate: z.boolean().optional(),
  has_video: z.boolean().optional(),
  /** Beginnings of words, all of which a card has; at least one letter or digit. */
  search: text(1, 200)
    .refine((value) => /[\p{L}\p{N}]/u.test(value), rule('length'))
    .optional(),
}

type Input = Record<string, unknown>

const namesCurrency = [
  ({ min_ctc, max_ctc, sort, currency }: Input) =>
    currency !== undefined || (min_ctc === undefined && max_ctc === undefined && sort !== 'salary'),
  blame('currency', 'required'),
] as const

export const searchCandidatesSchema = z
  .strictObject({
    ...filters,
    /** newest unless told. salary takes `currency`; relevance takes `search` and ranks the newest 10,000 that match. */
    sort: z.enum(['newest', 'experience', 'salary', 'relevance']).optional(),
    ...page,
  })
  .refine(inOrder('min_experience', 'max_experience'), blame('max_experience', 'order'))
  .refine(inOrder('min_age', 'max_age'), blame('max_age', 'order'))
  .refine(inOrder('min_ctc', 'max_ctc'), blame('max_ctc', 'order'))
  .refine(...namesCurrency)
  .refine(({ sort, search }: Input) => sort !== 'relevance' || search !== undefined, blame('search', 'required'))

export const countCandidateFacetsSchema = z
  .strictObject(filters)
  .refine(inOrder('min_experience', 'max_experience'), blame('max_experience', 'order'))
  .refine(inOrder('min_age', 'max_age'), blame('max_age', 'order'))
  .refine(inOrder('min_ctc', 'max_ctc'), blame('max_ctc', 'order'))
  .refine(...namesCurrency)

export const candidateIdSchema = z.strictObject({ candidate_id: id })

export const filterType = z.enum([
  'role',
  'department',
  'religion',
  'country',
  'state',
  'city',
  'education',
  'skill',
  'language',
])

export const listFilterOptionsSchema = z.strictObject({
  type: filterType,
  /** In the words. */
  search: z.string().min(1).max(200).optional(),
  ...page,
})

/** The slug of the category above. */
export const listFilterSubcategoriesSchema = z.strictObject({ category: slug })
