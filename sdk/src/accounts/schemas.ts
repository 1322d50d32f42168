import { z } from 'zod'
import { isChange, locale, name, page, path, phone, place, role, text, username } from '../schemas/fields.ts'

const someChange = { params: { rule: 'required' } }

export const updateAccountSchema = z
  .strictObject({
    username: username.optional(),
    first_name: name.nullish(),
    last_name: name.nullish(),
    bio: text(1, 2000).nullish(),
    phone: phone.nullish(),
    city: place.nullish(),
    country: place.nullish(),
    locale: locale.optional(),
    avatar_path: path.nullish(),
  })
  .refine(isChange, someChange)

export const addRoleSchema = z.strictObject({ role })

export const listAccountsSchema = z.strictObject({
  user_type: z.enum(['client', 'freelancer', 'both']).optional(),
  search: z.string().min(1).max(200).optional(),
  city: place.optional(),
  ...page,
})

export const getAccountSchema = z.strictObject({ username })

export const deleteAccountSchema = z.strictObject({ password: z.string().min(1).max(1000) })
