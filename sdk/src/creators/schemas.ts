import { z } from 'zod'
import { id, isChange, text, webUrl } from '../schemas/fields.ts'

export const createCreatorSchema = z.strictObject({
  specialization: text(1, 200),
  experience: text(1, 5000).nullish(),
  portfolio_link: webUrl.nullish(),
  /** Addresses of profiles elsewhere. */
  social_links: z
    .strictObject({ instagram: webUrl.nullish(), behance: webUrl.nullish(), dribbble: webUrl.nullish() })
    .optional(),
})

export const updateCreatorSchema = createCreatorSchema.partial().refine(isChange, { params: { rule: 'required' } })

export const getCreatorSchema = z.strictObject({
  account_id: id,
  /** Adds skills and portfolio. */
  detail: z.boolean().optional(),
})
