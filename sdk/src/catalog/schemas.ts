import { z } from 'zod'
import { blame, id, page, slug, text } from '../schemas/fields.ts'

export const categoryKind = z.enum(['casting', 'hiring', 'service', 'task'])

export const referenceType = z.enum([
  'department',
  'religion',
  'education',
  'language',
  'hair_color',
  'eye_color',
  'skin_tone',
  'clothing_size',
])

const placeSlug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/)

export const listCategoriesSchema = z.strictObject({
  kind: categoryKind.optional(),
  /** Children of this category; null for those at the top. */
  parent: slug.nullable().optional(),
})

export const listSkillsSchema = z.strictObject({
  /** In name and description. */
  search: z.string().min(1).max(200).optional(),
  ...page,
})

export const getSkillSchema = z.strictObject({ skill_id: id })

export const listStatesSchema = z.strictObject({
  /** ISO 3166-1 alpha-2, such as KZ. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
})

/** The state's slug, such as maharashtra. */
export const listCitiesSchema = z.strictObject({ state: placeSlug })

const isPlaced = ({ type, parent }: { type?: string; parent?: string | undefined }): boolean =>
  (type === 'category' || type === 'city') === (parent !== undefined)

export const createProposalSchema = z
  .strictObject({
    type: z.enum(['category', 'skill', 'city', ...referenceType.options]),
    name: text(1, 100),
    /** Of a city: the slug of its state. Of a category: the slug of its parent. Of nothing else. */
    parent: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,99}$/)
      .optional(),
    /** For the admin, at most 500 characters. */
    note: text(1, 500).optional(),
  })
  .refine((input) => input.parent !== undefined || isPlaced(input), blame('parent', 'required'))
  .refine((input) => input.parent === undefined || isPlaced(input), blame('parent', 'unknown'))

export const listProposalsSchema = z.strictObject(page)
