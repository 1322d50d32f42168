import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isLocal, type RealtimeServer, startRealtime } from './realtime-server.ts'

describe.skipIf(!isLocal)('the schema realtime', () => {
  let server: RealtimeServer
  let admin: Sql
  beforeAll(async () => {
    server = await startRealtime()
    admin = postgres(server.context.databaseUrl('supabase_admin'))
  })
  afterAll(async () => {
    await admin.end()
    await server.close()
  })

  /** Tries something as a role that PostgREST takes, and undoes it. */
  function as<Result>(role: string, attempt: (sql: postgres.TransactionSql) => Promise<Result>): Promise<Result> {
    const undone = new Error('undone')
    let result: Result
    return admin
      .begin(async (sql) => {
        await sql`select set_config('role', ${role}, true)`
        result = await attempt(sql)
        throw undone
      })
      .catch((error) => {
        if (error !== undone) throw error
        return result
      })
  }

  test('lets postgres write policies, but make nothing else', async () => {
    await server.sql`create policy mine on realtime.messages for select to authenticated using (false)`
    await server.sql`drop policy mine on realtime.messages`
    await expect(server.sql`create table realtime.mine (id int)`).rejects.toThrow(/must be owner|permission denied/)
    await expect(server.sql`alter table realtime.messages add column mine int`).rejects.toThrow(/must be owner/)
  })

  test.each(['anon', 'authenticated'])('shows %s no message without a policy', async (role) => {
    await admin`select realtime.send('{}', 'said', 'hidden')`
    expect(await as(role, (sql) => sql`select from realtime.messages`)).toHaveLength(0)
    expect(await as('service_role', (sql) => sql`select from realtime.messages`)).not.toHaveLength(0)
  })

  test.each(['anon', 'authenticated'])('lets %s insert no message without a policy', async (role) => {
    const insert = as(
      role,
      (sql) => sql`insert into realtime.messages (topic, extension) values ('inserted', 'broadcast')`,
    )
    await expect(insert).rejects.toThrow('new row violates row-level security policy')
    await expect(as(role, (sql) => sql`delete from realtime.messages`)).rejects.toThrow('permission denied')
  })

  test('lets a definer of postgres send for whoever calls it', async () => {
    await server.sql.unsafe(`
      create function public.tell() returns void language sql security definer set search_path = ''
      as $$ select realtime.send('{}', 'said', 'told') $$;
      grant execute on function public.tell() to authenticated;`)
    const sent = await as('authenticated', async (sql) => {
      await sql`select public.tell()`
      await sql`reset role`
      return sql`select from realtime.messages where topic = 'told'`
    })
    expect(sent).toHaveLength(1)
  })

  test('knows the topic that was sent to, and none before', async () => {
    const topics = await as('authenticated', async (sql) => {
      const [before] = await sql`select realtime.topic()`
      await sql`select set_config('realtime.topic', 'room', true)`
      const [after] = await sql`select realtime.topic()`
      return [before!.topic, after!.topic]
    })
    expect(topics).toEqual([null, 'room'])
  })

  test('refuses a message with both a payload and bytes', async () => {
    const insert = server.sql`
      insert into realtime.messages (topic, extension, payload, binary_payload) values ('both', 'broadcast', '{}', '\\x00')`
    await expect(insert).rejects.toThrow('messages_payload_exclusive')
  })
})
