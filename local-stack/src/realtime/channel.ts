import type { Asker, Policies } from './authorization.ts'
import type { Connection } from './connection.ts'
import { encodeMessage } from './frames.ts'
import { removePresence } from './presences.ts'
import { leaveRoom } from './rooms.ts'
import type { Server } from './server.ts'
import type { Claims } from './token.ts'

/** One joined topic of one connection. */
export interface Channel {
  connection: Connection
  /** `realtime:<name>`; policies and database know it as `name`. */
  topic: string
  name: string
  joinRef: string | null
  isPrivate: boolean
  /** Broadcasts are acknowledged. */
  acks: boolean
  /** Own broadcasts come back. */
  receivesOwn: boolean
  presenceKey: string
  presenceEnabled: boolean
  presenceCalls: { count: number; resetAt: number }
  token: string
  claims: Claims
  tokenTimer: NodeJS.Timeout | undefined
  /** Of no meaning on public channels. */
  policies: Policies
  /** Ids of messages that were replayed at the join: they do not come again. */
  replayed: ReadonlySet<string>
  isOpen: boolean
}

export function askerOf({ name, claims, connection }: Channel): Asker {
  return { topic: name, claims, headers: connection.headers }
}

interface ReplyTo {
  joinRef: string | null
  ref: string | null
  topic: string
}

export function reply(connection: Connection, to: ReplyTo, status: 'ok' | 'error', response: object = {}): void {
  const { joinRef, ref, topic } = to
  const payload = JSON.stringify({ status, response })
  connection.send(encodeMessage(connection.version, { joinRef, ref, topic, event: 'phx_reply', payload }))
}

/** Sends something that belongs to this join. `payload` is JSON text. */
export function push({ connection, joinRef, topic }: Channel, event: string, payload: string): void {
  connection.send(encodeMessage(connection.version, { joinRef, ref: null, topic, event, payload }))
}

export function pushSystem(channel: Channel, status: 'ok' | 'error', message: string): void {
  push(channel, 'system', JSON.stringify({ extension: 'system', status, message, channel: channel.name }))
}

/** Takes a channel out of everything; `reason` is told to the client, which does not join again by itself. */
export function endChannel(server: Server, channel: Channel, reason?: string): void {
  if (!channel.isOpen) return
  channel.isOpen = false
  clearTimeout(channel.tokenTimer)
  const { connection, joinRef, topic } = channel
  connection.channels.delete(topic)
  if (reason !== undefined) {
    pushSystem(channel, 'error', reason)
    server.log(`${topic} ended: ${reason}`)
  }
  // The client takes a close as meant for it by this ref.
  const close = { joinRef, ref: joinRef, topic, event: 'phx_close', payload: '{}' }
  connection.send(encodeMessage(connection.version, close))
  removePresence(server, channel)
  leaveRoom(server, channel)
}
