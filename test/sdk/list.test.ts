import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listPage, type PageInput, type PageQuery } from '../../sdk/src/list.ts'

/** A list function over `size` rows, as strict as the database's. */
function listOf(size: number) {
  const queries: PageQuery[] = []
  const ask = async (query: PageQuery) => {
    queries.push(query)
    if (query.page_size < 1 || query.page_size > 100) throw new Error('page_size')
    const start = (query.cursor === undefined ? 0 : Number(query.cursor)) + (query.skip ?? 0)
    const rows = Array.from({ length: size }, (_, index) => ({
      cursor: String(index + 1),
      total: Math.min(size, 1001),
      index,
    }))
    return rows.slice(start, start + query.page_size)
  }
  return { queries, page: (input: PageInput) => listPage(input, ask, ({ index }) => index) }
}

const upTo = (size: number) => Array.from({ length: size }, (_, index) => index)

describe('a page', () => {
  test('has 20 items unless told, and says that there are more', async () => {
    const { page, queries } = listOf(21)
    expect(await page({})).toEqual({
      items: upTo(20),
      total: 21,
      total_is_exact: true,
      has_more: true,
      next_cursor: '20',
    })
    expect(queries).toHaveLength(1)
  })

  test('that is the last one, and full, says that there are no more', async () => {
    const { page } = listOf(20)
    expect(await page({})).toMatchObject({ items: upTo(20), has_more: false, next_cursor: null })
  })

  test('of 100, the most there is, knows as well whether there are more', async () => {
    expect(await listOf(100).page({ limit: 100 })).toMatchObject({
      items: upTo(100),
      has_more: false,
      next_cursor: null,
    })
    expect(await listOf(101).page({ limit: 100 })).toMatchObject({
      items: upTo(100),
      has_more: true,
      next_cursor: '100',
    })
  })

  test('of an empty list has a total of 0 and asks once', async () => {
    const { page, queries } = listOf(0)
    expect(await page({})).toEqual({ items: [], total: 0, total_is_exact: true, has_more: false, next_cursor: null })
    expect(queries).toHaveLength(1)
  })

  test.each([{ offset: 50 }, { cursor: '50' }])('behind the end tells the total: %j', async (input) => {
    expect(await listOf(7).page(input)).toMatchObject({ items: [], total: 7, has_more: false, next_cursor: null })
  })

  test('counts to 1,000 and says so', async () => {
    expect(await listOf(1000).page({})).toMatchObject({ total: 1000, total_is_exact: true })
    expect(await listOf(1001).page({})).toMatchObject({ total: 1000, total_is_exact: false })
  })
})

test('following the cursors shows every item once, in order, and ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 350 }), fc.integer({ min: 1, max: 100 }), async (size, limit) => {
      const { page } = listOf(size)
      const seen: number[] = []
      let cursor: string | null | undefined
      do {
        const answer = await page({ limit, ...(cursor ? { cursor } : {}) })
        expect(answer.items.length).toBeLessThanOrEqual(limit)
        expect(answer.has_more).toBe(answer.next_cursor !== null)
        seen.push(...answer.items)
        cursor = answer.next_cursor
      } while (cursor !== null)
      expect(seen).toEqual(upTo(size))
    }),
  )
})
