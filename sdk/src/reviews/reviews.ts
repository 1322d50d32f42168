import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import { createReviewSchema, listReviewsSchema, myReviewSchema, replyToReviewSchema } from './schemas.ts'
import { type OwnReview, type Review, type ReviewCardRow, reviewOf } from './types.ts'

/** What the sides of finished work say of each other. */
export class Reviews {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Reviews completed work, once (`duplicate`): an order by its buyer, published at once; a task or an accepted response to
   * a casting by either side, published when both have written, or after 14 days. `conflict` before it is completed,
   * `not_found` for what one has no part in. UG20, MT28
   */
  create(input: z.input<typeof createReviewSchema>): Promise<Result<OwnReview>> {
    const context = this.#context
    return context.run(async () => {
      const review = context.parse(createReviewSchema, input)
      return (await context.rows(context.supabase.rpc('create_review', review).single())) as OwnReview
    })
  }

  /** Published reviews of an account, as creator, freelancer, client, model or employer, or all, newest first. Public. UG21 */
  list(input: z.input<typeof listReviewsSchema>): Promise<Result<List<Review>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listReviewsSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_reviews', { ...filters, ...page }))) as ReviewCardRow[],
        (row) => reviewOf(context.supabase, row),
      )
    })
  }

  /** One's own review of this work, also while it waits to be published; `not_found` when there is none. */
  mine(input: z.input<typeof myReviewSchema>): Promise<Result<OwnReview>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(myReviewSchema, input)
      const author_id = await context.accountId()
      const query = context.supabase
        .from('reviews')
        .select()
        .match({ ...wanted, author_id })
      return (await context.rows(query.single())) as OwnReview
    })
  }

  /** Answers a published review of oneself; again to change the answer. `not_found` for anybody else's. */
  reply(reviewId: string, input: { reply: string }): Promise<Result<OwnReview>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(replyToReviewSchema, { ...input, review_id: reviewId })
      return (await context.rows(context.supabase.rpc('reply_to_review', wanted).single())) as OwnReview
    })
  }
}
