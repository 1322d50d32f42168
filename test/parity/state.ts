import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'

/** The user of an address, the account that it may have become, and how many sessions are open. */
export const userWith = (stack: TestStack, email: string) => sql(stack)`
  select u.id, u.encrypted_password, u.email_confirmed_at, to_jsonb(a) as account, to_jsonb(d) as details,
    (select count(*)::int from auth.sessions s where s.user_id = u.id) as sessions
  from auth.users u
  left join public.accounts a on a.id = u.id
  left join public.account_details d on d.account_id = a.id
  where u.email = ${email}`

export const sessionsOf = (stack: TestStack, id: string) =>
  sql(stack)`select id from auth.sessions where user_id = ${id} order by id`

/** Somebody's rows of a public table that has an account_id. */
export const rowsOf = async (stack: TestStack, table: string, { id }: { id: string }) => [
  ...(await sql(stack)`select * from ${sql(stack)(`public.${table}`)} where account_id = ${id} order by 1`),
]
