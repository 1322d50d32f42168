import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Card } from '../rows.ts'
import {
  type Candidate,
  type CandidateCardRow,
  candidatesOf,
  cardOf,
  type UnlockedCandidate,
  withUrls,
} from './cards.ts'
import type { listUnlockedCandidatesSchema, unlockCandidatesSchema } from './unlock-schemas.ts'

type UnlockRow = Card<'unlock_result', 'paid_from' | 'remaining_balance'>

export interface UnlockOptions {
  /** Any UUID: the same request with it within 24 hours gets the first answer, another one `idempotency_conflict`. */
  idempotency_key?: string | undefined
}

/** What an unlock cost, and whom it opened. */
export interface UnlockResult extends UnlockRow {
  /** Null when it was unlocked already. */
  paid_from: 'subscription' | 'wallet' | null
  /** Credits; 0 when it was unlocked already, or the plan has no limit. */
  credits_used: number
  /** Credits left where it was paid from, or where the next would be; null without limit. */
  remaining_balance: number | null
  /** As they are now: masked again after a refund, null once they are gone. */
  candidate: Candidate | null
}

export async function unlockCandidates(
  context: Context,
  asked: z.output<typeof unlockCandidatesSchema>,
): Promise<UnlockResult[]> {
  const { supabase, rows } = context
  const unlocked = (await rows(supabase.rpc('unlock_candidates', asked))) as Omit<UnlockResult, 'candidate'>[]
  // Read after it is paid: a call that answered contact could be taken back by whoever has read it.
  const { candidate_ids } = asked
  const candidates = await candidatesOf(context, await rows(supabase.rpc('get_candidates', { candidate_ids })))
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]))
  return unlocked.map((one) => ({ ...one, candidate: byId.get(one.candidate_id) ?? null }))
}

export async function listUnlockedCandidates(
  context: Context,
  page: z.output<typeof listUnlockedCandidatesSchema>,
): Promise<List<UnlockedCandidate>> {
  const { supabase, rows } = context
  const list = await listPage(
    page,
    async (query) => (await rows(supabase.rpc('list_unlocked_candidates', query))) as CandidateCardRow[],
    (row) => cardOf(supabase, row),
  )
  return { ...list, items: await withUrls(context, list.items) }
}
