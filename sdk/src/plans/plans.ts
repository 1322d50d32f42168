import type { Context } from '../context.ts'
import type { Result } from '../result.ts'

export interface Plan {
  id: string
  product: 'casting' | 'hiring'
  name: string
  /** From 0, the least. */
  rank: number
  /** The plan of whoever has no subscription. */
  is_default: boolean
  /** Minor units; 0 for a default plan, null when there is no such price. */
  price_monthly: number | null
  price_yearly: number | null
  /** Null for a plan without a price. */
  currency: string | null
  features: PlanFeatures
  /** Every price: minor units for a month, quarter or year. */
  prices: { period: 'month' | 'quarter' | 'year'; amount: number; currency: string }[]
  /** Everything the plan entitles to; a quantity of null is without limit. */
  entitlements: { entitlement_id: string; quantity: number | null; level: string | null }[]
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
  'id, product, name, rank, is_default, prices:plan_prices(period, amount, currency), entitlements:plan_entitlements(entitlement_id, quantity, level)' as const

/** Plans with their prices and what they entitle to. */
export class Plans {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Every plan on offer, by product, the least first. Public. MW39 */
  list(): Promise<Result<Plan[]>> {
    const context = this.#context
    return context.run(async () => {
      const query = context.supabase.from('plans').select(columns).eq('is_offered', true).order('product').order('rank')
      return (await context.rows(query)).map((row) => toPlan(row as PlanRow))
    })
  }
}

type PlanRow = Omit<Plan, 'price_monthly' | 'price_yearly' | 'currency' | 'features'>

function toPlan(row: PlanRow): Plan {
  const { prices, entitlements } = row
  const price = (period: string) => prices.find((one) => one.period === period)?.amount ?? (row.is_default ? 0 : null)
  const granted = (id: string) => entitlements.find((one) => one.entitlement_id === id)
  const most = (id: string) => {
    const entitlement = granted(id)
    return entitlement === undefined ? 0 : entitlement.quantity
  }
  return {
    ...row,
    price_monthly: price('month'),
    price_yearly: price('year'),
    currency: prices[0]?.currency ?? null,
    features: {
      max_photos: most('photos'),
      max_responses_per_month: most('casting_responses'),
      chat_access: granted('casting_chat') !== undefined,
      profile_promotion: granted('promotion') !== undefined,
    },
  }
}
