import type { z } from 'zod'
import type { CastingStatus } from '../castings/types.ts'
import type { Row } from '../rows.ts'
import type { responseStatus } from './schemas.ts'

/** pending, viewed, shortlisted, accepted, rejected by the casting's owner; withdrawn by the model. */
export type ResponseStatus = z.output<typeof responseStatus>

/** A model's response to a casting. */
export interface CastingResponse {
  id: string
  casting_id: string
  model_id: string
  /** Who sent it: the model, or a member of an agency; null when their account is gone. */
  responded_by: string | null
  message: string | null
  portfolio_links: string[]
  /** Minor units of the casting's currency. */
  proposed_rate: number | null
  status: ResponseStatus
  applied_at: string
  updated_at: string
}

/** A response with its casting and the card of who sent it. */
export interface CastingResponseCard extends Omit<CastingResponse, 'casting_id' | 'model_id' | 'responded_by'> {
  casting: { id: string; title: string; status: CastingStatus }
  applicant: {
    id: string
    name: string | null
    /** Url of the main photo. */
    photo: string | null
    age: number | null
    /** Centimetres. */
    height: number | null
    city: string | null
    /** Null before the first review. */
    rating: number | null
  }
  currency: string
}

export function responseOf({ created_at, status, ...response }: Row<'casting_responses'>): CastingResponse {
  return { ...response, status: status as ResponseStatus, applied_at: created_at }
}
