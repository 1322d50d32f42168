import postgres from 'postgres'
import type { ServiceContext } from './service.ts'

const intervalMilliseconds = 5_000

/** What the drain function works on; a database of its own migrations may lack them. */
const queues = ['private.object_deletions', 'private.payment_tasks']

/**
 * Does what pg_cron does on hosted: runs what is due in the database, and calls the drain function while objects wait
 * to be deleted or tasks for a provider to be done. An error is told once, until there is another one.
 */
export function startTicker(context: ServiceContext): { close(): Promise<void> } {
  const sql = postgres(context.databaseUrl('postgres'), { max: 1, idle_timeout: 30, onnotice: () => undefined })
  let told = ''
  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    running = running
      .then(() => tick(sql, context))
      .then(
        () => {
          told = ''
        },
        (error: Error) => {
          if (error.message !== told) context.log(error.message)
          told = error.message
        },
      )
  }, intervalMilliseconds)
  return {
    async close() {
      clearInterval(timer)
      await running
      await sql.end({ timeout: 5 })
    },
  }
}

async function tick(sql: postgres.Sql, context: ServiceContext): Promise<void> {
  const [found] = await sql`
    select
      to_regprocedure('private.run_jobs()') is not null as jobs,
      array(
        select queue from unnest(${queues}::text[]) as queue where to_regclass(queue) is not null
      ) as queues
  `
  if (found!.jobs) await sql`select private.run_jobs()`
  for (const queue of found!.queues as string[]) {
    const waiting = await sql`select from ${sql(queue)} where claimed_until < now() limit 1`
    if (waiting.length > 0) return drain(context)
  }
}

async function drain(context: ServiceContext): Promise<void> {
  const { secretKey } = context.keys
  const response = await fetch(`${context.url}/functions/v1/drain`, {
    method: 'POST',
    headers: { apikey: secretKey, authorization: `Bearer ${secretKey}` },
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`The function drain answered ${response.status}: ${text.slice(0, 200)}`)
}
