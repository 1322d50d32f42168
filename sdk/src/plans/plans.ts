import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { Result } from '../result.ts'
import { listPlansSchema, type period, type product } from './schemas.ts'

export type Product = z.output<typeof product>
export type Period = z.output<typeof period>

export interface Plan {
  id: string
  product: Product
  name: string
  description: string | null
  /** What a price page says of it, in English; what it really allows is in `entitlements`. */
  highlights: string[]
  /** Of its product, from the least up. */
  rank: number
  /** The plan of whoever has no subscription. */
  is_default: boolean
  is_offered: boolean
  /** Minor units; 0 for a default plan, null when there is no such price. */
  price_monthly: number | null
  price_yearly: number | null
  /** Null for a plan without a price. */
  currency: string | null
  /** Credits of the plan that unlocking a candidate costs; null where it has none. */
  unlock_price: number | null
  /** Whether it unlocks candidates without limit. */
  is_unlimited: boolean
  /** Credits of a subscription; null where there are none, or no limit to them. */
  credits_limit: number | null
  /** Of the casting product alone. */
  features: PlanFeatures | null
  /** Every price: minor units for a month, quarter or year; `days` it lasts, null for those of the calendar. */
  prices: { period: Period; amount: number; currency: string; days: number | null }[]
  /** Everything the plan entitles to; a quantity of null is without limit. */
  entitlements: { entitlement_id: string; quantity: number | null; level: string | null }[]
  created_at: string
}

/** What a plan of the casting product allows, in short. */
export interface PlanFeatures {
  /** Null is without limit. */
  max_photos: number | null
  /** Null is without limit. */
  max_responses_per_month: number | null
  chat_access: boolean
  profile_promotion: boolean
}

const columns =
  'id, product, name, description, highlights, rank, is_default, is_offered, unlock_price, created_at, prices:plan_prices(period, amount, currency, days), entitlements:plan_entitlements(entitlement_id, quantity, level)' as const

/** Plans with their prices and what they entitle to. */
export class Plans {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Every plan on offer, of one product or both, the least first. Public. MW39, MB15, WF36 */
  list(input: z.input<typeof listPlansSchema> = {}): Promise<Result<Plan[]>> {
    const context = this.#context
    return context.run(async () => {
      const { product } = context.parse(listPlansSchema, input)
      const query = context.supabase.from('plans').select(columns).eq('is_offered', true).order('product').order('rank')
      if (product !== undefined) query.eq('product', product)
      return (await context.rows(query)).map((row) => toPlan(row as PlanRow))
    })
  }
}

type PlanRow = Omit<Plan, 'price_monthly' | 'price_yearly' | 'currency' | 'is_unlimited' | 'credits_limit' | 'features'>

type Granted = Plan['entitlements'][number] | undefined

function toPlan(row: PlanRow): Plan {
  const { prices, entitlements } = row
  const price = (period: Period) => prices.find((one) => one.period === period)?.amount ?? (row.is_default ? 0 : null)
  const granted = (id: string): Granted => entitlements.find((one) => one.entitlement_id === id)
  const credits = granted('unlock_credits')
  return {
    ...row,
    price_monthly: price('month'),
    price_yearly: price('year'),
    currency: prices[0]?.currency ?? null,
    is_unlimited: credits?.quantity === null,
    credits_limit: credits?.quantity ?? null,
    features: row.product === 'casting' ? toFeatures(granted) : null,
  }
}

function toFeatures(granted: (id: string) => Granted): PlanFeatures {
  const most = (entitlement: Granted) => (entitlement === undefined ? 0 : entitlement.quantity)
  return {
    max_photos: most(granted('photos')),
    max_responses_per_month: most(granted('casting_responses')),
    chat_access: granted('casting_chat') !== undefined,
    profile_promotion: granted('promotion') !== undefined,
  }
}
