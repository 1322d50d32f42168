import type { z } from 'zod'
import type { Json } from '../database.types.ts'
import type { Card, Row } from '../rows.ts'
import type { filtersOf, savedSearchFrequency, savedSearchType } from './schemas.ts'

export type SavedSearchType = z.output<typeof savedSearchType>

export type SavedSearchFrequency = z.output<typeof savedSearchFrequency>

interface Kept {
  id: string
  name: string
  frequency: SavedSearchFrequency
  /** The day, in UTC, on which the last daily notification was sent. */
  last_digest_on: string | null
  created_at: string
  updated_at: string
}

/** A search that tells of what is new; its filters are what the list of its type takes: `tb.castings.list(search.filters)`. */
export type SavedSearch = Kept &
  {
    [Type in SavedSearchType]: { entity_type: Type; filters: z.output<(typeof filtersOf)[Type]> }
  }[SavedSearchType]

export type SavedSearchRow = Card<'saved_search_card', 'last_digest_on'>

/** Of castings and services the SDK calls creator_id what the database calls owner_id. */
const namesCreator = (entity_type: string) => entity_type === 'casting' || entity_type === 'service'

/** How the input calls what the database complains about. */
export const inputNames = (entity_type: SavedSearchType): Record<string, string> =>
  namesCreator(entity_type) ? { 'filters.owner_id': 'filters.creator_id' } : {}

export function columnsOf({ creator_id, ...filters }: Record<string, unknown>): Json {
  return (creator_id === undefined ? filters : { ...filters, owner_id: creator_id }) as Json
}

export function savedSearchOf(row: Row<'saved_searches'> | SavedSearchRow): SavedSearch {
  const { id, entity_type, name, frequency, last_digest_on, created_at, updated_at } = row
  const { owner_id, ...rest } = row.filters as Record<string, unknown>
  const owner = namesCreator(entity_type) ? { creator_id: owner_id } : { owner_id }
  const filters = owner_id === undefined ? rest : { ...rest, ...owner }
  return { id, entity_type, name, filters, frequency, last_digest_on, created_at, updated_at } as SavedSearch
}
