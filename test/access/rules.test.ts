import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { writesWithoutWhere } from './sql-text.ts'

const folder = fileURLToPath(new URL('../../supabase/migrations/', import.meta.url))
const migrations = readdirSync(folder).map((file) => ({ file, text: readFileSync(folder + file, 'utf8') }))

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

describe('functions', () => {
  test('none in public is a definer', async () => {
    const rows = await sql(stack)`
      select oid::regprocedure::text as name from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
    `
    expect(rows).toEqual([])
  })

  test('every one has an empty search_path', async () => {
    const rows = await sql(stack)`
      select oid::regprocedure::text as name from pg_proc
      where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and not coalesce(proconfig @> array['search_path=""'], false)
    `
    expect(rows).toEqual([])
  })

  test('every definer begins with the reason why it is one', async () => {
    const rows = await sql(stack)`
      select oid::regprocedure::text as name, prosrc as body from pg_proc
      where pronamespace = 'private'::regnamespace and prosecdef
    `
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.filter((row) => !/^\s*-- Definer\b/.test(row.body)).map((row) => row.name)).toEqual([])
  })

  test('every one in public has a comment, and no name two signatures', async () => {
    const [bare, doubled] = await Promise.all([
      sql(stack)`
        select oid::regprocedure::text as name from pg_proc
        where pronamespace = 'public'::regnamespace and obj_description(oid, 'pg_proc') is null
      `,
      sql(stack)`
        select proname from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        group by pronamespace, proname having count(*) > 1
      `,
    ])
    expect([...bare, ...doubled]).toEqual([])
  })

  test('a write without WHERE is seen wherever it stands', () => {
    const body = `begin
      -- update public.a set b = 1;
      perform from public.a for update;
      insert into public.a values (1) on conflict do update set b = (select 1 where true);
      update public.a set b = (select 1 where true);
      execute 'delete from public.b';
      with gone as (delete from public.c returning id) select from gone where true;
      delete from public.d where id = 1;
    end`
    expect(writesWithoutWhere(body)).toEqual([
      'update public.a set b = (select 1 where true)',
      'delete from public.c returning id',
      'delete from public.b',
    ])
  })

  test('55: every UPDATE and DELETE in a body has a WHERE', async () => {
    const rows = await sql(stack)`
      select oid::regprocedure::text as name, prosrc as body from pg_proc
      where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
    `
    const found = rows.flatMap((row) => writesWithoutWhere(row.body).map((statement) => `${row.name}: ${statement}`))
    expect(found).toEqual([])
  })

  test('every one states language, volatility, rights and search_path', () => {
    const heads = migrations.flatMap(({ file, text }) =>
      [...text.matchAll(/create (?:or replace )?function (\S+?)\([\s\S]*?\nas \$/g)].map(([head, name]) => ({
        name: `${file}: ${name}`,
        head,
      })),
    )
    expect(heads.length).toBeGreaterThan(100)
    const lacking = (pattern: RegExp) => heads.filter(({ head }) => !pattern.test(head)).map(({ name }) => name)
    expect({
      language: lacking(/^language (sql|plpgsql)$/m),
      volatility: lacking(/^(immutable|stable|volatile)$/m),
      rights: lacking(/^security (definer|invoker)$/m),
      searchPath: lacking(/^set search_path = ''$/m),
    }).toEqual({ language: [], volatility: [], rights: [], searchPath: [] })
  })
})

describe('tables', () => {
  test('every one in public has row-level security and a comment', async () => {
    const rows = await sql(stack)`
      select relname, relrowsecurity, obj_description(oid, 'pg_class') is not null as described from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r'
    `
    expect(rows.filter((row) => !row.relrowsecurity || !row.described)).toEqual([])
  })

  test('every foreign key says what a deletion does and leads an index', async () => {
    const rows = await sql(stack)`
      select c.conrelid::regclass || '.' || c.conname as name from pg_constraint c
      where c.contype = 'f' and c.connamespace in ('public'::regnamespace, 'private'::regnamespace) and (
        c.confdeltype = 'a' or not exists (
          select from pg_index i
          where i.indrelid = c.conrelid and i.indpred is null
            and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
        )
      )
    `
    expect(rows).toEqual([])
  })
})

test('policies name their roles, one permissive policy a table, command and role', async () => {
  const rows = await sql(stack)`
    select schemaname || '.' || tablename as table, policyname as name, permissive, lower(cmd) as command, roles::text[] as roles
    from pg_policies where schemaname in ('public', 'private', 'storage', 'realtime')
  `
  const permissive = rows.filter((row) => row.permissive === 'PERMISSIVE')
  expect(rows.filter((row) => row.roles.includes('public') || row.command === 'all')).toEqual([])
  expect(permissive.filter((row) => !row.name.startsWith(`${row.command}_`))).toEqual([])
  const keys = permissive.flatMap((row) => row.roles.map((role: string) => `${row.table} ${row.command} ${role}`))
  expect(keys.length).toBe(new Set(keys).size)
})
