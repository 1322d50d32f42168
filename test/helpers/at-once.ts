import postgres from 'postgres'
import { sql } from './people.ts'
import type { TestStack } from './stack.ts'

export type Run = (tx: postgres.TransactionSql) => Promise<unknown>

/** One statement with its values as a transaction. */
export const statement =
  (text: string, ...values: (string | null)[]): Run =>
  (tx) =>
    tx.unsafe(text, values)

export interface Runner {
  /** Whose token the connection acts with, as PostgREST would; `postgres` itself without one. */
  as?: { id: string }
  /** Transactions that this connection runs one after the other. */
  runs: Run[]
}

/** What became of a transaction: its value, or the code of the error that ended it. */
export type Outcome = { value: unknown } | { code: string }

const barrier = 5_422_018

/** How many connections there may be. */
export const mostAtOnce = process.env.TALENTBASE_URL === undefined ? 200 : 20

/**
 * Starts every runner on a connection of its own, all of them at the same moment, at most two hundred, of another Supabase
 * twenty: they wait for one lock until each of them is there.
 */
export async function atOnce(stack: TestStack, runners: Runner[]): Promise<Outcome[]> {
  if (runners.length > mostAtOnce) throw new Error(`${mostAtOnce} connections at most.`)
  const pool = postgres(stack.databaseUrl('postgres'), { max: runners.length + 1, onnotice: () => undefined })
  try {
    const gate = await pool.reserve()
    await gate`select pg_advisory_lock(${barrier})`
    const running = runners.map((runner) => start(pool, runner))
    await everybodyWaits(stack, runners.length)
    await gate`select pg_advisory_unlock(${barrier})`
    gate.release()
    return (await Promise.all(running)).flat()
  } finally {
    await pool.end()
  }
}

/** Runs `second` while the one run of `first` is done but not committed, and commits once `second` waits for it or is over. */
export async function meanwhile(stack: TestStack, first: Runner, second: Runner): Promise<string[]> {
  const pool = postgres(stack.databaseUrl('postgres'), { max: 2, onnotice: () => undefined })
  try {
    let going: Promise<Outcome[]> | undefined
    const [run] = first.runs
    const held: Run = async (tx) => {
      const value = await run!(tx)
      let isOver = false
      going = start(pool, second).finally(() => {
        isOver = true
      })
      await until(async () => isOver || (await waiting(stack)) > 0)
      return value
    }
    const outcomes = await start(pool, { ...first, runs: [held] })
    return [...outcomes, ...((await going) ?? [])].map((one) => ('code' in one ? one.code : 'done'))
  } finally {
    await pool.end()
  }
}

/**
 * Begins `first`, which waits for what `hold` has locked, then `second`, until that waits or is over, and lets both go on:
 * whoever locks in another order than the others waits in a circle here.
 */
export async function whileHeld(stack: TestStack, hold: Run, first: Runner, second: Runner): Promise<string[]> {
  const pool = postgres(stack.databaseUrl('postgres'), { max: 3, onnotice: () => undefined })
  try {
    const going: Promise<Outcome[]>[] = []
    const held: Run = async (tx) => {
      await hold(tx)
      for (const runner of [first, second]) {
        let isOver = false
        const before = await waiting(stack)
        going.push(
          start(pool, runner).finally(() => {
            isOver = true
          }),
        )
        await until(async () => isOver || (await waiting(stack)) > before)
      }
    }
    await start(pool, { runs: [held] })
    const outcomes = await Promise.all(going)
    return outcomes.flat().map((one) => ('code' in one ? one.code : 'done'))
  } finally {
    await pool.end()
  }
}

/** How many connections of this database wait for a lock. */
async function waiting(stack: TestStack): Promise<number> {
  const [row] = await sql(stack)`
    select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
  `
  return row!.count
}

async function start(pool: postgres.Sql, { as, runs }: Runner): Promise<Outcome[]> {
  const connection = await pool.reserve()
  const outcomes: Outcome[] = []
  try {
    await connection`select pg_advisory_lock_shared(${barrier})`
    await connection`select pg_advisory_unlock_shared(${barrier})`
    for (const run of runs) outcomes.push(await transaction(connection, as, run))
  } finally {
    connection.release()
  }
  return outcomes
}

async function transaction(connection: postgres.ReservedSql, as: Runner['as'], run: Run): Promise<Outcome> {
  // A reserved connection has no begin() of its own.
  const tx = connection as unknown as postgres.TransactionSql
  await connection`begin`
  try {
    if (as) {
      const claims = JSON.stringify({ sub: as.id, role: 'authenticated' })
      await connection`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`
    }
    const value = await run(tx)
    await connection`commit`
    return { value }
  } catch (error) {
    await connection`rollback`
    return { code: codeOf(error) }
  }
}

/** The codes of many outcomes in order, `done` where there was no error. */
export const codesOf = (outcomes: Outcome[]): string[] =>
  outcomes.map((one) => ('code' in one ? one.code : 'done')).sort()

/** Our own code where the database raised one, else the SQLSTATE. */
function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string }
  return code === 'PGRST' ? JSON.parse(message).code : (code ?? message)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tried = 0; tried < 2000; tried++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('It did not come to pass in time.')
}

async function everybodyWaits(stack: TestStack, count: number): Promise<void> {
  await until(async () => {
    const [row] = await sql(stack)`
      select count(*)::int as waiting from pg_locks
      where locktype = 'advisory' and objid = ${barrier} and not granted
        and database = (select oid from pg_database where datname = current_database())
    `
    return row!.waiting === count
  })
}
