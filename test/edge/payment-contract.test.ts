import { randomUUID } from 'node:crypto'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readEnv } from '../../edge-functions/_shared/env.ts'
import type { Payment, Provider } from '../../edge-functions/_shared/payments/provider.ts'
import { createProviders, paymentEnv, stripeSettings } from '../../edge-functions/_shared/payments/providers.ts'
import { createStripeAccounts } from '../../edge-functions/_shared/payments/stripe-accounts.ts'
import { connectStripe } from '../../edge-functions/_shared/payments/stripe-client.ts'
import { type Providers, startProviders } from '../../local-stack/src/providers/index.ts'
import { payment } from './payment-host.ts'

// What the functions ask of Stripe and Robokassa, held to the same answers whether the doubles give them or the real ones: with
// STRIPE_SECRET_KEY=sk_test_… in the environment it is Stripe itself that is asked, and Robokassa with ROBOKASSA_LOGIN and
// both passwords. No webhook is needed for it.

const given = (names: string[]) => names.every((name) => (process.env[name] ?? '') !== '')
const isRealStripe = given(['STRIPE_SECRET_KEY'])
const isRealRobokassa = given(['ROBOKASSA_LOGIN', 'ROBOKASSA_PASSWORD_1', 'ROBOKASSA_PASSWORD_2'])

let doubles: Providers
let settings: ReturnType<typeof readSettings>
let client: Stripe

function readSettings() {
  const real = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => (isRealStripe && name.startsWith('STRIPE_')) || (isRealRobokassa && name.startsWith('ROBOKASSA_')),
    ),
  )
  const double = Object.fromEntries(
    Object.entries(doubles.environment).filter(
      ([name]) => !(isRealStripe && name.startsWith('STRIPE_')) && !(isRealRobokassa && name.startsWith('ROBOKASSA_')),
    ),
  )
  const secret = isRealStripe ? { STRIPE_WEBHOOK_SECRET: 'whsec_unused' } : {}
  return readEnv(z.object(paymentEnv), { ...secret, ...double, ...real })
}

beforeAll(async () => {
  doubles = await startProviders({
    port: 0,
    webhooks: 'http://127.0.0.1:1',
    back: returnUrl,
    retryPausesMs: [],
    settings: {
      STRIPE_WEBHOOK_SECRET: 'whsec_own',
      KASPI_WEBHOOK_SECRET: 'k'.repeat(32),
      ROBOKASSA_PASSWORD_2: 'second',
    },
    log: () => undefined,
  })
  settings = readSettings()
  client = connectStripe(stripeSettings(settings)!)
})
afterAll(() => doubles.close())

const returnUrl = 'http://127.0.0.1:3000/payments/1'
const stripe = () => createProviders(settings).stripe as Required<Provider>
const begin = (changes: Partial<Payment> = {}) => payment({ payment_id: randomUUID(), currency: 'USD', ...changes })
const asLookUp = (row: Payment, provider_session: string | null) => ({
  payment_id: row.payment_id,
  order_number: row.order_number,
  amount: row.amount,
  currency: row.currency,
  provider_session,
  provider_reference: null,
})

describe(isRealStripe ? 'Stripe itself' : 'Stripe’s double', () => {
  test('a plan: a page to pay on, the same one again, nothing to tell until it is paid', async () => {
    const row = begin({ auto_renew: true })
    const { url, provider_session } = await stripe().start(row, returnUrl)
    expect(url).toMatch(/^https?:/)
    expect(provider_session).toMatch(/^cs_test_/)
    expect((await stripe().start({ ...row, provider_session }, returnUrl)).url).toBe(url)
    expect(await stripe().lookUp(asLookUp(row, provider_session))).toBeNull()
  })

  test('an escrow: paid in the app, looked up, refunded in parts', async () => {
    const row = begin({ purpose: 'escrow', amount: 12_345 })
    const { client_secret, provider_session } = await stripe().start(row, returnUrl)
    expect(client_secret).toContain(`${provider_session}_secret_`)
    await client.paymentIntents.confirm(provider_session!, { payment_method: 'pm_card_visa', return_url: returnUrl })
    const found = await stripe().lookUp(asLookUp(row, provider_session))
    expect(found?.event).toMatchObject({
      type: 'payment.succeeded',
      payment_id: row.payment_id,
      provider_reference: provider_session,
      amount: 12_345,
      currency: 'USD',
    })
    const refund = (amount: number, attempts = 1, refund_id = randomUUID()) => ({
      refund_id,
      payment_id: row.payment_id,
      order_number: row.order_number,
      provider_reference: provider_session!,
      amount,
      currency: 'USD',
      attempts,
      failures: 0,
    })
    const first = refund(2_345)
    const told = await stripe().refund(first)
    expect(told?.event).toMatchObject({ type: 'refund.succeeded', refund_id: first.refund_id, amount: 2_345 })
    expect((await stripe().refund({ ...first, attempts: 2 }))?.event).toEqual(told?.event)
    const tooMuch = await stripe().refund(refund(10_001))
    expect(tooMuch?.event).toMatchObject({ type: 'refund.failed', failure: expect.any(String) })
  })

  test('a decline leaves it to be paid with another card', async () => {
    const row = begin({ purpose: 'escrow' })
    const { provider_session } = await stripe().start(row, returnUrl)
    const pay = (payment_method: string) =>
      client.paymentIntents.confirm(provider_session!, { payment_method, return_url: returnUrl })
    await expect(pay('pm_card_visa_chargeDeclined')).rejects.toMatchObject({ code: 'card_declined' })
    await pay('pm_card_visa')
    expect((await stripe().lookUp(asLookUp(row, provider_session)))?.event.type).toBe('payment.succeeded')
  })

  test('a renewal: charged while nobody is there, once; a card that is declined', async () => {
    const charge = async (card: string) => {
      const customer = await client.customers.create({})
      const method = await client.paymentMethods.attach(card, { customer: customer.id })
      return { ...begin(), customer: customer.id, method: method.id, attempts: 1, failures: 0 }
    }
    const sound = await charge('pm_card_visa')
    const told = await stripe().charge(sound)
    expect(told?.event).toMatchObject({ type: 'payment.succeeded', payment_id: sound.payment_id, amount: sound.amount })
    expect((await stripe().charge({ ...sound, attempts: 2 }))?.event).toEqual(told?.event)
    const bad = await charge('pm_card_chargeCustomerFail')
    expect((await stripe().charge(bad))?.event).toMatchObject({ type: 'payment.failed', payment_id: bad.payment_id })
  })

  test('payouts: an account, a page for its owner, and no money before it may have any', async () => {
    const accounts = createStripeAccounts(stripeSettings(settings)!)
    const made = await accounts.create(randomUUID(), 'US')
    expect(made).toMatchObject({ country: 'US', payouts_enabled: false })
    expect(made.requirements.length).toBeGreaterThan(0)
    expect((await accounts.createLink(made.provider_reference, returnUrl)).url).toMatch(/^https?:/)
    const payout = { withdrawal_id: randomUUID(), destination: made.provider_reference, amount: 5_000, currency: 'USD' }
    const told = await stripe().payOut({ ...payout, attempts: 1, failures: 0 })
    expect(told?.event).toMatchObject({ type: 'payout.failed', withdrawal_id: payout.withdrawal_id })
  })
})

describe(isRealRobokassa ? 'Robokassa itself' : 'Robokassa’s double', () => {
  test('a page to pay on, and nothing to tell of an order that nobody has opened', async () => {
    const robokassa = createProviders(settings).robokassa!
    const row = begin({
      provider: 'robokassa',
      currency: settings.ROBOKASSA_CURRENCY,
      order_number: 1 + Math.floor(Math.random() * 2_000_000_000),
    })
    const { url } = await robokassa.start(row, returnUrl)
    const page = await fetch(url!)
    expect(page.status).toBe(200)
    const other = { ...row, order_number: row.order_number + 1, payment_id: randomUUID() }
    expect(await robokassa.lookUp(asLookUp(other, null))).toBeNull()
  })
})
