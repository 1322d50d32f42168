import type { z } from 'zod'
import type { promotionStatus } from './schemas.ts'

/** active ⇄ paused, both → ended. One that has run out has ended. */
export type PromotionStatus = z.output<typeof promotionStatus>

/** A model's profile or a casting that is shown before others. */
export interface Promotion {
  id: string
  /** Who promoted it; null once they have left. */
  account_id: string | null
  /** The account of the model; null for a casting. */
  model_id: string | null
  /** Null for a model. */
  casting_id: string | null
  status: PromotionStatus
  starts_at: string
  /** While it is paused time stands still: resuming moves it. */
  ends_at: string
  paused_at: string | null
  created_at: string
}

/** A promotion with how often it was seen: a viewer counts once a day. */
export interface PromotionCard extends Promotion {
  impressions: number
  clicks: number
}

/** One day in UTC of a promotion. */
export interface PromotionDay {
  /** ISO 8601 without a time. */
  day: string
  impressions: number
  clicks: number
}
