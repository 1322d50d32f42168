import postgres from 'postgres'
import type { ServiceContext } from './service.ts'

const intervalMilliseconds = 5_000

/** What the drain function works on; a database of its own migrations may lack them. */
const queues = ['private.object_deletions', 'private.payment_tasks']

/**
 * Does what pg_cron does on hosted: runs what is due in the database, and calls the drain function while objects wait
 * to be deleted or tasks for a provider to be done, and the notify function while pushes or mails are due. An error is
 * told once, until there is another one.
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
      to_regprocedure('private.is_notify_wanted()') is not null as notifications,
      array(
        select queue from unnest(${queues}::text[]) as queue where to_regclass(queue) is not null
      ) as queues
  `
  if (found!.jobs) await sql`select private.run_jobs()`
  const calls: Promise<void>[] = []
  if (await waits(sql, found!.queues)) calls.push(call(context, 'drain'))
  if (found!.notifications) {
    const [wanted] = await sql`select private.is_notify_wanted() as yes`
    if (wanted!.yes) calls.push(call(context, 'notify'))
  }
  // One that fails does not keep the other.
  const failed = (await Promise.allSettled(calls)).find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function waits(sql: postgres.Sql, queues: string[]): Promise<boolean> {
  for (const queue of queues) {
    if ((await sql`select from ${sql(queue)} where claimed_until < now() limit 1`).length > 0) return true
  }
  return false
}

async function call(context: ServiceContext, name: string): Promise<void> {
  const { secretKey } = context.keys
  const response = await fetch(`${context.url}/functions/v1/${name}`, {
    method: 'POST',
    headers: { apikey: secretKey, authorization: `Bearer ${secretKey}` },
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`The function ${name} answered ${response.status}: ${text.slice(0, 200)}`)
}
