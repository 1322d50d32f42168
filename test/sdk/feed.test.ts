import type { Notification } from '@talentbase/sdk'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createContext } from '../../sdk/src/context.ts'
import { createFeed } from '../../sdk/src/notifications/feed.ts'
import { fakeSupabase } from './fake-supabase.ts'

interface Row {
  id: number
  created_at: string
}

/** A table of notifications, answering the feed's queries as PostgREST does. */
function notificationTable() {
  const rows: Row[] = []
  let requests = 0
  const supabase = fakeSupabase((request) => {
    requests += 1
    const { searchParams } = new URL(request.url)
    const [operator, bound] = (searchParams.get('id') ?? 'lt.9007199254740991').split('.') as [string, string]
    const fits = ({ id }: Row) => (operator === 'lt' ? id < Number(bound) : id <= Number(bound))
    const page = rows.filter(fits).sort((a, b) => b.id - a.id)
    const body = page.slice(0, Number(searchParams.get('limit')))
    return Response.json(body.map((row) => ({ ...row, type: 'general', data: {}, read_at: null, account_id: 'me' })))
  })
  return {
    context: createContext(supabase, 'en'),
    requests: () => requests,
    /** A row becomes visible: its id and the second its transaction began. */
    commit(id: number, second: number): void {
      rows.push({ id, created_at: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString() })
    },
  }
}

function listener() {
  const heard: number[] = []
  return { heard, deliver: ({ id }: Notification) => void heard.push(id) }
}

test('hands over what is new, in order, once', async () => {
  const table = notificationTable()
  const { heard, deliver } = listener()
  table.commit(1, 0)
  const feed = createFeed(table.context, deliver)
  await feed.begin(undefined)
  table.commit(2, 1)
  table.commit(3, 2)
  await feed.catchUp()
  await feed.catchUp()
  expect(heard).toEqual([2, 3])
})

test('begins after a notification that is known already', async () => {
  const table = notificationTable()
  const { heard, deliver } = listener()
  for (const id of [1, 2, 3]) table.commit(id, id)
  const feed = createFeed(table.context, deliver)
  await feed.begin(1)
  await feed.catchUp()
  expect(heard).toEqual([2, 3])
})

test('begins with an empty table', async () => {
  const table = notificationTable()
  const { heard, deliver } = listener()
  const feed = createFeed(table.context, deliver)
  await feed.begin(undefined)
  for (let id = 1; id <= 120; id += 1) table.commit(id, id * 60)
  await feed.catchUp()
  expect(heard).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
})

test('a lower id that turns up later is not missed', async () => {
  const table = notificationTable()
  const { heard, deliver } = listener()
  const feed = createFeed(table.context, deliver)
  await feed.begin(undefined)
  table.commit(2, 1)
  await feed.catchUp()
  // Its transaction began before the other one and ended after it.
  table.commit(1, 0)
  await feed.catchUp()
  expect(heard).toEqual([2, 1])
})

test('an old table is not read to its end', async () => {
  const table = notificationTable()
  const { heard, deliver } = listener()
  for (let id = 1; id <= 1000; id += 1) table.commit(id, id * 60)
  const feed = createFeed(table.context, deliver)
  await feed.begin(undefined)
  const before = table.requests()
  await feed.catchUp()
  expect(before).toBe(1)
  expect(table.requests() - before).toBe(1)
  expect(heard).toEqual([])
})

test('calls that come together are served together, and what comes meanwhile is not missed', async () => {
  const table = notificationTable()
  const { heard, deliver } = listener()
  const feed = createFeed(table.context, deliver)
  await feed.begin(undefined)
  const before = table.requests()
  table.commit(1, 1)
  const calls = [feed.catchUp(), feed.catchUp(), feed.catchUp()]
  table.commit(2, 2)
  await Promise.all(calls)
  expect(heard).toEqual([1, 2])
  expect(table.requests() - before).toBe(2)
})

test('says nothing after its end', async () => {
  const table = notificationTable()
  const { heard, deliver } = listener()
  const feed = createFeed(table.context, deliver)
  await feed.begin(undefined)
  table.commit(1, 1)
  const call = feed.catchUp()
  feed.end()
  await call
  await feed.catchUp()
  expect(heard).toEqual([])
})

test('whatever order rows turn up in, each is handed over once', async () => {
  const step = fc.record({ late: fc.integer({ min: 0, max: 100 }), reads: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const table = notificationTable()
      const { heard, deliver } = listener()
      const feed = createFeed(table.context, deliver)
      await feed.begin(undefined)
      // Ids in the order of writing, 20 seconds apart; each commits up to 100 seconds after it was written.
      const commits = steps
        .map(({ late, reads }, index) => ({ id: index + 1, began: index * 20, ends: index * 20 + late, reads }))
        .sort((a, b) => a.ends - b.ends)
      for (const { id, began, reads } of commits) {
        table.commit(id, began)
        if (reads) await feed.catchUp()
      }
      await feed.catchUp()
      expect([...heard].sort((a, b) => a - b)).toEqual(steps.map((_, index) => index + 1))
    }),
    { numRuns: 50 },
  )
})
