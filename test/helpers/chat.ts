import { randomUUID } from 'node:crypto'
import { type Run, statement } from './at-once.ts'
import { sql } from './people.ts'
import type { TestStack } from './stack.ts'
import { actAs } from './work.ts'

// What tests of chat share: the functions of the API as somebody, with the database rights that the API would give them.

interface Account {
  id: string
}

/** A row of conversation_card; what tests ask for. */
export interface ConversationCard {
  id: string
  kind: 'direct' | 'group'
  title: string | null
  context_type: string | null
  context_id: string | null
  context_title: string | null
  account_id: string | null
  account_name: string | null
  account_avatar_path: string | null
  candidate_id: string | null
  members_count: number
  role: string
  epoch: number | null
  version: number | null
  last_seq: number
  read_seq: number
  unread: number
  last_message: {
    seq: number
    author_id: string | null
    kind: string
    body: string | null
    deleted_at: string | null
  } | null
  muted_until: string | null
  left_at_seq: number | null
  can_write: boolean
  total: number | null
  cursor: string
}

/** A row of message_card. */
export interface MessageCard {
  conversation_id: string
  seq: number
  version: number
  author_id: string | null
  author_name: string | null
  is_own: boolean
  client_id: string | null
  kind: 'text' | 'system'
  body: string | null
  data: Record<string, unknown>
  reply_to_seq: number | null
  reply_to: { seq: number; author_id: string | null; body: string | null; deleted_at: string | null } | null
  files: { file_id: string; name: string; size: number; content_type: string; path: string }[]
  is_redacted: boolean
  edited_at: string | null
  deleted_at: string | null
  created_at: string
}

type Value = string | number | boolean | null | string[]

/** The rows of a function of public as somebody, as the API writes them: numbers are numbers. */
export async function callAs<Row>(stack: TestStack, by: Account, text: string, ...values: Value[]): Promise<Row[]> {
  const rows = await actAs(stack, by, (tx) => tx.unsafe(`select to_jsonb(r) as row from public.${text} as r`, values))
  return rows.map(({ row }) => row)
}

async function oneAs<Row>(stack: TestStack, by: Account, text: string, ...values: Value[]): Promise<Row> {
  return (await callAs<Row>(stack, by, text, ...values))[0]!
}

/** With whom, about what. */
export interface About {
  with?: Account
  context?: [type: string, id: string]
}

/** The direct conversation of somebody with another, or about something. */
export const open = (stack: TestStack, by: Account, { with: other, context }: About): Promise<ConversationCard> =>
  oneAs(stack, by, 'open_conversation($1, $2, $3)', other?.id ?? null, context?.[0] ?? null, context?.[1] ?? null)

/** A group of somebody's with these; answers its id. */
export async function group(stack: TestStack, owner: Account, members: Account[], title = 'Shoot'): Promise<string> {
  const card = await oneAs<ConversationCard>(stack, owner, 'create_group($1, $2)', title, ids(members))
  return card.id
}

const ids = (accounts: Account[]): string[] => accounts.map(({ id }) => id)

export const rename = (stack: TestStack, by: Account, conversation: string, title: string) =>
  callAs(stack, by, 'rename_group($1, $2)', conversation, title)
export const add = (stack: TestStack, by: Account, conversation: string, members: Account[]) =>
  callAs(stack, by, 'add_group_members($1, $2)', conversation, ids(members))
export const remove = (stack: TestStack, by: Account, conversation: string, member: Account) =>
  callAs(stack, by, 'remove_group_member($1, $2)', conversation, member.id)
export const leaveGroup = (stack: TestStack, by: Account, conversation: string) =>
  callAs(stack, by, 'leave_conversation($1)', conversation)
export const block = (stack: TestStack, by: Account, other: Account) => callAs(stack, by, 'block_account($1)', other.id)

export interface Sent {
  client_id?: string
  reply_to_seq?: number | null
  file_ids?: string[] | null
}

/** Says something, with a client_id of its own unless told. */
export const say = (
  stack: TestStack,
  by: Account,
  conversation: string,
  body: string | null,
  { client_id = randomUUID(), reply_to_seq = null, file_ids = null }: Sent = {},
): Promise<MessageCard> =>
  oneAs(stack, by, 'send_message($1, $2, $3, $4, $5)', conversation, body, client_id, reply_to_seq, file_ids)

/** The same as a run of its own connection. */
export const sending = (conversation: string, body: string, client_id: string = randomUUID()): Run =>
  statement('select (public.send_message($1, $2, $3)).seq', conversation, body, client_id)

export const edit = (
  stack: TestStack,
  by: Account,
  conversation: string,
  seq: number,
  body: string,
): Promise<MessageCard> => oneAs(stack, by, 'edit_message($1, $2, $3)', conversation, seq, body)
export const erase = (stack: TestStack, by: Account, conversation: string, seq: number): Promise<MessageCard> =>
  oneAs(stack, by, 'delete_message($1, $2)', conversation, seq)

/** Newest first; `after` a version: in the order of versions. */
export const messagesOf = (
  stack: TestStack,
  by: Account,
  conversation: string,
  { before = null, after = null, size = 100 }: { before?: number | null; after?: number | null; size?: number } = {},
): Promise<MessageCard[]> => callAs(stack, by, 'list_messages($1, $2, $3, $4)', conversation, before, after, size)

export const conversation = (stack: TestStack, by: Account, id: string): Promise<ConversationCard> =>
  oneAs(stack, by, 'get_conversation($1)', id)
export const conversationsOf = (stack: TestStack, by: Account): Promise<ConversationCard[]> =>
  callAs(stack, by, 'list_conversations(page_size => 100)')
export const search = (
  stack: TestStack,
  by: Account,
  text: string,
): Promise<{ conversation_id: string; seq: number; body: string; total: number }[]> =>
  callAs(stack, by, 'search_messages($1, page_size => 100)', text)

export const read = (stack: TestStack, by: Account, id: string, seq: number | null = null) =>
  oneAs<{ unread: number; total: number }>(stack, by, 'mark_conversation_read($1, $2)', id, seq)
export const unread = (stack: TestStack, by: Account) =>
  oneAs<{ messages: number; conversations: number }>(stack, by, 'unread_count()')

/** Who is in it now, past every policy: account and role, first come first. */
export async function membersOf(stack: TestStack, id: string): Promise<{ account_id: string; role: string }[]> {
  const rows = await sql(stack)`
    select account_id, role from public.conversation_members
    where conversation_id = ${id} and left_seq is null order by joined_at, account_id
  `
  return rows.map(({ account_id, role }) => ({ account_id, role }))
}

/** Every message past every policy, oldest first. */
export async function allMessages(stack: TestStack, id: string): Promise<MessageCard[]> {
  const rows = await sql(
    stack,
  )`select to_jsonb(m) as row from public.messages m where conversation_id = ${id} order by seq`
  return rows.map(({ row }) => row)
}

/** Puts so many messages of somebody behind what is there, as sends would leave them; quicker by far. */
export async function fillMessages(
  stack: TestStack,
  conversationId: string,
  author: Account,
  count: number,
  body = 'hay',
): Promise<void> {
  await sql(stack)`
    with filled as (
      insert into public.messages (conversation_id, seq, version, author_id, client_id, body)
      select c.id, c.last_seq + n, c.version + n, ${author.id}, gen_random_uuid(), ${body}::text || ' ' || n
      from public.conversations c, generate_series(1, ${count}::int) as n where c.id = ${conversationId}
      returning 1
    )
    update public.conversations c
    set last_seq = c.last_seq + f.count, version = c.version + f.count, last_message_at = clock_timestamp()
    from (select count(*) from filled) as f where c.id = ${conversationId}
  `
}

/** What is wrong with the numbers of conversations; nothing when all is right. */
export function wrongNumbers(stack: TestStack) {
  return sql(stack)`
    select c.id, c.last_seq, c.version, count(m.seq) as messages, max(m.seq) as newest, max(m.version) as changed
    from public.conversations c left join public.messages m on m.conversation_id = c.id
    group by c.id
    having count(m.seq) <> c.last_seq or coalesce(max(m.seq), 0) <> c.last_seq
      or coalesce(max(m.version), 0) > c.version or count(distinct m.version) <> count(m.version)
  `
}

export interface Refusal {
  code: string
  reason?: string
  fields?: Record<string, string>
  entitlement_id?: string
  upgrade_plan_id?: string
}

/** The code of a call that is refused, and what its details say; `done` when it is not. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call
    return { code: 'done' }
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    if (code !== 'PGRST') return { code }
    const told = JSON.parse(message) as { code: string; details: string | null }
    return { code: told.code, ...(told.details === null ? {} : JSON.parse(told.details)) }
  }
}
