import { z } from 'zod'
import { amount, currency, id, isChange, text, webUrl } from '../schemas/fields.ts'

export const createFreelancerSchema = z.strictObject({
  headline: text(1, 200),
  experience: text(1, 5000).nullish(),
  /** Minor units of `currency`. */
  hourly_rate: amount.nullish(),
  /** ISO 4217; USD unless told. */
  currency: currency.optional(),
  /** True unless told. */
  is_available: z.boolean().optional(),
  portfolio_link: webUrl.nullish(),
})

export const updateFreelancerSchema = createFreelancerSchema
  .partial()
  .refine(isChange, { params: { rule: 'required' } })

export const getFreelancerSchema = z.strictObject({ account_id: id })
