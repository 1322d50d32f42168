import { askRead, askWrite } from './authorization.ts'
import { askerOf, type Channel, endChannel, push, reply } from './channel.ts'
import type { ClientMessage } from './frames.ts'
import { presenceState, removePresence, setPresence, tracksAlready } from './presences.ts'
import { mayRead } from './rooms.ts'
import type { Server } from './server.ts'

const tooMany = 'Too many presence messages per second'

/** Answers `track` and `untrack`. Every call counts against the channel's window, also one that is refused. */
export async function handlePresence(server: Server, channel: Channel, message: ClientMessage): Promise<void> {
  const { event, payload = {} } = (message.payload ?? {}) as { event?: unknown; payload?: unknown }
  if (typeof event !== 'string') return reply(channel.connection, message, 'ok')
  if (!countCall(server, channel)) return endChannel(server, channel, 'Client presence rate limit exceeded')
  switch (event.toLowerCase()) {
    case 'track':
      return track(server, channel, message, payload)
    case 'untrack':
      removePresence(server, channel)
      return reply(channel.connection, message, 'ok')
    default:
      return reply(channel.connection, message, 'error')
  }
}

/** Sends who is present, where the channel wanted presences when it joined. */
export function pushPresenceState(server: Server, channel: Channel): void {
  if (!channel.presenceEnabled || !mayRead(channel, 'presence')) return
  if (hasTooMany(server)) {
    endChannel(server, channel, tooMany)
    return
  }
  server.rates.presence.add()
  push(channel, 'presence_state', JSON.stringify(presenceState(server, channel)))
}

async function track(server: Server, channel: Channel, message: ClientMessage, payload: unknown): Promise<void> {
  const allowed = !channel.isPrivate || (await mayWrite(server, channel))
  if (!channel.isOpen) return
  if (!allowed) return reply(channel.connection, message, 'error')
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return reply(channel.connection, message, 'error', { reason: 'Presence track payload must be a map' })
  }
  if (!tracksAlready(server, channel, payload)) {
    if (Buffer.byteLength(JSON.stringify(payload)) > server.options.maxPayloadSizeInKb * 1000) {
      return endChannel(server, channel, 'Track message size exceeded')
    }
    if (hasTooMany(server)) return endChannel(server, channel, tooMany)
    server.rates.presence.add()
    channel.presenceEnabled = true
    setPresence(server, channel, payload)
  }
  reply(channel.connection, message, 'ok')
}

async function mayWrite(server: Server, channel: Channel): Promise<boolean> {
  const { policies } = channel
  if (policies.presence.write !== undefined) return policies.presence.write
  try {
    // A channel that did not want presences when it joined was not asked then whether it may read them.
    if (policies.presence.read === undefined) {
      const answers = await askRead(server.sql, askerOf(channel), ['presence'])
      policies.presence.read = answers.get('presence') === true
    }
    const answers = await askWrite(server.sql, askerOf(channel))
    policies.broadcast.write = answers.get('broadcast') === true
    policies.presence.write = answers.get('presence') === true
    return policies.presence.write
  } catch (error) {
    server.log(`${channel.topic}: presence refused: ${(error as Error).message}`)
    return false
  }
}

function countCall({ options }: Server, channel: Channel): boolean {
  const now = performance.now()
  if (now > channel.presenceCalls.resetAt) {
    channel.presenceCalls = { count: 0, resetAt: now + options.clientPresenceWindowMs }
  }
  channel.presenceCalls.count += 1
  return channel.presenceCalls.count <= options.maxClientPresenceEventsPerWindow
}

function hasTooMany({ rates, options }: Server): boolean {
  return rates.presence.average() > options.maxPresenceEventsPerSecond
}
