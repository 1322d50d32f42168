import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FunctionError } from '../../edge-functions/_shared/error.ts'
import type { PaymentInput } from '../../edge-functions/_shared/payments/database.ts'
import type { Payment } from '../../edge-functions/_shared/payments/provider.ts'
import { createHandler, type Dependencies } from '../../edge-functions/checkout/handler.ts'
import { payment, paymentId, stripeIntent, testProviders } from './payment-host.ts'
import { fakeStripe, stripeError } from './payment-stripe-fake.ts'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => vi.restoreAllMocks())

const signedIn = { apikey: 'sb_publishable_1', authorization: 'Bearer token-of-ada' }

/** The function with a database that starts what it is told, and providers that answer. */
function hostCheckout(changes: Partial<Dependencies> = {}) {
  const started: { caller: object; input: PaymentInput }[] = []
  const saved: [string, string][] = []
  const { send, seen } = fakeStripe(({ path }) => ({
    body: path.includes('sessions')
      ? { id: 'cs_1', status: 'open', url: 'https://stripe.example/pay' }
      : stripeIntent({ status: 'requires_payment_method' }),
  }))
  const host = { row: {} as Partial<Payment>, started, saved, asked: seen }
  const handler = createHandler({
    providers: testProviders({}, send),
    appUrl: 'https://app.example',
    async startPayment(caller, input) {
      started.push({ caller, input })
      return payment({ purpose: input.purpose, provider: input.provider, ...host.row })
    },
    async saveSession(id, session) {
      saved.push([id, session])
    },
    ...changes,
  })
  const call = async (body: unknown, headers: Record<string, string> = signedIn, method = 'POST') => {
    const init = { method, headers, ...(method === 'POST' ? { body: JSON.stringify(body) } : {}) }
    const response = await handler(new Request('http://functions/checkout', init))
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
  }
  return { ...host, host, call }
}

const plan = { purpose: 'subscription', provider: 'stripe', plan_id: 'pro', period: 'month', auto_renew: true }

test('a plan is paid at the page of the provider, for what the database says', async () => {
  const { call, started, saved, asked } = hostCheckout()
  expect(await call(plan)).toMatchObject({
    status: 200,
    body: {
      payment_id: paymentId,
      order_number: 7_001,
      provider: 'stripe',
      amount: 500_000,
      currency: 'KZT',
      status: 'pending',
      url: 'https://stripe.example/pay',
      client_secret: null,
    },
  })
  expect(started).toEqual([{ caller: signedIn, input: plan }])
  expect(saved).toEqual([[paymentId, 'cs_1']])
  expect(asked[0]!.params).toMatchObject({ success_url: `https://app.example/payments/${paymentId}` })
})

test('an escrow is paid in the app', async () => {
  const { call, saved } = hostCheckout()
  const { body } = await call({ purpose: 'escrow', provider: 'stripe', escrow_id: randomUUID() })
  expect(body).toMatchObject({ url: null, client_secret: 'pi_1_secret_1', status: 'pending' })
  expect(saved).toEqual([[paymentId, 'pi_1']])
})

test('what was begun before is not saved again', async () => {
  const { call, host, saved } = hostCheckout()
  host.row = { provider_session: 'cs_1' }
  expect((await call(plan)).body.url).toBe('https://stripe.example/pay')
  expect(saved).toEqual([])
})

test('Robokassa and a payment by hand need nothing saved', async () => {
  const { call, saved, asked } = hostCheckout()
  const robokassa = await call({ ...plan, provider: 'robokassa' })
  expect(robokassa.body.url).toMatch(/^http:\/\/robokassa\.test\/Merchant\/Index\.aspx\?/)
  expect((await call({ ...plan, provider: 'manual' })).body).toMatchObject({
    provider: 'manual',
    url: null,
    client_secret: null,
  })
  expect([saved, asked]).toEqual([[], []])
})

describe('attack 42: who buys names no price', () => {
  test.each(['amount', 'price', 'currency', 'commission', 'minor_units', 'account_id', 'payment_id', '__proto__x'])(
    '%s is refused, and nothing is begun',
    async (field) => {
      const { call, started } = hostCheckout()
      const { status, body } = await call({ ...plan, [field]: 1 })
      expect([status, body.code, body.details]).toEqual([400, 'validation_failed', { fields: { [field]: 'unknown' } }])
      expect(started).toEqual([])
    },
  )

  test.each([0, -5, 1.5, 1e21, '50', null, true])('credits as %j', async (credits) => {
    const { call, started } = hostCheckout()
    const { status, body } = await call({ purpose: 'credits', provider: 'stripe', credits })
    expect([status, Object.keys(body.details.fields)]).toEqual([400, ['credits']])
    expect(started).toEqual([])
  })
})

test.each([
  [{}, ['purpose', 'provider']],
  [{ ...plan, provider: 'paypal' }, ['provider']],
  [{ ...plan, purpose: 'gift' }, ['purpose']],
  [{ ...plan, period: 'week' }, ['period']],
  [{ ...plan, escrow_id: '1' }, ['escrow_id']],
  [{ ...plan, idempotency_key: '' }, ['idempotency_key']],
  [{ ...plan, auto_renew: 'yes' }, ['auto_renew']],
  [[], ['input']],
  [null, ['input']],
])('%j is refused', async (input, fields) => {
  const { call, started } = hostCheckout()
  const { status, body } = await call(input)
  expect([status, Object.keys(body.details.fields)]).toEqual([400, fields])
  expect(started).toEqual([])
})

describe('nothing is begun', () => {
  test('by nobody: not without a token, and not with the key in its place', async () => {
    const { call, started } = hostCheckout()
    for (const headers of [
      {},
      { apikey: 'k' },
      { authorization: 'Bearer t' },
      { apikey: 'k', authorization: 'Bearer k' },
    ]) {
      const { status, body } = await call(plan, headers as Record<string, string>)
      expect([status, body.code]).toEqual([401, 'auth_required'])
    }
    expect(started).toEqual([])
  })

  test('at a provider that is not configured, or with nowhere to come back to', async () => {
    for (const changes of [{ providers: {} }, { appUrl: undefined }]) {
      const { call, started } = hostCheckout(changes)
      for (const provider of ['stripe', 'kaspi', 'robokassa']) {
        const { status, body } = await call({ ...plan, provider })
        expect([status, body.code]).toEqual([503, 'provider_unavailable'])
      }
      expect(started).toEqual([])
      expect((await call({ ...plan, provider: 'manual' })).status).toBe(200)
    }
  })

  test('by other methods', async () => {
    const { call, started } = hostCheckout()
    expect((await call(null, signedIn, 'GET')).status).toBe(405)
    expect(started).toEqual([])
  })
})

test('what the database refuses is told in its words', async () => {
  const refusal = new FunctionError(409, 'conflict', 'A subscription waits.', {
    details: { reason: 'subscription_waits' },
  })
  const { call, asked } = hostCheckout({ startPayment: () => Promise.reject(refusal) })
  const { status, body } = await call(plan)
  expect([status, body]).toEqual([
    409,
    { code: 'conflict', message: 'A subscription waits.', details: { reason: 'subscription_waits' } },
  ])
  expect(asked).toEqual([])
})

test('a currency that the provider does not take', async () => {
  const { call, host } = hostCheckout()
  host.row = { currency: 'USD' }
  for (const provider of ['kaspi', 'robokassa']) {
    const { status, body } = await call({ ...plan, provider })
    expect([status, body.details]).toEqual([400, { fields: { provider: 'known' } }])
  }
})

test('a provider that fails tells the caller nothing but that', async () => {
  const { send } = fakeStripe(() => stripeError(401, { message: 'Invalid API Key provided: sk_test_123' }))
  const { call, saved } = hostCheckout({ providers: testProviders({}, send) })
  const { status, body } = await call(plan)
  expect([status, body.code]).toEqual([503, 'provider_unavailable'])
  expect(JSON.stringify(body)).not.toContain('sk_test')
  expect(saved).toEqual([])
})

test('browsers may call it, and read its errors', async () => {
  const { call } = hostCheckout()
  const preflight = await call(null, {}, 'OPTIONS')
  expect(preflight.status).toBe(204)
  for (const { headers } of [preflight, await call({}), await call(plan)]) {
    expect(headers.get('access-control-allow-origin')).toBe('*')
  }
})
