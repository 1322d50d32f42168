import type { PostgrestSingleResponse } from '@supabase/supabase-js'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { TalentbaseError } from '../errors/talentbase-error.ts'
import { type List, listPage } from '../list.ts'
import { newId } from '../new-id.ts'
import type { Result } from '../result.ts'
import {
  type ConversationCardRow,
  conversationOf,
  type FoundMessageRow,
  foundMessageOf,
  type MemberCardRow,
  type MessageCardRow,
  memberOf,
  messageOf,
} from './from-rows.ts'
import { listMessages } from './pages.ts'
import { argsOf } from './requests.ts'
import {
  addMembersSchema,
  conversationIdSchema,
  createGroupSchema,
  deleteMessageSchema,
  editMessageSchema,
  listConversationsSchema,
  type listMessagesSchema,
  markConversationReadSchema,
  messageFileSchema,
  muteConversationSchema,
  openConversationSchema,
  removeMemberSchema,
  renameGroupSchema,
  searchMessagesSchema,
  sendMessageSchema,
} from './schemas.ts'
import { subscribeToConversation } from './subscription.ts'
import type {
  ConversationHandlers,
  ConversationSubscription,
  SubscribeToConversationOptions,
} from './subscription-types.ts'
import type {
  Conversation,
  ConversationMember,
  FoundMessage,
  Message,
  MessagePage,
  ReadCount,
  UnreadCount,
} from './types.ts'
import { subscribeToUnread } from './unread.ts'

/** Seconds for which the url of a file is good. */
const fileSeconds = 60

/** Conversations of two and of groups. */
export class Chat {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * One's conversation with an account, or about a casting, task, order or unlocked candidate, made unless there is one. The
   * account may be left out where there is one other side. `not_found` where there is nobody to talk with, `quota_exceeded`
   * when the plan does not allow it. MW28, UG23, MT32
   */
  open(input: z.input<typeof openConversationSchema>): Promise<Result<Conversation>> {
    return this.#conversation(() => {
      const wanted = this.#context.parse(openConversationSchema, input)
      return this.#context.supabase.rpc('open_conversation', wanted).single()
    })
  }

  /** A group of one's own with 1-49 others; `not_found` if one of them is not there. */
  createGroup(input: z.input<typeof createGroupSchema>): Promise<Result<Conversation>> {
    return this.#conversation(() => {
      const group = this.#context.parse(createGroupSchema, input)
      return this.#context.supabase.rpc('create_group', group).single()
    })
  }

  /** Another title for a group of one's own. */
  renameGroup(conversationId: string, input: { title: string }): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(renameGroupSchema, { ...input, conversation_id: conversationId })
      await context.rows(context.supabase.rpc('rename_group', wanted))
      return null
    })
  }

  /** Brings people into a group of one's own: they read what is said from then on. Who is in it stays. */
  addMembers(conversationId: string, accountIds: string[]): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(addMembersSchema, { conversation_id: conversationId, account_ids: accountIds })
      await context.rows(context.supabase.rpc('add_group_members', wanted))
      return null
    })
  }

  /** Takes somebody out of a group of one's own: they hear nothing more, and may read what was said until then. */
  removeMember(conversationId: string, accountId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(removeMemberSchema, { conversation_id: conversationId, account_id: accountId })
      await context.rows(context.supabase.rpc('remove_group_member', wanted))
      return null
    })
  }

  /** Leaves a group; `conflict` for a conversation of two, which is muted, or the other blocked. */
  leave(conversationId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(conversationIdSchema, { conversation_id: conversationId })
      await context.rows(context.supabase.rpc('leave_conversation', wanted))
      return null
    })
  }

  /** The conversations that one is in, the newest word first, each with its last message and what is unread. MW29, UG22, MT31 */
  list(input: z.input<typeof listConversationsSchema> = {}): Promise<Result<List<Conversation>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listConversationsSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) => {
          const query = context.supabase.rpc('list_conversations', { ...filters, ...page })
          return (await context.rows(query)) as (ConversationCardRow & { total: number })[]
        },
        (row) => conversationOf(context.supabase, row),
      )
    })
  }

  /** A conversation that one is or was in. */
  get(conversationId: string): Promise<Result<Conversation>> {
    return this.#conversation(() => {
      const wanted = this.#context.parse(conversationIdSchema, { conversation_id: conversationId })
      return this.#context.supabase.rpc('get_conversation', wanted).single()
    })
  }

  /** Everybody in it, and how far each has read; first come first. */
  listMembers(conversationId: string): Promise<Result<ConversationMember[]>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(conversationIdSchema, { conversation_id: conversationId })
      const rows = await context.rows(context.supabase.rpc('list_conversation_members', wanted))
      return (rows as MemberCardRow[]).map((row) => memberOf(context.supabase, row))
    })
  }

  /**
   * Messages, newest first: 50, or `limit` (1-100), from before the one of `before`. With `after_version` instead what was
   * written, edited or deleted after it, in that order. MW30, UG24, MT33
   */
  listMessages(input: z.input<typeof listMessagesSchema>): Promise<Result<MessagePage>> {
    return this.#context.run(() => listMessages(this.#context, input))
  }

  /**
   * Sends a message of 1-5000 characters, or of 1-10 files of one's own in the bucket `attachments`, or both. The same
   * `client_id` again is the same message (`idempotency_conflict` when it says something else). `quota_exceeded` when the plan
   * does not allow it; `permission_denied` after having left, or where the other side cannot be written to. MW31, MB13, MT34
   */
  send(input: z.input<typeof sendMessageSchema>): Promise<Result<Message>> {
    return this.#message(() => {
      const { conversation_id, client_id = newId(), ...content } = this.#context.parse(sendMessageSchema, input)
      return this.#context.supabase.rpc('send_message', argsOf(conversation_id, client_id, content)).single()
    })
  }

  /** Changes what a message of one's own says, for 15 minutes; `conflict` after them, and for a deleted one. */
  edit(input: z.input<typeof editMessageSchema>): Promise<Result<Message>> {
    return this.#message(() => {
      const change = this.#context.parse(editMessageSchema, input)
      return this.#context.supabase.rpc('edit_message', change).single()
    })
  }

  /** Takes back what a message of one's own says, and its files, for 15 minutes; its place stays. */
  delete(input: z.input<typeof deleteMessageSchema>): Promise<Result<Message>> {
    return this.#message(() => {
      const message = this.#context.parse(deleteMessageSchema, input)
      return this.#context.supabase.rpc('delete_message', message).single()
    })
  }

  /** A conversation is read, up to a message or altogether; answers what is still unread, in it and in all. MW32, MT35 */
  markRead(conversationId: string, seq?: number): Promise<Result<ReadCount>> {
    const context = this.#context
    return context.run(async () => {
      const read = context.parse(markConversationReadSchema, { conversation_id: conversationId, seq })
      return context.rows(context.supabase.rpc('mark_conversation_read', read).single())
    })
  }

  /** How many messages are unread, and in how many conversations. MW33 */
  unreadCount(): Promise<Result<UnreadCount>> {
    const context = this.#context
    return context.run(async () => context.rows(context.supabase.rpc('unread_count').single()))
  }

  /** No notifications of a conversation, for good or until a time; it goes on counting. */
  mute(conversationId: string, until?: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const muted = context.parse(muteConversationSchema, { conversation_id: conversationId, until })
      await context.rows(context.supabase.rpc('mute_conversation', { ...muted, until: muted.until ?? 'infinity' }))
      return null
    })
  }

  /** Notifications of a conversation again. */
  unmute(conversationId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(conversationIdSchema, { conversation_id: conversationId })
      // The generated types do not know that it may be null.
      await context.rows(context.supabase.rpc('mute_conversation', { ...wanted, until: null as unknown as string }))
      return null
    })
  }

  /** What was said with this text, in one conversation or all of one's own, newest first. */
  search(input: z.input<typeof searchMessagesSchema>): Promise<Result<List<FoundMessage>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(searchMessagesSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) => {
          const query = context.supabase.rpc('search_messages', { ...filters, ...page })
          return (await context.rows(query)) as FoundMessageRow[]
        },
        foundMessageOf,
      )
    })
  }

  /** Where a file of a message is read: a url that is good for 60 seconds. `not_found` for who may not read the message. */
  fileUrl(file: z.input<typeof messageFileSchema>): Promise<Result<string>> {
    const context = this.#context
    return context.run(async () => {
      const { path } = context.parse(messageFileSchema, { path: file?.path })
      const storage = context.supabase.storage.from('attachments')
      return (await context.stored(storage.createSignedUrl(path, fileSeconds))).signedUrl
    })
  }

  /**
   * A conversation live: its messages in order, one's own ones at once, who types, who is here, who has read how far. Nothing is
   * missed and nothing comes twice, also while the connection was away. Answers when it listens. MW27, UG25, MT67
   */
  subscribe(
    conversationId: string,
    handlers: ConversationHandlers = {},
    options: SubscribeToConversationOptions = {},
  ): Promise<Result<ConversationSubscription>> {
    return this.#context.run(() => subscribeToConversation(this.#context, conversationId, handlers, options))
  }

  /** Calls back with what is unread, when it listens and whenever that changes. `onEnd`: once, if it ends for good. */
  subscribeToUnread(
    callback: (count: UnreadCount) => void,
    options: { onEnd?: (error: TalentbaseError) => void } = {},
  ): Promise<Result<{ unsubscribe: () => Promise<void> }>> {
    return this.#context.run(() => subscribeToUnread(this.#context, callback, options))
  }

  #conversation(ask: () => PromiseLike<PostgrestSingleResponse<unknown>>): Promise<Result<Conversation>> {
    const context = this.#context
    return context.run(async () => conversationOf(context.supabase, (await context.rows(ask())) as ConversationCardRow))
  }

  #message(ask: () => PromiseLike<PostgrestSingleResponse<unknown>>): Promise<Result<Message>> {
    const context = this.#context
    return context.run(async () => messageOf(context.supabase, (await context.rows(ask())) as MessageCardRow))
  }
}
