import type { Context } from '../context.ts'
import type { TalentbaseError } from '../errors/talentbase-error.ts'
import type { Result } from '../result.ts'
import { fieldsOfIssues } from '../schemas/issues.ts'
import { createLive } from './live.ts'
import { createMembers } from './members.ts'
import { createOutbox, type Outgoing } from './outbox.ts'
import { createRequests } from './requests.ts'
import { messageContentSchema, subscribeToConversationSchema } from './schemas.ts'
import type {
  ConversationHandlers,
  ConversationSubscription,
  SubscribeToConversationOptions,
} from './subscription-types.ts'
import { createTimeline } from './timeline.ts'
import type { ChatPerson, ConversationState, Message, ShownMessage } from './types.ts'
import { createTyping } from './typing.ts'

type Stored = ShownMessage & { seq: number; version: number }

const usual = 50

export async function subscribeToConversation(
  context: Context,
  conversationId: string,
  handlers: ConversationHandlers,
  options: SubscribeToConversationOptions,
): Promise<ConversationSubscription> {
  const input = context.parse(subscribeToConversationSchema, { ...options, conversation_id: conversationId })
  const { conversation_id, limit = usual, typing: hearsTyping = true, presence: hearsPresence = true } = input
  const accountId = await context.accountId()
  const requests = createRequests(context, conversation_id, accountId)
  // Before the page: whatever changes while that is read is a change after this version.
  let conversation = await requests.conversation()
  if (conversation.version === null) throw context.error('permission_denied', undefined, { reason: 'left' })
  const page = await requests.page(undefined, limit)

  let connection: ConversationState['connection'] = 'connecting'
  let here: string[] = []
  let toldPresent: string[] = []
  let ended: TalentbaseError | undefined
  let isOver = false
  let isTelling = false
  let loading: Promise<Result<{ has_older: boolean }>> | undefined

  const timeline = createTimeline<Stored>()
  timeline.addPage(page.map(storedOf))
  let hasOlder = page.length === limit && page.at(-1)?.seq !== 1

  /** What a callback throws is its own affair and stops nothing here. */
  function tell<Value>(callback: ((value: Value) => void) | undefined, value: Value): void {
    if (callback !== undefined && !isOver) void Promise.resolve(value).then(callback)
  }

  function changed(): void {
    if (isTelling || isOver || handlers.onChange === undefined) return
    isTelling = true
    void Promise.resolve().then(() => {
      isTelling = false
      if (!isOver) handlers.onChange?.(state())
    })
  }

  const members = createMembers(requests, {
    onRead: (account_id, read_seq) => tell(handlers.onRead, { account_id, read_seq }),
    onChange() {
      tellPresence()
      changed()
    },
  })
  const outbox = createOutbox({
    context,
    send: requests.send,
    onSent: ({ version }) => live.hint(version),
    onChange: changed,
  })
  const typing = createTyping(
    (isTyping) => live.sendTyping(isTyping),
    () => {
      tell(handlers.onTyping, typing.ids())
      changed()
    },
  )

  const live = createLive(
    context,
    {
      accountId,
      conversation,
      requests,
      since: input.since ?? conversation.version,
      typing: hearsTyping,
      presence: hearsPresence,
    },
    {
      onMessages(changes) {
        timeline.addChanges(changes.map(storedOf))
        for (const message of changes) {
          outbox.confirm(message)
          if (message.author !== null) typing.clear(message.author.id)
        }
        // Somebody may have come or gone.
        if (changes.some(({ kind }) => kind === 'system')) members.refresh()
        tell(handlers.onMessages, changes)
        changed()
      },
      onConversation(card) {
        conversation = card
        changed()
      },
      onConnection(now) {
        connection = now
        changed()
      },
      onRead: members.heard,
      onJoined: members.refresh,
      onTyping: (id, isTyping) => members.has(id) && typing.heard(id, isTyping),
      onPresence(ids) {
        here = ids
        tellPresence()
        changed()
      },
      onWake: outbox.wake,
      onEnd(error) {
        ended = error
        outbox.end(error)
        typing.end()
        tell(handlers.onEnd, error)
        members.end()
      },
    },
  )

  // Keys are chosen by those who are there, so of no meaning unless they are members'.
  const present = () => here.filter(members.has)

  function tellPresence(): void {
    const ids = present().sort()
    if (ids.join() === toldPresent.join()) return
    toldPresent = ids
    tell(handlers.onPresence, ids)
  }

  function state(): ConversationState {
    const own = members.list().find(({ id }) => id === accountId)
    const author = { id: accountId, full_name: own?.full_name ?? null, avatar: own?.avatar ?? null }
    const onTheirWay = outbox.items().map((item) => shownOf(conversation_id, author, item))
    return {
      conversation,
      messages: [...timeline.messages(), ...onTheirWay],
      has_older: hasOlder,
      members: members.list(),
      typing: typing.ids(),
      present: present(),
      connection,
    }
  }

  async function stop(): Promise<void> {
    isOver = true
    typing.end()
    members.end()
    await live.stop()
  }

  try {
    await live.begin()
  } catch (error) {
    isOver = true
    await stop()
    throw error
  }

  return {
    get state() {
      return state()
    },
    get messages() {
      return state().messages
    },
    send(body, options = {}) {
      // Without waiting for anything: it is shown when this returns.
      const { success, data, error } = messageContentSchema.safeParse({ ...options, body })
      if (success) return outbox.add(data)
      const fields = fieldsOfIssues(error.issues, { ...options, body })
      return Promise.resolve({ data: null, error: context.error('validation_failed', fields) })
    },
    retry: (clientId) => outbox.retry(clientId) ?? Promise.resolve({ data: null, error: context.error('not_found') }),
    discard: outbox.discard,
    markRead: () => context.run(() => requests.markRead(timeline.newest() ?? conversation.read_seq)),
    setTyping: typing.set,
    loadOlder() {
      loading ??= context
        .run(async () => {
          if (ended !== undefined) throw ended
          const oldest = timeline.oldest()
          if (!hasOlder || oldest === undefined) return { has_older: false }
          const older = await requests.page(oldest, limit)
          timeline.addPage(older.map(storedOf))
          hasOlder = older.length === limit && older.at(-1)?.seq !== 1
          changed()
          return { has_older: hasOlder }
        })
        .finally(() => {
          loading = undefined
        })
      return loading
    },
    unsubscribe: stop,
  }
}

const storedOf = (message: Message): Stored => ({ ...message, status: 'sent', error: null })

function shownOf(conversation_id: string, author: ChatPerson, item: Outgoing): ShownMessage {
  const { client_id, content, created_at, status, error } = item
  return {
    conversation_id,
    seq: null,
    version: null,
    author,
    is_own: true,
    client_id,
    kind: 'text',
    body: content.body ?? null,
    data: {},
    reply_to_seq: content.reply_to_seq ?? null,
    reply_to: null,
    files: [],
    is_redacted: false,
    edited_at: null,
    deleted_at: null,
    created_at,
    status,
    error,
  }
}
