import { createHash, createHmac, randomUUID } from 'node:crypto'
import Stripe from 'stripe'
import { z } from 'zod'
import { readEnv } from '../../edge-functions/_shared/env.ts'
import type { EventStore } from '../../edge-functions/_shared/payments/database.ts'
import type { ProviderEvent } from '../../edge-functions/_shared/payments/event.ts'
import type { Payment } from '../../edge-functions/_shared/payments/provider.ts'
import { createProviders, paymentEnv } from '../../edge-functions/_shared/payments/providers.ts'
import { createHandler } from '../../edge-functions/payment-webhooks/handler.ts'

/** All providers, each secret with an older one beside it, as while it is replaced. */
export const paymentSettings = {
  STRIPE_SECRET_KEY: 'sk_test_123',
  STRIPE_WEBHOOK_SECRET: 'whsec_first|whsec_second',
  STRIPE_BASE_URL: 'http://stripe.test',
  KASPI_WEBHOOK_SECRET: `${'k'.repeat(32)}|${'l'.repeat(40)}`,
  KASPI_API_KEY: 'kaspi-key',
  KASPI_BASE_URL: 'http://kaspi.test/kaspi/',
  ROBOKASSA_LOGIN: 'shop',
  ROBOKASSA_PASSWORD_1: 'password-one',
  ROBOKASSA_PASSWORD_2: 'password-two',
  ROBOKASSA_CURRENCY: 'KZT',
  ROBOKASSA_BASE_URL: 'http://robokassa.test',
}

const [firstKaspi] = paymentSettings.KASPI_WEBHOOK_SECRET.split('|') as [string, string]

type Settings = Record<string, string | undefined>

const nobody: typeof fetch = (url) => Promise.reject(new Error(`Nobody answers at ${url}`))

export function testProviders(changes: Settings = {}, send: typeof fetch = nobody) {
  return createProviders(readEnv(z.object(paymentEnv), { ...paymentSettings, ...changes }), send)
}

export const paymentId = randomUUID()

/** A payment as the database starts it: 5,000 tenge for a plan. */
export function payment(changes: Partial<Payment> = {}): Payment {
  return {
    payment_id: paymentId,
    order_number: 7_001,
    account_id: randomUUID(),
    purpose: 'subscription',
    provider: 'stripe',
    amount: 500_000,
    currency: 'KZT',
    minor_units: 2,
    description: 'PRO, a month',
    auto_renew: false,
    status: 'pending',
    provider_session: null,
    ...changes,
  }
}

/** Keeps events as the database does: each once. */
export function createEvents() {
  const events = {
    stored: [] as (ProviderEvent & { provider: string })[],
    applied: [] as number[],
    storing: async (): Promise<void> => undefined,
    applying: async (): Promise<string | null> => 'applied',
  }
  const store: EventStore = {
    async store(provider, event) {
      await events.storing()
      const known = events.stored.findIndex((one) => one.provider === provider && one.event_id === event.event_id)
      if (known >= 0) return known + 1
      return events.stored.push({ provider, ...event })
    },
    applyNext: async () => false,
    apply(id) {
      events.applied.push(id)
      return events.applying()
    },
  }
  return { ...store, events }
}

/** The function for webhooks with everything behind it in memory. `kaspi` is what Kaspi says when it is asked. */
export function hostWebhooks(changes: Settings = {}) {
  const { events, ...store } = createEvents()
  const host = {
    events,
    /** What Kaspi answers when it is asked for a payment; its last webhook, unless a test says otherwise. */
    kaspi: null as (() => Response | Promise<Response>) | null,
    send: async (path: string, init: RequestInit): Promise<{ status: number; text: string }> => {
      const response = await handler(new Request(`http://functions/payment-webhooks${path}`, init))
      return { status: response.status, text: await response.text() }
    },
    post: (provider: string, body: string, headers: Record<string, string> = {}) =>
      host.send(`/${provider}`, { method: 'POST', body, headers }),
    stripe: (body: string, secret = 'whsec_first', at = new Date()) =>
      host.post('stripe', body, stripeHeaders(body, secret, at)),
    kaspiTells(body: string, secret: string = firstKaspi) {
      host.kaspi ??= () => new Response(body)
      return host.post('kaspi', body, kaspiHeaders(body, secret))
    },
    robokassa: (form: Record<string, string>) =>
      host.post('robokassa', new URLSearchParams(form).toString(), formHeaders),
  }
  const send: typeof fetch = async (url) => {
    if (host.kaspi === null || !String(url).startsWith('http://kaspi.test/kaspi/payments/')) return nobody(url)
    return host.kaspi()
  }
  const handler = createHandler({ providers: testProviders(changes, send), events: store })
  return host
}

export const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' }

export function stripeHeaders(payload: string, secret: string, at = new Date()): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1000)
  return { 'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }) }
}

export function kaspiHeaders(body: string, secret: string): Record<string, string> {
  return { 'x-kaspi-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }
}

/** An event as Stripe writes it. */
export function stripeEvent(type: string, object: object, more: object = {}) {
  return {
    id: `evt_${randomUUID().replaceAll('-', '')}`,
    object: 'event',
    api_version: '2026-01-28',
    created: 1_770_000_000,
    livemode: false,
    pending_webhooks: 1,
    request: { id: 'req_1', idempotency_key: null },
    type,
    data: { object },
    ...more,
  }
}

export function stripeIntent(changes: object = {}) {
  return {
    id: 'pi_1',
    object: 'payment_intent',
    amount: 500_000,
    amount_received: 500_000,
    currency: 'kzt',
    customer: null,
    payment_method: 'pm_1',
    setup_future_usage: null,
    last_payment_error: null,
    client_secret: 'pi_1_secret_1',
    metadata: { payment_id: paymentId },
    status: 'succeeded',
    ...changes,
  }
}

export const paid = (changes: object = {}) =>
  JSON.stringify(stripeEvent('payment_intent.succeeded', stripeIntent(changes)), null, 2)

/** As mwork-api describes it; `amount` is written as it is given. */
export function kaspiPayload(changes: Record<string, unknown> = {}, amount = '5000'): string {
  const payload = {
    order_id: paymentId,
    status: 'completed',
    transaction_id: 'txn-456',
    timestamp: '2026-02-02T10:00:00Z',
    ...changes,
  }
  return `${JSON.stringify(payload).slice(0, -1)},"amount":${amount}}`
}

interface Signing {
  algorithm?: string
  password?: string
}

/** What Robokassa posts to the ResultURL, signed as it signs. */
export function robokassaForm(
  changes: Record<string, string> = {},
  { algorithm = 'sha256', password = paymentSettings.ROBOKASSA_PASSWORD_2 }: Signing = {},
): Record<string, string> {
  const form: Record<string, string> = {
    out_summ: '5000.000000',
    OutSum: '5000.000000',
    inv_id: '7001',
    InvId: '7001',
    Fee: '175.000000',
    EMail: 'ada@example.com',
    PaymentMethod: 'BankCard',
    IncCurrLabel: 'BankCardPSR',
    Shp_payment: paymentId,
    ...changes,
  }
  const own = Object.keys(form).filter((name) => /^shp_/i.test(name))
  const signed = [form.OutSum, form.InvId, password, ...own.sort().map((name) => `${name}=${form[name]}`)].join(':')
  return { ...form, SignatureValue: createHash(algorithm).update(signed).digest('hex').toUpperCase() }
}
