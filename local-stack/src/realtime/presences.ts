import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Channel } from './channel.ts'
import { encodeEvent } from './frames.ts'
import { mayRead, type Room, roomOf } from './rooms.ts'
import type { Server } from './server.ts'

/** What one channel tracks. Several channels may do so under one key. */
export interface Presence {
  key: string
  payload: object
  meta: Record<string, unknown> & { phx_ref: string }
}

type Grouped = Record<string, { metas: Presence['meta'][] }>

export function presenceState(server: Server, channel: Channel): Grouped {
  return grouped(roomOf(server.rooms, channel)?.presences.values() ?? [])
}

export function tracksAlready(server: Server, channel: Channel, payload: object): boolean {
  return isDeepStrictEqual(roomOf(server.rooms, channel)?.presences.get(channel)?.payload, payload)
}

/** Tracks a channel, or changes what it tracks: the room is told in one diff. */
export function setPresence(server: Server, channel: Channel, payload: object): void {
  const room = roomOf(server.rooms, channel)
  if (room === undefined) return
  const before = room.presences.get(channel)
  const previous = before === undefined ? {} : { phx_ref_prev: before.meta.phx_ref }
  const meta = { ...payload, ...previous, phx_ref: randomBytes(9).toString('base64url') }
  const presence = { key: channel.presenceKey, payload, meta }
  room.presences.set(channel, presence)
  deliverDiff(server, room, grouped([presence]), grouped(before === undefined ? [] : [before]))
}

export function removePresence(server: Server, channel: Channel): void {
  const room = roomOf(server.rooms, channel)
  const presence = room?.presences.get(channel)
  if (room === undefined || presence === undefined) return
  room.presences.delete(channel)
  deliverDiff(server, room, {}, grouped([presence]))
}

function deliverDiff(server: Server, room: Room, joins: Grouped, leaves: Grouped): void {
  const payload = JSON.stringify({ joins, leaves })
  for (const channel of room.channels) {
    if (!channel.isOpen || !mayRead(channel, 'presence')) continue
    channel.connection.send(encodeEvent(channel.connection.version, channel.topic, 'presence_diff', payload))
    server.rates.presence.add()
  }
}

function grouped(presences: Iterable<Presence>): Grouped {
  // No prototype: a client may choose any key, `__proto__` too.
  const groups: Grouped = Object.create(null)
  for (const { key, meta } of presences) {
    groups[key] ??= { metas: [] }
    groups[key].metas.push(meta)
  }
  return groups
}
