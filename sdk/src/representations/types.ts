import type { z } from 'zod'
import type { Card, Row } from '../rows.ts'
import type { representationStatus } from './schemas.ts'

/** invited → active or declined by the model, or ended by the agency; active → ended by either. */
export type RepresentationStatus = z.output<typeof representationStatus>

/** That an agency speaks for a model, or asks to, or did. */
export interface Representation {
  id: string
  organization_id: string
  model_id: string
  message: string | null
  status: RepresentationStatus
  started_at: string | null
  ended_at: string | null
  created_at: string
}

/** A representation with the names of both sides. */
export interface RepresentationCard extends Omit<Representation, 'organization_id' | 'model_id'> {
  organization: { id: string; name: string }
  /** The account's id and name (full name, else username), not the name in the profile. */
  model: { id: string; name: string | null }
}

export type RepresentationRow = Card<'representation_card', 'model_name' | 'message' | 'started_at' | 'ended_at'>

export function representationOf(row: Row<'representations'>): Representation {
  const { invited_by: _invitedBy, updated_at: _updatedAt, status, ...representation } = row
  return { ...representation, status: status as RepresentationStatus }
}

export function representationCardOf(row: RepresentationRow): RepresentationCard {
  const { organization_id, organization_name, model_id, model_name, status, ...rest } = row
  const { total: _total, cursor: _cursor, ...representation } = rest
  return {
    ...representation,
    organization: { id: organization_id, name: organization_name },
    model: { id: model_id, name: model_name },
    status: status as RepresentationStatus,
  }
}
