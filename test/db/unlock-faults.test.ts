import { chmodSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { removeStackData } from '../../local-stack/src/index.ts'
import { type Cluster, startCluster } from '../../local-stack/src/postgres/cluster.ts'
import { applyMigrations } from '../../local-stack/src/postgres/migrations.ts'
import { withFreshDatabase } from '../../local-stack/src/postgres/template.ts'
import { loadSecrets } from '../../local-stack/src/secrets.ts'
import { creditsOf, giveCredits, makeCandidates, makePlan, makeRecruiters, wrongCharges } from '../helpers/hiring.ts'
import { sql, subscribe } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

// A Postgres of its own, which keeps what it has said it keeps.
let folder: string
let cluster: Cluster
let stack: TestStack

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'talentbase-faults-'))
  // The user that Postgres runs as under root passes through it.
  chmodSync(folder, 0o711)
  cluster = await start()
  const migrate = (url: string) =>
    applyMigrations({ project, url, environment: loadSecrets(folder), dataFolder: folder })
  await withFreshDatabase(cluster, 'faults', { defaultPrivileges: 'newer', migrate }, async () => undefined)
  stack = database()
})
afterAll(async () => {
  await cluster.stop()
  removeStackData(folder)
})

const start = () =>
  startCluster({ dataFolder: folder, port: 0, temporary: false, onProgress: () => undefined, log: () => undefined })

/** As much of a stack as SQL needs. */
const database = () => ({ databaseUrl: (role) => cluster.url(role, 'faults') }) as TestStack

/** An unlock by a recruiter as PostgREST would run it, in one transaction that is one message. */
interface Request {
  as: { id: string }
  query: string
}

function unlock(as: { id: string }, ids: string[]): Request {
  const claims = JSON.stringify({ sub: as.id, role: 'authenticated' })
  const query = `
    select set_config('request.jwt.claims', '${claims}', true), set_config('role', 'authenticated', true);
    select * from public.unlock_candidates('{${ids.join()}}', '${crypto.randomUUID()}')
  `
  return { as, query }
}

/** What it is answered, or the code that refuses it; undefined when there is no answer. */
async function send(connection: postgres.Sql, { query }: Request): Promise<unknown> {
  try {
    return [...(await connection.unsafe(query))[1]!]
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return code === 'PGRST' ? JSON.parse(message).code : undefined
  }
}

const count = 10
const each = 12

/** Requests of recruiters who have credits for half of what they ask for, each with a key and up to three candidates. */
async function requests(): Promise<Request[]> {
  const cards = (await makeCandidates(stack, 40)).map(({ card_id }) => card_id)
  const plan = await makePlan(stack, 6)
  const recruiters = await makeRecruiters(stack, 2)
  for (const recruiter of recruiters) {
    await giveCredits(stack, recruiter, 200)
    await subscribe(stack, recruiter, plan)
  }
  const pick = () => cards[Math.floor(Math.random() * cards.length)]!
  return Array.from({ length: count * each }, (_, i) =>
    unlock(recruiters[i % 2]!, [pick(), pick(), pick()].slice(i % 3)),
  )
}

/** Whatever was begun is there whole or not at all, and what was answered is answered again. */
async function expectWhole(asked: Request[], answered: Map<Request, unknown>): Promise<void> {
  expect([...(await wrongCharges(stack))]).toEqual([])
  const [lost] = await sql(stack)`
    select
      (
        select count(*)::int from private.candidate_unlocks u
        where not exists (
          select from public.notifications n where n.type = 'candidate_unlock' and n.data ->> 'unlock_id' = u.id::text
        )
      ) as untold,
      (select count(*)::int from private.idempotency_keys where answer is null) as unanswered
  `
  expect(lost).toEqual({ untold: 0, unanswered: 0 })
  const again = sql(stack)
  for (const [request, answer] of answered) {
    if (typeof answer !== 'string') expect(await send(again, request)).toEqual(answer)
  }
  // What got no answer may be asked again: it is done now, was done then, or there is too little for it.
  for (const request of asked.filter((one) => !answered.has(one))) {
    const first = await send(again, request)
    if (typeof first === 'string') expect(first).toBe('insufficient_credits')
    else expect(await send(again, request)).toEqual(first)
  }
  expect([...(await wrongCharges(stack))]).toEqual([])
  for (const { as } of asked.slice(0, 2)) {
    const { subscription, wallet } = await creditsOf(stack, as)
    expect([subscription! >= 0, wallet >= 0]).toEqual([true, true])
  }
}

/** Asks on ten connections at once until something ends them; answers what was answered. */
async function during(
  asked: Request[],
  fault: (answers: () => number) => Promise<void>,
): Promise<Map<Request, unknown>> {
  const answered = new Map<Request, unknown>()
  const connections = Array.from({ length: count }, () =>
    postgres(stack.databaseUrl('postgres'), {
      max: 1,
      // A server that is gone is not waited for.
      backoff: () => 0,
      fetch_types: false,
      onnotice: () => undefined,
      connection: { application_name: 'unlocks' },
    }),
  )
  const working = connections.map(async (connection, i) => {
    for (const request of asked.slice(i * each, (i + 1) * each)) {
      const answer = await send(connection, request)
      if (answer !== undefined) answered.set(request, answer)
    }
  })
  await fault(() => answered.size)
  // A client whose server went at the wrong moment waits for ever.
  await Promise.race([Promise.all(working), pause(4000)])
  await Promise.all(connections.map((connection) => connection.end({ timeout: 1 })))
  return answered
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

test('connections that are ended in the middle of unlocks leave all or nothing', async () => {
  const asked = await requests()
  let ended = 0
  const answered = await during(asked, async (answers) => {
    for (let round = 0; round < 60 && answers() < 60; round++) {
      const rows = await sql(stack)`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'unlocks' and state = 'active' order by random() limit 2
      `
      ended += rows.length
      await pause(10)
    }
  })
  expect(ended).toBeGreaterThan(3)
  expect(answered.size).toBeLessThan(asked.length)
  await expectWhole(asked, answered)
})

test('a server that is killed in the middle of unlocks has all or nothing when it is back', async () => {
  const asked = await requests()
  const postmaster = readFileSync(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8')
  const answered = await during(asked, async (answers) => {
    while (answers() < 15) await pause(5)
    process.kill(Number.parseInt(postmaster, 10), 'SIGKILL')
  })
  await cluster.stop()
  cluster = await start()
  stack = database()
  expect(answered.size).toBeGreaterThanOrEqual(15)
  expect(answered.size).toBeLessThan(asked.length)
  await expectWhole(asked, answered)
})
