import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FunctionError } from '../../edge-functions/_shared/error.ts'
import type { PaymentTask } from '../../edge-functions/_shared/payments/database.ts'
import type { ProviderEvent } from '../../edge-functions/_shared/payments/event.ts'
import type { Provider } from '../../edge-functions/_shared/payments/provider.ts'
import { createHandler } from '../../edge-functions/drain/handler.ts'
import { createEvents } from './payment-host.ts'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => vi.restoreAllMocks())

const eventOf = (event_id: string): ProviderEvent => ({
  event_id,
  type: 'told',
  payload: '{}',
  event: { type: 'other' },
})

/** A provider that tells of each task which one it was. */
const provider = {
  lookUp: async ({ payment_id }) => eventOf(`look-up:${payment_id}`),
  charge: async ({ payment_id }) => eventOf(`charge:${payment_id}`),
  refund: async ({ refund_id }) => eventOf(`refund:${refund_id}`),
  payOut: async ({ withdrawal_id }) => eventOf(`payout:${withdrawal_id}`),
} as Provider

const tasksOf = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    kind: 'look_up',
    provider: 'stripe',
    data: { payment_id: `p-${index + 1}` },
    ...more,
  })) as PaymentTask[]

function hostDrain(queue: PaymentTask[], stripe: Provider = provider) {
  const { events, ...store } = createEvents()
  const host = {
    events,
    completed: [] as number[],
    failed: [] as [number, string][],
    objects: [{ id: 1, bucket_id: 'photos', path: 'a' }],
    removed: [] as string[],
    claiming: async (): Promise<void> => undefined,
    removing: async (): Promise<string | null> => null,
    failing: async (): Promise<void> => undefined,
    async call() {
      const response = await handler(
        new Request('http://functions/drain', { method: 'POST', headers: { apikey: 'key' } }),
      )
      return { status: response.status, body: await response.json() }
    },
  }
  const handler = createHandler({
    connect: () => ({
      providers: { stripe },
      events: store,
      tasks: {
        async claim(batch) {
          await host.claiming()
          return queue.splice(0, batch)
        },
        async complete(id) {
          host.completed.push(id)
        },
        async fail(id, reason) {
          await host.failing()
          host.failed.push([id, reason])
        },
      },
      objects: {
        claim: async (batch) => host.objects.splice(0, batch),
        async remove(_, paths) {
          const reason = await host.removing()
          if (reason === null) host.removed.push(...paths)
          return reason
        },
        complete: async () => undefined,
        fail: async () => undefined,
      },
    }),
  })
  return host
}

test('each kind of task is done at its provider, stored, applied and completed', async () => {
  const host = hostDrain([
    ...tasksOf(1),
    { id: 2, kind: 'renewal', provider: 'stripe', data: { payment_id: 'p-2' } },
    { id: 3, kind: 'refund', provider: 'stripe', data: { refund_id: 'r-3' } },
    { id: 4, kind: 'payout', provider: 'stripe', data: { withdrawal_id: 'w-4' } },
  ] as PaymentTask[])
  expect(await host.call()).toEqual({ status: 200, body: { deleted: 1, failed: 0, payments: { done: 4, failed: 0 } } })
  expect(host.events.stored.map(({ event_id }) => event_id)).toEqual([
    'look-up:p-1',
    'charge:p-2',
    'refund:r-3',
    'payout:w-4',
  ])
  expect(host.events.applied).toEqual([1, 2, 3, 4])
  expect(host.completed).toEqual([1, 2, 3, 4])
})

test('nothing to tell is done, too', async () => {
  const host = hostDrain(tasksOf(1), { ...provider, lookUp: async () => null })
  expect((await host.call()).body.payments).toEqual({ done: 1, failed: 0 })
  expect([host.events.stored, host.completed]).toEqual([[], [1]])
})

test('twenty at a time, a hundred a call', async () => {
  const queue = tasksOf(130)
  const host = hostDrain(queue)
  expect((await host.call()).body.payments).toEqual({ done: 100, failed: 0 })
  expect(queue).toHaveLength(30)
  expect((await host.call()).body.payments).toEqual({ done: 30, failed: 0 })
  expect(host.completed).toHaveLength(130)
})

test('one that fails stays queued with the reason, and stops neither the others nor the objects', async () => {
  const host = hostDrain(tasksOf(30), {
    ...provider,
    lookUp: async ({ payment_id }) => {
      if (payment_id === 'p-2') throw new Error('x'.repeat(600))
      if (payment_id === 'p-3')
        throw new FunctionError(503, 'provider_unavailable', 'Out of reach.', { cause: new Error('no route') })
      if (payment_id === 'p-4')
        throw new FunctionError(503, 'provider_unavailable', 'Out of reach.', { cause: { status: 502 } })
      return null
    },
  })
  expect((await host.call()).body).toEqual({ deleted: 1, failed: 0, payments: { done: 27, failed: 3 } })
  expect(host.failed).toEqual([
    [2, 'x'.repeat(500)],
    [3, 'Out of reach. no route'],
    [4, 'Out of reach. {"status":502}'],
  ])
  expect(host.completed).not.toContain(2)
})

test('a provider that is not configured, or does not do such a thing, is a reason', async () => {
  const { refund: _refund, ...without } = provider
  const host = hostDrain(
    [
      { id: 1, kind: 'look_up', provider: 'kaspi', data: {} },
      { id: 2, kind: 'refund', provider: 'stripe', data: {} },
    ] as PaymentTask[],
    without,
  )
  expect((await host.call()).body.payments).toEqual({ done: 0, failed: 2 })
  expect(host.failed.map(([id, reason]) => [id, reason])).toEqual([
    [1, expect.stringContaining('not available')],
    [2, 'stripe does no refund'],
  ])
})

test('what is stored and cannot be applied is done: a job applies it', async () => {
  const host = hostDrain(tasksOf(1))
  host.events.applying = () => Promise.reject(new Error('deadlock detected'))
  expect((await host.call()).body.payments).toEqual({ done: 1, failed: 0 })
  expect([host.completed, host.failed]).toEqual([[1], []])
})

test('what cannot be stored stays queued, also when that cannot be told', async () => {
  const host = hostDrain(tasksOf(2))
  host.events.storing = () => Promise.reject(new Error('down'))
  expect((await host.call()).body.payments).toEqual({ done: 0, failed: 2 })
  expect(host.failed).toEqual([
    [1, 'down'],
    [2, 'down'],
  ])
  const silent = hostDrain(tasksOf(2))
  silent.events.storing = host.events.storing
  silent.failing = () => Promise.reject(new Error('down, too'))
  expect((await silent.call()).body.payments).toEqual({ done: 0, failed: 2 })
})

test('objects that fail do not keep payments from their turn, nor the other way round', async () => {
  const host = hostDrain(tasksOf(1))
  host.removing = () => Promise.reject(new Error('Storage is down'))
  expect((await host.call()).status).toBe(500)
  expect(host.completed).toEqual([1])
  const other = hostDrain(tasksOf(1))
  other.claiming = () => Promise.reject(new FunctionError(503, 'service_unavailable', 'down'))
  expect((await other.call()).status).toBe(503)
  expect([other.removed, other.completed]).toEqual([['a'], []])
})
