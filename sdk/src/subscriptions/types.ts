import type { Period, Product } from '../plans/plans.ts'
import type { Card } from '../rows.ts'

type SubscriptionState =
  /** Waits for approval or payment. */
  | 'pending'
  /** Begins when another ends. */
  | 'scheduled'
  | 'active'
  /** Its renewal is late and the days of grace run. */
  | 'past_due'
  /** Goes on until `expires_at`, if it had begun. */
  | 'cancelled'
  /** An admin refused it; `rejection_reason` says why. */
  | 'rejected'
  /** Over, or another took its place. */
  | 'expired'

/** `warning`: 3 to 7 days are left, `critical`: fewer; null above, and when it renews by itself or another follows. */
type WarningLevel = 'warning' | 'critical'

type Empty =
  | 'amount'
  | 'currency'
  | 'started_at'
  | 'expires_at'
  | 'days_remaining'
  | 'warning_level'
  | 'follows_id'
  | 'credits_limit'
  | 'credits_used'
  | 'credits_remaining'
  | 'payment_reference'
  | 'approved_at'
  | 'approved_by'
  | 'approved_by_name'
  | 'rejection_reason'
  | 'cancelled_at'
  | 'ended_at'

export type SubscriptionRow = Card<'subscription_card', Empty>

/**
 * A subscription, asked for, present or past. `amount` is in minor units of `currency`, null where an admin gave it;
 * `days_remaining` are whole days, never below 0, null before it begins; credits are null of products without, and
 * without limit (`is_unlimited`), but for `credits_used`.
 */
export interface Subscription
  extends Omit<SubscriptionRow, 'product' | 'period' | 'status' | 'warning_level' | 'total' | 'cursor'> {
  product: Product
  period: Period
  status: SubscriptionState
  warning_level: WarningLevel | null
}

/** Where an account stands with a product, in short; nulls without a subscription. */
export interface SubscriptionStatus {
  has_subscription: boolean
  status: SubscriptionState | null
  plan_id: string | null
  plan: string | null
  period: Period | null
  expires_at: string | null
  days_remaining: number | null
  warning_level: WarningLevel | null
  is_unlimited: boolean
  credits_used: number
  credits_limit: number | null
  credits_remaining: number | null
}

/** Where the account stands with the casting product. Without a subscription the plan is FREE and has no dates. */
export interface CurrentSubscription {
  subscription_id: string | null
  plan_id: string
  plan: string
  /** As of a subscription; active without one. */
  status: 'active' | 'past_due' | 'cancelled'
  period: Period | null
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
