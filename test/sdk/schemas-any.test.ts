import fc from 'fast-check'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { text, username, webUrl } from '../../sdk/src/schemas/fields.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

// Whatever a person may type, the schemas and the database judge alike.

let stack: TestStack
let sql: postgres.Sql

beforeAll(async () => {
  stack = await startTestStack()
  sql = postgres(stack.databaseUrl('postgres'), { max: 1, onnotice: () => undefined })
})

afterAll(async () => {
  await sql?.end()
  await stack?.close()
})

const anyText = fc.string({ unit: 'binary', maxLength: 30 }).filter((value) => !value.includes('\0'))
const nearEdges = fc.string({
  unit: fc
    .constantFrom(
      0x7f,
      0x9f,
      0xa0,
      0xad,
      0x61c,
      0x115f,
      0x180e,
      0x200b,
      0x200f,
      0x2028,
      0x206f,
      0x3000,
      0xe0000,
      0xe0fff,
    )
    .chain((edge) => fc.constantFrom(edge - 1, edge, edge + 1).map((point) => String.fromCodePoint(point))),
  maxLength: 3,
})

test('any text is judged alike', async () => {
  const values = fc.sample(fc.oneof(anyText, nearEdges, fc.string({ unit: 'grapheme', maxLength: 12 })), 3000)
  const judged = await sql<{ value: string; good: boolean }[]>`
    select v as value, private.is_clean_text(v, 2, 10) as good from unnest(${values}::text[]) as v`
  const schema = text(2, 10)
  expect(judged.filter(({ value, good }) => schema.safeParse(value).success !== good)).toEqual([])
  expect(new Set(judged.map(({ good }) => good)).size).toBe(2)
})

test('any address is judged alike', async () => {
  const piece = fc.string({ unit: fc.constantFrom(...'aZ9.-:/?#%&= "<>\\`{}|^é😀'), maxLength: 12 })
  const address = fc
    .tuple(fc.constantFrom('https://', 'http://', 'HTTP://', 'ftp://', '//', ''), piece)
    .map((parts) => parts.join(''))
  const values = fc.sample(fc.oneof(address, fc.webUrl()), 3000)
  const judged = await sql<{ value: string; good: boolean }[]>`
    select v as value, private.is_web_url(v) as good from unnest(${values}::text[]) as v`
  expect(judged.filter(({ value, good }) => webUrl.safeParse(value).success !== good)).toEqual([])
  expect(new Set(judged.map(({ good }) => good)).size).toBe(2)
})

test('any username is judged alike', async () => {
  const values = fc.sample(fc.oneof(anyText, fc.stringMatching(/^[A-Za-z0-9_]{1,160}$/)), 2000)
  const judged = await sql<{ value: string; good: boolean }[]>`
    select v as value, v ~ '^[A-Za-z0-9_]{3,150}$' as good from unnest(${values}::text[]) as v`
  expect(judged.filter(({ value, good }) => username.safeParse(value).success !== good)).toEqual([])
})
