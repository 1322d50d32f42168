import { z } from 'zod'
import { id, isChange, path, phone, place, text, webUrl } from '../schemas/fields.ts'

export const createEmployerSchema = z.strictObject({
  company_name: text(1, 200),
  description: text(1, 5000).nullish(),
  website: webUrl.nullish(),
  contact_person: text(1, 200).nullish(),
  phone: phone.nullish(),
  city: place.nullish(),
  country: place.nullish(),
  logo_path: path.nullish(),
  /** Number in the country's register of companies, such as a BIN or GSTIN. */
  business_id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ./-]{3,39}$/)
    .nullish(),
})

export const updateEmployerSchema = createEmployerSchema.partial().refine(isChange, { params: { rule: 'required' } })

export const getEmployerSchema = z.strictObject({ account_id: id })
