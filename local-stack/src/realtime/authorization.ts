import { randomUUID } from 'node:crypto'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import type { Claims } from './token.ts'

export const extensions = ['broadcast', 'presence'] as const
export type Extension = (typeof extensions)[number]

/** A right that nobody has asked for yet is missing; the answers are kept until the channel gets another token. */
export type Policies = Record<Extension, { read?: boolean; write?: boolean }>

/** Who asks, about which topic. */
export interface Asker {
  topic: string
  claims: Claims
  headers: Record<string, string>
}

/** Which extensions the policies on `realtime.messages` let this asker read. Leaves nothing in the database. */
export function askRead(sql: Sql, asker: Asker, asked: readonly Extension[]): Promise<Map<Extension, boolean>> {
  return rolledBack(sql, async (transaction) => {
    const probes = asked.map((extension) => ({ id: randomUUID(), extension }))
    for (const { id, extension } of probes) await insertProbe(transaction, asker.topic, extension, id)
    await actAs(transaction, asker)
    const ids = probes.map(({ id }) => id)
    const seen = await transaction<{ id: string }[]>`select id from realtime.messages where id = any (${ids}::uuid[])`
    const seenIds = new Set(seen.map(({ id }) => id))
    return new Map(probes.map(({ id, extension }) => [extension, seenIds.has(id)]))
  })
}

/** Which extensions the policies let this asker write. Leaves nothing in the database. */
export function askWrite(sql: Sql, asker: Asker): Promise<Map<Extension, boolean>> {
  return rolledBack(sql, async (transaction) => {
    await actAs(transaction, asker)
    const answers = new Map<Extension, boolean>()
    for (const extension of extensions) {
      answers.set(extension, await mayInsert(transaction, asker.topic, extension))
    }
    return answers
  })
}

type DatabaseFailure = 'refused' | 'canceled' | 'unavailable'

/** Whether the policies raised an error, were too slow, or there was no database to ask. */
export function databaseFailureOf(error: unknown): DatabaseFailure {
  if (!(error instanceof postgres.PostgresError)) return 'unavailable'
  if (error.code === '57014') return 'canceled'
  // 57P01 to 57P03: the server is stopping or starting; 53300: it has no connection left.
  return error.code.startsWith('57P') || error.code === '53300' ? 'unavailable' : 'refused'
}

async function mayInsert(transaction: TransactionSql, topic: string, extension: Extension): Promise<boolean> {
  try {
    await transaction.savepoint((savepoint) => insertProbe(savepoint, topic, extension))
    return true
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === '42501') return false
    throw error
  }
}

// No `returning`: it would ask the policies for reading too.
async function insertProbe(transaction: TransactionSql, topic: string, extension: Extension, id?: string) {
  await transaction`
    insert into realtime.messages (id, topic, extension, inserted_at, updated_at)
    values (
      ${id ?? randomUUID()}, ${topic}, ${extension},
      clock_timestamp() at time zone 'utc', clock_timestamp() at time zone 'utc'
    )`
}

async function actAs(transaction: TransactionSql, { topic, claims, headers }: Asker): Promise<void> {
  await transaction`
    select
      set_config('role', ${claims.role}, true),
      set_config('realtime.topic', ${topic}, true),
      set_config('request.jwt.claims', ${JSON.stringify(claims)}, true),
      set_config('request.jwt.claim.sub', ${claims.sub ?? null}, true),
      set_config('request.jwt.claim.role', ${claims.role}, true),
      set_config('request.headers', ${JSON.stringify(headers)}, true)`
}

const rollback = Symbol('rollback')

async function rolledBack<Answer>(sql: Sql, ask: (transaction: TransactionSql) => Promise<Answer>): Promise<Answer> {
  const answers: Answer[] = []
  try {
    await sql.begin(async (transaction) => {
      answers.push(await ask(transaction))
      throw rollback
    })
  } catch (error) {
    if (error !== rollback) throw error
  }
  return answers[0]!
}
