import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPerson, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

interface Job {
  name: string
  last_error: string | null
  has_run: boolean
}

const jobs = (): Promise<Job[]> => sql(stack)`
  select name, last_error, last_run_at is not null as has_run from private.jobs order by name
`

/** Runs every job, with the statement_timeout that the connection would have. */
async function runJobs(timeout = '0'): Promise<number> {
  return sql(stack).begin(async (tx) => {
    await tx`update private.jobs set last_run_at = null, last_error = null where name is not null`
    await tx`select set_config('statement_timeout', ${timeout}, true)`
    const [row] = await tx`select private.run_jobs() as ran`
    return row!.ran
  })
}

/** An answer that was kept so long ago, such as `25 hours`; its key. */
async function keptAnswer(account: string, age: string): Promise<string> {
  const [row] = await sql(stack)`
    insert into private.idempotency_keys (account_id, operation, key, request, created_at)
    values (${account}, 'test', gen_random_uuid(), '{}', now() - ${age}::interval) returning key
  `
  return row!.key
}

async function answersOf(account: string): Promise<string[]> {
  const rows = await sql(
    stack,
  )`select key from private.idempotency_keys where account_id = ${account} order by created_at`
  return rows.map((row) => row.key)
}

test('every job runs and none fails', async () => {
  const all = await jobs()
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['forget_old_answers', 'forget_old_requests']))
  expect(await runJobs()).toBe(all.length)
  expect(await jobs()).toEqual(all.map(({ name }) => ({ name, last_error: null, has_run: true })))
})

describe('what they delete and keep', () => {
  test('kept answers: those older than idempotency.keep_hours go, younger ones stay', async () => {
    const { id } = await createPerson(stack)
    await keptAnswer(id, '24 hours 1 minute')
    const younger = [await keptAnswer(id, '23 hours 59 minutes'), await keptAnswer(id, '0')]
    await runJobs()
    expect(await answersOf(id)).toEqual(younger)

    const setHours = (hours: number) =>
      sql(stack)`update private.settings set value = to_jsonb(${hours}::integer) where key = 'idempotency.keep_hours'`
    await setHours(2)
    await keptAnswer(id, '2 hours 1 minute')
    const inTwoHours = await keptAnswer(id, '1 hour 59 minutes')
    await runJobs()
    await setHours(24)
    expect(await answersOf(id)).toEqual([inTwoHours, younger[1]])
  })

  test('the log of requests: those of the last minute stay, old ones go', async () => {
    const subject = crypto.randomUUID()
    await sql(stack)`
      insert into private.request_log (kind, subject, occurred_at)
      select kind, ${subject}, now() - age from (values ('now', interval '0'), ('late', '50 seconds'), ('old', '3 minutes')) as v (kind, age)
    `
    await runJobs()
    const rows = await sql(stack)`select kind from private.request_log where subject = ${subject} order by occurred_at`
    expect(rows.map((row) => row.kind)).toEqual(['late', 'now'])
  })

  test('so a limit of requests holds although the jobs run', async () => {
    const subject = crypto.randomUUID()
    const left = async () => {
      const [row] = await sql(stack)`select remaining from private.requests_left('password_checks', ${subject})`
      return row!.remaining
    }
    const first = await left()
    await runJobs()
    expect(await left()).toBe(first - 1)
  })

  test('what deleted accounts had used: gone once its month is over', async () => {
    const hash = Buffer.from(crypto.randomUUID())
    await sql(stack)`
      insert into private.left_usage (email_hash, entitlement_id, period_start, used, forget_at)
      select ${hash}, 'casting_responses', at - interval '1 month', 3, at
      from unnest(array[now() - interval '1 minute', now() + interval '1 minute']) as at
    `
    await runJobs()
    const rows = await sql(
      stack,
    )`select forget_at > now() as running from private.left_usage where email_hash = ${hash}`
    expect(rows).toEqual([{ running: true }])
  })
})

describe('jobs that do not do their work', () => {
  // Before and after all others.
  const odd = ['a_test', 'zz_test']

  /** Adds two jobs whose function has this body. */
  async function addJobs(body: string): Promise<void> {
    for (const name of odd) {
      await sql(stack).unsafe(`
        create or replace function private.${name}() returns void language plpgsql volatile security definer set search_path = ''
        as $$ begin ${body} end; $$
      `)
      await sql(stack)`
        insert into private.jobs (name, every, description) values (${name}, '1 minute', 'Of a test.') on conflict do nothing
      `
    }
  }

  let account: string
  let younger: string

  beforeEach(async () => {
    account = (await createPerson(stack)).id
    await keptAnswer(account, '25 hours')
    younger = await keptAnswer(account, '1 hour')
  })
  afterEach(async () => {
    await sql(stack)`delete from private.jobs where name = any (${odd})`
    for (const name of odd) await sql(stack).unsafe(`drop function if exists private.${name}()`)
  })

  async function othersHaveRun(): Promise<void> {
    const others = (await jobs()).filter(({ name }) => !odd.includes(name))
    expect(others).toEqual(others.map(({ name }) => ({ name, last_error: null, has_run: true })))
    expect(await answersOf(account)).toEqual([younger])
  }

  const errors = async () => {
    const all = await jobs()
    return all.filter(({ name }) => odd.includes(name)).map(({ last_error }) => last_error)
  }

  test('one that fails leaves nothing behind but its error, and does not stop the others', async () => {
    await addJobs(`
      delete from private.idempotency_keys as k where k.account_id = '${account}';
      raise exception 'on purpose';
    `)
    expect(await runJobs()).toBe((await jobs()).length - 2)
    await othersHaveRun()
    expect(await errors()).toEqual(['on purpose', 'on purpose'])
  })

  test('one that runs into statement_timeout does not stop the others', async () => {
    await addJobs('perform pg_catalog.pg_sleep(60);')
    await sql(stack)`delete from private.jobs where name = ${odd[1]!}`
    expect(await runJobs('1s')).toBe((await jobs()).length - 1)
    await othersHaveRun()
    expect(await errors()).toEqual([expect.stringContaining('statement timeout')])
  })

  test('one whose function is missing does not stop the others', async () => {
    await addJobs('null;')
    for (const name of odd) await sql(stack).unsafe(`drop function private.${name}()`)
    await runJobs()
    await othersHaveRun()
    expect(await errors()).toEqual(odd.map((name) => expect.stringContaining(name)))
  })

  test('one that has failed is tried again when it is due, not before, and its error is forgotten when it goes well', async () => {
    const tick = () => sql(stack)`select private.run_jobs()`
    await addJobs(`raise exception 'on purpose';`)
    await runJobs()
    await addJobs('null;')
    await tick()
    expect(await errors()).toEqual(['on purpose', 'on purpose'])
    await sql(stack)`update private.jobs set last_run_at = now() - interval '61 seconds' where name = ${odd[0]!}`
    await tick()
    expect(await errors()).toEqual([null, 'on purpose'])
  })
})
