import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ProvidersHarness, secrets, startHarness } from './providers-harness.ts'

let harness: ProvidersHarness

beforeAll(async () => {
  harness = await startHarness()
})

beforeEach(async () => {
  await harness.deliveries.settled()
  harness.clear()
  harness.received.splice(0)
})

afterAll(() => harness.close())

const order = {
  order_id: 'payment-1',
  amount: 5000,
  currency: 'KZT',
  description: 'PRO, a month',
  return_url: 'http://127.0.0.1:3000/payments/payment-1',
}

async function call(path: string, body?: unknown, key = harness.environment.KASPI_API_KEY) {
  const response = await fetch(`${harness.environment.KASPI_BASE_URL}${path}`, {
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  return { status: response.status, json: await response.json() }
}

test('an order is opened once, paid at its url, and a signed webhook tells of it', async () => {
  const opened = await call('/payments', order)
  expect(opened).toEqual({ status: 200, json: { order_id: 'payment-1', payment_url: expect.any(String) } })
  expect(await call('/payments', order)).toEqual(opened)
  expect((await call('/payments', { ...order, amount: 1 })).status).toBe(409)
  expect((await call('/payments/payment-1')).json).toMatchObject({ status: 'pending', transaction_id: null })

  expect(await harness.pay(opened.json.payment_url)).toMatchObject({
    state: 'paid',
    amount: '5000.00',
    currency: 'KZT',
  })
  const { json } = await call('/payments/payment-1')
  expect(json).toEqual({
    order_id: 'payment-1',
    status: 'completed',
    amount: 5000,
    transaction_id: expect.stringMatching(/^txn-/),
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  })
  const [{ path, headers, body }] = harness.received as [ProvidersHarness['received'][number]]
  expect(path).toBe('/webhooks/kaspi')
  expect(JSON.parse(body)).toEqual(json)
  const hash = createHmac('sha256', secrets.KASPI_WEBHOOK_SECRET).update(body).digest('hex')
  expect(headers['x-kaspi-signature']).toBe(`sha256=${hash}`)
  await expect(harness.pay('payment-1')).rejects.toThrow('completed')
})

test.each([
  ['decline', 'failed'],
  ['expire', 'cancelled'],
] as const)('%s ends an order as %s', async (action, status) => {
  await call('/payments', order)
  await harness[action]('payment-1')
  expect(harness.received.map(({ body }) => JSON.parse(body))).toMatchObject([{ status, transaction_id: null }])
})

test('the webhook and the look-up can say different things', async () => {
  await call('/payments', order)
  harness.kaspi.tell('payment-1', { status: 'completed', amount: 1 })
  await harness.deliveries.settled()
  expect(JSON.parse(harness.received[0]!.body)).toMatchObject({ status: 'completed', amount: 1 })
  expect((await call('/payments/payment-1')).json).toMatchObject({ status: 'pending', amount: 5000 })
  harness.kaspi.setStatus('payment-1', 'cancelled')
  expect((await call('/payments/payment-1')).json).toMatchObject({ status: 'cancelled' })
  expect(harness.received).toHaveLength(1)
})

test('refuses wrong keys, malformed orders and unknown ones', async () => {
  expect((await call('/payments', order, 'other')).status).toBe(401)
  for (const change of [{ amount: 0 }, { amount: 0.001 }, { amount: '5' }, { currency: 'tenge' }, { order_id: '' }]) {
    expect((await call('/payments', { ...order, ...change })).status).toBe(400)
  }
  expect((await call('/payments/none')).status).toBe(404)
  expect(harness.kaspi.orders()).toEqual([])
})

test('a look-up can be out of reach', async () => {
  await call('/payments', order)
  harness.addFault({ provider: 'kaspi', method: 'GET', path: '/payments/payment-1', status: 503 })
  expect((await call('/payments/payment-1')).status).toBe(503)
  expect((await call('/payments/payment-1')).status).toBe(200)
})
