import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type SeenRequest, startFakeSupabase } from './fake-supabase.ts'
import { hostFunctions, projectFunction } from './host-functions.ts'

let supabase: Awaited<ReturnType<typeof startFakeSupabase>>
let hosted: Awaited<ReturnType<typeof hostFunctions>>
let queue: { id: number; bucket_id: string; path: string }[] = []
let removed: string[] = []
let [completed, failed]: [number[], { ids: number[]; reason: string }[]] = [[], []]

const key = { apikey: 'sb_secret_of_the_caller', authorization: 'Bearer token-of-the-caller' }

beforeAll(async () => {
  supabase = await startFakeSupabase()
  hosted = await hostFunctions({ functions: { drain: projectFunction('drain') }, url: supabase.url })
})
beforeEach(() => {
  supabase.seen.splice(0)
  supabase.answer = work
  removed = []
  completed = []
  failed = []
})
afterAll(async () => {
  await hosted.close()
  await supabase.close()
})

/** Does what the database and Storage do. */
function work({ method, path, body }: SeenRequest) {
  if (path === '/rest/v1/rpc/claim_payment_tasks') return { body: [] }
  if (path === '/rest/v1/rpc/apply_next_payment_event') return { body: null }
  if (path === '/rest/v1/rpc/claim_object_deletions') return { body: queue.splice(0, body.batch as number) }
  if (path === '/rest/v1/rpc/complete_object_deletions') {
    completed.push(...(body.ids as number[]))
    return { status: 204 }
  }
  if (path === '/rest/v1/rpc/fail_object_deletions') {
    failed.push(body as { ids: number[]; reason: string })
    return { status: 204 }
  }
  const bucket = /^\/storage\/v1\/object\/(\w+)$/.exec(path)?.[1]
  if (method !== 'DELETE' || bucket === undefined) return { status: 404 }
  removed.push(...(body.prefixes as string[]).map((prefix) => `${bucket}/${prefix}`))
  return { body: [] }
}

function fill(count: number, bucket_id = 'photos') {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, bucket_id, path: `owner/${index + 1}.jpg` }))
}

const nothing = { done: 0, failed: 0 }
const drain = (headers: Record<string, string> = key) => hosted.call('/drain', { method: 'POST', headers })
const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('removes what is queued, bucket by bucket, until the queue is empty', async () => {
  queue = [
    ...fill(120),
    { id: 121, bucket_id: 'avatars', path: 'owner/a b.png' },
    { id: 122, bucket_id: 'photos', path: 'x' },
  ]
  expect(await (await drain()).json()).toEqual({ deleted: 122, failed: 0, payments: nothing })
  expect(completed.sort((a, b) => a - b)).toEqual(ids(1, 122))
  expect(removed).toHaveLength(122)
  expect(removed).toContain('avatars/owner/a b.png')
  expect(failed).toEqual([])
})

test('an empty queue is nothing to do', async () => {
  expect(await (await drain()).json()).toEqual({ deleted: 0, failed: 0, payments: nothing })
  expect(supabase.seen.map(({ path }) => path.split('/').at(-1)).sort()).toEqual([
    'apply_next_payment_event',
    'claim_object_deletions',
    'claim_payment_tasks',
  ])
})

test('one call removes 1,000 objects at most', async () => {
  queue = fill(1_050)
  expect(await (await drain()).json()).toEqual({ deleted: 1_000, failed: 0, payments: nothing })
  expect(queue).toHaveLength(50)
  queue = []
})

test('what Storage refuses stays queued with the reason, and other buckets are not held up', async () => {
  queue = [...fill(2), { id: 3, bucket_id: 'avatars', path: 'a' }]
  supabase.answer = (asked) =>
    asked.path.endsWith('/photos')
      ? { status: 500, body: { error: 'Internal', message: 'x'.repeat(600) } }
      : work(asked)
  expect(await (await drain()).json()).toEqual({ deleted: 1, failed: 2, payments: nothing })
  expect(completed).toEqual([3])
  expect(failed).toEqual([{ ids: [1, 2], reason: 'x'.repeat(500) }])
})

test('after a failure it leaves the rest to the next call', async () => {
  queue = fill(150)
  supabase.answer = (asked) =>
    asked.path.includes('/storage/') ? { status: 500, body: { message: 'down' } } : work(asked)
  expect(await (await drain()).json()).toEqual({ deleted: 0, failed: 100, payments: nothing })
  expect(queue).toHaveLength(50)
  queue = []
})

test("works with the caller's key and token, never with the function's own", async () => {
  queue = fill(1)
  await drain()
  for (const { headers } of supabase.seen) {
    expect([headers.apikey, headers.authorization]).toEqual([key.apikey, key.authorization])
  }
  supabase.seen.splice(0)
  await drain({ apikey: 'sb_secret_alone' })
  expect(supabase.seen[0]!.headers).toMatchObject({
    apikey: 'sb_secret_alone',
    authorization: 'Bearer sb_secret_alone',
  })
})

test('whoever the database does not let is refused, and nothing is removed', async () => {
  queue = fill(1)
  const denied = {
    code: '42501',
    message: 'permission denied for function claim_object_deletions',
    details: null,
    hint: null,
  }
  const expired = { code: 'PGRST301', message: 'JWT expired', details: null, hint: null }
  for (const [status, body, expected] of [
    [403, denied, { status: 403, code: 'permission_denied' }],
    [401, denied, { status: 403, code: 'permission_denied' }],
    [401, expired, { status: 401, code: 'auth_required' }],
  ] as const) {
    supabase.answer = () => ({ status, body })
    const answer = await drain()
    expect({ status: answer.status, ...(await answer.json()) }).toEqual({ ...expected, message: expect.any(String) })
  }
  expect(supabase.seen.every(({ path }) => /\/rpc\/(claim_|apply_next_)/.test(path))).toBe(true)
  queue = []
})

test('without a key nothing is asked', async () => {
  const answer = await drain({})
  expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'auth_required' }])
  expect((await hosted.call('/drain', { headers: key })).status).toBe(405)
  expect(supabase.seen).toEqual([])
})

test('a database that fails after the removal is an error: the objects are claimed again later', async () => {
  queue = fill(1)
  supabase.answer = (asked) =>
    asked.path.includes('/complete_') ? { status: 500, body: { code: 'XX000', message: 'down' } } : work(asked)
  const answer = await drain()
  expect([answer.status, await answer.json()]).toMatchObject([500, { code: 'internal_error' }])
  expect([removed, completed, failed]).toEqual([['photos/owner/1.jpg'], [], []])
})
