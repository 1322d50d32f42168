import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { type Heard, hear } from '../helpers/talkers.ts'
import type { Member } from './people.ts'

/** A conversation as it is stored, with its members, messages and their files. */
export const stored = async (stack: TestStack, id: string) => [
  ...(await sql(stack)`select * from public.conversations where id = ${id}`),
  ...(await sql(stack)`select * from public.conversation_members where conversation_id = ${id} order by account_id`),
  ...(await sql(stack)`select * from public.messages where conversation_id = ${id} order by seq`),
  ...(await sql(stack)`select * from public.message_files where conversation_id = ${id} order by seq, position`),
]

/** Every conversation that somebody is in, as it is stored. */
export const conversationsOf = async (stack: TestStack, { id }: { id: string }) => [
  ...(await sql(stack)`
    select c.* from public.conversations c join public.conversation_members m on m.conversation_id = c.id
    where m.account_id = ${id} order by c.id
  `),
]

/** Says something as somebody, without the SDK. */
export const say = async ({ client }: Pick<Member, 'client'>, conversation_id: string, body: string) => {
  const { data, error } = await client.rpc('send_message', { conversation_id, body, client_id: crypto.randomUUID() })
  if (error !== null) throw error
  return data as { seq: number; version: number; created_at: string }
}

/** What a subscription shows, in its order. */
export const bodies = ({ subscription }: Heard) => subscription.messages.map(({ body }) => body)

/** What a subscription was told, change by change. */
export const told = ({ changes }: Heard) => changes.map(({ body }) => body)

export { hear }
