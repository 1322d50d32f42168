import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

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
  privateTables: ['entitlement_usage', 'entitlement_overrides', 'left_usage', 'subscription_warnings'],
  functions: {
    authenticated: [
      ...both('my_entitlements()'),
      ...both('my_subscription()'),
      ...inPrivate('is_entitled(text)', 'find_subscriptions(text,integer,text,integer)', 'get_subscription(uuid,text)'),
      ...inPrivate('request_subscription(text,text)', 'cancel_subscription(uuid)'),
      ...inPublic(
        'list_subscriptions(text,integer,text,integer)',
        'get_subscription(uuid)',
        'current_subscription(text)',
        'request_subscription(text,text)',
        'cancel_subscription(uuid)',
      ),
    ],
    nobody: inPrivate(
      'current_subscription(uuid,text)',
      'current_plan(uuid,text)',
      'quota_month(uuid,text)',
      'entitlement_status(uuid,text)',
      'raise_quota_exceeded(uuid,text)',
      'use_entitlement(uuid,text)',
      'free_entitlement(uuid,text)',
      'activate_subscription(uuid,text,text,boolean)',
      'approve_subscription(uuid,text,uuid)',
      'reject_subscription(uuid,text)',
      'end_subscription(uuid)',
      'begin_subscription(uuid,boolean)',
      'lock_pending_subscription(uuid)',
      'grant_credits(subscriptions,uuid)',
      'period_end(text,text,timestamp with time zone)',
      'subscription_end(subscriptions)',
      'has_begun(subscriptions)',
      'subscription_status(subscriptions)',
      'subscription_card(subscriptions,bigint)',
      'subscription_credits(uuid)',
      'days_remaining(subscriptions)',
      'is_followed(subscriptions)',
      'warning_level(subscriptions)',
      'warn_subscriptions()',
      'granted_entitlement(uuid,text)',
      'override_entitlement(uuid,text,bigint,text,timestamp with time zone,text)',
      'email_hash(text)',
      'keep_usage()',
      'take_over_usage()',
      'forget_left_usage()',
    ),
  },
}
