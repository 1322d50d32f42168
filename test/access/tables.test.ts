import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cast, makeCast, suspend } from './cast.ts'
import { databases } from './databases.ts'
import { columns, tables } from './declared.ts'
import { rowsOf } from './rows/index.ts'
import type { Key } from './rows/types.ts'
import { anotherValue, type Column, columnsOf, parties, rowOf } from './tries.ts'

const kinds = Object.entries(tables).flatMap(([table, declared]) =>
  Object.entries(declared.rows).map(([kind, who]) => ({ table, kind, who, update: columns(declared.update) })),
)

// Every party × select, update of every column, delete, on every kind of row, through the Data API.
describe.each(databases)('$name', ({ start }) => {
  let cast: Cast
  let columnsByTable: Record<string, Column[]>
  const keys: Record<string, { owner: Key; suspended?: Key }> = {}

  beforeAll(async () => {
    cast = await makeCast(await start())
    columnsByTable = await columnsOf(cast.sql)
    for (const { table, kind } of kinds) {
      const rows = rowsOf[table]!
      const trio = rows.trio?.(cast, kind)
      keys[`${table} ${kind}`] = {
        owner: await rows.make(cast, kind, (trio ?? cast.agency).owner),
        ...(trio && { suspended: await rows.make(cast, kind, trio.suspended) }),
      }
    }
    await suspend(cast)
  })
  afterAll(() => cast.stack.close())

  describe.each(kinds)('$table: $kind', ({ table, kind, who, update }) => {
    const tries = () => parties(cast, rowsOf[table]!, kind, keys[`${table} ${kind}`]!)

    test(`read by ${who.select.join(', ') || 'nobody'}`, async () => {
      const readers: string[] = []
      for (const { party, client, key } of tries()) {
        expect(await rowOf(cast.sql, table, key)).toBeDefined()
        const { data } = await client.from(table).select().match(key)
        if (data?.length === 1) readers.push(party)
      }
      expect(readers.sort()).toEqual([...who.select].sort())
    })

    test(`changed by ${who.update?.join(', ') ?? 'nobody'}`, async () => {
      const owner = rowsOf[table]!.trio?.(cast, kind).owner
      const samples = owner ? (rowsOf[table]!.samples?.(owner) ?? {}) : {}
      for (const { party, client, key } of tries()) {
        const before = (await rowOf(cast.sql, table, key))!
        const values = columnsByTable[table]!.map(({ name, type }) => [
          name,
          name in samples ? samples[name] : anotherValue(type, before[name]),
        ])
        const change = async ([name, value]: unknown[]) =>
          (
            await client
              .from(table)
              .update({ [name as string]: value })
              .match(key)
          ).error
        if (!who.update?.includes(party)) {
          await Promise.all(values.map(change))
          expect(await rowOf(cast.sql, table, key), party).toEqual(before)
          continue
        }
        const changed: string[] = []
        for (const [name, value] of values) {
          const error = await change([name, value])
          const after = await rowOf(cast.sql, table, key)
          if (JSON.stringify({ ...after, updated_at: 0 }) === JSON.stringify({ ...before, updated_at: 0 })) continue
          expect(error, `${party} ${name}`).toBeNull()
          changed.push(name as string)
          await restore(table, key, { [name as string]: before[name as string] })
        }
        const allowed = update.filter((column) => !columns(who.but?.[party]).includes(column))
        expect(changed.sort(), party).toEqual(allowed.sort())
      }
    })

    test(`removed by ${who.delete?.join(', ') ?? 'nobody'}`, async () => {
      const removed = async (allowed: boolean) => {
        for (const { party, client, key } of tries().filter((one) => !!who.delete?.includes(one.party) === allowed)) {
          await client.from(table).delete().match(key)
          expect((await rowOf(cast.sql, table, key)) === undefined, party).toBe(allowed)
        }
      }
      await removed(false)
      await removed(true)
    })
  })

  async function restore(table: string, key: Key, values: Record<string, unknown>): Promise<void> {
    const { sql } = cast
    const conditions = Object.entries(key).map(([column, value]) => sql`${sql(column)} = ${value}`)
    await sql`
      update ${sql(`public.${table}`)} set ${sql(values as Record<string, string>)}
      where ${conditions.flatMap((condition, i) => (i === 0 ? condition : sql`and ${condition}`))}
    `
  }
})
