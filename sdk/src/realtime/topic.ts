import type { RealtimeChannel } from '@supabase/supabase-js'
import type { Context, Supabase } from '../context.ts'
import { realtimeAnswer } from '../errors/answer.ts'
import { errorFrom } from '../errors/from-answer.ts'
import type { TalentbaseError } from '../errors/talentbase-error.ts'

export interface TopicListener {
  /** Something was broadcast. */
  onEvent(event: string, payload: Record<string, unknown>): void
  /** The topic was joined, for the first time or again: what came in between was not heard. */
  onJoined(): void
  /** The topic cannot be joined; before the first join whatever the reason, later only when trying again is no use. */
  onFailed(error: TalentbaseError): void
  /** The connection is away; it is tried again. */
  onLost?(): void
  /** Who is present has changed: the keys under which they are. */
  onPresence?(keys: string[]): void
}

export interface TopicOptions {
  /** The key under which to be present oneself, and hear who else is. */
  presenceKey?: string
}

export interface Listening {
  /** Broadcasts to the others; false while the topic is not joined, when nothing is sent. */
  send(event: string, payload: Record<string, unknown>): boolean
  stop(): Promise<void>
}

interface Topic {
  name: string
  options: TopicOptions
  listeners: Set<TopicListener>
  channel: RealtimeChannel | undefined
  hasJoined: boolean
  isJoined: boolean
  rejoins: number
  timer: ReturnType<typeof setTimeout> | undefined
}

// A client has one channel a topic, so all who listen share it.
const topicsOf = new WeakMap<Supabase, Map<string, Topic>>()

/** Channels that were made here. */
const made = new WeakSet<RealtimeChannel>()

function topicsIn(supabase: Supabase): Map<string, Topic> {
  const found = topicsOf.get(supabase) ?? new Map<string, Topic>()
  topicsOf.set(supabase, found)
  return found
}

/** Where an account is told what concerns it; the database alone broadcasts there. */
export const accountTopic = (accountId: string): string => `account:${accountId}`

/** Listens to a private topic, on the channel of whoever listens to it already. */
export function listenToTopic(
  context: Context,
  name: string,
  listener: TopicListener,
  options: TopicOptions = {},
): Listening {
  const topics = topicsIn(context.supabase)
  let topic = topics.get(name)
  if (topic === undefined) {
    topic = {
      name,
      options,
      listeners: new Set(),
      channel: undefined,
      hasJoined: false,
      isJoined: false,
      rejoins: 0,
      timer: undefined,
    }
    topics.set(name, topic)
    void join(context, topic)
  } else if (topic.isJoined) {
    const { channel } = topic
    queueMicrotask(() => {
      if (shared.channel !== channel || !shared.isJoined || !shared.listeners.has(listener)) return
      listener.onJoined()
      if (options.presenceKey !== undefined && channel !== undefined) listener.onPresence?.(keysOf(channel))
    })
  }
  topic.listeners.add(listener)
  const shared = topic
  return {
    send(event, payload) {
      if (!shared.isJoined || shared.channel === undefined || !shared.listeners.has(listener)) return false
      void shared.channel.send({ type: 'broadcast', event, payload })
      return true
    },
    async stop() {
      shared.listeners.delete(listener)
      if (shared.listeners.size > 0 || topics.get(name) !== shared) return
      topics.delete(name)
      await leave(context.supabase, shared)
    },
  }
}

async function join(context: Context, topic: Topic): Promise<void> {
  const { supabase } = context
  try {
    // Before this a new client has no more than its key, and the topic is private.
    await supabase.realtime.setAuth()
  } catch (error) {
    if (topic.hasJoined) rejoin(context, topic)
    else fail(context, topic, error)
    return
  }
  // Everybody may have left meanwhile.
  if (topic.listeners.size === 0) return
  // The client would hand out the channel that somebody else has on this topic, which never says to us that it is joined.
  if (supabase.getChannels().some((other) => other.topic === `realtime:${topic.name}` && !made.has(other))) {
    end(context, topic, context.error('conflict', undefined, { reason: 'channel_in_use' }))
    return
  }
  const key = topic.options.presenceKey
  const presence = key === undefined ? {} : { presence: { key, enabled: true } }
  const channel = supabase.channel(topic.name, { config: { private: true, ...presence } })
  made.add(channel)
  topic.channel = channel
  channel.on('broadcast', { event: '*' }, ({ event, payload }) => {
    const data = typeof payload === 'object' && payload !== null ? payload : {}
    if (topic.channel === channel) for (const listener of [...topic.listeners]) listener.onEvent(event, data)
  })
  if (key !== undefined) {
    channel.on('presence', { event: 'sync' }, () => {
      if (topic.channel === channel) for (const listener of [...topic.listeners]) listener.onPresence?.(keysOf(channel))
    })
  }
  channel.subscribe((status, error) => {
    if (topic.channel !== channel) return
    const wasJoined = topic.isJoined
    topic.isJoined = status === 'SUBSCRIBED'
    if (status === 'SUBSCRIBED') {
      topic.hasJoined = true
      topic.rejoins = 0
      if (key !== undefined) void channel.track({})
      for (const listener of [...topic.listeners]) listener.onJoined()
      return
    }
    if (wasJoined) for (const listener of [...topic.listeners]) listener.onLost?.()
    if (status === 'CLOSED') rejoin(context, topic)
    else fail(context, topic, error ?? new Error(status))
  })
}

/** The server ends a channel when its token runs out, as in a computer that slept; the client leaves it at that. */
function rejoin(context: Context, topic: Topic): void {
  topic.channel = undefined
  const seconds = Math.min(2 ** topic.rejoins, 30)
  topic.rejoins += 1
  topic.timer = setTimeout(() => void join(context, topic), seconds * 1000)
}

function fail(context: Context, topic: Topic, cause: unknown): void {
  const error = errorFrom(realtimeAnswer(cause), context.locale)
  // The client itself tries again after a lost connection.
  if (topic.hasJoined && error.code !== 'permission_denied') return
  end(context, topic, error)
}

function end(context: Context, topic: Topic, error: TalentbaseError): void {
  const topics = topicsIn(context.supabase)
  if (topics.get(topic.name) === topic) topics.delete(topic.name)
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
  // Its name is free at once; the answer is waited for.
  if (channel !== undefined) await supabase.removeChannel(channel)
}

const keysOf = (channel: RealtimeChannel): string[] => Object.keys(channel.presenceState())
