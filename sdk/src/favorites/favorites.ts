import type { z } from 'zod'
import { type CastingRow, castingOf } from '../castings/from-card.ts'
import type { Casting } from '../castings/types.ts'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import { type ModelCardRow, modelCardOf } from '../models/from-rows.ts'
import type { ModelCard } from '../models/types.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { type Service, type ServiceRow, serviceOf } from '../services/types.ts'
import { type Task, type TaskRow, taskOf } from '../tasks/types.ts'
import { addFavoriteSchema, type favoriteType, listFavoritesSchema } from './schemas.ts'

/** What can be saved. */
export type FavoriteType = z.output<typeof favoriteType>

/** Something saved, as its own module lists it. */
export interface Favorite<Item> {
  item: Item
  saved_at: string
}

/** What a list of each type shows. */
interface Items {
  casting: Casting
  model: ModelCard
  task: Task
  service: Service
}

type FavoriteRow = Card<'favorite_card', never>

type ListInput<Type extends FavoriteType> = z.input<typeof listFavoritesSchema> & { type: Type }

/** What one has saved for later; one's own alone. Of a model, the id is the account's. */
export class Favorites {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Saves a casting, model, task or service that one sees; `not_found` for anything else. Saving twice changes nothing. MW21 */
  add(type: FavoriteType, id: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      await context.rows(context.supabase.rpc('add_favorite', entity(context.parse(addFavoriteSchema, { type, id }))))
      return null
    })
  }

  /** Takes it back; what is not saved changes nothing. MW22 */
  remove(type: FavoriteType, id: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const saved = entity(context.parse(addFavoriteSchema, { type, id }))
      await context.accountId()
      await context.rows(context.supabase.from('favorites').delete().match(saved))
      return null
    })
  }

  /** Saves it, or takes it back when it is saved; answers whether it is saved now. MT25 */
  toggle(type: FavoriteType, id: string): Promise<Result<boolean>> {
    const context = this.#context
    return context.run(() =>
      context.rows(context.supabase.rpc('toggle_favorite', entity(context.parse(addFavoriteSchema, { type, id })))),
    )
  }

  /** Whether one has saved it. MT27 */
  has(type: FavoriteType, id: string): Promise<Result<boolean>> {
    const context = this.#context
    return context.run(async () => {
      const saved = entity(context.parse(addFavoriteSchema, { type, id }))
      await context.accountId()
      return (await context.rows(context.supabase.from('favorites').select('entity_id').match(saved))).length > 0
    })
  }

  /** What one has saved of a type and can still see, saved last first. MW20, MT26 */
  list<Type extends FavoriteType>(input: ListInput<Type>): Promise<Result<List<Favorite<Items[Type]>>>> {
    const context = this.#context
    return context.run(async () => {
      const { type: entity_type, ...page } = context.parse(listFavoritesSchema, input)
      const favorites = await listPage(
        page,
        async (query) =>
          (await context.rows(context.supabase.rpc('list_favorites', { entity_type, ...query }))) as FavoriteRow[],
        ({ entity_id, created_at }) => ({ id: entity_id, saved_at: created_at }),
      )
      const ids = favorites.items.map(({ id }) => id)
      const items = await this.#cards[entity_type as Type](ids)
      return {
        ...favorites,
        // One that has gone between the two requests is left out.
        items: favorites.items.flatMap(({ id, saved_at }) => {
          const item = items.get(id)
          return item === undefined ? [] : [{ item, saved_at }]
        }),
      }
    })
  }

  readonly #cards: { [Type in FavoriteType]: (ids: string[]) => Promise<Map<string, Items[Type]>> } = {
    casting: async (casting_ids) => {
      const { supabase, rows } = this.#context
      const castings = (await rows(supabase.rpc('get_castings', { casting_ids }))) as CastingRow[]
      return new Map(castings.map((row) => [row.id, castingOf(supabase, row)]))
    },
    model: async (account_ids) => {
      const { supabase, rows } = this.#context
      const models = (await rows(supabase.rpc('get_models', { account_ids }))) as ModelCardRow[]
      return new Map(models.map((row) => [row.account_id, modelCardOf(supabase, row)]))
    },
    task: async (task_ids) => {
      const { supabase, rows } = this.#context
      const tasks = (await rows(supabase.rpc('get_tasks', { task_ids }))) as TaskRow[]
      return new Map(tasks.map((row) => [row.id, taskOf(supabase, row)]))
    },
    service: async (service_ids) => {
      const { supabase, rows } = this.#context
      const services = (await rows(supabase.rpc('get_services', { service_ids }))) as ServiceRow[]
      return new Map(services.map((row) => [row.id, serviceOf(supabase, row)]))
    },
  }
}

function entity({ type, id }: z.output<typeof addFavoriteSchema>): { entity_type: FavoriteType; entity_id: string } {
  return { entity_type: type, entity_id: id }
}
