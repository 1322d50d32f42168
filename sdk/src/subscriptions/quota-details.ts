import type { Context } from '../context.ts'
import { type Entitlement, listEntitlements } from './entitlements.ts'

/** What quota_exceeded says of a quota that is used up; undefined while there is room in it. */
export async function quotaDetails(
  context: Context,
  entitlement_id: string,
): Promise<Omit<Entitlement, 'product' | 'kind' | 'is_granted' | 'level' | 'bought' | 'remaining'> | undefined> {
  const entitlement = (await listEntitlements(context)).find((one) => one.entitlement_id === entitlement_id)
  if (entitlement === undefined || entitlement.remaining !== 0) return undefined
  const { plan_id, quantity, used, resets_at, upgrade_plan_id } = entitlement
  return { entitlement_id, plan_id, quantity, used, resets_at, upgrade_plan_id }
}
