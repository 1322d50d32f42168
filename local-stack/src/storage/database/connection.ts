import type { JWTPayload } from 'jose'
import postgres from 'postgres'
import { toStorageError } from './errors.ts'

export type Sql = postgres.Sql<{ bigint: number }>
export type Transaction = postgres.TransactionSql<{ bigint: number }>

/** As whom, and for what, a transaction runs: what policies and triggers can ask. */
export interface Scope {
  role: string
  token: string
  claims: JWTPayload
  /** Every header of the request, as a JSON object. */
  headers: string
  method: string
  path: string
  /** Such as storage.object.upload; `storage.operation()` answers it. */
  operation: string
}

const statementTimeout = '30s'

export function openDatabase(url: string): Sql {
  return postgres(url, {
    max: 5,
    idle_timeout: 30,
    onnotice: () => undefined,
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    // Triggers without a search path of their own see this one.
    connection: { application_name: 'storage', search_path: 'storage,public,extensions' },
  })
}

/** One transaction as `scope`. Database errors come out as the client is to see them. */
export async function inScope<T>(sql: Sql, scope: Scope, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return (await sql.begin(async (tx) => {
      await tx`select set_config('statement_timeout', ${statementTimeout}, true)`
      await enterScope(tx, scope)
      return await work(tx)
    })) as T
  } catch (error) {
    throw toStorageError(error)
  }
}

/** Changes over to another scope within a transaction. */
export async function enterScope(tx: Transaction, scope: Scope): Promise<void> {
  await tx`
    select
      set_config('role', ${scope.role}, true),
      set_config('request.jwt.claim.role', ${scope.role}, true),
      set_config('request.jwt', ${scope.token}, true),
      set_config('request.jwt.claim.sub', ${scope.claims.sub ?? ''}, true),
      set_config('request.jwt.claims', ${JSON.stringify(scope.claims)}, true),
      set_config('request.headers', ${scope.headers}, true),
      set_config('request.method', ${scope.method}, true),
      set_config('request.path', ${scope.path}, true),
      set_config('storage.operation', ${scope.operation}, true),
      set_config('storage.allow_delete_query', 'true', true)
  `
}

/** Asks the policies: does the work and takes it back, so it fails exactly where the caller may not do it. */
export async function probe(sql: Sql, scope: Scope, work: (tx: Transaction) => Promise<unknown>): Promise<void> {
  const takeBack = new Error('taken back')
  try {
    await inScope(sql, scope, async (tx) => {
      await work(tx)
      throw takeBack
    })
  } catch (error) {
    if (error !== takeBack) throw error
  }
}
