import { z } from 'zod'
import { id, page, text } from '../schemas/fields.ts'

export const representationStatus = z.enum(['invited', 'active', 'declined', 'ended'])

export const inviteModelSchema = z.strictObject({
  /** An agency that one is owner or admin of. */
  organization_id: id,
  model_id: id,
  message: text(1, 2000).optional(),
})

export const representationIdSchema = z.strictObject({ representation_id: id })

export const listRepresentationsSchema = z.strictObject({
  /** Of this agency, for its members. */
  organization_id: id.optional(),
  status: representationStatus.optional(),
  ...page,
})
