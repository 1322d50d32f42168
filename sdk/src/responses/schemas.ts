import { z } from 'zod'
import { id, page } from '../schemas/fields.ts'

export const responseStatus = z.enum(['pending', 'viewed', 'shortlisted', 'accepted', 'rejected', 'withdrawn'])

export const listForCastingSchema = z.strictObject({ casting_id: id, status: responseStatus.optional(), ...page })

export const listMyResponsesSchema = z.strictObject({
  status: responseStatus.optional(),
  /** Of a model that an agency of one's own represents. */
  model_id: id.optional(),
  ...page,
})

export const setResponseStatusSchema = z.strictObject({
  response_id: id,
  status: responseStatus.exclude(['withdrawn']),
})

export const responseIdSchema = z.strictObject({ response_id: id })
