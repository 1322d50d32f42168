import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Delivery, Send } from '../../edge-functions/notify/delivery.ts'
import { createHandler, type Outbox } from '../../edge-functions/notify/handler.ts'
import { composePush } from '../../edge-functions/notify/push.ts'

// How far one call goes, and what one delivery's trouble means for the others.

let ids = 0
function delivery(more: Partial<Delivery> = {}): Delivery {
  ids += 1
  return {
    id: ids,
    attempt: 1,
    channel: 'push',
    device_id: `device-${ids}`,
    token: `token-${ids}`,
    address: null,
    locale: 'en',
    type: 'general',
    group_key: null,
    notification_id: null,
    data: {},
    count: 1,
    names: {},
    items: null,
    claimed_at: '2026-03-02T12:00:00Z',
    created_at: '2026-03-02T11:59:00Z',
    ...more,
  }
}
const mailing = (more: Partial<Delivery> = {}) =>
  delivery({ channel: 'email', device_id: null, token: null, address: `reader-${ids}@example.test`, ...more })

/** One call over what is queued, of which each claim has twenty. */
async function call(queue: Delivery[], senders: { push?: Send; email?: Send }) {
  const told = { claims: 0, completed: [] as number[], failed: [] as string[], released: [] as [number, number][] }
  const outbox: Outbox = {
    async claim(batch) {
      told.claims += 1
      return queue.splice(0, batch)
    },
    async complete(some) {
      told.completed.push(...some)
    },
    async fail(_, reason) {
      told.failed.push(reason)
    },
    async release(some, retryAfter) {
      for (const id of some) told.released.push([id, retryAfter])
    },
    forgetDevice: async () => true,
  }
  const handler = createHandler({ connect: () => outbox, senders })
  const response = await handler(new Request('http://x/notify', { method: 'POST', headers: { apikey: 'k' } }))
  return { status: response.status, total: await response.json(), ...told }
}

const sent: Send = async () => ({ is: 'sent' })

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('one call', () => {
  test('takes 25 batches at most', async () => {
    const queue = Array.from({ length: 600 }, () => delivery())
    expect(await call(queue, { push: sent })).toMatchObject({ total: { sent: 500 }, claims: 25 })
    expect(queue).toHaveLength(100)
  })

  test('takes nothing new after 45 seconds', async () => {
    vi.useFakeTimers()
    const slow: Send = async () => {
      vi.advanceTimersByTime(1_000)
      return { is: 'sent' }
    }
    const queue = Array.from({ length: 200 }, () => mailing())
    expect(await call(queue, { email: slow })).toMatchObject({ total: { sent: 60 }, claims: 3 })
  })
})

describe('one delivery', () => {
  test('that cannot be put together stops no other, and its reason is kept short', async () => {
    const [broken, good] = [delivery(), delivery()]
    const send: Send = async ({ id }) => {
      if (id === broken.id) throw new Error('x'.repeat(2_000))
      return { is: 'sent' }
    }
    const { status, total, completed, failed } = await call([broken, good], { push: send })
    expect([status, total]).toEqual([200, { sent: 1, failed: 1, refused: 0, released: 0, forgotten: 0 }])
    expect(completed).toEqual([good.id])
    expect(failed).toEqual(['x'.repeat(500)])
  })

  test('that nobody answers keeps the mails after it from being tried, which is no attempt of theirs', async () => {
    const mails = [mailing(), mailing(), mailing()]
    const tried: number[] = []
    const send: Send = async ({ id }) => {
      tried.push(id)
      return { is: 'failed', reason: 'no answer' }
    }
    const { failed, released } = await call([...mails], { email: send })
    expect(tried).toEqual([mails[0]!.id])
    expect(failed).toEqual(['no answer'])
    expect(released).toEqual([
      [mails[1]!.id, 30],
      [mails[2]!.id, 30],
    ])
  })
})

test('the tag of a push has 64 bytes at most, as Apple takes them', () => {
  const { apns } = composePush(delivery({ type: 'saved_search_match', group_key: 'k'.repeat(80) })) as {
    apns: { headers: Record<string, string> }
  }
  expect(apns.headers['apns-collapse-id']).toHaveLength(64)
})
