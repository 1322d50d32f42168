import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hostWebhooks, kaspiPayload, payment, paymentId, testProviders } from './payment-host.ts'

const returnUrl = 'https://app.example/payments/1'

function kaspiWith(answer: (url: string) => Response | Promise<Response>) {
  const seen: { url: string; method: string; body: string; headers: Headers }[] = []
  const send: typeof fetch = async (input, init) => {
    const { method = 'GET', body = '', headers } = init ?? {}
    seen.push({ url: String(input), method, body: String(body), headers: new Headers(headers) })
    return answer(String(input))
  }
  return { kaspi: testProviders({}, send).kaspi!, seen }
}

const started = (changes: object = {}) =>
  Response.json({ payment_url: 'https://kaspi.example/pay/1', order_id: paymentId, ...changes })

describe('a payment begins', () => {
  test('with an amount in tenge, as it is written', async () => {
    const { kaspi, seen } = kaspiWith(() => started())
    expect(await kaspi.start(payment({ provider: 'kaspi', amount: 500_010 }), returnUrl)).toEqual({
      url: 'https://kaspi.example/pay/1',
      client_secret: null,
      provider_session: null,
    })
    expect(seen).toMatchObject([{ url: 'http://kaspi.test/kaspi/payments', method: 'POST' }])
    expect(seen[0]!.headers.get('authorization')).toBe('Bearer kaspi-key')
    expect(seen[0]!.body).toContain('"amount":5000.10')
    expect(JSON.parse(seen[0]!.body)).toEqual({
      order_id: paymentId,
      amount: 5000.1,
      currency: 'KZT',
      description: 'PRO, a month',
      return_url: returnUrl,
    })
  })

  test('in tenge only', async () => {
    const { kaspi, seen } = kaspiWith(() => started())
    await expect(kaspi.start(payment({ currency: 'USD' }), returnUrl)).rejects.toThrow('USD')
    expect(seen).toEqual([])
  })

  test.each([
    () => started({ order_id: 'another' }),
    () => started({ payment_url: 'javascript:alert(1)' }),
    () => new Response('<html>'),
    () => Response.json({ error: 'no' }, { status: 400 }),
    () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } }),
    () => Promise.reject(new Error('no route')),
  ])('an answer that is not Kaspi’s is Kaspi out of reach', async (answer) => {
    await expect(kaspiWith(answer).kaspi.start(payment(), returnUrl)).rejects.toMatchObject({
      status: 503,
      code: 'provider_unavailable',
    })
  })
})

describe('what Kaspi tells', () => {
  test('is kept byte for byte, and asked about', async () => {
    const host = hostWebhooks()
    const body = kaspiPayload()
    expect(await host.kaspiTells(body)).toEqual({ status: 200, text: '{"received":true}' })
    expect(host.events.stored).toEqual([
      {
        provider: 'kaspi',
        event_id: `sha256:${createHash('sha256').update(body).digest('hex')}`,
        type: 'completed',
        payload: body,
        event: {
          type: 'payment.succeeded',
          payment_id: paymentId,
          provider_reference: 'txn-456',
          amount: 500_000,
          currency: 'KZT',
        },
      },
    ])
  })

  test.each([
    ['pending', 'payment.pending'],
    ['failed', 'payment.failed'],
    ['cancelled', 'payment.cancelled'],
  ])('%s needs no question', async (status, type) => {
    const host = hostWebhooks()
    host.kaspi = () => new Response('', { status: 500 })
    expect((await host.kaspiTells(kaspiPayload({ status, transaction_id: null }))).status).toBe(200)
    expect(host.events.stored).toMatchObject([
      { type: status, event: { type, payment_id: paymentId, amount: 500_000 } },
    ])
  })

  test('a corrected event is another one', async () => {
    const host = hostWebhooks()
    await host.kaspiTells(kaspiPayload({}, '4000'))
    host.kaspi = null
    await host.kaspiTells(kaspiPayload({}, '5000'))
    expect(host.events.stored.map(({ event }) => event.amount)).toEqual([400_000, 500_000])
  })

  test('the id of the transaction is Kaspi’s answer where the webhook has none', async () => {
    const host = hostWebhooks()
    host.kaspi = () => new Response(kaspiPayload())
    await host.kaspiTells(kaspiPayload({ transaction_id: undefined }))
    expect(host.events.stored[0]!.event.provider_reference).toBe('txn-456')
  })

  test('an unknown status and an order that is not ours are for an admin', async () => {
    const host = hostWebhooks()
    expect((await host.kaspiTells(kaspiPayload({ status: 'refunded' }))).status).toBe(200)
    expect((await host.kaspiTells(kaspiPayload({ order_id: 'order-123' }))).status).toBe(200)
    expect(host.events.stored.map(({ event }) => [event.type, event.payment_id, event.problem])).toEqual([
      ['other', paymentId, 'an unknown status: refunded'],
      ['payment.succeeded', undefined, 'an order that is not ours'],
    ])
  })

  test('signed, but not in Kaspi’s shape', async () => {
    const host = hostWebhooks()
    for (const body of ['', 'x', '[]', '{}', 'null', kaspiPayload({ status: 7 }), kaspiPayload({ order_id: '' })]) {
      expect((await host.kaspiTells(body)).status).toBe(400)
    }
    expect(host.events.stored).toEqual([])
  })
})

describe('a payment is looked up', () => {
  const order = {
    payment_id: paymentId,
    order_number: 7_001,
    provider_session: null,
    provider_reference: null,
    amount: 500_000,
    currency: 'KZT',
  }
  const lookUp = (answer: () => Response) => kaspiWith(answer).kaspi.lookUp(order)

  test('under its id, and the same state is the same event', async () => {
    const { kaspi, seen } = kaspiWith(() => new Response(kaspiPayload()))
    const told = await kaspi.lookUp(order)
    expect(told).toMatchObject({
      event_id: `look-up:${paymentId}:completed:500000`,
      payload: kaspiPayload(),
      event: { type: 'payment.succeeded', payment_id: paymentId, amount: 500_000, provider_reference: 'txn-456' },
    })
    expect(await kaspi.lookUp(order)).toEqual(told)
    expect(seen[0]).toMatchObject({ url: `http://kaspi.test/kaspi/payments/${paymentId}`, method: 'GET' })
    expect(seen[0]!.headers.get('authorization')).toBe('Bearer kaspi-key')
  })

  test('pending, or unknown to Kaspi, is nothing to tell', async () => {
    expect(await lookUp(() => new Response(kaspiPayload({ status: 'pending', transaction_id: null })))).toBeNull()
    expect(await lookUp(() => new Response('', { status: 404 }))).toBeNull()
    expect(await lookUp(() => new Response(kaspiPayload({ status: 'cancelled' })))).toMatchObject({
      event: { type: 'payment.cancelled' },
    })
    await expect(lookUp(() => new Response('', { status: 500 }))).rejects.toMatchObject({ status: 503 })
  })
})
