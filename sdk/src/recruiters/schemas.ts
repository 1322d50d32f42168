import { z } from 'zod'
import { blame, id, internationalPhone, isChange, text, webUrl } from '../schemas/fields.ts'

const companySize = z.enum(['1-10', '10-50', '50-100', '100-500', '500+'])

const person = {
  full_name: text(1, 200),
  designation: text(1, 200),
  phone: internationalPhone,
}

const company = {
  company_name: text(1, 200).optional(),
  company_website: webUrl.nullish(),
  /** Employees. With `organization_id` only from its owner and admins, who must tell it where it is not known. */
  company_size: companySize.optional(),
  /** The company, when it is an organization one belongs to already. */
  organization_id: id.optional(),
}

const isNamed = (field: 'company_name' | 'company_size') =>
  [
    (input: Record<string, unknown>) => (input.organization_id ?? input[field]) !== undefined,
    blame(field, 'required'),
  ] as const

export const createRecruiterSchema = z
  .strictObject({ ...person, ...company })
  .refine(...isNamed('company_name'))
  .refine(...isNamed('company_size'))
  .refine(
    (input) => input.organization_id === undefined || (input.company_name ?? input.company_website ?? null) === null,
    blame('organization_id', 'conflict'),
  )

export const updateRecruiterSchema = z
  .strictObject({ ...person, ...company })
  .partial()
  .refine(isChange, { params: { rule: 'required' } })
