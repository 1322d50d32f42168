import { z } from 'zod'
import { id, instant, isChange, page, text } from '../schemas/fields.ts'

const note_text = text(1, 5000)

export const addNoteSchema = z.strictObject({ candidate_id: id, note_text })

export const updateNoteSchema = z.strictObject({ note_text })

export const noteIdSchema = z.strictObject({ note_id: id })

export const listNotesSchema = z.strictObject({ candidate_id: id, limit: page.limit, offset: page.offset })

const followUp = z.strictObject({
  /** ISO 8601 with a time zone, in the future unless it is completed. */
  due_at: instant,
  notes: text(1, 5000).nullish(),
  is_completed: z.boolean().optional(),
})

export const addFollowUpSchema = followUp.extend({ candidate_id: id })

export const updateFollowUpSchema = followUp.partial().refine(isChange, { params: { rule: 'required' } })

export const followUpIdSchema = z.strictObject({ follow_up_id: id })

export const listFollowUpsSchema = z.strictObject({ is_completed: z.boolean().optional(), ...page })

export const listStagesSchema = z.strictObject({
  /** The company that one hires for unless told. */
  organization_id: id.optional(),
})

const stage = z.strictObject({
  /** Once a company; upper and lower case are the same. */
  name: text(1, 100),
  /** Order in the pipeline; the end unless told. */
  position: z.int().min(0).max(1000).optional(),
})

export const addStageSchema = stage.extend(listStagesSchema.shape)

export const updateStageSchema = stage.partial().refine(isChange, { params: { rule: 'required' } })

export const stageIdSchema = z.strictObject({ stage_id: id })

const note = text(1, 2000)

export const addToPipelineSchema = z.strictObject({
  candidate_id: id,
  /** The first stage unless told. */
  stage_id: id.optional(),
  note: note.optional(),
})

export const moveInPipelineSchema = z.strictObject({ candidate_id: id, stage_id: id, note: note.optional() })

export const removeFromPipelineSchema = z.strictObject({ candidate_id: id })

export const listPipelineSchema = z.strictObject({ stage_id: id.optional(), ...page })

export const listPipelineMovesSchema = z.strictObject({ candidate_id: id, ...page })
