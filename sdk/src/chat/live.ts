import type { Context } from '../context.ts'
import type { TalentbaseError } from '../errors/talentbase-error.ts'
import { isTransient } from '../realtime/backoff.ts'
import { createTask } from '../realtime/one-at-a-time.ts'
import { watchSession } from '../realtime/session.ts'
import { stayOn } from '../realtime/stay-on.ts'
import { accountTopic, type Listening } from '../realtime/topic.ts'
import { onWake } from '../realtime/wake.ts'
import { createLines } from './lines.ts'
import type { ChatRequests } from './requests.ts'
import { createSync } from './sync.ts'
import type { Conversation, ConversationState, Message } from './types.ts'

export interface LiveListener {
  /** What was written, edited, deleted: each change once, in the order of versions. */
  onMessages(changes: Message[]): void
  onConversation(conversation: Conversation): void
  onConnection(connection: ConversationState['connection']): void
  onRead(accountId: string, seq: number): void
  /** Listening began, for the first time or again: who has read how far was not heard in between. */
  onJoined(): void
  onTyping(accountId: string, isTyping: boolean): void
  onPresence(accountIds: string[]): void
  /** The device is awake, online, or has another token: what waits to try again may do so. */
  onWake(): void
  onEnd(error: TalentbaseError): void
}

interface LiveOptions {
  accountId: string
  conversation: Conversation
  requests: ChatRequests
  /** The version that is known. */
  since: number
  typing: boolean
  presence: boolean
}

/**
 * Keeps up with a conversation. What is broadcast only says that there is something to read, so what is missed by the way is
 * made up for: after each join, by the account's own topic, when the device wakes, and every half minute.
 */
export interface Live {
  /** Answers when it listens, or may only read; fails where it can do neither. */
  begin(): Promise<void>
  /** This version is known to exist. */
  hint(version: number): void
  sendTyping(isTyping: boolean): boolean
  stop(): Promise<void>
}

const betweenChecksMs = 30_000

export function createLive(context: Context, options: LiveOptions, listener: LiveListener): Live {
  const { accountId, conversation, requests, since } = options
  const conversationId = conversation.id
  const ignore = () => undefined
  let account: Listening | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let stopWatching: (() => void)[] = []
  let hasBegun = false
  let isOver = false
  let refusals = 0
  let settle: { resolve: () => void; reject: (error: unknown) => void } | undefined

  const sync = createSync({ since, read: requests.changes, deliver: listener.onMessages, onFailed })
  const catchUp = () => sync.catchUp().catch(onFailed)

  // Looks whether one is in it still, under which names it is told of, and whether there is something to read.
  const check = createTask(async () => {
    let card: Conversation
    try {
      card = await requests.conversation()
    } catch (error) {
      if (isTransient(error)) throw error
      return end(error as TalentbaseError)
    }
    if (isOver) return
    if (card.epoch === null) return end(context.error('permission_denied', undefined, { reason: 'left' }))
    listener.onConversation(card)
    moveTo(card.epoch)
    if ((card.version ?? 0) > sync.version()) await catchUp()
  })
  const look = () => check.run().catch(ignore)

  const lines = createLines(
    context,
    { ...options, conversationId },
    {
      onEvent(event, payload) {
        if (event === 'message') sync.hint(numberIn(payload, 'version'))
        if (event === 'read') listener.onRead(String(payload.account_id), numberIn(payload, 'read_seq'))
      },
      onTyping: listener.onTyping,
      onPresence: listener.onPresence,
      onJoined() {
        refusals = 0
        listener.onConnection('live')
        listener.onJoined()
        if (hasBegun) void catchUp()
        else sync.catchUp().then(begun, (error) => settle?.reject(error))
      },
      onLost: () => listener.onConnection('connecting'),
      onFailed(error) {
        listener.onConnection('waiting')
        if (error.code === 'permission_denied') void refused()
        else if (!hasBegun) settle?.reject(error)
      },
    },
  )

  function moveTo(epoch: number): void {
    if (isOver || epoch <= lines.epoch()) return
    refusals = 0
    listener.onConnection('connecting')
    lines.moveTo(epoch)
  }

  /** The names may have changed; who is blocked by the other side may go on reading what was said. */
  async function refused(): Promise<void> {
    refusals += 1
    await look()
    if (hasBegun || refusals < 2) return
    sync.catchUp().then(begun, (error) => settle?.reject(error))
  }

  function begun(): void {
    hasBegun = true
    settle?.resolve()
  }

  function onFailed(error: unknown): void {
    if (!isTransient(error)) void look()
  }

  function onAccountEvent(event: string, payload: Record<string, unknown>): void {
    if (event !== 'conversation' || payload.conversation_id !== conversationId) return
    if (payload.is_member === false) return void look()
    moveTo(numberIn(payload, 'epoch'))
    sync.hint(numberIn(payload, 'version'))
  }

  async function end(error: TalentbaseError): Promise<void> {
    if (isOver) return
    isOver = true
    // What was said before the end is theirs.
    if (error.details?.reason === 'left') await sync.catchUp().catch(ignore)
    await stop()
    // Whoever waits for the beginning has the error as its answer.
    if (!hasBegun) return settle?.reject(error)
    listener.onConnection('ended')
    listener.onEnd(error)
  }

  async function stop(): Promise<void> {
    isOver = true
    sync.end()
    check.end()
    clearInterval(timer)
    for (const stopIt of stopWatching) stopIt()
    stopWatching = []
    await Promise.all([lines.leave(), account?.stop()])
  }

  return {
    begin() {
      const wake = () => {
        listener.onWake()
        void look()
      }
      const onOver = () => void end(context.error('auth_required'))
      stopWatching = [onWake(wake), watchSession(context, accountId, { onRefreshed: wake, onOver })]
      timer = setInterval(() => void look(), betweenChecksMs)
      account = stayOn(context, accountTopic(accountId), {
        onEvent: onAccountEvent,
        onJoined: () => void look(),
        onFailed: (error) => error.code === 'permission_denied' && void look(),
      })
      return new Promise<void>((resolve, reject) => {
        settle = { resolve, reject }
        moveTo(conversation.epoch ?? 0)
      })
    },
    hint: sync.hint,
    sendTyping: lines.sendTyping,
    stop,
  }
}

function numberIn(payload: Record<string, unknown>, name: string): number {
  const value = payload[name]
  return typeof value === 'number' ? value : 0
}
