import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { databases } from './databases.ts'
import { buckets, columnGrants, functions, policies, privateTables, tableGrants, tables } from './declared.ts'

// What the catalog holds is what test/access.ts declares, no more and no less.
describe.each(databases)('$name', ({ start }) => {
  let stack: TestStack
  beforeAll(async () => {
    stack = await start()
  })
  afterAll(() => stack.close())

  test('every table is declared, and nothing but tables holds rows', async () => {
    const rows = await sql(stack)`
      select relnamespace::regnamespace || '.' || relname as name, relkind::text as kind from pg_class
      where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind not in ('i', 'I', 'S', 'c')
    `
    const declared = [
      ...Object.keys(tables).map((table) => `public.${table}`),
      ...privateTables.map((table) => `private.${table}`),
    ]
    expect(rows.map((row) => row.name).sort()).toEqual(declared.sort())
    expect(rows.filter((row) => row.kind !== 'r')).toEqual([])
  })

  test('tables grant what is declared', async () => {
    const rows = await sql(stack)`
      select c.relname as name, coalesce(array_agg(a.grantee::regrole || ' ' || a.privilege_type) filter (where a.grantee <> c.relowner), '{}') as grants
      from pg_class c left join lateral aclexplode(c.relacl) a on true
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by c.relname
    `
    const found = Object.fromEntries(rows.map((row) => [row.name, row.grants.sort()]))
    expect(found).toEqual(Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, tableGrants(table)])))
  })

  test('columns grant what is declared', async () => {
    const rows = await sql(stack)`
      select c.relname as name, a.attname || ' ' || g.privilege_type as grant, g.grantee::regrole::text as role
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attacl is not null
      cross join lateral aclexplode(a.attacl) g
      where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    `
    expect(rows.filter((row) => row.role !== 'authenticated')).toEqual([])
    for (const [name, table] of Object.entries(tables)) {
      const found = rows.filter((row) => row.name === name).map((row) => row.grant)
      expect(found.sort(), name).toEqual(columnGrants(table))
    }
    expect(rows.filter((row) => !(row.name in tables))).toEqual([])
  })

  test('private tables and all sequences grant nothing', async () => {
    const rows = await sql(stack)`
      select c.oid::regclass::text as name, a.grantee::regrole::text as role, a.privilege_type
      from pg_class c cross join lateral aclexplode(c.relacl) a
      where a.grantee <> c.relowner and (
        c.relnamespace = 'private'::regnamespace or c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
      )
    `
    expect(rows).toEqual([])
  })

  test('every function is declared and executed by whom it says', async () => {
    const rows = await sql(stack)`
      select p.pronamespace::regnamespace || '.' || p.proname || '('
          || array_to_string(array(select format_type(t, null) from unnest(p.proargtypes) with ordinality u (t, n) order by n), ',') || ')' as name,
        coalesce((
          select array_agg(case a.grantee when 0 then 'public' else a.grantee::regrole::text end)
          from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee <> p.proowner
        ), '{}') as roles
      from pg_proc p where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
    `
    const found = Object.fromEntries(rows.map((row) => [row.name, row.roles.sort()]))
    const declared = Object.fromEntries(Object.entries(functions).map(([name, roles]) => [name, [...roles].sort()]))
    expect(found).toEqual(declared)
  })

  test('every policy is declared', async () => {
    const rows = await sql(stack)`
      select schemaname || '.' || tablename as table, policyname as name from pg_policies
      where schemaname in ('public', 'private', 'storage', 'realtime')
    `
    const found: Record<string, string[]> = {}
    for (const { table, name } of rows) found[table] = [...(found[table] ?? []), name].sort()
    const declared = Object.fromEntries(Object.entries(policies).map(([table, names]) => [table, [...names].sort()]))
    expect(found).toEqual(declared)
  })

  test('every bucket is declared with its limits', async () => {
    const rows = await sql(stack)`
      select id, public, file_size_limit::int / 1048576.0 as megabytes, allowed_mime_types as types from storage.buckets
    `
    const found = rows.map((row) => [row.id, { ...row, megabytes: Number(row.megabytes), types: row.types.sort() }])
    const declared = Object.entries(buckets).map(([id, { megabytes, types, operations }]) => [
      id,
      { id, public: operations.publicUrl.length > 0, megabytes, types: [...types].sort() },
    ])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(declared))
  })

  test('API roles may create nothing in public and private', async () => {
    const rows = await sql(stack)`
      select n.nspname as schema, r.rolname as role
      from pg_namespace n cross join pg_roles r
      where r.rolname in ('anon', 'authenticated', 'service_role')
        and n.nspname in ('public', 'private') and has_schema_privilege(r.oid, n.oid, 'create')
    `
    expect(rows).toEqual([])
  })

  test('no table is in the publication that postgres_changes reads', async () => {
    expect(await sql(stack)`select schemaname, tablename from pg_publication_tables`).toEqual([])
  })
})
