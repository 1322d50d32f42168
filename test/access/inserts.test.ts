import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPerson, type Person } from '../helpers/people.ts'
import { type Cast, makeCast, suspend } from './cast.ts'
import { databases } from './databases.ts'
import { columns, tables } from './declared.ts'
import { rowsOf } from './rows/index.ts'
import { anotherValue, type Column, columnsOf, countOf, parties, type Row, rowOf } from './tries.ts'

const roles = ['model', 'employer', 'agency', 'candidate', 'recruiter', 'client', 'freelancer', 'creator']
const all = Object.entries(tables).map(([table, declared]) => ({ table, kind: Object.keys(declared.rows)[0]! }))
const open = Object.entries(tables).flatMap(([table, { insert }]) => (insert ? [{ table, insert }] : []))

describe.each(databases)('$name', ({ start }) => {
  let cast: Cast
  let columnsByTable: Record<string, Column[]>
  const rows: Record<string, Row> = {}
  const people: Record<string, Person> = {}

  beforeAll(async () => {
    cast = await makeCast(await start())
    columnsByTable = await columnsOf(cast.sql)
    for (const { table, kind } of all) {
      const { make, trio } = rowsOf[table]!
      rows[table] = (await rowOf(cast.sql, table, await make(cast, kind, (trio?.(cast, kind) ?? cast.agency).owner)))!
    }
    await suspend(cast)
    await Promise.all(
      [...roles, 'none'].map(async (role) => {
        people[role] = await createPerson(cast.stack, { roles: role === 'none' ? [] : [role] })
      }),
    )
  })
  afterAll(() => cast.stack.close())

  // The owner's own name is the strongest case: where the owner is refused, so is a row of anybody's.
  test.each(all)('$table: nobody adds a row in the owner’s name', async ({ table, kind }) => {
    const copy = { ...rows[table] }
    for (const { name, generated, type } of columnsByTable[table]!) {
      if (generated) delete copy[name]
      else if (name === 'id' && type === 'uuid') copy[name] = randomUUID()
    }
    const before = await countOf(cast.sql, table)
    for (const { party, client } of parties(cast, rowsOf[table]!, kind, { owner: {} })) {
      const { error } = await client.from(table).insert(copy)
      expect(error, party).not.toBeNull()
      expect(await countOf(cast.sql, table), party).toBe(before)
    }
    if (table in open) return
    const { error } = await cast.service.from(table).upsert(copy)
    expect(error).not.toBeNull()
    expect(await countOf(cast.sql, table)).toBe(before)
  })

  describe.each(open)('$table', ({ table, insert }) => {
    const { insert: rowFor, samples, prepare, trio } = rowsOf[table]!
    const ownerColumn = columns(insert.columns)[0]!
    const clear = (person: Person) =>
      cast.sql`delete from ${cast.sql(`public.${table}`)} where ${cast.sql(ownerColumn)} = ${person.id}`

    beforeAll(async () => {
      const everybody: Person[] = [...Object.values(people), ...Object.values(trio!(cast, ''))]
      for (const person of prepare ? everybody : []) await prepare!(cast, person)
    })

    test(`added by ${insert.by.join(', ')} in their own name`, async () => {
      const added: string[] = []
      for (const [role, person] of Object.entries(people)) {
        const before = await countOf(cast.sql, table)
        await person.client.from(table).insert(rowFor!(person))
        if ((await countOf(cast.sql, table)) > before) added.push(role)
      }
      expect(added.sort()).toEqual([...insert.by].sort())
    })

    test('not by the suspended, and not for another with the same role', async () => {
      const { owner, stranger, suspended } = trio!(cast, '')
      const before = await countOf(cast.sql, table)
      await suspended.client.from(table).insert(rowFor!(suspended))
      await stranger.client.from(table).insert(rowFor!(people[insert.by[0]!]!))
      await stranger.client.from(table).upsert(rowFor!(owner))
      await cast.anon.from(table).insert(rowFor!(stranger))
      await cast.service.from(table).insert(rowFor!(stranger))
      expect(await countOf(cast.sql, table)).toBe(before)
    })

    test('with every column that is granted and no other', async () => {
      const person = people[insert.by[0]!]!
      await clear(person)
      for (const { name, type } of columnsByTable[table]!) {
        if (columns(insert.columns).includes(name)) continue
        const { error } = await person.client
          .from(table)
          .insert({ ...rowFor!(person), [name]: anotherValue(type, null) })
        expect(error, name).not.toBeNull()
      }
      const before = await countOf(cast.sql, table)
      const full = { ...samples!(person), [ownerColumn]: person.id }
      expect(Object.keys(full).sort()).toEqual(columns(insert.columns).sort())
      expect((await person.client.from(table).insert(full)).error).toBeNull()
      expect(await countOf(cast.sql, table)).toBe(before + 1)
    })
  })
})
