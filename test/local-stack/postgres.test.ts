import { randomUUID } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let sql: postgres.Sql

beforeAll(async () => {
  stack = await startTestStack({ migrations: false })
  sql = postgres(stack.databaseUrl('postgres'), { max: 2, onnotice: () => undefined })
})
afterAll(async () => {
  await sql.end()
  await stack.close()
})

class Undo extends Error {}

/** Runs statements as postgres and takes them back; answers the error's message, or undefined. */
async function attempt(statements: string): Promise<string | undefined> {
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(statements)
      throw new Undo()
    })
  } catch (error) {
    return error instanceof Undo ? undefined : (error as Error).message
  }
  return undefined
}

const triggerFunction = `
  create function public.note() returns trigger language plpgsql as $$ begin return new; end $$;
`

test('postgres is no superuser but may create roles and databases and bypasses RLS', async () => {
  const [role] = await sql`
    select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles where rolname = 'postgres'`
  expect(role).toEqual({
    rolsuper: false,
    rolcreaterole: true,
    rolcreatedb: true,
    rolreplication: true,
    rolbypassrls: true,
  })
})

describe('hosted lets postgres', () => {
  test.each([
    [
      'make and drop triggers on auth.users',
      `${triggerFunction}
      create trigger note after insert on auth.users for each row execute function public.note();
      drop trigger note on auth.users`,
    ],
    ['delete from auth.users', `delete from auth.users where id = gen_random_uuid()`],
    [
      'make triggers on storage.objects',
      `${triggerFunction} create trigger note before update on storage.objects for each row execute function public.note()`,
    ],
    [
      'make, change and drop policies on storage.objects',
      `create policy p on storage.objects for select to authenticated using (true);
      alter policy p on storage.objects using (false);
      drop policy p on storage.objects`,
    ],
    ['make policies on storage.buckets', 'create policy p on storage.buckets for select to anon using (true)'],
    ['insert a bucket', `insert into storage.buckets (id, name, public) values ('b', 'b', true)`],
    ['make policies on realtime.messages', 'create policy p on realtime.messages for select to anon using (true)'],
    ['set PostgREST up', `alter role authenticator set pgrst.db_pre_request = 'public.check_request'`],
    ['change the API roles’ timeouts', `alter role anon set statement_timeout = '5s'`],
    ['change its own default privileges', 'alter default privileges revoke execute on functions from public'],
    ['make roles', 'create role reporter; grant anon to reporter'],
    ['make schemas', 'create schema reports; create table reports.t (); drop schema reports cascade'],
    ['install trusted extensions', 'create extension citext with schema extensions'],
    ['switch triggers off while it loads data', 'set session_replication_role = replica'],
    ['act as the API roles', 'set local role anon'],
    ['grant on storage.objects', 'create role reporter; grant select on storage.objects to reporter'],
  ])('%s', async (_, statements) => {
    expect(await attempt(statements)).toBeUndefined()
  })

  test('send to a private topic from a definer, which its caller may not', async () => {
    const topic = `account:${randomUUID()}`
    await sql.begin(async (transaction) => {
      await transaction.unsafe(`
        create function public.tell(topic text) returns void language sql security definer set search_path = ''
        as $$ select realtime.send('{"a": 1}'::jsonb, 'told', topic, true) $$;
        grant execute on function public.tell(text) to authenticated;
        set local role authenticated;
        select public.tell('${topic}')`)
      await transaction`select realtime.send('{"a": 2}'::jsonb, 'forged', ${topic}, true)`
    })
    const rows = await sql`select event, private from realtime.messages where topic = ${topic}`
    expect(rows).toEqual([{ event: 'told', private: true }])
    await sql`drop function public.tell(text)`
  })
})

describe('hosted refuses postgres', () => {
  test.each([
    ['a table in auth', 'create table auth.extra ()', 'permission denied for schema auth'],
    ['a table in storage', 'create table storage.extra ()', 'permission denied for schema storage'],
    ['a table in realtime', 'create table realtime.extra ()', 'permission denied for schema realtime'],
    ['a view in auth', 'create view auth.extra as select 1 as one', 'permission denied for schema auth'],
    [
      'another auth.uid()',
      `create or replace function auth.uid() returns uuid language sql as $$ select null::uuid $$`,
      'permission denied for schema auth',
    ],
    ['an index on auth.users', 'create index extra on auth.users (email)', 'must be owner of table users'],
    ['a column of auth.users', 'alter table auth.users add column extra text', 'must be owner of table users'],
    [
      'RLS switched off on storage.objects',
      'alter table storage.objects disable row level security',
      'must be owner of table objects',
    ],
    ['a rule', 'create rule extra as on delete to auth.users do instead nothing', /must be owner of/],
    ['a dropped table', 'drop table storage.objects cascade', 'must be owner of table objects'],
    ['a dropped function', 'drop function auth.email() cascade', 'must be owner of function email'],
    ['a renamed schema', 'alter schema auth rename to extra', 'must be owner of schema auth'],
    [
      'the same as a service’s owner',
      'set local role supabase_auth_admin; create table auth.extra ()',
      'permission denied for schema auth',
    ],
    [
      'leakproof functions',
      `create function public.f() returns int language sql leakproof as 'select 1'`,
      'only superuser can define a leakproof function',
    ],
    [
      'default privileges of supabase_admin',
      'alter default privileges for role supabase_admin grant select on tables to anon',
      'permission denied to change default privileges',
    ],
    ['a superuser', 'create role boss superuser', 'permission denied to create role'],
    ['being supabase_admin', 'set role supabase_admin', 'permission denied to set role "supabase_admin"'],
    ['server settings', `alter role postgres set log_statement = 'none'`, /permission denied to set parameter/],
    ['the server’s files', `copy (select 1) to '/tmp/core-file'`, /permission denied to COPY to a file/],
    ['untrusted extensions', 'create extension file_fdw', /permission denied to create extension/],
    [
      'deleting objects by SQL',
      `insert into storage.buckets (id, name) values ('b', 'b');
      insert into storage.objects (bucket_id, name) values ('b', 'o');
      delete from storage.objects where name = 'o'`,
      /Direct deletion from storage tables is not allowed/,
    ],
  ])('%s', async (_, statements, message) => {
    expect(await attempt(statements)).toMatch(message)
  })

  test('and leaves the services’ tables as they were', async () => {
    const [found] = await sql`
      select
        to_regclass('storage.objects') is not null as objects,
        (select relrowsecurity from pg_class where oid = 'storage.objects'::regclass) as secured,
        to_regclass('auth.extra') is null as nothing`
    expect(found).toEqual({ objects: true, secured: true, nothing: true })
  })
})

// What makes objects that stay: only in a database that is thrown away.
const isLocal = process.env.TALENTBASE_URL === undefined

describe.runIf(isLocal)('a new object in public', () => {
  test.each([
    ['newer', false],
    ['older', true],
  ] as const)('of a project with the %s default privileges is open to the API: %s', async (privileges, open) => {
    const other = await startTestStack({ migrations: false, defaultPrivileges: privileges })
    const owner = postgres(other.databaseUrl('postgres'), { max: 1 })
    try {
      await owner`create table public.things (id bigserial primary key)`
      const rows = await owner`
        select
          role,
          has_table_privilege(role, 'public.things', 'select, insert, update, delete') as "table",
          has_sequence_privilege(role, 'public.things_id_seq', 'usage') as sequence
        from unnest(array['anon', 'authenticated', 'service_role']) as role`
      for (const row of rows) expect(row).toMatchObject({ table: open, sequence: open })
    } finally {
      await owner.end()
      await other.close()
    }
  })
})

describe.runIf(isLocal)('the Data API', () => {
  test('sees a new table without being told, and each role with its own timeout', async () => {
    await sql.unsafe(`
      create table public.things (id int primary key);
      revoke all on public.things from anon;
      grant all on public.things to service_role;
      create function public.timeout() returns text language sql stable as
        $$ select current_setting('statement_timeout') $$;`)
    const service = createClient(stack.url, stack.secretKey)
    await expect.poll(async () => (await service.from('things').insert({ id: 1 })).error).toBeNull()
    expect((await service.from('things').select()).data).toEqual([{ id: 1 }])
    const anon = createClient(stack.url, stack.publishableKey)
    expect((await anon.from('things').select()).error?.code).toBe('42501')
    expect((await anon.rpc('timeout')).data).toBe('3s')
  })

  test('follows what postgres sets for it', async () => {
    await sql.unsafe(`
      create view public.numbers as select n from generate_series(1, 1500) as n;
      grant select on public.numbers to service_role;`)
    const service = createClient(stack.url, stack.secretKey)
    await expect.poll(async () => (await service.from('numbers').select()).data?.length).toBe(1000)
    // In this database alone: the other test files share the cluster.
    const [row] = await sql`select current_database() as name`
    await sql.unsafe(`
      alter role authenticator in database ${row!.name} set pgrst.db_max_rows = '7';
      notify pgrst, 'reload config'`)
    await expect.poll(async () => (await service.from('numbers').select()).data?.length).toBe(7)
  })
})
