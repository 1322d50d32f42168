import type { Supabase } from '../context.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card } from '../rows.ts'
import type { ChatPerson, Conversation, ConversationMember, FoundMessage, Message } from './types.ts'

export type ConversationCardRow = Card<
  'conversation_card',
  | 'title'
  | 'context_type'
  | 'context_id'
  | 'context_title'
  | 'account_id'
  | 'account_name'
  | 'account_avatar_path'
  | 'candidate_id'
  | 'epoch'
  | 'version'
  | 'last_message'
  | 'last_message_at'
  | 'muted_until'
  | 'left_at_seq'
>

export function conversationOf(supabase: Supabase, row: ConversationCardRow): Conversation {
  const { context_type, context_id, context_title, account_id, account_name, account_avatar_path } = row
  return {
    id: row.id,
    kind: row.kind as Conversation['kind'],
    title: row.title,
    context:
      context_type === null || context_id === null
        ? null
        : ({ type: context_type, id: context_id, title: context_title } as Conversation['context']),
    account: personOf(supabase, account_id, account_name, account_avatar_path),
    candidate_id: row.candidate_id,
    members_count: row.members_count,
    role: row.role as Conversation['role'],
    epoch: row.epoch,
    version: row.version,
    last_seq: row.last_seq,
    read_seq: row.read_seq,
    unread: row.unread,
    last_message: row.last_message as Conversation['last_message'],
    last_message_at: row.last_message_at,
    muted_until: row.muted_until,
    left_at_seq: row.left_at_seq,
    can_write: row.can_write,
    created_at: row.created_at,
  }
}

export type MessageCardRow = Card<
  'message_card',
  | 'author_id'
  | 'author_name'
  | 'author_avatar_path'
  | 'client_id'
  | 'body'
  | 'reply_to_seq'
  | 'reply_to'
  | 'edited_at'
  | 'deleted_at'
>

export function messageOf(supabase: Supabase, row: MessageCardRow): Message {
  const { author_id, author_name, author_avatar_path, kind, data, reply_to, files, ...message } = row
  return {
    ...message,
    author: personOf(supabase, author_id, author_name, author_avatar_path),
    kind: kind as Message['kind'],
    data: data as Message['data'],
    reply_to: reply_to as Message['reply_to'],
    files: files as unknown as Message['files'],
  }
}

export type MemberCardRow = Card<'conversation_member_card', 'name' | 'avatar_path'>

export function memberOf(supabase: Supabase, row: MemberCardRow): ConversationMember {
  const { account_id: id, name: full_name, avatar_path, role, read_seq, joined_at } = row
  const avatar = pictureUrl(supabase, 'avatars', avatar_path)
  return { id, full_name, avatar, role: role as ConversationMember['role'], read_seq, joined_at }
}

export type FoundMessageRow = Card<'message_search_card', 'author_id' | 'author_name'>

export function foundMessageOf({ total: _total, cursor: _cursor, ...row }: FoundMessageRow): FoundMessage {
  return row
}

function personOf(
  supabase: Supabase,
  id: string | null,
  full_name: string | null,
  avatar_path: string | null,
): ChatPerson | null {
  return id === null ? null : { id, full_name, avatar: pictureUrl(supabase, 'avatars', avatar_path) }
}
