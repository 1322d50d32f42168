import { z } from 'zod'
import { id, page } from '../schemas/fields.ts'

const idempotency_key = id.optional()

export const unlockCandidateSchema = z.strictObject({ candidate_id: id, idempotency_key })

export const unlockCandidatesSchema = z.strictObject({
  /** 1 to 50; who is named twice is unlocked once. */
  candidate_ids: z
    .array(id)
    .transform((ids) => [...new Set(ids)])
    .pipe(z.array(id).min(1).max(50)),
  idempotency_key,
})

export const listUnlockedCandidatesSchema = z.strictObject(page)
