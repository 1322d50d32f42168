import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { removeStackData } from '../../local-stack/src/index.ts'
import { type Cluster, startCluster } from '../../local-stack/src/postgres/cluster.ts'
import { copySettings, keepSettingsToOneDatabase } from '../../local-stack/src/postgres/role-settings.ts'
import { dropDatabase, withFreshDatabase } from '../../local-stack/src/postgres/template.ts'
import { StackError } from '../../local-stack/src/processes/stack-error.ts'

let folder: string
let running: Cluster | undefined

beforeEach(() => {
  folder = emptyFolder()
})
afterEach(async () => {
  await running?.stop()
  running = undefined
  removeStackData(folder)
})

function emptyFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'talentbase-cluster-'))
  // The user that Postgres runs as under root passes through it.
  chmodSync(made, 0o711)
  return made
}

async function start(port = 0, temporary = true): Promise<Cluster> {
  running = await startCluster({
    dataFolder: folder,
    port,
    temporary,
    onProgress: () => undefined,
    log: () => undefined,
  })
  return running
}

async function stop(): Promise<void> {
  await running?.stop()
  running = undefined
}

async function query(cluster: Cluster, statement: string): Promise<unknown> {
  const sql = postgres(cluster.url('supabase_admin', 'postgres'), { max: 1, onnotice: () => undefined })
  try {
    return await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}

const inData = (...path: string[]) => join(folder, 'postgres', 'data', ...path)

describe('Postgres', () => {
  test('keeps its data over a restart and listens on 127.0.0.1 alone', async () => {
    const first = await start()
    await query(first, 'create table kept as select 1 as one')
    expect(await query(first, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    expect(await query(first, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }])
    await stop()
    expect(existsSync(inData('postmaster.pid'))).toBe(false)
    expect(await query(await start(), 'table kept')).toEqual([{ one: 1 }])
  })

  test('knows letters of every alphabet and sorts as hosted does', async () => {
    const rows = await query(
      await start(),
      `select lower('ӘЖ') as lower, to_tsvector('simple', 'Әлем сәлем')::text as words, 'B' < 'a' as "order"`,
    )
    expect(rows).toEqual([{ lower: 'әж', words: "'сәлем':2 'әлем':1", order: true }])
  })
})

describe('a start says in one sentence', () => {
  async function failure(port?: number): Promise<string> {
    const error = await start(port).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(StackError)
    const { message } = error as StackError
    expect(message).not.toContain('\n')
    return message
  }

  test('that the port is taken', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    expect(await failure(port)).toBe(`Port ${port} is taken: stop what uses it, or choose another block with --port.`)
    server.close()
  })

  test('that the stack is running already', async () => {
    const first = await start()
    expect(await failure()).toBe(`The stack is already running on ${folder}: stop it first.`)
    running = first
    expect(() => removeStackData(folder)).toThrow(`The stack is running on ${folder}: stop it first.`)
    expect(await query(first, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  const damages: [string, () => void, RegExp][] = [
    ['PG_VERSION is missing', () => rmSync(inData('PG_VERSION')), /is damaged \(the file PG_VERSION is missing\)/],
    [
      'another Postgres wrote the data',
      () => writeFileSync(inData('PG_VERSION'), '16\n'),
      /is damaged \(Postgres 16 wrote it and Postgres 17 would read it\)/,
    ],
    ['pg_control is missing', () => rmSync(inData('global', 'pg_control')), /is damaged/],
    ['pg_control is cut off', () => truncateSync(inData('global', 'pg_control'), 100), /is damaged/],
    ['pg_control is garbage', () => writeFileSync(inData('global', 'pg_control'), Buffer.alloc(8192, 7)), /is damaged/],
    ['the log of changes is gone', () => rmSync(inData('pg_wal'), { recursive: true }), /is damaged/],
  ]
  let whole: string
  beforeAll(async () => {
    folder = emptyFolder()
    await start()
    await stop()
    whole = folder
  })
  afterAll(() => removeStackData(whole))

  test.each(damages)('that %s', async (_, damage, sentence) => {
    execFileSync('cp', ['-a', join(whole, 'postgres'), folder])
    damage()
    const message = await failure()
    expect(message).toMatch(sentence)
    expect(message).toMatch(/ is damaged \((?!but ).*[^.]\): npm run reset makes a new one\.$/)
  })

  test('nothing any more after a reset', async () => {
    execFileSync('cp', ['-a', join(whole, 'postgres'), folder])
    rmSync(inData('PG_VERSION'))
    removeStackData(folder)
    expect(existsSync(folder)).toBe(false)
    expect(await query(await start(), 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

test('a start after a killed one recovers', async () => {
  const first = await start(0, false)
  await query(first, 'create table kept as select 1 as one')
  const postmaster = Number.parseInt(readFileSync(inData('postmaster.pid'), 'utf8'), 10)
  process.kill(postmaster, 'SIGKILL')
  await stop()
  expect(existsSync(inData('postmaster.pid'))).toBe(true)
  expect(await query(await start(), 'table kept')).toEqual([{ one: 1 }])
})

test('databases wanted at once are clones of a template that was built once', async () => {
  const cluster = await start()
  const migrated: string[] = []
  const migrate = async (url: string) => {
    migrated.push(url)
    const sql = postgres(url, { max: 1 })
    await sql`create table public.made as select 1 as one`
    await sql.end()
  }
  const fresh = (name: string) =>
    withFreshDatabase(cluster, name, { defaultPrivileges: 'newer', migrate }, async () => {
      const sql = postgres(cluster.url('postgres', name), { max: 1 })
      await sql`update public.made set one = one + 1 where true`
      const rows = await sql`select one from public.made`
      await sql.end()
      return rows[0]!.one
    })
  expect(await Promise.all(['a', 'b', 'c', 'd'].map(fresh))).toEqual([2, 2, 2, 2])
  expect(migrated).toHaveLength(1)
  await dropDatabase(cluster, 'a')
  expect(await query(cluster, `select datname from pg_database where datname in ('a', 'b')`)).toEqual([
    { datname: 'b' },
  ])
})

test('settings that a migration gives authenticator reach the template and its clones alone', async () => {
  const cluster = await start()
  const admin = postgres(cluster.url('supabase_admin', 'postgres'), { max: 1 })
  await admin`create role authenticator`
  await admin`alter role authenticator set lock_timeout = '8s'`
  await admin`create database source`
  await keepSettingsToOneDatabase(admin, 'source', async () => {
    await admin`alter role authenticator set pgrst.db_pre_request = 'private.check'`
    await admin`alter role authenticator in database source set pgrst.db_max_rows = '5'`
  })
  await admin`create database clone`
  await copySettings(admin, 'source', 'clone')
  const rows = await admin`
    select coalesce(datname, 'all') as "where", setconfig
    from pg_db_role_setting left join pg_database on pg_database.oid = setdatabase
    where setrole = 'authenticator'::regrole
    order by 1`
  await admin.end()
  const both = ['pgrst.db_max_rows=5', 'pgrst.db_pre_request=private.check']
  expect(rows).toEqual([
    { where: 'all', setconfig: ['lock_timeout=8s'] },
    { where: 'clone', setconfig: both },
    { where: 'source', setconfig: both },
  ])
})
