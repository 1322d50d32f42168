import { z } from 'zod'
import { id, page } from '../schemas/fields.ts'

/** 1 (knows it) to 5 (masters it). */
const level = z.int().min(1).max(5)
/** Years of experience. */
const years = z.int().min(0).max(80)

export const listSkillsOfSchema = z.strictObject({ account_id: id, ...page })

export const addSkillSchema = z.strictObject({ skill_id: id, level: level.nullish(), years: years.nullish() })

export const setSkillLevelSchema = z.strictObject({ account_skill_id: id, level })

export const accountSkillIdSchema = z.strictObject({ account_skill_id: id })

export const upsertSkillsSchema = z.strictObject({
  /** At most 100, none twice. */
  skills: z
    .array(z.strictObject({ skill_id: id, level: level.nullish(), years: years.nullish() }))
    .max(100)
    .refine((skills) => areDifferent(skills.map(({ skill_id }) => skill_id)), { params: { rule: 'set' } }),
})

export const replaceSkillsSchema = z.strictObject({
  /** At most 100, none twice. */
  skill_ids: z
    .array(id)
    .max(100)
    .refine(areDifferent, { params: { rule: 'set' } }),
})

function areDifferent(ids: string[]): boolean {
  return new Set(ids.map((one) => one.toLowerCase())).size === ids.length
}
