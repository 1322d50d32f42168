import { askWrite } from './authorization.ts'
import { askerOf, type Channel, endChannel, reply } from './channel.ts'
import { type Broadcast, type ClientMessage, encodeBroadcast, type Version } from './frames.ts'
import { mayRead, type RoomName, roomOf } from './rooms.ts'
import type { Server } from './server.ts'

/** Passes a client's broadcast on. Whoever may not write gets no answer at all, as from the real service. */
export async function handleBroadcast(server: Server, channel: Channel, message: ClientMessage): Promise<void> {
  const broadcast = message.broadcast ?? toTextBroadcast(message.payload)
  if (broadcast === undefined) return
  const allowed = !channel.isPrivate || (await mayWrite(server, channel))
  if (!allowed || !channel.isOpen) return
  server.rates.events.add()
  const isTooLarge = isTooLargePayload(server, 'text' in broadcast ? broadcast.text : broadcast.payload)
  if (!isTooLarge) deliver(server, channel, broadcast, channel.receivesOwn ? undefined : channel)
  if (!channel.acks || !channel.isOpen) return
  if (isTooLarge) reply(channel.connection, message, 'error', { reason: 'payload_size_exceeded' })
  else reply(channel.connection, message, 'ok')
}

/** Gives a broadcast to everybody in a room who may read, save to one channel and to those it was replayed to. */
export function deliver(server: Server, to: RoomName, broadcast: Broadcast, except?: Channel): void {
  const id = 'text' in broadcast ? broadcast.id : broadcast.meta?.id
  const frames = new Map<Version, string | Buffer | undefined>()
  for (const channel of [...(roomOf(server.rooms, to)?.channels ?? [])]) {
    if (channel === except || !mayRead(channel, 'broadcast')) continue
    if (id !== undefined && channel.replayed.has(id)) continue
    const { version } = channel.connection
    if (!frames.has(version)) frames.set(version, encodeBroadcast(version, channel.topic, broadcast))
    const frame = frames.get(version)
    if (frame !== undefined) channel.connection.send(frame)
    server.rates.events.add()
    if (hasTooManyEvents(server)) endChannel(server, channel, 'Too many messages per second')
  }
}

export function hasTooManyEvents({ rates, options }: Server): boolean {
  return rates.events.average() >= options.maxEventsPerSecond
}

export function isTooLargePayload({ options }: Server, payload: string | Buffer): boolean {
  return Buffer.byteLength(payload) > options.maxPayloadSizeInKb * 1000 + 500
}

async function mayWrite(server: Server, channel: Channel): Promise<boolean> {
  const { policies } = channel
  if (policies.broadcast.write !== undefined) return policies.broadcast.write
  try {
    const answers = await askWrite(server.sql, askerOf(channel))
    policies.broadcast.write = answers.get('broadcast') === true
    policies.presence.write = answers.get('presence') === true
    return policies.broadcast.write
  } catch (error) {
    server.log(`${channel.topic}: broadcast refused: ${(error as Error).message}`)
    return false
  }
}

function toTextBroadcast(payload: unknown): Broadcast | undefined {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return undefined
  const id = (payload as { meta?: { id?: unknown } }).meta?.id
  return { text: JSON.stringify(payload), ...(typeof id === 'string' ? { id } : {}) }
}
