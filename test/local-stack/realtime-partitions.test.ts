import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allow, eventually, isLocal, joinTopic, type RealtimeServer, startRealtime } from './realtime-server.ts'

describe.skipIf(!isLocal)('the partitions of realtime.messages', () => {
  let server: RealtimeServer
  let admin: Sql
  beforeAll(async () => {
    server = await startRealtime()
    admin = postgres(server.context.databaseUrl('supabase_admin'), { onnotice: () => undefined })
  })
  afterAll(async () => {
    await admin.end()
    await server.close()
  })

  async function partitions(): Promise<string[]> {
    const rows = await admin`
      select inhrelid::regclass::text as name from pg_inherits where inhparent = 'realtime.messages'::regclass order by 1`
    return rows.map(({ name }) => name)
  }

  const partitionOf = (distance: number) =>
    `realtime.messages_${new Date(Date.now() + distance * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '_')}`
  const wanted = () => [...[-1, 0, 1, 2, 3].map(partitionOf), 'realtime.messages_default']

  test('are those of yesterday to three days from now', async () => {
    expect(await partitions()).toEqual(wanted())
  })

  test('belong to the service and are read through the table alone', async () => {
    const rows = await admin`
      select tableowner, has_table_privilege('authenticated', 'realtime.' || tablename, 'select') as readable
      from pg_tables where schemaname = 'realtime' and tablename ~ '^messages_'`
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
      new Set(['{"tableowner":"supabase_realtime_admin","readable":false}']),
    )
  })

  test('a message for which there is none is sent all the same, and gets one when the service starts', async () => {
    const person = await server.person()
    await allow(server, 'unpartitioned', person.id, { broadcast: ['read'] })
    for (const distance of [-1, 0, 1, 2, 3]) await admin.unsafe(`drop table ${partitionOf(distance)}`)

    const joined = await joinTopic(person, 'unpartitioned')
    await server.sql`select realtime.send('{"number": 1}', 'said', 'unpartitioned')`
    await eventually(() => joined.broadcasts.map(({ payload }) => payload.number)).toEqual([1])
    expect(await tableOf('unpartitioned')).toEqual(['realtime.messages_default'])

    await server.restart()
    expect(await partitions()).toEqual(wanted())
    expect(await tableOf('unpartitioned')).toEqual([partitionOf(0)])
    // The client comes back by itself; what had waited is not sent a second time.
    await eventually(() => joined.statuses.at(-1)).toBe('SUBSCRIBED')
    await server.sql`select realtime.send('{"number": 2}', 'said', 'unpartitioned')`
    await eventually(() => joined.broadcasts.map(({ payload }) => payload.number)).toEqual([1, 2])
  })

  test('older than 72 hours go away with what they hold', async () => {
    const old = partitionOf(-5)
    await admin.unsafe(`
      create table ${old} partition of realtime.messages
      for values from ('${old.slice(-10).replaceAll('_', '-')}') to ('${partitionOf(-4).slice(-10).replaceAll('_', '-')}')`)
    await admin`
      insert into realtime.messages (topic, extension, event, payload, private, inserted_at)
      select 'old', 'broadcast', 'said', '{}', true, now() - days * interval '1 day' from unnest(array[5, 9, 0]) as days`
    expect(await tableOf('old')).toEqual([partitionOf(0), old, 'realtime.messages_default'].sort())
    await server.restart()
    expect(await partitions()).toEqual(wanted())
    expect(await tableOf('old')).toEqual([partitionOf(0)])
  })

  async function tableOf(topic: string): Promise<string[]> {
    const rows =
      await admin`select tableoid::regclass::text as name from realtime.messages where topic = ${topic} order by 1`
    return rows.map(({ name }) => name)
  }
})
