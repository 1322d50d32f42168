import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import { type CandidateCard, type CandidateCardRow, cardOf } from './cards.ts'
import type { searchCandidatesSchema } from './search-schemas.ts'

/** A page of the candidates whom a verified recruiter may find. */
export function searchCandidates(
  { supabase, rows }: Context,
  { limit, cursor, offset, sort, ...filters }: z.output<typeof searchCandidatesSchema>,
): Promise<List<CandidateCard>> {
  return listPage(
    { limit, cursor, offset },
    async (page) => {
      const asked = { filters, ...(sort === undefined ? {} : { sort }), ...page }
      return (await rows(supabase.rpc('search_candidates', asked))) as CandidateCardRow[]
    },
    (row) => cardOf(supabase, row),
  )
}
