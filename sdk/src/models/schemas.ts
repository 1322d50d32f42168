import { z } from 'zod'
import { gender, isChange, place, text } from '../schemas/fields.ts'

export const createModelSchema = z.strictObject({
  name: text(1, 200),
  /** ISO 8601, such as 2001-05-30; of somebody 18 to 99 years old. */
  birth_date: z.iso.date().refine(isGrownUp, { params: { rule: 'range' } }),
  gender,
  /** Centimetres. */
  height: z.int().min(100).max(250).nullish(),
  city: place.nullish(),
  country: place.nullish(),
  bio: text(1, 5000).nullish(),
})

export const updateModelSchema = createModelSchema.partial().refine(isChange, { params: { rule: 'required' } })

function isGrownUp(birth_date: string): boolean {
  const [year, month, day] = birth_date.split('-').map(Number) as [number, number, number]
  const now = new Date()
  const hadBirthday = now.getUTCMonth() + 1 > month || (now.getUTCMonth() + 1 === month && now.getUTCDate() >= day)
  const age = now.getUTCFullYear() - year - (hadBirthday ? 0 : 1)
  return age >= 18 && age <= 99
}
