import type { ISql, Sql } from 'postgres'
import type { Keys } from '../keys.ts'
import type { Limits } from './limits/limits.ts'
import type { Settings } from './settings.ts'

/** The pool or one transaction. */
export type Db = ISql

/** What every handler works with. */
export interface Auth {
  sql: Sql
  settings: Settings
  keys: Keys
  /** The service's own url behind the gateway, such as http://127.0.0.1:54321/auth/v1; issuer of the tokens. */
  url: string
  limits: Limits
  log(line: string): void
}

/** One transaction a request: all of what it writes or nothing. */
export function inTransaction<T>(auth: Auth, work: (tx: Db) => Promise<T>): Promise<T> {
  return auth.sql.begin(work) as Promise<T>
}
