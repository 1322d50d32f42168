import type { Context } from '../context.ts'
import type { TalentbaseError } from '../errors/talentbase-error.ts'
import { stayOn } from '../realtime/stay-on.ts'
import type { Listening, TopicListener } from '../realtime/topic.ts'

export interface LineListener {
  /** What the database broadcasts: `message`, `read`. */
  onEvent(event: string, payload: Record<string, unknown>): void
  onTyping(accountId: string, isTyping: boolean): void
  onPresence(accountIds: string[]): void
  onJoined(): void
  onLost(): void
  /** The conversation's topic could not be joined; it is tried again. */
  onFailed(error: TalentbaseError): void
}

/** The topics of a conversation, by the names of its epoch. */
export interface Lines {
  epoch(): number
  /** Leaves the old names for the new ones; epochs only grow, so an older one is a late answer. */
  moveTo(epoch: number): void
  sendTyping(isTyping: boolean): boolean
  leave(): Promise<void>
}

interface LineOptions {
  conversationId: string
  accountId: string
  typing: boolean
  presence: boolean
}

export function createLines(context: Context, options: LineOptions, listener: LineListener): Lines {
  const { conversationId, accountId } = options
  let current = 0
  let main: Listening | undefined
  let typing: Listening | undefined
  let presence: Listening | undefined

  const quiet = (one: Partial<TopicListener>): TopicListener => ({
    onEvent: () => undefined,
    onJoined: () => undefined,
    onFailed: () => undefined,
    ...one,
  })

  async function leave(): Promise<void> {
    const left = [main, typing, presence]
    main = typing = presence = undefined
    await Promise.all(left.map((line) => line?.stop()))
  }

  return {
    epoch: () => current,
    moveTo(epoch) {
      if (epoch <= current) return
      current = epoch
      void leave()
      listener.onPresence([])
      const name = (prefix: string) => `${prefix}:${conversationId}:${epoch}`
      const { onEvent, onJoined, onLost, onFailed } = listener
      main = stayOn(context, name('conversation'), { onEvent, onJoined, onLost, onFailed })
      if (options.typing) typing = stayOn(context, name('typing'), quiet({ onEvent: hearTyping }))
      if (options.presence) {
        const here = quiet({ onPresence: listener.onPresence, onLost: () => listener.onPresence([]) })
        presence = stayOn(context, name('presence'), here, { presenceKey: accountId })
      }
    },
    sendTyping(isTyping) {
      const stopped = isTyping ? {} : { is_typing: false }
      return typing?.send('typing', { account_id: accountId, ...stopped }) ?? false
    },
    leave,
  }

  function hearTyping(event: string, payload: Record<string, unknown>): void {
    const { account_id, is_typing } = payload
    if (event !== 'typing' || typeof account_id !== 'string' || account_id === accountId) return
    listener.onTyping(account_id, is_typing !== false)
  }
}
