import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Provider } from '../../edge-functions/_shared/payments/provider.ts'
import { hostWebhooks, payment, paymentId, stripeEvent, stripeIntent, testProviders } from './payment-host.ts'
import { type Asked, fakeStripe, stripeError } from './payment-stripe-fake.ts'

const returnUrl = 'https://app.example/payments/1'

function stripeWith(answer: Parameters<typeof fakeStripe>[0]): { stripe: Provider; seen: Asked[] } {
  const { send, seen } = fakeStripe(answer)
  return { stripe: testProviders({}, send).stripe!, seen }
}

/** What the database is told of an event. */
async function told(type: string, object: object, more: object = {}) {
  const host = hostWebhooks()
  const answer = await host.stripe(JSON.stringify(stripeEvent(type, object, more)))
  expect(answer).toEqual({ status: 200, text: '{"received":true}' })
  return host.events.stored[0]!.event
}

const refund = (changes: object = {}) => ({
  id: 're_1',
  object: 'refund',
  amount: 100_000,
  currency: 'kzt',
  payment_intent: 'pi_1',
  status: 'succeeded',
  metadata: { refund_id: 'r-1', payment_id: paymentId },
  ...changes,
})

const transfer = (changes: object = {}) => ({
  id: 'tr_1',
  object: 'transfer',
  amount: 80_000,
  amount_reversed: 0,
  currency: 'usd',
  destination: 'acct_1',
  reversed: false,
  metadata: { withdrawal_id: 'w-1' },
  ...changes,
})

describe('what Stripe tells', () => {
  test('an event is kept byte for byte, under the id that Stripe gives it', async () => {
    const host = hostWebhooks()
    const event = stripeEvent('payment_intent.succeeded', stripeIntent({ description: 'Ünïcode 🎭' }))
    const body = JSON.stringify(event, null, 2)
    await host.stripe(body)
    expect(host.events.stored).toMatchObject([
      { provider: 'stripe', event_id: event.id, type: 'payment_intent.succeeded', payload: body },
    ])
    expect(host.events.applied).toEqual([1])
  })

  test('money has come with payment_intent.succeeded: as much as was received', async () => {
    expect(await told('payment_intent.succeeded', stripeIntent({ amount_received: 499_999 }))).toEqual({
      type: 'payment.succeeded',
      payment_id: paymentId,
      provider_reference: 'pi_1',
      amount: 499_999,
      currency: 'KZT',
    })
    expect(await told('checkout.session.completed', { id: 'cs_1', payment_status: 'paid' })).toEqual({ type: 'other' })
    expect(await told('charge.succeeded', { id: 'ch_1', metadata: { payment_id: paymentId } })).toEqual({
      type: 'other',
    })
  })

  test('what may be charged again is kept where that was agreed to', async () => {
    const agreed = { setup_future_usage: 'off_session', customer: 'cus_1' }
    expect((await told('payment_intent.succeeded', stripeIntent(agreed))).method).toEqual({
      customer: 'cus_1',
      method: 'pm_1',
    })
    expect((await told('payment_intent.succeeded', stripeIntent({ customer: 'cus_1' }))).method).toBeUndefined()
    expect((await told('payment_intent.canceled', stripeIntent(agreed))).method).toBeUndefined()
  })

  test('what else happens to a payment', async () => {
    const error = { code: 'card_declined', message: 'Your card was declined.' }
    const declined = stripeIntent({ amount_received: 0, last_payment_error: error, status: 'requires_payment_method' })
    expect(await told('payment_intent.payment_failed', declined)).toMatchObject({
      type: 'payment.failed',
      amount: 500_000,
      failure: 'Your card was declined.',
    })
    expect(await told('payment_intent.processing', stripeIntent())).toMatchObject({ type: 'payment.pending' })
    expect(await told('payment_intent.canceled', stripeIntent({ amount_received: 0 }))).toMatchObject({
      type: 'payment.cancelled',
      payment_id: paymentId,
    })
    const session = { id: 'cs_1', metadata: { payment_id: paymentId }, status: 'expired' }
    expect(await told('checkout.session.expired', session)).toMatchObject({
      type: 'payment.cancelled',
      payment_id: paymentId,
    })
  })

  test('payments of something else that uses the same account are of no concern', async () => {
    expect(await told('payment_intent.succeeded', stripeIntent({ metadata: {} }))).toEqual({
      type: 'other',
      provider_reference: 'pi_1',
    })
    expect(await told('checkout.session.expired', { id: 'cs_1', metadata: null })).toEqual({ type: 'other' })
    expect(await told('transfer.created', transfer({ metadata: {} }))).toMatchObject({ type: 'other' })
    expect(await told('v2.something.new', {})).toEqual({ type: 'other' })
  })

  test.each(['refund.created', 'refund.updated', 'refund.failed'])('%s', async (type) => {
    const about = {
      refund_id: 'r-1',
      payment_id: paymentId,
      provider_reference: 're_1',
      amount: 100_000,
      currency: 'KZT',
    }
    expect(await told(type, refund())).toEqual({ type: 'refund.succeeded', ...about })
    expect(await told(type, refund({ status: 'pending' }))).toEqual({ type: 'other', ...about })
    expect(await told(type, refund({ status: 'failed', failure_reason: 'lost_or_stolen_card' }))).toEqual({
      type: 'refund.failed',
      failure: 'lost_or_stolen_card',
      ...about,
    })
    expect(await told(type, refund({ status: 'canceled' }))).toMatchObject({
      type: 'refund.failed',
      failure: 'canceled',
    })
  })

  test('refunds and chargebacks that nobody asked for here are for an admin', async () => {
    expect(await told('refund.created', refund({ metadata: {} }))).toMatchObject({
      type: 'other',
      problem: 'a refund that was not asked for here, of pi_1',
    })
    const dispute = { id: 'dp_1', charge: 'ch_1', payment_intent: 'pi_1', amount: 500_000, currency: 'kzt' }
    expect(await told('charge.dispute.created', dispute)).toMatchObject({
      type: 'other',
      problem: 'a chargeback of pi_1',
      provider_reference: 'pi_1',
    })
  })

  test('transfers', async () => {
    const about = { withdrawal_id: 'w-1', provider_reference: 'tr_1', amount: 80_000, currency: 'USD' }
    expect(await told('transfer.created', transfer())).toEqual({ type: 'payout.paid', ...about })
    expect(await told('transfer.reversed', transfer({ reversed: true, amount_reversed: 80_000 }))).toMatchObject({
      type: 'payout.failed',
      ...about,
    })
    expect(await told('transfer.reversed', transfer({ amount_reversed: 1 }))).toMatchObject({
      type: 'other',
      problem: expect.stringContaining('in part'),
    })
  })

  test('connected accounts', async () => {
    const account = {
      id: 'acct_1',
      charges_enabled: false,
      payouts_enabled: true,
      requirements: { currently_due: ['external_account', 'individual.id_number'], past_due: ['external_account'] },
    }
    expect(await told('account.updated', account, { account: 'acct_1' })).toEqual({
      type: 'account.updated',
      provider_reference: 'acct_1',
      account: {
        charges_enabled: false,
        payouts_enabled: true,
        requirements: ['external_account', 'individual.id_number'],
      },
    })
  })

  test('signed, but no event of Stripe', async () => {
    const host = hostWebhooks()
    for (const body of ['', '[]', '{}', 'null', JSON.stringify(stripeEvent('x', {}, { data: null }))]) {
      const { status } = await host.stripe(body)
      expect([400, 401]).toContain(status)
    }
    expect(host.events.stored).toEqual([])
  })
})

describe('a payment begins', () => {
  const session = (changes: object = {}) => ({
    id: 'cs_test_1',
    object: 'checkout.session',
    status: 'open',
    url: 'https://checkout.stripe.com/c/pay/cs_test_1',
    ...changes,
  })

  test('with a page of Stripe, at the price of the database', async () => {
    const { stripe, seen } = stripeWith(() => ({ body: session() }))
    expect(await stripe.start(payment(), returnUrl)).toEqual({
      url: 'https://checkout.stripe.com/c/pay/cs_test_1',
      client_secret: null,
      provider_session: 'cs_test_1',
    })
    expect(seen).toMatchObject([{ method: 'POST', path: '/v1/checkout/sessions', key: `payment/${paymentId}` }])
    expect(seen[0]!.headers.get('authorization')).toBe('Bearer sk_test_123')
    expect(seen[0]!.params).toEqual({
      mode: 'payment',
      client_reference_id: paymentId,
      'line_items[0][quantity]': '1',
      'line_items[0][price_data][currency]': 'kzt',
      'line_items[0][price_data][unit_amount]': '500000',
      'line_items[0][price_data][product_data][name]': 'PRO, a month',
      'metadata[payment_id]': paymentId,
      'payment_intent_data[description]': 'PRO, a month',
      'payment_intent_data[metadata][payment_id]': paymentId,
      success_url: returnUrl,
      cancel_url: returnUrl,
    })
  })

  test('and keeps the card where it is to renew by itself', async () => {
    const { stripe, seen } = stripeWith(() => ({ body: session() }))
    await stripe.start(payment({ auto_renew: true }), returnUrl)
    expect(seen[0]!.params).toMatchObject({
      'payment_intent_data[setup_future_usage]': 'off_session',
      customer_creation: 'always',
    })
  })

  test('an escrow is paid in the app', async () => {
    const { stripe, seen } = stripeWith(() => ({ body: stripeIntent({ status: 'requires_payment_method' }) }))
    const started = await stripe.start(payment({ purpose: 'escrow', currency: 'USD' }), returnUrl)
    expect(started).toEqual({ url: null, client_secret: 'pi_1_secret_1', provider_session: 'pi_1' })
    expect(seen).toMatchObject([{ path: '/v1/payment_intents', key: `payment/${paymentId}` }])
    expect(seen[0]!.params).toEqual({
      amount: '500000',
      currency: 'usd',
      description: 'PRO, a month',
      'metadata[payment_id]': paymentId,
      'automatic_payment_methods[enabled]': 'true',
    })
  })

  test('what was begun is found, not made again', async () => {
    const { stripe, seen } = stripeWith(({ path }) => ({
      body: path.includes('sessions') ? session() : stripeIntent({ status: 'requires_action' }),
    }))
    expect((await stripe.start(payment({ provider_session: 'cs_test_1' }), returnUrl)).url).toMatch(/^https:/)
    const found = await stripe.start(payment({ purpose: 'escrow', provider_session: 'pi_1' }), returnUrl)
    expect(found.client_secret).toBe('pi_1_secret_1')
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/checkout/sessions/cs_test_1',
      'GET /v1/payment_intents/pi_1',
    ])
  })

  test.each([
    ['cs_test_1', session({ status: 'expired', url: null })],
    ['cs_test_1', session({ status: 'complete', url: null })],
    ['pi_1', stripeIntent()],
    ['pi_1', stripeIntent({ status: 'processing' })],
    ['pi_1', stripeIntent({ status: 'canceled' })],
  ])('one that is over is a conflict (%s)', async (provider_session, body) => {
    const { stripe } = stripeWith(() => ({ body }))
    await expect(stripe.start(payment({ provider_session }), returnUrl)).rejects.toMatchObject({
      status: 409,
      code: 'conflict',
    })
  })

  test('what Stripe refuses is told by the field; everything else is Stripe out of reach', async () => {
    for (const [answer, expected] of [
      [stripeError(400, { code: 'amount_too_small' }), { status: 400, details: { fields: { provider: 'range' } } }],
      [stripeError(401, {}), { status: 503, code: 'provider_unavailable' }],
      [stripeError(400, { param: 'success_url' }), { status: 503, code: 'provider_unavailable' }],
      [stripeError(429, { code: 'rate_limit' }), { status: 503, code: 'provider_unavailable' }],
      [stripeError(500, { type: 'api_error' }), { status: 503, code: 'provider_unavailable' }],
    ] as const) {
      const { stripe } = stripeWith(() => answer)
      await expect(stripe.start(payment(), returnUrl)).rejects.toMatchObject(expected)
    }
  })

  test('in a currency that Stripe counts otherwise nothing is begun', async () => {
    const { stripe, seen } = stripeWith(() => ({ body: session() }))
    expect(() => stripe.start(payment({ currency: 'JPY', minor_units: 2 }), returnUrl)).toThrow('JPY')
    expect(seen).toEqual([])
  })
})

describe('a payment is looked up', () => {
  const wanted = {
    payment_id: paymentId,
    order_number: 7_001,
    provider_session: 'cs_1' as string | null,
    provider_reference: null as string | null,
    amount: 500_000,
    currency: 'KZT',
  }
  const lookUp = (body: object, changes: Partial<typeof wanted> = {}) => {
    const { stripe, seen } = stripeWith(() => ({ body }))
    return stripe.lookUp({ ...wanted, ...changes }).then((event) => ({ event, seen }))
  }

  test('by its page, with what was paid there', async () => {
    const session = {
      id: 'cs_1',
      status: 'complete',
      metadata: { payment_id: paymentId },
      payment_intent: stripeIntent(),
    }
    const { event, seen } = await lookUp(session)
    expect(event).toMatchObject({
      event_id: 'look-up:pi_1:succeeded',
      event: { type: 'payment.succeeded', payment_id: paymentId, provider_reference: 'pi_1', amount: 500_000 },
    })
    expect(JSON.parse(event!.payload)).toMatchObject({ id: 'pi_1' })
    expect(seen[0]!.params).toEqual({ 'expand[0]': 'payment_intent' })
  })

  test('a page that nobody has used ends; until then there is nothing to tell', async () => {
    const session = { id: 'cs_1', metadata: { payment_id: paymentId } }
    const declined = stripeIntent({ status: 'requires_payment_method', last_payment_error: { message: 'declined' } })
    for (const payment_intent of [null, declined]) {
      expect((await lookUp({ ...session, status: 'open', payment_intent })).event).toBeNull()
      expect((await lookUp({ ...session, status: 'expired', payment_intent })).event).toMatchObject({
        event_id: 'look-up:cs_1:expired',
        event: { type: 'payment.cancelled', payment_id: paymentId },
      })
    }
  })

  test('without a page', async () => {
    const escrow = { provider_session: 'pi_1' }
    expect((await lookUp(stripeIntent(), escrow)).event?.event.type).toBe('payment.succeeded')
    expect((await lookUp(stripeIntent({ status: 'canceled' }), escrow)).event?.event.type).toBe('payment.cancelled')
    expect((await lookUp(stripeIntent({ status: 'processing' }), escrow)).event).toBeNull()
    const renewal = { provider_session: null, provider_reference: 'pi_1' }
    expect((await lookUp(stripeIntent(), renewal)).event?.event.type).toBe('payment.succeeded')
    const never = await lookUp(stripeIntent(), { provider_session: null })
    expect([never.event, never.seen]).toEqual([null, []])
  })

  test('Stripe out of reach is an error, so that it is asked again', async () => {
    const { stripe } = stripeWith(() => stripeError(500, { type: 'api_error' }))
    await expect(stripe.lookUp({ ...wanted, payment_id: randomUUID() })).rejects.toThrow('Stripe says no')
  })
})
