import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import { startPayment } from '../payments/start.ts'
import type { StartedPayment } from '../payments/types.ts'
import type { Period, Product } from '../plans/plans.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { type Entitlement, listEntitlements } from './entitlements.ts'
import {
  currentSubscriptionSchema,
  listSubscriptionsSchema,
  requestSubscriptionSchema,
  subscribeToPlanSchema,
  subscriptionIdSchema,
  subscriptionStatusSchema,
} from './schemas.ts'
import type { CurrentSubscription, Subscription, SubscriptionRow, SubscriptionStatus } from './types.ts'

type UsageRow = Card<
  'current_subscription',
  'subscription_id' | 'period' | 'started_at' | 'expires_at' | 'photos_limit' | 'responses_limit'
>

/** One's own subscriptions, and what one's plans allow. */
export class Subscriptions {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Of the casting product the plan, until when, and what of it is used, also without a subscription. Of the hiring product
   * the subscription that runs; `not_found` when none does. MW40, WF37
   */
  current(input?: { product?: 'casting' | undefined }): Promise<Result<CurrentSubscription>>
  current(input: { product: 'hiring' }): Promise<Result<Subscription>>
  current(input: z.input<typeof currentSubscriptionSchema> = {}): Promise<Result<CurrentSubscription | Subscription>> {
    const context = this.#context
    return context.run(async () => {
      const { product = 'casting' } = context.parse(currentSubscriptionSchema, input)
      if (product === 'casting') return this.#usage()
      return toSubscription(
        (await context.rows(context.supabase.rpc('current_subscription', { product }).single())) as SubscriptionRow,
      )
    })
  }

  /** The same in short, of the hiring product unless told; nulls, and no error, without a subscription. WF38 */
  status(input: z.input<typeof subscriptionStatusSchema> = {}): Promise<Result<SubscriptionStatus>> {
    const context = this.#context
    return context.run(async () => {
      const { product = 'hiring' } = context.parse(subscriptionStatusSchema, input)
      const row = await context.rows(context.supabase.rpc('current_subscription', { product }).maybeSingle())
      return toStatus(row as SubscriptionRow | null)
    })
  }

  /** One's own subscriptions of one product or both, asked for, present and past, newest first. WF39 */
  list(input: z.input<typeof listSubscriptionsSchema> = {}): Promise<Result<List<Subscription>>> {
    const context = this.#context
    return context.run(() => {
      const { product, ...page } = context.parse(listSubscriptionsSchema, input)
      const filter = product === undefined ? {} : { product }
      return listPage(
        page,
        async (query) =>
          (await context.rows(
            context.supabase.rpc('list_subscriptions', { ...filter, ...query }),
          )) as SubscriptionRow[],
        toSubscription,
      )
    })
  }

  /** One of one's own; `not_found` when it is not. WF40 */
  get(subscriptionId: string): Promise<Result<Subscription>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(subscriptionIdSchema, { subscription_id: subscriptionId })
      return toSubscription(
        (await context.rows(context.supabase.rpc('get_subscription', wanted).single())) as SubscriptionRow,
      )
    })
  }

  /**
   * Asks for a plan, at today's price: pending until an admin approves it. A greater plan than the one that runs begins at
   * once and takes the credits along that are left, the same or a lesser one when it is over. `validation_failed` for what
   * is not offered; `conflict` while another request waits, or what follows is settled already.
   */
  request(input: z.input<typeof requestSubscriptionSchema>): Promise<Result<Subscription>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(requestSubscriptionSchema, input)
      return toSubscription(
        (await context.rows(context.supabase.rpc('request_subscription', wanted).single())) as SubscriptionRow,
      )
    })
  }

  /**
   * Starts to pay for a plan, at the price in the database: the plan changes when the payment has come through, as `request`
   * says. Answers where to pay; the same call again goes on with the payment that waits. `provider_unavailable` where the
   * project takes no money that way; otherwise errors as of `request`. MW41, MB14
   */
  subscribe(input: z.input<typeof subscribeToPlanSchema>): Promise<Result<StartedPayment>> {
    const context = this.#context
    return context.run(() => startPayment(context, 'subscription', context.parse(subscribeToPlanSchema, input)))
  }

  /**
   * Withdraws a request, or has a subscription end with its period: it goes on until `expires_at`. `not_found` for
   * another's; `invalid_transition` for what is over, cancelled already, or has not begun yet. MW42
   */
  cancel(subscriptionId: string): Promise<Result<Subscription>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(subscriptionIdSchema, { subscription_id: subscriptionId })
      return toSubscription(
        (await context.rows(context.supabase.rpc('cancel_subscription', wanted).single())) as SubscriptionRow,
      )
    })
  }

  /** Everything plans can entitle to, what is used of it, and which plan would allow more. */
  entitlements(): Promise<Result<Entitlement[]>> {
    return this.#context.run(() => listEntitlements(this.#context))
  }

  async #usage(): Promise<CurrentSubscription> {
    const { rows, supabase } = this.#context
    const row = (await rows(supabase.rpc('my_subscription'))) as UsageRow
    const { photos_uploaded, photos_limit, responses_sent, responses_limit, ...subscription } = row
    return {
      ...subscription,
      status: subscription.status as CurrentSubscription['status'],
      period: subscription.period as Period | null,
      usage: { photos_uploaded, photos_limit, responses_sent, responses_limit },
    }
  }
}

function toSubscription({ total: _total, cursor: _cursor, ...row }: SubscriptionRow): Subscription {
  return {
    ...row,
    product: row.product as Product,
    period: row.period as Period,
    status: row.status as Subscription['status'],
    warning_level: row.warning_level as Subscription['warning_level'],
  }
}

function toStatus(row: SubscriptionRow | null): SubscriptionStatus {
  const subscription = row === null ? null : toSubscription(row)
  return {
    has_subscription: subscription !== null,
    status: subscription?.status ?? null,
    plan_id: subscription?.plan_id ?? null,
    plan: subscription?.plan ?? null,
    period: subscription?.period ?? null,
    expires_at: subscription?.expires_at ?? null,
    days_remaining: subscription?.days_remaining ?? null,
    warning_level: subscription?.warning_level ?? null,
    is_unlimited: subscription?.is_unlimited ?? false,
    credits_used: subscription?.credits_used ?? 0,
    credits_limit: subscription?.credits_limit ?? null,
    credits_remaining: subscription?.credits_remaining ?? null,
  }
}
