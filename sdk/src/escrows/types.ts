import type { z } from 'zod'
import type { Card } from '../rows.ts'
import type { escrowStatus } from './schemas.ts'

export type EscrowStatus = z.output<typeof escrowStatus>

export type EscrowRow = Card<
  'escrow_card',
  | 'title'
  | 'side'
  | 'funded_at'
  | 'settled_at'
  | 'refund_requested_at'
  | 'refund_reason'
  | 'disputed_at'
  | 'disputed_by'
  | 'dispute_reason'
  | 'resolution'
>

/** Money that is held for a task or an order; all amounts in minor units of `currency`. */
export interface Escrow extends Omit<EscrowRow, 'entity_type' | 'purpose' | 'side' | 'status'> {
  entity_type: 'task' | 'order'
  /** work: all of it; milestone: a part of a task; revision: of an order, asked for after a delivery. */
  purpose: 'work' | 'milestone' | 'revision'
  /** Which side one is; null for an admin. */
  side: 'payer' | 'payee' | null
  status: EscrowStatus
}

/** `row` with its words as what they can be. */
export function escrowOf(row: EscrowRow): Escrow {
  return row as Escrow
}
