import Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ProvidersHarness, readyAccount, startHarness, startSession, stripeClient } from './providers-harness.ts'

let harness: ProvidersHarness
let client: Stripe

beforeAll(async () => {
  harness = await startHarness()
  client = harness.client
})

beforeEach(async () => {
  await harness.deliveries.settled()
  harness.clear()
  harness.received.splice(0)
  harness.answer.with = undefined
})

afterAll(() => harness.close())

const eventOf = ({ body, headers }: ProvidersHarness['received'][number], secret = 'whsec_own') =>
  client.webhooks.constructEvent(body, headers['stripe-signature']!, secret)
const types = () => harness.received.map(({ body }) => JSON.parse(body).type)
const objectOf = (type: string) =>
  harness.received.map(({ body }) => JSON.parse(body)).find((event) => event.type === type)?.data.object

/** What the call rejects with. */
async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call
  } catch (error) {
    return error as Stripe.errors.StripeError
  }
  throw new Error('It was not refused.')
}

async function paidIntent(): Promise<string> {
  const session = await startSession(client)
  await harness.pay(session.url!)
  return (await client.checkout.sessions.retrieve(session.id)).payment_intent as string
}

test('a session is paid at its url, and two signed events tell of it', async () => {
  const session = await startSession(client)
  expect(session).toMatchObject({
    status: 'open',
    payment_status: 'unpaid',
    amount_total: 500_000,
    payment_intent: null,
  })
  expect(session.id).toMatch(/^cs_test_/)
  await harness.pay(session.url!)

  const paid = await client.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge'] })
  expect(paid).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    metadata: { payment_id: 'payment-1' },
    payment_intent: {
      object: 'payment_intent',
      status: 'succeeded',
      amount_received: 500_000,
      currency: 'kzt',
      metadata: { payment_id: 'payment-1' },
      latest_charge: { object: 'charge', paid: true },
    },
  })
  const events = harness.received.map((one) => eventOf(one))
  expect(events).toMatchObject([
    { object: 'event', type: 'payment_intent.succeeded', livemode: false, api_version: Stripe.API_VERSION },
    { type: 'checkout.session.completed', data: { object: { id: session.id, client_reference_id: 'payment-1' } } },
  ])
  expect(() => eventOf(harness.received[0]!, 'whsec_other')).toThrow('signature')
  await expect(harness.pay(session.url!)).rejects.toThrow('complete')
})

test('a declined session stays open and can be paid', async () => {
  const session = await startSession(client)
  expect(await harness.decline(session.url!)).toMatchObject({ state: 'declined' })
  expect(objectOf('payment_intent.payment_failed')).toMatchObject({
    status: 'requires_payment_method',
    metadata: { payment_id: 'payment-1' },
    last_payment_error: { code: 'card_declined', decline_code: 'generic_decline' },
  })
  expect((await client.checkout.sessions.retrieve(session.id)).status).toBe('open')
  await harness.pay(session.url!)
  expect(types()).toEqual(['payment_intent.payment_failed', 'payment_intent.succeeded', 'checkout.session.completed'])
  expect(harness.stripe.objects('payment_intent')).toHaveLength(1)
})

test('a session expires by call or by hand, and takes its intent with it', async () => {
  const session = await startSession(client)
  await harness.decline(session.url!)
  expect(await client.checkout.sessions.expire(session.id)).toMatchObject({ status: 'expired', url: null })
  await harness.expire((await startSession(client)).url!)
  await harness.deliveries.settled()
  expect(types()).toEqual([
    'payment_intent.payment_failed',
    'payment_intent.canceled',
    'checkout.session.expired',
    'checkout.session.expired',
  ])
  expect(await refusal(client.checkout.sessions.expire(session.id))).toMatchObject({ statusCode: 400 })
})

test('a saved card is charged without the payer, or declined when it was given for one time', async () => {
  const renewal = async (laterCharges: 'succeed' | 'decline') => {
    const session = await startSession(client, {
      customer_creation: 'always',
      payment_intent_data: { setup_future_usage: 'off_session' },
    })
    await harness.pay(session.url!, { laterCharges })
    const { customer, payment_method } = objectOf('payment_intent.succeeded')
    return client.paymentIntents.create({
      amount: 500_000,
      currency: 'kzt',
      customer,
      payment_method,
      off_session: true,
      confirm: true,
      metadata: { payment_id: 'payment-2' },
    })
  }
  expect(await renewal('succeed')).toMatchObject({ status: 'succeeded', amount_received: 500_000 })
  await harness.deliveries.settled()
  harness.received.splice(0)

  const declined = await refusal(renewal('decline'))
  expect(declined).toBeInstanceOf(Stripe.errors.StripeCardError)
  expect(declined).toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'generic_decline' })
  expect(declined.payment_intent).toMatchObject({ status: 'requires_payment_method' })
  await harness.deliveries.settled()
  expect(objectOf('payment_intent.payment_failed')).toMatchObject({ metadata: { payment_id: 'payment-2' } })
})

test('a card that was not saved cannot be charged later', async () => {
  await paidIntent()
  const { payment_method } = objectOf('payment_intent.succeeded')
  const { id: customer } = await client.customers.create({ email: 'ada@example.com' })
  const later = { amount: 100, currency: 'kzt', customer, payment_method, off_session: true, confirm: true }
  expect(await refusal(client.paymentIntents.create(later))).toMatchObject({ code: 'resource_missing' })
})

test("an intent is paid by its client secret, with Stripe's test cards, or cancelled", async () => {
  const wanted = { amount: 700, currency: 'kzt', automatic_payment_methods: { enabled: true } }
  const intent = await client.paymentIntents.create({ ...wanted, metadata: { payment_id: 'payment-3' } })
  expect(intent).toMatchObject({
    status: 'requires_payment_method',
    client_secret: expect.stringContaining('_secret_'),
  })
  await harness.pay(intent.client_secret!)
  expect((await client.paymentIntents.retrieve(intent.id)).status).toBe('succeeded')

  const { id } = await client.paymentIntents.create(wanted)
  const return_url = 'http://127.0.0.1:3000'
  const poor = { payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds', return_url }
  expect(await refusal(client.paymentIntents.confirm(id, poor))).toMatchObject({ decline_code: 'insufficient_funds' })
  expect(await client.paymentIntents.cancel(id)).toMatchObject({ status: 'canceled' })
  expect(
    await refusal(client.paymentIntents.confirm(id, { payment_method: 'pm_card_visa', return_url })),
  ).toMatchObject({
    code: 'payment_intent_unexpected_state',
  })
})

test('a payment is given back in parts, never more than it was', async () => {
  const payment_intent = await paidIntent()
  const refund = await client.refunds.create({ payment_intent, amount: 200_000, metadata: { refund_id: 'refund-1' } })
  expect(refund).toMatchObject({ status: 'succeeded', amount: 200_000, payment_intent })
  const tooMuch = await refusal(client.refunds.create({ payment_intent, amount: 300_001 }))
  expect(tooMuch.statusCode).toBe(400)
  await client.refunds.create({ payment_intent })
  expect(await refusal(client.refunds.create({ payment_intent }))).toMatchObject({ code: 'charge_already_refunded' })
  const { data } = await client.refunds.list({ payment_intent })
  expect(data.map(({ amount }) => amount)).toEqual([300_000, 200_000])
  expect(objectOf('refund.created')).toMatchObject({ metadata: { refund_id: 'refund-1' }, status: 'succeeded' })
})

test('a refund can be pending and fail later', async () => {
  harness.stripe.settings.refunds = 'pending'
  const payment_intent = await paidIntent()
  const { id, status } = await client.refunds.create({ payment_intent })
  expect(status).toBe('pending')
  harness.stripe.settleRefund(id, 'failed')
  await harness.deliveries.settled()
  expect(types().slice(2)).toEqual(['refund.created', 'refund.updated', 'refund.failed'])
  expect(await client.refunds.retrieve(id)).toMatchObject({ status: 'failed', failure_reason: expect.any(String) })
  harness.stripe.settings.refunds = 'succeeded'
  expect((await client.refunds.create({ payment_intent })).amount).toBe(500_000)
})

test('an account is onboarded at its link, and then it can be paid', async () => {
  const account = await client.accounts.create({
    type: 'express',
    country: 'US',
    capabilities: { transfers: { requested: true } },
    metadata: { account_id: 'account-1' },
  })
  expect(account).toMatchObject({ payouts_enabled: false, requirements: { currently_due: expect.any(Array) } })
  const transfer = { amount: 100, currency: 'usd', destination: account.id, transfer_group: 'withdrawal-1' }
  expect(await refusal(client.transfers.create(transfer))).toMatchObject({
    code: 'insufficient_capabilities_for_transfer',
  })

  const link = await client.accountLinks.create({
    account: account.id,
    type: 'account_onboarding',
    refresh_url: 'http://127.0.0.1:3000/again',
    return_url: 'http://127.0.0.1:3000/payouts',
  })
  expect(await (await fetch(link.url)).text()).toContain('Give all of it')
  expect((await fetch(link.url, { redirect: 'manual' })).headers.get('location')).toBe('http://127.0.0.1:3000/again')
  expect((await fetch(link.url, { method: 'POST' })).status).toBe(200)
  await harness.deliveries.settled()
  expect(eventOf(harness.received[0]!, 'whsec_connected')).toMatchObject({
    type: 'account.updated',
    account: account.id,
    data: { object: { payouts_enabled: true, metadata: { account_id: 'account-1' } } },
  })
  expect(await client.transfers.create(transfer)).toMatchObject({ object: 'transfer', destination: account.id })
})

test('transfers are listed by their group, reversed, and refused without money', async () => {
  const destination = await readyAccount(harness)
  const transfer = { amount: 100, currency: 'kzt', destination, transfer_group: 'withdrawal-1' }
  const { id } = await client.transfers.create({ ...transfer, metadata: { withdrawal_id: 'withdrawal-1' } })
  expect((await client.transfers.list({ transfer_group: 'withdrawal-1' })).data).toMatchObject([{ id }])
  expect((await client.transfers.list({ transfer_group: 'withdrawal-2' })).data).toEqual([])
  harness.stripe.reverseTransfer(id)
  await harness.deliveries.settled()
  expect(objectOf('transfer.reversed')).toMatchObject({
    id,
    reversed: true,
    metadata: { withdrawal_id: 'withdrawal-1' },
  })

  harness.stripe.setBalance('kzt', 99)
  expect((await client.balance.retrieve()).available).toMatchObject([{ amount: 99, currency: 'kzt' }])
  expect(await refusal(client.transfers.create(transfer))).toMatchObject({ code: 'balance_insufficient' })
  await paidIntent()
  expect((await client.transfers.create(transfer)).amount).toBe(100)
})

test('a bank takes a payment back', async () => {
  const payment_intent = await paidIntent()
  const id = harness.stripe.dispute(payment_intent)
  await harness.deliveries.settled()
  expect(objectOf('charge.dispute.created')).toMatchObject({ id, object: 'dispute', payment_intent, amount: 500_000 })
})

test('a key makes one thing, belongs to one request, and is kept for 24 hours', async () => {
  const payment_intent = await paidIntent()
  const once = { idempotencyKey: 'refund/1' }
  const first = await client.refunds.create({ payment_intent, amount: 100 }, once)
  const second = await client.refunds.create({ payment_intent, amount: 100 }, once)
  expect(second.id).toBe(first.id)
  expect(second.lastResponse.headers).toMatchObject({ 'idempotent-replayed': 'true', 'idempotency-key': 'refund/1' })
  const other = await refusal(client.refunds.create({ payment_intent, amount: 200 }, once))
  expect(other).toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
  expect(other.statusCode).toBe(400)
  harness.stripe.forgetIdempotencyKeys()
  expect((await client.refunds.create({ payment_intent, amount: 100 }, once)).id).not.toBe(first.id)
})

test('a key keeps the error of what was begun, and not of what was malformed', async () => {
  const destination = await readyAccount(harness)
  harness.stripe.setBalance('kzt', 0)
  const once = { idempotencyKey: 'withdrawal/1' }
  const wanted = { currency: 'kzt', destination }
  expect(await refusal(client.transfers.create({ ...wanted, amount: 0 }, once))).toMatchObject({ statusCode: 400 })
  const poor = () => refusal(client.transfers.create({ ...wanted, amount: 100 }, once))
  expect(await poor()).toMatchObject({ code: 'balance_insufficient' })
  harness.stripe.setBalance('kzt', 1000)
  expect(await poor()).toMatchObject({ code: 'balance_insufficient' })
  expect((await client.transfers.create({ ...wanted, amount: 100 }, { idempotencyKey: 'withdrawal/1/2' })).amount).toBe(
    100,
  )
})

test('a second request with a key whose first is under way is told so', async () => {
  harness.addFault({ provider: 'stripe', delayMs: 200 })
  const once = { idempotencyKey: 'slow' }
  const both = await Promise.allSettled([client.customers.create({}, once), client.customers.create({}, once)])
  const refused = both.filter((one) => one.status === 'rejected').map(({ reason }) => reason)
  expect(refused).toMatchObject([{ statusCode: 409, code: 'idempotency_key_in_use' }])
  expect(harness.stripe.objects('customer')).toHaveLength(1)
})

test('a lost answer leaves what was done, and the key finds it again', async () => {
  const once = { idempotencyKey: 'lost' }
  harness.addFault({ path: '/v1/customers', status: 500, afterDoing: true })
  expect(await refusal(client.customers.create({}, once))).toMatchObject({ statusCode: 500, type: 'StripeAPIError' })
  const [made] = harness.stripe.objects('customer')
  expect((await client.customers.create({}, once)).id).toBe(made!.id)

  // The client tries once more by itself when a connection ends.
  harness.addFault({ path: '/v1/customers', afterDoing: true, times: 2 })
  expect(await refusal(client.customers.create({}))).toBeInstanceOf(Stripe.errors.StripeConnectionError)
  expect(harness.stripe.objects('customer')).toHaveLength(2)
})

test.each([
  ['no amount', { currency: 'kzt' }, 'parameter_missing'],
  ['a fraction', { amount: 10.5, currency: 'kzt' }, 'parameter_invalid_integer'],
  ['nothing', { amount: 0, currency: 'kzt' }, 'parameter_invalid_integer'],
  ['nine digits', { amount: 100_000_000, currency: 'kzt' }, 'amount_too_large'],
  ['an unknown parameter', { amount: 1, currency: 'kzt', price: 1 }, 'parameter_unknown'],
  ['an unknown customer', { amount: 1, currency: 'kzt', customer: 'cus_none' }, 'resource_missing'],
])('refuses an intent with %s as Stripe does', async (_, params, code) => {
  const refused = await refusal(client.paymentIntents.create(params as Stripe.PaymentIntentCreateParams))
  expect(refused).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', code })
  expect(refused.requestId).toMatch(/^req_/)
  expect(harness.stripe.objects()).toEqual([])
})

test('refuses other keys, unknown ids and unknown paths as Stripe does', async () => {
  const live = stripeClient(harness, 'sk_live_stolen')
  expect(await refusal(live.balance.retrieve())).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
  expect((await fetch(`${harness.url}/v1/balance`)).status).toBe(401)
  expect(await refusal(client.paymentIntents.retrieve('pi_none'))).toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
  })
  expect(await refusal(client.products.list())).toMatchObject({ statusCode: 404 })
  expect(await refusal(startSession(client, { mode: 'subscription' }))).toMatchObject({
    message: expect.stringContaining('does not imitate'),
  })
  const held = { amount: 100, currency: 'kzt', capture_method: 'manual' } as const
  expect(await refusal(client.paymentIntents.create(held))).toMatchObject({ param: 'capture_method' })
})

test('answers in the version that was asked for', async () => {
  const { lastResponse } = await client.balance.retrieve({}, { apiVersion: '2025-01-27.acacia' })
  expect(lastResponse.headers['stripe-version']).toBe('2025-01-27.acacia')
})
