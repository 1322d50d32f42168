import { z } from 'zod'
import type { Context } from '../context.ts'
import { renameFields } from '../errors/rename-fields.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import {
  createSavedSearchSchema,
  filtersOf,
  listSavedSearchesSchema,
  savedSearchIdSchema,
  updateSavedSearchSchema,
} from './schemas.ts'
import { columnsOf, inputNames, type SavedSearch, type SavedSearchRow, savedSearchOf } from './types.ts'

/** Searches that one keeps, to hear of what is new and matches; one's own alone. */
export class SavedSearches {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Keeps a search. Of castings one hears as `new_casting`, of the rest as `saved_search_match`: at once or as one
   * notification a day. `duplicate` when one has it already, `conflict` above the limit (20); candidates are for verified
   * recruiters (`verification_required`).
   */
  create(input: z.input<typeof createSavedSearchSchema>): Promise<Result<SavedSearch>> {
    const context = this.#context
    return context.run(async () => {
      const { filters = {}, ...search } = context.parse(createSavedSearchSchema, input)
      const columns = { ...search, filters: columnsOf(filters) }
      return this.#named(search.entity_type, async () =>
        savedSearchOf(await context.rows(context.supabase.rpc('create_saved_search', columns).single())),
      )
    })
  }

  /** One's own searches, of one type or all, newest first. */
  list(input: z.input<typeof listSavedSearchesSchema> = {}): Promise<Result<List<SavedSearch>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listSavedSearchesSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(
            context.supabase.rpc('list_saved_searches', { ...filters, ...page }),
          )) as SavedSearchRow[],
        (row) => savedSearchOf(row),
      )
    })
  }

  /** One of one's own; `not_found` otherwise. */
  get(savedSearchId: string): Promise<Result<SavedSearch>> {
    const context = this.#context
    return context.run(() =>
      this.#get(context.parse(savedSearchIdSchema, { saved_search_id: savedSearchId }).saved_search_id),
    )
  }

  /** Changes what is named; filters are replaced as a whole. `duplicate` when another search of one's own has them. */
  update(savedSearchId: string, input: z.input<typeof updateSavedSearchSchema>): Promise<Result<SavedSearch>> {
    const context = this.#context
    return context.run(async () => {
      const { saved_search_id } = context.parse(savedSearchIdSchema, { saved_search_id: savedSearchId })
      const { filters, ...changes } = context.parse(updateSavedSearchSchema, input)
      // What filters there may be, its type says.
      const { entity_type } = await this.#get(saved_search_id)
      const schema = z.strictObject({ filters: filtersOf[entity_type].optional() })
      const wanted = context.parse(schema, { filters }).filters
      const columns = { saved_search_id, ...changes, ...(wanted === undefined ? {} : { filters: columnsOf(wanted) }) }
      return this.#named(entity_type, async () =>
        savedSearchOf(await context.rows(context.supabase.rpc('update_saved_search', columns).single())),
      )
    })
  }

  /** Ends it; what it has told stays. `not_found` when it is not one's own. */
  delete(savedSearchId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { saved_search_id } = context.parse(savedSearchIdSchema, { saved_search_id: savedSearchId })
      const query = context.supabase.from('saved_searches').delete().eq('id', saved_search_id)
      await context.rows(query.select('id').single())
      return null
    })
  }

  async #get(id: string): Promise<SavedSearch> {
    const { supabase, rows } = this.#context
    return savedSearchOf(await rows(supabase.from('saved_searches').select().eq('id', id).single()))
  }

  /** Names the filters that the database complains about as the input does. */
  async #named<T>(entity_type: SavedSearch['entity_type'], request: () => Promise<T>): Promise<T> {
    try {
      return await request()
    } catch (error) {
      throw error instanceof TalentbaseError ? renameFields(error, inputNames(entity_type)) : error
    }
  }
}
