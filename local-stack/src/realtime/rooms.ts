import type { Extension } from './authorization.ts'
import type { Channel } from './channel.ts'
import type { Presence } from './presences.ts'
import type { Server } from './server.ts'

/** Those who have joined one topic; the public and the private channel of one name are two rooms. */
export interface Room {
  channels: Set<Channel>
  presences: Map<Channel, Presence>
}

export interface RoomName {
  isPrivate: boolean
  name: string
}

export function enterRoom({ rooms }: Server, channel: Channel): void {
  const key = keyOf(channel)
  const room = rooms.get(key) ?? { channels: new Set(), presences: new Map() }
  rooms.set(key, room)
  room.channels.add(channel)
}

export function leaveRoom({ rooms }: Server, channel: Channel): void {
  const room = roomOf(rooms, channel)
  room?.channels.delete(channel)
  if (room?.channels.size === 0) rooms.delete(keyOf(channel))
}

/** Nothing where nobody has joined. */
export function roomOf(rooms: Server['rooms'], name: RoomName): Room | undefined {
  return rooms.get(keyOf(name))
}

export function mayRead(channel: Channel, extension: Extension): boolean {
  return !channel.isPrivate || channel.policies[extension].read === true
}

function keyOf({ isPrivate, name }: RoomName): string {
  return `${isPrivate ? 'private' : 'public'}:${name}`
}
