import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cluster, startCluster } from '../../local-stack/src/postgres/cluster.ts'
import { removePlace } from '../../local-stack/src/postgres/place.ts'
import { createRealtime } from '../../local-stack/src/realtime/index.ts'
import { allow, eventually, isLocal, joinTopic, type RealtimeServer, startRealtime } from './realtime-server.ts'

describe.skipIf(!isLocal)('Realtime and its database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'talentbase-realtime-'))
  // The user that Postgres runs as under root passes through it.
  chmodSync(folder, 0o711)
  let cluster: Cluster
  let server: RealtimeServer

  function start(port: number): Promise<Cluster> {
    return startCluster({
      dataFolder: folder,
      port,
      temporary: true,
      onProgress: () => undefined,
      log: () => undefined,
    })
  }

  beforeAll(async () => {
    cluster = await start(0)
    server = await startRealtime({}, cluster)
  })
  afterAll(async () => {
    await server.close()
    await cluster.stop()
    removePlace(folder)
    rmSync(folder, { recursive: true, force: true })
  })

  test('after a restart of Postgres messages come again, without anybody joining again', async () => {
    const person = await server.person()
    await allow(server, 'restart', person.id, { broadcast: ['read', 'write'] })
    const joined = await joinTopic(person, 'restart', { broadcast: { replication_ready: true } })
    await server.sql`select realtime.send('{}', 'before', 'restart')`
    await eventually(() => joined.broadcasts.length).toBe(1)

    await cluster.stop()
    const stranger = await server.person()
    expect((await joinTopic(stranger, 'restart')).statuses).toEqual([
      'CHANNEL_ERROR: UnableToConnectToProject: Realtime was unable to connect to the project database',
    ])
    cluster = await start(cluster.port)

    const again = await joinTopic(await server.person({ id: person.id }), 'restart', {
      broadcast: { replication_ready: true, ack: true },
    })
    await eventually(() => again.systems.map(({ status }) => status)).toEqual(['ok'])
    await server.sql`select realtime.send('{}', 'after', 'restart')`
    await eventually(() => joined.broadcasts.map(({ event }) => event)).toEqual(['before', 'after'])
    expect(joined.statuses).toEqual(['SUBSCRIBED'])
    expect(await again.channel.send({ type: 'broadcast', event: 'from-client', payload: {} })).toBe('ok')
    await eventually(() => joined.broadcasts.at(-1)?.event).toBe('from-client')
  })

  test('when its connections are cut, what is sent afterwards comes', async () => {
    const person = await server.person()
    await allow(server, 'cut', person.id, { broadcast: ['read'] })
    const joined = await joinTopic(person, 'cut')
    const admin = postgres(server.context.databaseUrl('supabase_admin'), { max: 1 })
    const ended = await admin<{ pid: number }[]>`
      select pid, pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'realtime%' and datname = current_database()`
    const pids = ended.map(({ pid }) => pid)
    expect(pids.length).toBeGreaterThanOrEqual(2)
    await eventually(() => admin`select from pg_stat_activity where pid = any (${pids})`).toHaveLength(0)
    await admin.end()
    const again = await joinTopic(await server.person({ id: person.id }), 'cut', {
      broadcast: { replication_ready: true },
    })
    await eventually(() => again.systems.map(({ status }) => status)).toEqual(['ok'])
    await server.sql`select realtime.send('{}', 'after', 'cut')`
    await eventually(() => joined.broadcasts.map(({ event }) => event)).toEqual(['after'])
    expect(joined.statuses).toEqual(['SUBSCRIBED'])
  })

  test('without its database it does not start, and nothing of it stays', async () => {
    const { context } = server
    const away = { ...context, databaseUrl: () => 'postgres://supabase_admin:postgres@127.0.0.1:1/none' }
    await expect(createRealtime(away)).rejects.toThrow('ECONNREFUSED')
  })

  test('once it is closed, its database can be dropped', async () => {
    const other = await startRealtime({}, cluster)
    const name = new URL(other.context.databaseUrl('postgres')).pathname.slice(1)
    await other.sql.end()
    const admin = postgres(cluster.url('supabase_admin', 'postgres'), { max: 1 })
    await expect(admin`drop database ${admin(name)}`).rejects.toThrow('is being accessed by other users')
    await other.stop()
    await eventually(() => admin`select from pg_stat_activity where datname = ${name}`).toHaveLength(0)
    await admin`drop database ${admin(name)}`
    await admin.end()
    await other.close()
  })
})
