import type { Database } from '../database.types.ts'
import type { FieldErrors } from './talentbase-error.ts'

const tables = Object.keys({
  account_details: true,
  account_roles: true,
  account_skills: true,
  accounts: true,
  assistant_messages: true,
  assistant_sessions: true,
  blocks: true,
  candidate_follow_ups: true,
  candidate_notes: true,
  casting_files: true,
  casting_responses: true,
  castings: true,
  catalog_proposals: true,
  categories: true,
  cities: true,
  client_profiles: true,
  conversation_members: true,
  conversations: true,
  countries: true,
  creator_profiles: true,
  currencies: true,
  devices: true,
  employer_profiles: true,
  entitlements: true,
  favorites: true,
  files: true,
  freelancer_profiles: true,
  invoices: true,
  message_files: true,
  messages: true,
  model_profiles: true,
  model_work_experiences: true,
  notification_preferences: true,
  notification_settings: true,
  notification_types: true,
  notifications: true,
  order_deliveries: true,
  order_delivery_files: true,
  order_options: true,
  order_revisions: true,
  orders: true,
  organization_followers: true,
  organization_invitations: true,
  organization_members: true,
  organizations: true,
  payments: true,
  payout_accounts: true,
  payout_destinations: true,
  photos: true,
  pipeline_stages: true,
  plan_entitlements: true,
  plan_prices: true,
  plans: true,
  portfolio_images: true,
  portfolio_items: true,
  promotions: true,
  quota_packs: true,
  recruiter_profiles: true,
  reference_options: true,
  reports: true,
  representations: true,
  reviews: true,
  saved_searches: true,
  service_options: true,
  services: true,
  skills: true,
  states: true,
  subscriptions: true,
  task_applications: true,
  tasks: true,
  withdrawals: true,
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
