import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type SeenRequest, startFakeSupabase } from './fake-supabase.ts'
import { hostFunctions, projectFunction } from './host-functions.ts'
import {
  formHeaders,
  kaspiHeaders,
  kaspiPayload,
  paid,
  payment,
  paymentId,
  paymentSettings,
  robokassaForm,
  stripeHeaders,
} from './payment-host.ts'

// The functions as they run: real Deno, the real client of Stripe, a database and providers that are servers.

let supabase: Awaited<ReturnType<typeof startFakeSupabase>>
let providers: Awaited<ReturnType<typeof startProviders>>
let hosted: Awaited<ReturnType<typeof hostFunctions>>
let row: object | null = null

const [kaspiSecret] = paymentSettings.KASPI_WEBHOOK_SECRET.split('|') as [string]
const signedIn = { apikey: 'sb_publishable_of_ada', authorization: 'Bearer token-of-ada' }

beforeAll(async () => {
  supabase = await startFakeSupabase()
  providers = await startProviders()
  const names = ['payment-webhooks', 'checkout', 'payouts']
  hosted = await hostFunctions({
    functions: Object.fromEntries(names.map((name) => [name, projectFunction(name)])),
    url: supabase.url,
    env: {
      ...paymentSettings,
      STRIPE_BASE_URL: providers.url,
      KASPI_BASE_URL: `${providers.url}/kaspi`,
      ROBOKASSA_HASH: 'md5',
      APP_URL: 'https://app.example/',
    },
  })
})
beforeEach(() => {
  supabase.seen.splice(0)
  providers.seen.splice(0)
  supabase.answer = answer
  row = null
})
afterAll(async () => {
  await hosted.close()
  await supabase.close()
  await providers.close()
})

function answer({ path }: SeenRequest) {
  if (path.endsWith('/store_payment_event')) return { body: 42 }
  if (path.endsWith('/apply_payment_event')) return { body: 'applied' }
  if (path.endsWith('/start_payment')) return { body: payment() }
  if (path.endsWith('/my_payout_account')) return { body: row === null ? [] : [row] }
  if (path.endsWith('/auth/v1/user')) return { body: { id: 'account-of-ada', aud: 'authenticated' } }
  return { status: 204 }
}

/** Stripe and Kaspi, as far as these tests ask them. */
async function startProviders() {
  const seen: string[] = []
  const answers: Record<string, unknown> = {
    'POST /v1/checkout/sessions': {
      id: 'cs_1',
      object: 'checkout.session',
      status: 'open',
      url: 'https://stripe.example/1',
    },
    'POST /v1/accounts': {
      id: 'acct_1',
      object: 'account',
      country: 'DE',
      charges_enabled: false,
      payouts_enabled: false,
    },
    [`GET /kaspi/payments/${paymentId}`]: JSON.parse(kaspiPayload()),
  }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const asked = `${request.method} ${request.url}`
    seen.push(`${asked} ${body}`)
    response.writeHead(answers[asked] === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answers[asked] ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const tell = async (provider: string, body: string, headers: Record<string, string>) => {
  const response = await hosted.call(`/payment-webhooks/${provider}`, { method: 'POST', body, headers })
  return [response.status, await response.text()]
}

const asked = () => supabase.seen.map(({ path }) => path.replace('/rest/v1/rpc/', ''))

test('Stripe: stored and applied with the secret key, refused without a signature', async () => {
  const body = paid()
  expect(await tell('stripe', body, stripeHeaders(body, 'whsec_second'))).toEqual([200, '{"received":true}'])
  expect(asked()).toEqual(['store_payment_event', 'apply_payment_event'])
  expect(supabase.seen[0]).toMatchObject({
    headers: { apikey: hosted.keys.secretKey },
    body: {
      provider: 'stripe',
      event_id: JSON.parse(body).id,
      type: 'payment_intent.succeeded',
      payload: body,
      event: { type: 'payment.succeeded', payment_id: paymentId, amount: 500_000, currency: 'KZT' },
    },
  })
  expect(supabase.seen[1]!.body).toEqual({ event_id: 42 })
  expect((await tell('stripe', body, stripeHeaders(body, 'whsec_other')))[0]).toBe(401)
  expect(supabase.seen).toHaveLength(2)
})

test('Kaspi: asked before anything is stored', async () => {
  const body = kaspiPayload()
  expect(await tell('kaspi', body, kaspiHeaders(body, kaspiSecret))).toEqual([200, '{"received":true}'])
  expect(providers.seen).toEqual([`GET /kaspi/payments/${paymentId} `])
  expect(asked()).toEqual(['store_payment_event', 'apply_payment_event'])
  expect((await tell('kaspi', body, kaspiHeaders(body, 'x'.repeat(32))))[0]).toBe(401)
})

test('Robokassa: md5 where the shop is set to it', async () => {
  const body = new URLSearchParams(robokassaForm({}, { algorithm: 'md5' })).toString()
  expect(await tell('robokassa', body, formHeaders)).toEqual([200, 'OK7001'])
  const response = await hosted.call(`/payment-webhooks/robokassa?${body}`)
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
    200,
    'text/plain',
    'OK7001',
  ])
})

test('an answer of the database that another try may heal', async () => {
  const body = paid()
  const deadlock = { code: '40P01', message: 'deadlock detected', details: null, hint: null }
  supabase.answer = (request) =>
    request.path.endsWith('/apply_payment_event') ? { status: 500, body: deadlock } : answer(request)
  expect((await tell('stripe', body, stripeHeaders(body, 'whsec_first')))[0]).toBe(200)
  supabase.answer = () => ({ status: 500, body: deadlock })
  expect((await tell('stripe', body, stripeHeaders(body, 'whsec_first')))[0]).toBe(503)
  const limit = { code: 'rate_limit_exceeded', message: 'Too many.', details: null, hint: null }
  supabase.answer = () => ({ status: 429, body: limit })
  expect((await tell('stripe', body, stripeHeaders(body, 'whsec_first')))[0]).toBe(429)
})

test('a checkout begins with the rights of who calls, and is saved with the secret key', async () => {
  const input = { purpose: 'subscription', provider: 'stripe', plan_id: 'pro', period: 'month' }
  const response = await hosted.call('/checkout', { method: 'POST', headers: signedIn, body: JSON.stringify(input) })
  expect([response.status, await response.json()]).toMatchObject([
    200,
    { payment_id: paymentId, url: 'https://stripe.example/1' },
  ])
  expect(asked()).toEqual(['start_payment', 'save_payment_session'])
  expect(supabase.seen).toMatchObject([
    { headers: signedIn, body: input },
    { headers: { apikey: hosted.keys.secretKey }, body: { payment_id: paymentId, provider_session: 'cs_1' } },
  ])
  expect(decodeURIComponent(providers.seen[0]!)).toContain(`success_url=https://app.example/payments/${paymentId}`)
})

test('an account for payouts is made for whose token it is', async () => {
  const input = { action: 'create', country: 'DE' }
  const response = await hosted.call('/payouts', { method: 'POST', headers: signedIn, body: JSON.stringify(input) })
  expect([response.status, await response.json()]).toMatchObject([200, { exists: true, country: 'DE' }])
  expect(asked()).toEqual(['my_payout_account', '/auth/v1/user', 'save_payout_account'])
  expect(supabase.seen).toMatchObject([
    { headers: signedIn },
    { headers: signedIn },
    {
      headers: { apikey: hosted.keys.secretKey },
      body: { account_id: 'account-of-ada', provider_reference: 'acct_1', requirements: [] },
    },
  ])
  expect(decodeURIComponent(providers.seen[0]!)).toContain('metadata[account_id]=account-of-ada')
})
