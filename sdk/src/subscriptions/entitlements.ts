import type { Context } from '../context.ts'
import type { Product } from '../plans/plans.ts'
import type { Card } from '../rows.ts'

/** One thing that plans can entitle to, and how the account stands with it. */
export interface Entitlement {
  /** Such as photos, casting_responses, casting_chat. */
  entitlement_id: string
  product: Product
  /** flow: so many a month; stock: so many at a time; credits: so many a subscription; feature: has it or not. */
  kind: 'flow' | 'stock' | 'credits' | 'feature'
  is_granted: boolean
  /** Null is without limit; always null for features. */
  quantity: number | null
  /** Of some features, such as basic or advanced. */
  level: string | null
  /** Null for features. */
  used: number | null
  /** Of a flow, what is left of bought packs; it is in `remaining` too. Null for others. */
  bought: number | null
  /** Null without limit, and for features. */
  remaining: number | null
  /** When a flow begins anew. */
  resets_at: string | null
  /** Null where the account has no subscription and the product no plan without one. */
  plan_id: string | null
  /** The least plan that would allow more; null when none does, or an admin decides it for this account. */
  upgrade_plan_id: string | null
}

type EntitlementRow = Card<
  'entitlement_status',
  'quantity' | 'level' | 'used' | 'bought' | 'remaining' | 'resets_at' | 'plan_id' | 'upgrade_plan_id'
>

export async function listEntitlements(context: Context): Promise<Entitlement[]> {
  const rows = (await context.rows(context.supabase.rpc('my_entitlements'))) as EntitlementRow[]
  return rows.map((row) => ({
    ...row,
    product: row.product as Entitlement['product'],
    kind: row.kind as Entitlement['kind'],
  }))
}
