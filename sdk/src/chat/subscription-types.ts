import type { TalentbaseError } from '../errors/talentbase-error.ts'
import type { Result } from '../result.ts'
import type { ConversationState, Message, MessageContent, ReadCount, ShownMessage } from './types.ts'

export interface ConversationHandlers {
  /** The whole, after every change of it; changes that come together are told together. */
  onChange?: (state: ConversationState) => void
  /** What was written, edited, deleted or restored by anybody, each change once, in the same order with everybody. */
  onMessages?: (changes: Message[]) => void
  /** Ids of the others who type now. */
  onTyping?: (accountIds: string[]) => void
  /** Ids of the members who are here. */
  onPresence?: (accountIds: string[]) => void
  onRead?: (read: { account_id: string; read_seq: number }) => void
  /** Called once if it ends for good, as for somebody who was removed. */
  onEnd?: (error: TalentbaseError) => void
}

export interface SubscribeToConversationOptions {
  /** The `version` that is known already: what changed after it is handed over. What changes from now on unless told. */
  since?: number
  /** Messages to begin with, and of each `loadOlder`: 1-100, 50 unless told. */
  limit?: number
  /** Whether to hear who types, and tell; yes unless told. */
  typing?: boolean
  /** Whether to be seen and see who is here; yes unless told. */
  presence?: boolean
}

export interface ConversationSubscription {
  readonly state: ConversationState
  readonly messages: ShownMessage[]
  /**
   * Shows a message at once and sends it, after those before it, until it is sent or refused; also after `unsubscribe`. The
   * answer comes then.
   */
  send(body: string | null, options?: Pick<MessageContent, 'reply_to_seq' | 'file_ids'>): Promise<Result<Message>>
  /** Sends a message that failed again, behind those that wait; `not_found` when there is none. */
  retry(clientId: string): Promise<Result<Message>>
  /** Takes back a message that failed or has not been tried; false when it may have been sent. */
  discard(clientId: string): boolean
  /** Everything that is shown is read. */
  markRead(): Promise<Result<ReadCount>>
  /** Tells the others, now and then while it is called with every key; they take it back after five seconds. */
  setTyping(isTyping: boolean): void
  /** Shows a page of older messages; answers whether there are still older ones. */
  loadOlder(): Promise<Result<{ has_older: boolean }>>
  unsubscribe(): Promise<void>
}
