import type { Context } from '../context.ts'
import {
  type ConversationCardRow,
  conversationOf,
  type MemberCardRow,
  type MessageCardRow,
  memberOf,
  messageOf,
} from './from-rows.ts'
import type { Conversation, ConversationMember, Message, MessageContent, ReadCount, UnreadCount } from './types.ts'

// A request whose connection has gone silent must not hold up those after it.
const longestMs = 15_000

/** What a subscription asks for: as the account that it is of, and in time. */
export interface ChatRequests {
  conversation(): Promise<Conversation>
  members(): Promise<ConversationMember[]>
  /** Newest first. */
  page(before: number | undefined, limit: number): Promise<Message[]>
  changes(afterVersion: number, limit: number): Promise<Message[]>
  send(clientId: string, content: MessageContent): Promise<Message>
  markRead(seq: number): Promise<ReadCount>
}

export function createRequests(context: Context, conversation_id: string, accountId: string): ChatRequests {
  const { supabase, rows } = context
  const ask = <T>(request: (signal: AbortSignal) => Promise<T>) => asAccount(context, accountId, request)
  const list = (signal: AbortSignal, args: { before?: number; after_version?: number; page_size: number }) =>
    rows(supabase.rpc('list_messages', { conversation_id, ...args }).abortSignal(signal)) as Promise<MessageCardRow[]>
  const toMessages = (found: MessageCardRow[]) => found.map((row) => messageOf(supabase, row))

  return {
    conversation: () =>
      ask(async (signal) => {
        const query = supabase.rpc('get_conversation', { conversation_id }).abortSignal(signal).single()
        return conversationOf(supabase, (await rows(query)) as ConversationCardRow)
      }),
    members: () =>
      ask(async (signal) => {
        const query = supabase.rpc('list_conversation_members', { conversation_id }).abortSignal(signal)
        return ((await rows(query)) as MemberCardRow[]).map((row) => memberOf(supabase, row))
      }),
    page: (before, limit) =>
      ask(async (signal) => {
        const from = before === undefined ? {} : { before }
        return toMessages(await list(signal, { ...from, page_size: limit }))
      }),
    changes: (after_version, limit) =>
      ask(async (signal) => toMessages(await list(signal, { after_version, page_size: limit }))),
    send: (client_id, content) =>
      ask(async (signal) => {
        const args = argsOf(conversation_id, client_id, content)
        const query = supabase.rpc('send_message', args).abortSignal(signal).single()
        return messageOf(supabase, (await rows(query)) as MessageCardRow)
      }),
    markRead: (seq) =>
      ask((signal) =>
        rows(supabase.rpc('mark_conversation_read', { conversation_id, seq }).abortSignal(signal).single()),
      ),
  }
}

/** Arguments of `send_message`. */
export function argsOf(conversation_id: string, client_id: string, content: MessageContent) {
  const { body = null, reply_to_seq, file_ids } = content
  return {
    conversation_id,
    client_id,
    // The generated types do not know that it may be null.
    body: body as string,
    ...(reply_to_seq === undefined ? {} : { reply_to_seq }),
    ...(file_ids === undefined ? {} : { file_ids }),
  }
}

export async function countUnread(context: Context, accountId: string): Promise<UnreadCount> {
  return asAccount(context, accountId, (signal) =>
    context.rows(context.supabase.rpc('unread_count').abortSignal(signal).single()),
  )
}

/** Asks as this account, not as whoever may have signed in meanwhile; `timeout` when there is no answer in time. */
async function asAccount<T>(
  context: Context,
  accountId: string,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort()
      reject(context.error('timeout'))
    }, longestMs)
  })
  const answer = async () => {
    if ((await context.accountId()) !== accountId) throw context.error('auth_required')
    return request(controller.signal)
  }
  try {
    return await Promise.race([answer(), late])
  } finally {
    clearTimeout(timer)
  }
}
