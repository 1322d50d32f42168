import { z } from 'zod'
import { id, page, text } from '../schemas/fields.ts'

export const reviewedEntity = z.enum(['order', 'task', 'casting'])

export const subjectRole = z.enum(['creator', 'freelancer', 'client', 'model', 'employer'])

const stars = z.int().min(1).max(5)

export const createReviewSchema = z.strictObject({
  entity_type: reviewedEntity,
  /** The order, the task, or of a casting the response that was accepted. */
  entity_id: id,
  /** 1-5. */
  rating: stars,
  comment: text(1, 5000).optional(),
  /** 1-5 each, as far as one likes. */
  criteria: z
    .strictObject({ communication: stars.optional(), quality: stars.optional(), punctuality: stars.optional() })
    .optional(),
})

export const listReviewsSchema = z.strictObject({
  /** The account that they are about. */
  subject_id: id,
  /** As what; all roles unless told. */
  subject_role: subjectRole.optional(),
  ...page,
})

export const replyToReviewSchema = z.strictObject({ review_id: id, reply: text(1, 5000) })

export const myReviewSchema = z.strictObject({ entity_type: reviewedEntity, entity_id: id })
