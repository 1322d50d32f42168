import { z } from 'zod'
import { payBy } from '../payments/schemas.ts'
import { period, product } from '../plans/schemas.ts'
import { id, page } from '../schemas/fields.ts'

export const currentSubscriptionSchema = z.strictObject({
  /** casting unless told. */
  product: product.optional(),
})

export const subscriptionStatusSchema = z.strictObject({
  /** hiring unless told. */
  product: product.optional(),
})

export const listSubscriptionsSchema = z.strictObject({
  /** Both unless told. */
  product: product.optional(),
  ...page,
})

export const subscriptionIdSchema = z.strictObject({ subscription_id: id })

export const requestSubscriptionSchema = z.strictObject({
  /** Such as hiring_basic; one that `plans.list` shows, with a price. */
  plan_id: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/),
  /** One of the plan's prices. */
  period,
})

export const subscribeToPlanSchema = requestSubscriptionSchema.extend({
  ...payBy,
  /** Whether it renews by itself, where the provider can (Stripe, Robokassa with recurring payments): true unless told. */
  auto_renew: z.boolean().optional(),
})
