import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readEnv } from '../../edge-functions/_shared/env.ts'
import type { Provider } from '../../edge-functions/_shared/payments/provider.ts'
import {
  createProviders,
  type Providers as Functions,
  paymentEnv,
  stripeSettings,
} from '../../edge-functions/_shared/payments/providers.ts'
import { createStripeAccounts } from '../../edge-functions/_shared/payments/stripe-accounts.ts'
import { createHandler } from '../../edge-functions/payment-webhooks/handler.ts'
import { type Providers, startProviders } from '../../local-stack/src/providers/index.ts'
import { createEvents, payment } from './payment-host.ts'

// Both sides of every call: what the functions send is taken by the doubles, and what the doubles send by the functions.

const { events, ...store } = createEvents()
let doubles: Providers
let functions: Functions
let server: ReturnType<typeof createServer>
const env = () => readEnv(z.object(paymentEnv), doubles.environment)

beforeAll(async () => {
  let handler: ReturnType<typeof createHandler> | null = null
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { method = 'POST', headers } = request
    const init = { method, headers: headers as Record<string, string>, ...(method === 'POST' ? { body } : {}) }
    const answer = await handler!(new Request(`http://functions${request.url}`, init))
    response.writeHead(answer.status).end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  doubles = await startProviders({
    port: 0,
    webhooks: `http://127.0.0.1:${(server.address() as AddressInfo).port}/payment-webhooks`,
    back: 'http://127.0.0.1:3000/payments',
    retryPausesMs: [10, 20],
    settings: {
      STRIPE_WEBHOOK_SECRET: 'whsec_own|whsec_connected',
      KASPI_WEBHOOK_SECRET: 'k'.repeat(32),
      ROBOKASSA_PASSWORD_2: 'second',
    },
    log: () => undefined,
  })
  functions = createProviders(env())
  handler = createHandler({ providers: functions, events: store })
})
beforeEach(async () => {
  await doubles.deliveries.settled()
  doubles.clear()
  events.stored.length = 0
})
afterAll(async () => {
  await doubles.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const returnUrl = 'http://127.0.0.1:3000/payments/1'
let lastNumber = 7_000
const begin = (changes: Parameters<typeof payment>[0] = {}) =>
  payment({ payment_id: randomUUID(), order_number: ++lastNumber, ...changes })
type Begun = ReturnType<typeof begin>
const told = (type: string) => events.stored.map(({ event }) => event).filter((event) => event.type === type)
const asLookUp = (row: Begun, provider_session: string | null = null) => ({
  ...row,
  provider_session,
  provider_reference: null,
})
const succeeded = (row: Begun) => ({
  type: 'payment.succeeded',
  payment_id: row.payment_id,
  amount: row.amount,
  currency: row.currency,
})

describe('Stripe', () => {
  const stripe = () => functions.stripe as Required<Provider>

  test('a plan is paid at its page, looked up, and renewed with the same card', async () => {
    const row = begin({ auto_renew: true })
    const { url, provider_session } = await stripe().start(row, returnUrl)
    expect((await stripe().start({ ...row, provider_session }, returnUrl)).url).toBe(url)
    expect(await stripe().lookUp(asLookUp(row, provider_session))).toBeNull()
    await doubles.pay(url!)
    const [paid] = told('payment.succeeded')
    expect(paid).toMatchObject({
      ...succeeded(row),
      method: { customer: expect.any(String), method: expect.any(String) },
    })
    const lookedUp = await stripe().lookUp(asLookUp(row, provider_session))
    expect(lookedUp?.event).toEqual(paid)

    const renewal = { ...begin(), ...paid!.method!, attempts: 1, failures: 0 }
    const charged = await stripe().charge(renewal)
    expect(charged?.event).toMatchObject(succeeded(renewal))
    doubles.stripe.forgetIdempotencyKeys()
    expect(await stripe().charge({ ...renewal, attempts: 2 })).toEqual(charged)
    await doubles.deliveries.settled()
    expect(told('payment.succeeded').filter((event) => event.payment_id === renewal.payment_id)).toHaveLength(1)
  })

  test('a card that is declined later', async () => {
    const row = begin({ auto_renew: true })
    const { url } = await stripe().start(row, returnUrl)
    await doubles.pay(url!, { laterCharges: 'decline' })
    const renewal = { ...begin(), ...told('payment.succeeded')[0]!.method!, attempts: 1, failures: 0 }
    expect(await stripe().charge(renewal)).toMatchObject({
      event: { type: 'payment.failed', payment_id: renewal.payment_id, failure: expect.any(String) },
    })
  })

  test('an escrow is paid in the app; one that is declined or expires says so', async () => {
    const escrow = begin({ purpose: 'escrow', currency: 'USD' })
    const { client_secret } = await stripe().start(escrow, returnUrl)
    await doubles.decline(client_secret!)
    expect(told('payment.failed')).toMatchObject([{ payment_id: escrow.payment_id, failure: expect.any(String) }])
    await doubles.pay(client_secret!)
    expect(told('payment.succeeded')).toMatchObject([succeeded(escrow)])
    const late = begin()
    const { url, provider_session } = await stripe().start(late, returnUrl)
    await doubles.expire(url!)
    expect(told('payment.cancelled')).toMatchObject([{ payment_id: late.payment_id }])
    expect((await stripe().lookUp(asLookUp(late, provider_session)))?.event.type).toBe('payment.cancelled')
    await expect(stripe().start({ ...late, provider_session }, returnUrl)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('a refund whose answer was lost is the same one a day later', async () => {
    const row = begin()
    await doubles.pay((await stripe().start(row, returnUrl)).url!)
    const { provider_reference } = told('payment.succeeded')[0]!
    const refund = {
      ...row,
      refund_id: randomUUID(),
      provider_reference: provider_reference!,
      amount: 100_000,
      attempts: 1,
      failures: 0,
    }
    doubles.addFault({
      provider: 'stripe',
      path: '/v1/refunds',
      method: 'POST',
      status: 500,
      afterDoing: true,
      times: 2,
    })
    await expect(stripe().refund(refund)).rejects.toThrow()
    doubles.clearFaults()
    doubles.stripe.forgetIdempotencyKeys()
    expect((await stripe().refund({ ...refund, attempts: 2 }))?.event).toMatchObject({
      type: 'refund.succeeded',
      refund_id: refund.refund_id,
      amount: 100_000,
    })
    await doubles.deliveries.settled()
    expect(doubles.stripe.objects('refund')).toHaveLength(1)
    expect(told('refund.succeeded')[0]).toMatchObject({ refund_id: refund.refund_id, payment_id: row.payment_id })
    const tooMuch = { ...refund, refund_id: randomUUID(), amount: 500_000 }
    expect((await stripe().refund(tooMuch))?.event).toMatchObject({
      type: 'refund.failed',
      refund_id: tooMuch.refund_id,
    })
    doubles.stripe.dispute(provider_reference!)
    await doubles.deliveries.settled()
    expect(told('other')).toContainEqual(expect.objectContaining({ problem: `a chargeback of ${provider_reference}` }))
  })

  test('an account is made, known and paid out to, once', async () => {
    const accounts = createStripeAccounts(stripeSettings(env())!)
    const made = await accounts.create(randomUUID(), 'DE')
    expect(made).toMatchObject({ country: 'DE', payouts_enabled: false })
    expect((await accounts.createLink(made.provider_reference, returnUrl)).url).toMatch(/^http/)
    doubles.stripe.completeAccount(made.provider_reference)
    await doubles.deliveries.settled()
    expect(told('account.updated').at(-1)).toMatchObject({
      provider_reference: made.provider_reference,
      account: { payouts_enabled: true, requirements: [] },
    })
    expect(await accounts.retrieve(made.account_id, made.provider_reference)).toMatchObject({ payouts_enabled: true })

    const destination = made.provider_reference
    const payout = {
      withdrawal_id: randomUUID(),
      destination,
      amount: 8_000,
      currency: 'EUR',
      attempts: 1,
      failures: 0,
    }
    doubles.stripe.setBalance('eur', 0)
    await expect(stripe().payOut(payout)).rejects.toThrow()
    doubles.stripe.setBalance('eur', 100_000)
    // Stripe says the same again under the same key.
    await expect(stripe().payOut({ ...payout, attempts: 2 })).rejects.toThrow()
    const paid = await stripe().payOut({ ...payout, attempts: 2, failures: 1 })
    expect(paid?.event).toMatchObject({ type: 'payout.paid', withdrawal_id: payout.withdrawal_id, amount: 8_000 })
    doubles.stripe.forgetIdempotencyKeys()
    expect(await stripe().payOut({ ...payout, attempts: 3, failures: 1 })).toEqual(paid)
    doubles.stripe.reverseTransfer(paid!.event.provider_reference!)
    await doubles.deliveries.settled()
    expect(told('payout.paid')).toHaveLength(1)
    expect(told('payout.failed')).toMatchObject([{ withdrawal_id: payout.withdrawal_id, amount: 8_000 }])
  })
})

test('Kaspi: paid, asked before it counts, looked up', async () => {
  const kaspi = functions.kaspi!
  const row = begin({ provider: 'kaspi', amount: 500_010 })
  const { url } = await kaspi.start(row, returnUrl)
  expect(await kaspi.start(row, returnUrl)).toMatchObject({ url })
  expect(await kaspi.lookUp(asLookUp(row))).toBeNull()
  await doubles.pay(url!)
  const [paid] = told('payment.succeeded')
  expect(paid).toMatchObject({ ...succeeded(row), provider_reference: expect.any(String) })
  expect((await kaspi.lookUp(asLookUp(row)))?.event).toEqual(paid)
  const declined = begin({ provider: 'kaspi' })
  await doubles.decline((await kaspi.start(declined, returnUrl)).url!)
  expect(told('payment.failed')).toMatchObject([{ payment_id: declined.payment_id }])
})

test('Robokassa: paid with a receipt, looked up, and repeated', async () => {
  const robokassa = functions.robokassa as Required<Provider>
  const row = begin({ provider: 'robokassa', auto_renew: true, description: 'PRO: месяц' })
  expect(await robokassa.lookUp(asLookUp(row))).toBeNull()
  await doubles.pay((await robokassa.start(row, returnUrl)).url!)
  const [paid] = told('payment.succeeded')
  expect(paid).toMatchObject({ ...succeeded(row), order_number: row.order_number })
  expect((await robokassa.lookUp(asLookUp(row)))?.event).toEqual(paid)

  const renewal = { ...begin(), ...paid!.method!, attempts: 1, failures: 0 }
  expect(await robokassa.charge(renewal)).toBeNull()
  await doubles.deliveries.settled()
  expect(told('payment.succeeded').at(-1)).toMatchObject(succeeded(renewal))
  expect((await robokassa.charge({ ...renewal, attempts: 2 }))?.event).toMatchObject(succeeded(renewal))
  const orphan = { ...begin(), customer: null, method: '1', attempts: 1, failures: 0 }
  expect((await robokassa.charge(orphan))?.event).toMatchObject({
    type: 'payment.failed',
    payment_id: orphan.payment_id,
  })
})
