import type { RealtimeChannel } from '@supabase/supabase-js'
import type { Context, Supabase } from '../context.ts'
import { realtimeAnswer } from '../errors/answer.ts'
import { errorFrom } from '../errors/from-answer.ts'
import type { TalentbaseError } from '../errors/talentbase-error.ts'

export interface AccountListener {
  /** Something was broadcast to the account. */
  onEvent(event: string): void
  /** The topic was joined, for the first time or again: what came in between was not heard. */
  onJoined(): void
  /** The topic cannot be joined; before the first join whatever the reason, later only when trying again is no use. */
  onFailed(error: TalentbaseError): void
}

interface Topic {
  listeners: Set<AccountListener>
  channel: RealtimeChannel | undefined
  hasJoined: boolean
  isJoined: boolean
  rejoins: number
  timer: ReturnType<typeof setTimeout> | undefined
}

// A client has one channel a topic, so all who listen share it.
const topics = new WeakMap<Supabase, Map<string, Topic>>()

/** Listens to `account:<id>`, which the database alone broadcasts to. Answers how to stop. */
export function listenToAccount(context: Context, accountId: string, listener: AccountListener): () => Promise<void> {
  const name = `account:${accountId}`
  const known = topics.get(context.supabase) ?? new Map<string, Topic>()
  topics.set(context.supabase, known)
  let topic = known.get(name)
  if (topic === undefined) {
    topic = {
      listeners: new Set(),
      channel: undefined,
      hasJoined: false,
      isJoined: false,
      rejoins: 0,
      timer: undefined,
    }
    known.set(name, topic)
    void join(context, name, topic)
  } else if (topic.isJoined) {
    queueMicrotask(() => listener.onJoined())
  }
  topic.listeners.add(listener)
  const shared = topic
  return async () => {
    shared.listeners.delete(listener)
    if (shared.listeners.size > 0 || known.get(name) !== shared) return
    known.delete(name)
    await leave(context.supabase, shared)
  }
}

async function join(context: Context, name: string, topic: Topic): Promise<void> {
  const { supabase } = context
  try {
    // Before this a new client has no more than its key, and the topic is private.
    await supabase.realtime.setAuth()
  } catch (error) {
    if (topic.hasJoined) rejoin(context, name, topic)
    else fail(context, name, topic, error)
    return
  }
  // Everybody may have left meanwhile.
  if (topic.listeners.size === 0) return
  const channel = supabase.channel(name, { config: { private: true } })
  topic.channel = channel
  channel.on('broadcast', { event: '*' }, ({ event }) => {
    for (const listener of [...topic.listeners]) listener.onEvent(event)
  })
  channel.subscribe((status, error) => {
    if (topic.channel !== channel) return
    topic.isJoined = status === 'SUBSCRIBED'
    if (status === 'SUBSCRIBED') {
      topic.hasJoined = true
      topic.rejoins = 0
      for (const listener of [...topic.listeners]) listener.onJoined()
    } else if (status === 'CLOSED') {
      rejoin(context, name, topic)
    } else {
      fail(context, name, topic, error ?? new Error(status))
    }
  })
}

/** The server ends a channel when its token runs out, as in a computer that slept; the client leaves it at that. */
function rejoin(context: Context, name: string, topic: Topic): void {
  topic.channel = undefined
  const seconds = Math.min(2 ** topic.rejoins, 30)
  topic.rejoins += 1
  topic.timer = setTimeout(() => void join(context, name, topic), seconds * 1000)
}

function fail(context: Context, name: string, topic: Topic, cause: unknown): void {
  const error = errorFrom(realtimeAnswer(cause), context.locale)
  // The client itself tries again after a lost connection.
  if (topic.hasJoined && error.code !== 'permission_denied') return
  topics.get(context.supabase)?.delete(name)
  const listeners = [...topic.listeners]
  topic.listeners.clear()
  void leave(context.supabase, topic)
  for (const listener of listeners) listener.onFailed(error)
}

async function leave(supabase: Supabase, topic: Topic): Promise<void> {
  clearTimeout(topic.timer)
  const { channel } = topic
  topic.channel = undefined
  topic.isJoined = false
  if (channel !== undefined) await supabase.removeChannel(channel)
}
