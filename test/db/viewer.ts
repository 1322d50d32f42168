import postgres from 'postgres'
import type { TestStack } from '../helpers/stack.ts'

/** Somebody who looks: an account, or nobody who is signed in. */
export type Viewer = string | null

/** A connection that asks as others do, row-level security and grants in force. */
export interface Eyes {
  as<Row extends object>(viewer: Viewer, query: string, values?: (string | number | boolean | null)[]): Promise<Row[]>
  close(): Promise<void>
}

export function openEyes(stack: TestStack): Eyes {
  const sql = postgres(stack.databaseUrl('postgres'), { max: 1, onnotice: () => undefined })
  return {
    as: (viewer, query, values = []) =>
      sql.begin(async (tx) => {
        const role = viewer === null ? 'anon' : 'authenticated'
        const claims = JSON.stringify(viewer === null ? { role } : { sub: viewer, role })
        await tx`select set_config('role', ${role}, true), set_config('request.jwt.claims', ${claims}, true)`
        return (await tx.unsafe(query, values)) as never
      }) as never,
    close: () => sql.end(),
  }
}
