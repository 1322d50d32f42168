import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStorageTest, type StorageTest } from './storage-people.ts'

let t: StorageTest
let bucket: string
const names = ['a.txt', 'a/one.txt', 'a/two.txt', 'a/deep/three.txt', 'a-b.txt', 'B/four.txt', 'c.txt', 'a_c/x', 'd$/x']

beforeAll(async () => {
  t = await openStorageTest()
  bucket = await t.bucket()
  // One after the other, so the times rise.
  for (const name of names) {
    const { error } = await t.service.storage.from(bucket).upload(name, name)
    if (error) throw error
  }
})
afterAll(() => t?.close())

const files = () => t.service.storage.from(bucket)

async function listed(...args: Parameters<ReturnType<typeof files>['list']>): Promise<string[]> {
  const { data, error } = await files().list(...args)
  if (error) throw error
  return data.map((entry) => (entry.id === null ? `${entry.name}/` : entry.name))
}

describe('list', () => {
  test('has a folder’s files and, once each, its folders', async () => {
    const { data } = await files().list('a')
    const [row] = await t.sql`select * from storage.objects where bucket_id = ${bucket} and name = 'a/one.txt'`
    expect(data).toEqual([
      { name: 'deep', id: null, updated_at: null, created_at: null, last_accessed_at: null, metadata: null },
      {
        name: 'one.txt',
        id: row!.id,
        updated_at: row!.updated_at.toISOString(),
        created_at: row!.created_at.toISOString(),
        last_accessed_at: row!.last_accessed_at.toISOString(),
        metadata: row!.metadata,
      },
      expect.objectContaining({ name: 'two.txt' }),
    ])
    expect(await listed('a/')).toEqual(['deep/', 'one.txt', 'two.txt'])
    expect(await listed('a/deep')).toEqual(['three.txt'])
    expect(await listed('nothing')).toEqual([])
  })

  test('sorts by name as bytes, upper and lower case together', async () => {
    const all = ['a-b.txt', 'a.txt', 'a/', 'a_c/', 'B/', 'c.txt', 'd$/']
    expect(await listed()).toEqual(all)
    expect(await listed('', { sortBy: { column: 'name', order: 'desc' } })).toEqual(all.toReversed())
  })

  test('sorted by a time, folders come first', async () => {
    const sortBy = (order: string) => ({ sortBy: { column: 'created_at', order } })
    expect(await listed('', sortBy('asc'))).toEqual(['a/', 'a_c/', 'B/', 'd$/', 'a.txt', 'a-b.txt', 'c.txt'])
    expect(await listed('', sortBy('desc'))).toEqual(['d$/', 'B/', 'a_c/', 'a/', 'c.txt', 'a-b.txt', 'a.txt'])
    expect(await listed('', { sortBy: { column: 'updated_at' } })).toHaveLength(7)
    expect(await listed('', { sortBy: { column: 'last_accessed_at' } })).toHaveLength(7)
  })

  test('pages', async () => {
    expect(await listed('', { limit: 2 })).toEqual(['a-b.txt', 'a.txt'])
    expect(await listed('', { limit: 3, offset: 2 })).toEqual(['a/', 'a_c/', 'B/'])
    expect(await listed('', { offset: 100 })).toEqual([])
  })

  test('searches from the start of a name, without case and without wildcards', async () => {
    expect(await listed('', { search: 'A' })).toEqual(['a-b.txt', 'a.txt', 'a/', 'a_c/'])
    expect(await listed('a', { search: 'T' })).toEqual(['two.txt'])
    expect(await listed('', { search: 'b' })).toEqual(['B/'])
    expect(await listed('', { search: 'a_' })).toEqual(['a_c/'])
    expect(await listed('', { search: '%' })).toEqual([])
    expect(await listed('', { search: 'd$', sortBy: { column: 'created_at' } })).toEqual(['d$/'])
    expect(await listed('', { search: 'a/on' })).toEqual(['a/one.txt'])
  })

  test('asks for what makes sense', async () => {
    for (const [options, message] of [
      [{ limit: 0 }, 'body/limit must be >= 1'],
      [{ limit: 1.5 }, 'body/limit must be integer'],
      [{ offset: -1 }, 'body/offset must be >= 0'],
      [{ sortBy: { column: 'owner' } }, 'body/sortBy/column must be equal to one of the allowed values'],
      [{ sortBy: { column: 'name', order: 'up' } }, 'body/sortBy/order must be equal to one of the allowed values'],
    ] as const) {
      expect(await files().list('', options)).toMatchObject({
        error: { statusCode: '400', code: 'InvalidRequest', message },
      })
    }
  })
})

describe('listV2', () => {
  type Options = NonNullable<Parameters<ReturnType<typeof files>['listV2']>[0]>

  async function pages(options: Options): Promise<string[][]> {
    const found: string[][] = []
    let cursor: string | undefined
    do {
      const { data, error } = await files().listV2({ ...options, ...(cursor === undefined ? {} : { cursor }) })
      if (error) throw error
      found.push([...data.folders.map((folder) => folder.name), ...data.objects.map((object) => object.name)].sort())
      expect(data.nextCursor === undefined).toBe(!data.hasNext)
      cursor = data.nextCursor
    } while (cursor !== undefined)
    return found
  }

  test('lists every key below a prefix', async () => {
    expect((await pages({}))[0]).toEqual(names.toSorted())
    expect(await pages({ prefix: 'a/' })).toEqual([['a/deep/three.txt', 'a/one.txt', 'a/two.txt']])
    expect(await pages({ prefix: 'a_' })).toEqual([['a_c/x']])
    const { data } = await files().listV2({ limit: 1 })
    expect(data!.objects[0]).toMatchObject({ name: 'B/four.txt', metadata: { size: 10 } })
  })

  test('groups folders with a delimiter', async () => {
    const { data } = await files().listV2({ with_delimiter: true })
    expect(data!.folders.map((folder) => [folder.key, folder.name])).toEqual([
      ['B', 'B/'],
      ['a', 'a/'],
      ['a_c', 'a_c/'],
      ['d$', 'd$/'],
    ])
    expect(data!.objects.map((object) => object.key)).toEqual(['a-b.txt', 'a.txt', 'c.txt'])
    expect(await pages({ with_delimiter: true, prefix: 'a/' })).toEqual([['a/deep/', 'a/one.txt', 'a/two.txt']])
  })

  test.each([
    [{}],
    [{ with_delimiter: true }],
    [{ sortBy: { column: 'name', order: 'desc' } }],
    [{ with_delimiter: true, sortBy: { column: 'name', order: 'desc' } }],
    [{ sortBy: { column: 'created_at', order: 'desc' } }],
    [{ with_delimiter: true, sortBy: { column: 'updated_at', order: 'asc' } }],
    [{ with_delimiter: true, sortBy: { column: 'created_at', order: 'desc' } }],
  ] as [Options][])('every entry comes once when %j is read in pages', async (options) => {
    const whole = (await pages(options)).flat()
    for (const limit of [1, 2, 3]) {
      const read = await pages({ ...options, limit })
      expect(read.flat().toSorted()).toEqual(whole.toSorted())
      expect(read.slice(0, -1).every((page) => page.length === limit)).toBe(true)
    }
  })

  test('a cursor that is none is refused', async () => {
    expect(await files().listV2({ cursor: 'nonsense' })).toMatchObject({
      error: { statusCode: '400', code: 'InvalidParameter', message: 'Invalid Parameter continuation token' },
    })
  })
})

test('lists show what the policies show, and of a public bucket nothing more', async () => {
  const shown = await t.bucket({ public: true })
  await t.ownFolder(shown, 'select')
  for (const person of [t.owner, t.stranger]) await t.service.storage.from(shown).upload(`${person.id}/a`, 'x')
  const list = async (storage: typeof t.service.storage) => {
    const [v1, v2] = await Promise.all([storage.from(shown).list(), storage.from(shown).listV2()])
    return [v1.data!.map((entry) => entry.name), v2.data!.objects.map((object) => object.name)]
  }
  expect(await list(t.anon.storage)).toEqual([[], []])
  expect(await list(t.owner.supabase.storage)).toEqual([[t.owner.id], [`${t.owner.id}/a`]])
  expect((await list(t.service.storage))[0]!.toSorted()).toEqual([t.owner.id, t.stranger.id].toSorted())
})
