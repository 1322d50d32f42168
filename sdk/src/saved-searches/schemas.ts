import { z } from 'zod'
import { countCandidateFacetsSchema } from '../candidates/search-schemas.ts'
import { castingFiltersSchema } from '../castings/schemas.ts'
import { id, isChange, page, text } from '../schemas/fields.ts'
import { serviceFiltersSchema } from '../services/schemas.ts'
import { taskFiltersSchema } from '../tasks/schemas.ts'

/** What each type of search looks for: what its list takes, without order and page. */
export const filtersOf = {
  casting: castingFiltersSchema,
  task: taskFiltersSchema,
  service: serviceFiltersSchema,
  candidate: countCandidateFacetsSchema,
}

export const savedSearchType = z.enum(['casting', 'task', 'service', 'candidate'])

export const savedSearchFrequency = z.enum(['instant', 'daily'])

/** What the owner calls it, 1-100 characters. */
const name = text(1, 100)

const beside = {
  name,
  /** instant (unless told): a notification a match; daily: one a day with their number. */
  frequency: savedSearchFrequency.optional(),
}

export const createSavedSearchSchema = z.discriminatedUnion('entity_type', [
  z.strictObject({ entity_type: z.literal('casting'), filters: filtersOf.casting.optional(), ...beside }),
  z.strictObject({ entity_type: z.literal('task'), filters: filtersOf.task.optional(), ...beside }),
  z.strictObject({ entity_type: z.literal('service'), filters: filtersOf.service.optional(), ...beside }),
  z.strictObject({ entity_type: z.literal('candidate'), filters: filtersOf.candidate.optional(), ...beside }),
])

export const updateSavedSearchSchema = z
  .strictObject({
    name: name.optional(),
    /** Replaced as a whole; what the search's type takes. */
    filters: z.looseObject({}).optional(),
    frequency: savedSearchFrequency.optional(),
  })
  .refine(({ filters, ...rest }) => filters !== undefined || isChange(rest), { params: { rule: 'required' } })

export const savedSearchIdSchema = z.strictObject({ saved_search_id: id })

export const listSavedSearchesSchema = z.strictObject({
  /** Every one unless told. */
  entity_type: savedSearchType.optional(),
  ...page,
})
