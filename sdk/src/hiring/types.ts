import type { CandidateCard } from '../candidates/cards.ts'
import type { Row } from '../rows.ts'

/** What one has noted about a candidate; nobody else reads it. */
export interface CandidateNote {
  id: string
  candidate_id: string
  note_text: string
  /** One's own name, as it is in the recruiter's profile now. */
  created_by: string
  created_at: string
  updated_at: string
}

/** When one means to come back to a candidate; nobody else reads it. */
export interface FollowUp {
  id: string
  candidate_id: string
  due_at: string
  notes: string | null
  is_completed: boolean
  created_at: string
  updated_at: string
}

/** A follow-up as the list over all candidates answers it. */
export interface FollowUpCard extends FollowUp {
  /** Null unless one reads the candidate's contact now. */
  candidate_name: string | null
}

/** What one has written about one candidate. */
export interface CandidateNotes {
  notes: CandidateNote[]
  follow_ups: FollowUp[]
}

/** A step of a company's pipeline, in the order of position. */
export type PipelineStage = Row<'pipeline_stages'>

/** A candidate in the company's pipeline. */
export interface PipelineCandidate {
  id: string
  stage_id: string
  /** The stage's name. */
  stage: string
  /** Account of the colleague who put them in; null when it is gone. */
  added_by: string | null
  added_by_name: string | null
  /** Of the last move. */
  moved_at: string
  created_at: string
  /** Masked unless one has unlocked them, or shares an unlock of the company. */
  candidate: CandidateCard
}

/** One move through the pipeline. */
export interface PipelineMove {
  id: number
  /** Null: they were put in, or the stage was deleted. */
  from_stage_id: string | null
  /** The stage's name, of then when it was deleted; null: they were put in. */
  from_stage: string | null
  /** Null: the stage was deleted. */
  to_stage_id: string | null
  /** The stage's name, of then when it was deleted. */
  to_stage: string
  /** Account of who moved them; null, as the note, when it is gone. */
  moved_by: string | null
  moved_by_name: string | null
  note: string | null
  moved_at: string
}
