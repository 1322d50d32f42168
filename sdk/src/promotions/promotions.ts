import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import type { Card, Row } from '../rows.ts'
import {
  activatePromotionSchema,
  listPromotionsSchema,
  promotionIdSchema,
  recordPromotionViewsSchema,
} from './schemas.ts'
import type { Promotion, PromotionCard, PromotionDay, PromotionStatus } from './types.ts'

type PromotionRow = Card<'promotion_card', 'model_id' | 'casting_id' | 'paused_at'>

/** Model profiles and castings that are shown before others for some days, as the plan allows. */
export class Promotions {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Promotes one's own public profile, that of a model one's agency represents, or an active casting of one's own from now
   * on: 7 days unless told, 1-30. `quota_exceeded` when the plan (of an agency's owner, for a model) has no promotion,
   * `duplicate` while one is active or paused, `not_found` for what is not shown or another's.
   */
  activate(subject: { model_id: string } | { casting_id: string }, days?: number): Promise<Result<Promotion>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(activatePromotionSchema, { ...subject, ...(days === undefined ? {} : { days }) })
      return promotionOf(await context.rows(context.supabase.rpc('promote', wanted)))
    })
  }

  /** Takes it out of the front for a while; its time stands still. `invalid_transition` unless it is active. */
  pause(promotionId: string): Promise<Result<Promotion>> {
    return this.#set(promotionId, 'paused')
  }

  /** Goes on with the time that was left. `invalid_transition` unless it is paused. */
  resume(promotionId: string): Promise<Result<Promotion>> {
    return this.#set(promotionId, 'active')
  }

  /** Ends it for good, active or paused. */
  end(promotionId: string): Promise<Result<Promotion>> {
    return this.#set(promotionId, 'ended')
  }

  /** What one has promoted, and promotions of one's own profile by others, newest first. */
  list(input: z.input<typeof listPromotionsSchema> = {}): Promise<Result<List<PromotionCard>>> {
    const context = this.#context
    return context.run(() =>
      listPage(
        context.parse(listPromotionsSchema, input),
        async (page) => (await context.rows(context.supabase.rpc('list_my_promotions', page))) as PromotionRow[],
        ({ total: _total, cursor: _cursor, ...card }) => ({ ...card, status: card.status as PromotionStatus }),
      ),
    )
  }

  /** How many have seen and opened it, day by day; days without any are left out. `not_found` unless it is in `list`. */
  statistics(promotionId: string): Promise<Result<PromotionDay[]>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(promotionIdSchema, { promotion_id: promotionId })
      return (await context.rows(context.supabase.rpc('promotion_statistics', wanted))) as PromotionDay[]
    })
  }

  /**
   * Tells that somebody has seen (impression) or opened (click) these models and castings, 1-100 together; whoever is not
   * promoted is passed over, and a viewer counts once a day. Public.
   */
  recordViews(input: z.input<typeof recordPromotionViewsSchema>): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const views = context.parse(recordPromotionViewsSchema, input)
      await context.rows(context.supabase.rpc('record_promotion_views', views))
      return null
    })
  }

  #set(promotionId: string, status: PromotionStatus): Promise<Result<Promotion>> {
    const context = this.#context
    return context.run(async () => {
      const { promotion_id } = context.parse(promotionIdSchema, { promotion_id: promotionId })
      return promotionOf(await context.rows(context.supabase.rpc('set_promotion_status', { promotion_id, status })))
    })
  }
}

function promotionOf({ updated_at: _, ...promotion }: Row<'promotions'>): Promotion {
  return { ...promotion, status: promotion.status as PromotionStatus }
}
