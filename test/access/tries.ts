import { randomUUID } from 'node:crypto'
import type { SupabaseClient } from '@supabase/supabase-js'
import type postgres from 'postgres'
import type { Cast } from './cast.ts'
import type { Key, TableRows } from './rows/types.ts'

export type Row = Record<string, unknown>

export interface Column {
  name: string
  type: string
  generated: boolean
}

/** The columns of every table in public. */
export async function columnsOf(sql: postgres.Sql): Promise<Record<string, Column[]>> {
  const rows = await sql`
    select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type,
      a.attgenerated <> '' or a.attidentity <> '' as generated
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
  `
  const all: Record<string, Column[]> = {}
  for (const { table, ...column } of rows) all[table] = [...(all[table] ?? []), column as Column]
  return all
}

/** The row as the database has it; undefined when there is none. */
export async function rowOf(sql: postgres.Sql, table: string, key: Key): Promise<Row | undefined> {
  const conditions = Object.entries(key).map(([column, value]) => sql`${sql(column)} = ${value}`)
  const [row] = await sql`
    select to_jsonb(t) as row from ${sql(`public.${table}`)} t
    where ${conditions.flatMap((condition, i) => (i === 0 ? condition : sql`and ${condition}`))}
  `
  return row?.row
}

export async function countOf(sql: postgres.Sql, table: string): Promise<number> {
  const [row] = await sql`select count(*)::int as count from ${sql(`public.${table}`)}`
  return row!.count
}

/** Whoever tries a table's rows, and the key of the row they try it on: the suspended have one of their own. */
export function parties(
  cast: Cast,
  rows: TableRows,
  kind: string,
  keys: { owner: Key; suspended?: Key },
): { party: string; client: SupabaseClient; key: Key }[] {
  const trio = rows.trio?.(cast, kind)
  const clients: Record<string, SupabaseClient> = {
    anon: cast.anon,
    stranger: (trio ?? cast.agency).stranger.client,
    service: cast.service,
    suspended: (trio ?? cast.agency).suspended.client,
    ...(trio && { owner: trio.owner.client }),
  }
  for (const [name, person] of Object.entries(rows.others?.(cast) ?? {})) clients[name] = person.client
  return Object.entries(clients).map(([party, client]) => ({
    party,
    client,
    key: party === 'suspended' ? (keys.suspended ?? keys.owner) : keys.owner,
  }))
}

/** A value of a column's type that is not the one it has. */
export function anotherValue(type: string, current: unknown): unknown {
  if (type === 'uuid') return randomUUID()
  if (type === 'boolean') return current !== true
  if (type === 'integer' || type === 'bigint') return Number(current ?? 0) + 1
  if (type === 'jsonb') return { changed: true }
  if (type.startsWith('timestamp')) return '2001-02-03T04:05:06+00:00'
  if (type === 'date') return '2001-02-03'
  if (type.endsWith('[]')) return ['changed']
  return 'changed'
}
