import { sql, unique } from './people.ts'
import type { TestStack } from './stack.ts'

/**
 * Accounts that nobody signs in to, made in one statement: users with a confirmed address, as Auth would leave them.
 * Answers their ids in the order of their usernames, `<prefix>_0001` and on.
 */
export async function makeAccounts(
  stack: TestStack,
  count: number,
  metadata: Record<string, unknown> = {},
): Promise<{ ids: string[]; prefix: string }> {
  const prefix = unique('many')
  const rows = await sql(stack)`
    insert into auth.users (id, aud, role, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
    select gen_random_uuid(), 'authenticated', 'authenticated', u.name || '@example.test', now(), '{}',
      ${sql(stack).json(metadata as never)}::jsonb || jsonb_build_object('username', u.name), now(), now()
    from (select ${prefix} || '_' || lpad(i::text, 4, '0') as name from generate_series(1, ${count}::int) as i) as u
    returning id, email
  `
  const sorted = [...rows].sort((one, other) => (one.email < other.email ? -1 : 1))
  return { ids: sorted.map((row) => row.id), prefix }
}
