import type { Context } from '../context.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { type Entitlement, listEntitlements } from './entitlements.ts'

/** Where the account stands with the casting product. Without a subscription the plan is FREE and has no dates. */
export interface CurrentSubscription {
  subscription_id: string | null
  plan_id: string
  plan: string
  /** Cancelled ones go on until expires_at. */
  status: 'active' | 'cancelled'
  period: 'month' | 'quarter' | 'year' | null
  started_at: string | null
  expires_at: string | null
  auto_renew: boolean
  /** A limit that is null is none. */
  usage: {
    photos_uploaded: number
    photos_limit: number | null
    /** In the month that is running. */
    responses_sent: number
    responses_limit: number | null
  }
}

type SubscriptionRow = Card<
  'current_subscription',
  'subscription_id' | 'period' | 'started_at' | 'expires_at' | 'photos_limit' | 'responses_limit'
>

/** What one's own plan is and allows. */
export class Subscriptions {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** The plan of the casting product, until when, and what of it is used. MW40 */
  current(): Promise<Result<CurrentSubscription>> {
    const context = this.#context
    return context.run(async () => {
      const row = (await context.rows(context.supabase.rpc('my_subscription'))) as SubscriptionRow
      const { photos_uploaded, photos_limit, responses_sent, responses_limit, ...subscription } = row
      return {
        ...subscription,
        status: subscription.status as CurrentSubscription['status'],
        period: subscription.period as CurrentSubscription['period'],
        usage: { photos_uploaded, photos_limit, responses_sent, responses_limit },
      }
    })
  }

  /** Everything plans can entitle to, what is used of it, and which plan would allow more. */
  entitlements(): Promise<Result<Entitlement[]>> {
    return this.#context.run(() => listEntitlements(this.#context))
  }
}
