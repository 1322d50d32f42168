import type { Database } from '../database.types.ts'
import type { FieldErrors } from './talentbase-error.ts'

const tables = Object.keys({
  account_details: true,
  account_roles: true,
  accounts: true,
  casting_responses: true,
  castings: true,
  devices: true,
  employer_profiles: true,
  entitlements: true,
  model_profiles: true,
  notification_preferences: true,
  notification_types: true,
  notifications: true,
  photos: true,
  plan_entitlements: true,
  plan_prices: true,
  plans: true,
  subscriptions: true,
} satisfies Record<keyof Database['public']['Tables'], true>).sort((a, b) => b.length - a.length)

const rules: Record<string, string> = { key: 'taken', fkey: 'known' }

/** The field that Postgres complains about, from its column or the name of its constraint: `<table>_<field>_<rule>`. */
export function fieldsOf(message: string, rule: string | undefined): FieldErrors | undefined {
  const column = /column "([a-z0-9_]+)"/.exec(message)?.[1]
  if (column !== undefined) return { [column]: [rule ?? 'format'] }

  const constraint = /constraint "([a-z0-9_]+)"/.exec(message)?.[1]
  const table = tables.find((name) => constraint?.startsWith(`${name}_`))
  if (constraint === undefined || table === undefined) return undefined
  const parts = constraint.slice(table.length + 1).split('_')
  const named = parts.pop()!
  // Several fields together are taken: none of them is wrong.
  if (parts.length === 0 || named === 'once') return undefined
  return { [parts.join('_')]: [rules[named] ?? named] }
}
