import type { Sql } from 'postgres'
import type { Keys } from '../keys.ts'
import type { Connection } from './connection.ts'
import type { Listener } from './listener.ts'
import type { RealtimeOptions } from './options.ts'
import type { Rate } from './rate.ts'
import type { Room } from './rooms.ts'

/** What every part of one Realtime service shares. */
export interface Server {
  /** A pool of superuser connections: only a superuser may ask the policies for any role. */
  sql: Sql
  keys: Keys
  options: RealtimeOptions
  rooms: Map<string, Room>
  /** Connections that have joined a channel. */
  users: Set<Connection>
  rates: { events: Rate; presence: Rate; joins: Rate }
  listener: Listener
  log(line: string): void
}
