import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { List } from '../list.ts'
import type { Result } from '../result.ts'
import {
  addFollowUp,
  addNote,
  deleteFollowUp,
  deleteNote,
  listFollowUps,
  listNotes,
  updateFollowUp,
  updateNote,
} from './notes.ts'
import { addToPipeline, listPipeline, listPipelineMoves, moveInPipeline, removeFromPipeline } from './pipeline.ts'
import type {
  addFollowUpSchema,
  addNoteSchema,
  addStageSchema,
  addToPipelineSchema,
  listFollowUpsSchema,
  listNotesSchema,
  listPipelineMovesSchema,
  listPipelineSchema,
  listStagesSchema,
  moveInPipelineSchema,
  updateFollowUpSchema,
  updateNoteSchema,
  updateStageSchema,
} from './schemas.ts'
import { addStage, deleteStage, listStages, updateStage } from './stages.ts'
import type {
  CandidateNote,
  CandidateNotes,
  FollowUp,
  FollowUpCard,
  PipelineCandidate,
  PipelineMove,
  PipelineStage,
} from './types.ts'

/** What is written about a candidate, who is named beside it. */
type About<Schema extends z.ZodType<unknown, { candidate_id: string }>> = Omit<z.input<Schema>, 'candidate_id'>

/**
 * A recruiter's work on candidates: notes and follow-ups, which nobody else reads, and the company's pipeline, which its
 * verified recruiters share.
 */
export class Hiring {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Writes down something about a candidate (1-5,000 characters). `permission_denied` unless one is a verified recruiter
   * who has unlocked them, or shares an unlock of the company. WF28
   */
  addNote(candidateId: string, input: About<typeof addNoteSchema>): Promise<Result<CandidateNote>> {
    return this.#context.run(() => addNote(this.#context, { ...input, candidate_id: candidateId }))
  }

  /** Changes a note of one's own, also when the candidate is not unlocked any more; else `not_found`. */
  updateNote(noteId: string, input: z.input<typeof updateNoteSchema>): Promise<Result<CandidateNote>> {
    return this.#context.run(() => updateNote(this.#context, noteId, input))
  }

  /** Deletes a note of one's own; else `not_found`. WF31 */
  deleteNote(noteId: string): Promise<Result<null>> {
    return this.#context.run(() => deleteNote(this.#context, noteId))
  }

  /**
   * Plans to come back to a candidate at a time in the future, at which one is notified, or notes that one has
   * (`is_completed`). `permission_denied` as for notes. WF29
   */
  addFollowUp(candidateId: string, input: About<typeof addFollowUpSchema>): Promise<Result<FollowUp>> {
    return this.#context.run(() => addFollowUp(this.#context, { ...input, candidate_id: candidateId }))
  }

  /**
   * Changes what is named of a follow-up of one's own and leaves the rest; another `due_at`, in the future again, notifies
   * again. `not_found` when it is not one's own.
   */
  updateFollowUp(followUpId: string, input: z.input<typeof updateFollowUpSchema>): Promise<Result<FollowUp>> {
    return this.#context.run(() => updateFollowUp(this.#context, followUpId, input))
  }

  /** Deletes a follow-up of one's own; else `not_found`. WF32 */
  deleteFollowUp(followUpId: string): Promise<Result<null>> {
    return this.#context.run(() => deleteFollowUp(this.#context, followUpId))
  }

  /**
   * One's own notes, newest first, and follow-ups, latest date first, of one candidate: up to `limit` of each (1-100, 20
   * unless told) after the first `offset` (0-1000). Both are empty where one has written nothing. WF30
   */
  listNotes(candidateId: string, input: About<typeof listNotesSchema> = {}): Promise<Result<CandidateNotes>> {
    return this.#context.run(() => listNotes(this.#context, { ...input, candidate_id: candidateId }))
  }

  /** One's own follow-ups of all candidates, or those that are (not) completed, the earliest date first. */
  listFollowUps(input: z.input<typeof listFollowUpsSchema> = {}): Promise<Result<List<FollowUpCard>>> {
    return this.#context.run(() => listFollowUps(this.#context, input))
  }

  /**
   * The stages of the company's pipeline in order, at most 30, for its members: of the company that one hires for, or of
   * another (`organization_id`). `not_found` when one hires for none.
   */
  listStages(input: z.input<typeof listStagesSchema> = {}): Promise<Result<PipelineStage[]>> {
    return this.#context.run(() => listStages(this.#context, input))
  }

  /**
   * The company's owner and admins: adds a stage, at the end unless `position` says otherwise. `permission_denied` for
   * others, `duplicate` when there is one of this name, `conflict` when there are 30.
   */
  addStage(input: z.input<typeof addStageSchema>): Promise<Result<PipelineStage>> {
    return this.#context.run(() => addStage(this.#context, input))
  }

  /** The company's owner and admins: renames a stage, or moves it to a position, for which the others make room; else `not_found`. `duplicate` as above. */
  updateStage(stageId: string, input: z.input<typeof updateStageSchema>): Promise<Result<PipelineStage>> {
    return this.#context.run(() => updateStage(this.#context, stageId, input))
  }

  /**
   * The company's owner and admins: deletes a stage; else `not_found`. `conflict` while candidates stand in it. The moves
   * through it are kept, with its name.
   */
  deleteStage(stageId: string): Promise<Result<null>> {
    return this.#context.run(() => deleteStage(this.#context, stageId))
  }

  /**
   * Puts a candidate into a stage of the company's pipeline, the first unless `stage_id` names one, with a note of up to
   * 2,000 characters. `not_found` unless one has unlocked them, or shares an unlock, and for a stage of others;
   * `duplicate` when they are in it; `verification_required` until an admin has verified one.
   */
  addToPipeline(
    candidateId: string,
    input: About<typeof addToPipelineSchema> = {},
  ): Promise<Result<PipelineCandidate>> {
    return this.#context.run(() => addToPipeline(this.#context, { ...input, candidate_id: candidateId }))
  }

  /**
   * Moves a candidate of the company's pipeline to another stage. To the one where they stand nothing happens, but a note
   * is kept. `not_found` when they or the stage are not the company's.
   */
  moveInPipeline(candidateId: string, input: About<typeof moveInPipelineSchema>): Promise<Result<PipelineCandidate>> {
    return this.#context.run(() => moveInPipeline(this.#context, { ...input, candidate_id: candidateId }))
  }

  /** Takes a candidate out of the company's pipeline, and their moves with them; `not_found` when they are not in it. */
  removeFromPipeline(candidateId: string): Promise<Result<null>> {
    return this.#context.run(() => removeFromPipeline(this.#context, { candidate_id: candidateId }))
  }

  /** Verified recruiters: who is in the company's pipeline, or in one stage of it, moved last first. */
  listPipeline(input: z.input<typeof listPipelineSchema> = {}): Promise<Result<List<PipelineCandidate>>> {
    return this.#context.run(() => listPipeline(this.#context, input))
  }

  /** Verified recruiters: how a candidate moved through the company's pipeline, the last move first. */
  listPipelineMoves(
    candidateId: string,
    input: About<typeof listPipelineMovesSchema> = {},
  ): Promise<Result<List<PipelineMove>>> {
    return this.#context.run(() => listPipelineMoves(this.#context, { ...input, candidate_id: candidateId }))
  }
}
