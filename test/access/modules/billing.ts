import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate } from '../declare.ts'

const everyone = ['anon', 'stranger', 'service']

export const billing: ModuleAccess = {
  tables: {
    entitlements: { rows: { any: { select: everyone } }, policies: ['select_everyone'] },
    plans: { rows: { any: { select: everyone } }, policies: ['select_everyone'] },
    plan_prices: { rows: { any: { select: everyone } }, policies: ['select_everyone'] },
    plan_entitlements: { rows: { any: { select: everyone } }, policies: ['select_everyone'] },
    subscriptions: {
      rows: { any: { select: ['owner', 'service'] } },
      policies: ['select_owner'],
    },
  },
  privateTables: ['entitlement_usage', 'left_usage'],
  functions: {
    authenticated: [...both('my_entitlements()'), ...both('my_subscription()'), ...inPrivate('is_entitled(text)')],
    nobody: inPrivate(
      'current_subscription(uuid,text)',
      'current_plan(uuid,text)',
      'quota_month(uuid,text)',
      'entitlement_status(uuid,text)',
      'raise_quota_exceeded(uuid,text)',
      'use_entitlement(uuid,text)',
      'free_entitlement(uuid,text)',
      'activate_subscription(uuid,text,text)',
      'email_hash(text)',
      'keep_usage()',
      'take_over_usage()',
      'forget_left_usage()',
    ),
  },
}
