import type { z } from 'zod'
import type { TalentbaseError } from '../errors/talentbase-error.ts'
import type { conversationContext } from './schemas.ts'

export interface ChatPerson {
  id: string
  full_name: string | null
  /** Url of the picture. */
  avatar: string | null
}

export interface Conversation {
  id: string
  kind: 'direct' | 'group'
  /** Of a group. */
  title: string | null
  /** What a direct one is about; null for nothing in particular. */
  context: { type: z.output<typeof conversationContext>; id: string; title: string | null } | null
  /** The other side of a direct one; null when they have left, and in groups. */
  account: ChatPerson | null
  /** The card, where a candidate is talked with. */
  candidate_id: string | null
  members_count: number
  role: 'owner' | 'member'
  /** Part of the names of its topics; null after having left. */
  epoch: number | null
  /** Counts changes of messages; null after having left. */
  version: number | null
  /** Number of the newest message, or of the last that one reads. */
  last_seq: number
  read_seq: number
  unread: number
  last_message: LastMessage | null
  last_message_at: string | null
  /** `infinity` for good, null when it is not muted. */
  muted_until: string | null
  /** Number of the last message that one reads after having left; null while one is in. */
  left_at_seq: number | null
  /** False after having left, when the other side is not there for one, or the plan does not allow it. */
  can_write: boolean
  created_at: string
}

export interface LastMessage {
  seq: number
  author_id: string | null
  kind: 'text' | 'system'
  /** The first 200 characters. */
  body: string | null
  data: Record<string, unknown>
  deleted_at: string | null
  created_at: string
}

export interface ConversationMember extends ChatPerson {
  role: 'owner' | 'member'
  /** Read up to this message. */
  read_seq: number
  joined_at: string
}

export interface MessageFile {
  file_id: string
  name: string
  /** Bytes. */
  size: number
  content_type: string
  /** In the bucket `attachments`; `chat.fileUrl` makes a url of it. */
  path: string
}

export interface Message {
  conversation_id: string
  /** From 1, without gaps. */
  seq: number
  /** The conversation's when it was written, edited or deleted last. */
  version: number
  /** Null for what the conversation itself says, and for authors who have left. */
  author: ChatPerson | null
  is_own: boolean
  /** As it was sent with; of one's own ones only. */
  client_id: string | null
  kind: 'text' | 'system'
  /** Null when it was deleted, or is files alone. */
  body: string | null
  /** What happened, for messages of the kind `system`. */
  data: Record<string, unknown>
  reply_to_seq: number | null
  /** Null for none, and for what was said before one came. */
  reply_to: QuotedMessage | null
  files: MessageFile[]
  /** Whether contacts were taken out of it. */
  is_redacted: boolean
  edited_at: string | null
  deleted_at: string | null
  created_at: string
}

export interface QuotedMessage {
  seq: number
  author_id: string | null
  /** The first 200 characters. */
  body: string | null
  deleted_at: string | null
}

export interface MessagePage {
  /** Newest first; with `after_version` in the order of `version`. */
  items: Message[]
  has_more: boolean
}

export interface FoundMessage {
  conversation_id: string
  seq: number
  author_id: string | null
  author_name: string | null
  body: string
  created_at: string
}

export interface UnreadCount {
  messages: number
  /** That have any. */
  conversations: number
}

export interface ReadCount {
  /** In this conversation. */
  unread: number
  /** In all. */
  total: number
}

/** What a message says, before it is one. */
export interface MessageContent {
  body?: string | null | undefined
  reply_to_seq?: number | undefined
  file_ids?: string[] | undefined
}

/** A message as a subscription shows it: also one that is on its way, which has no numbers yet and stands behind all others. */
export interface ShownMessage extends Omit<Message, 'seq' | 'version'> {
  seq: number | null
  version: number | null
  status: 'sending' | 'sent' | 'failed'
  /** Why it failed. */
  error: TalentbaseError | null
}

export interface ConversationState {
  /** As it was read last. */
  conversation: Conversation
  /** In the order of `seq`, without gaps; then those on their way, in the order in which they were sent. */
  messages: ShownMessage[]
  /** Whether there are older ones for `loadOlder`. */
  has_older: boolean
  members: ConversationMember[]
  /** Ids of the others who type now. */
  typing: string[]
  /** Ids of the members who are here, oneself too. */
  present: string[]
  /** `live`: told at once; `waiting`: what comes is read every half minute, and listening is tried again. */
  connection: 'connecting' | 'live' | 'waiting' | 'ended'
}
