import { z } from 'zod'
import { id, isChange, text, webUrl } from '../schemas/fields.ts'

export const createClientSchema = z.strictObject({
  company_name: text(1, 200).nullish(),
  description: text(1, 5000).nullish(),
  website: webUrl.nullish(),
})

export const updateClientSchema = createClientSchema.refine(isChange, { params: { rule: 'required' } })

export const getClientSchema = z.strictObject({ account_id: id })
