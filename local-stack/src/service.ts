import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { StackConfig } from './config.ts'
import type { Keys } from './keys.ts'

/** Postgres login roles a service may connect with. */
export type DatabaseRole =
  | 'supabase_admin'
  | 'supabase_auth_admin'
  | 'supabase_storage_admin'
  | 'authenticator'
  | 'postgres'

/** What every service of the stack gets. */
export interface ServiceContext {
  /** supabase/config.toml, parsed. */
  config: StackConfig
  /** Signing key, JWKS and the two API keys. */
  keys: Keys
  /** The gateway's url, such as http://127.0.0.1:54321 */
  url: string
  /** A postgres:// url of the stack's database for one login role. */
  databaseUrl(role: DatabaseRole): string
  /** A folder the service may keep its files in; it is kept between starts. */
  dataFolder: string
  /** One line to the terminal; the service's name is put in front. */
  log(line: string): void
}

export interface Service {
  /** Answers a request whose service prefix (`/auth/v1` and so on) the gateway has taken off. */
  fetch(request: Request): Response | Promise<Response>
  /** Takes a websocket over from the gateway; only Realtime has it. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): Promise<void>
}
