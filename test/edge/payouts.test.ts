import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PayoutAccount } from '../../edge-functions/_shared/payments/database.ts'
import { stripeSettings } from '../../edge-functions/_shared/payments/providers.ts'
import { createStripeAccounts } from '../../edge-functions/_shared/payments/stripe-accounts.ts'
import { createHandler, type Dependencies } from '../../edge-functions/payouts/handler.ts'
import { fakeStripe, stripeError } from './payment-stripe-fake.ts'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => vi.restoreAllMocks())

const signedIn = { apikey: 'sb_publishable_1', authorization: 'Bearer token-of-ada' }
const settings = { STRIPE_SECRET_KEY: 'sk_test_123', STRIPE_WEBHOOK_SECRET: 'whsec_1' }

const account = (changes: object = {}) => ({
  id: 'acct_1',
  object: 'account',
  country: 'DE',
  charges_enabled: false,
  payouts_enabled: false,
  requirements: { currently_due: ['external_account'], past_due: [] },
  ...changes,
})

type Answer = Parameters<typeof fakeStripe>[0]

/** The function with a database of one account for payouts at most. */
function hostPayouts(answer: Answer = () => ({ body: account() }), changes: Partial<Dependencies> = {}) {
  const { send, seen } = fakeStripe(answer)
  const database = { row: null as PayoutAccount | null }
  const stripe = stripeSettings(settings as Parameters<typeof stripeSettings>[0], send)
  const handler = createHandler({
    accounts: createStripeAccounts(stripe!),
    appUrl: 'https://app.example',
    whoIs: async () => 'account-of-ada',
    findAccount: async () => database.row,
    async saveAccount(row) {
      database.row = row
    },
    ...changes,
  })
  const call = async (body: unknown, headers: Record<string, string> = signedIn) => {
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await handler(new Request('http://functions/payouts', init))
    return { status: response.status, body: await response.json() }
  }
  return { call, seen, database }
}

const row: PayoutAccount = {
  account_id: 'account-of-ada',
  provider_reference: 'acct_1',
  country: 'DE',
  charges_enabled: false,
  payouts_enabled: false,
  requirements: [],
}

test('an account is made once, for who calls', async () => {
  const { call, seen, database } = hostPayouts()
  const made = {
    exists: true,
    country: 'DE',
    charges_enabled: false,
    payouts_enabled: false,
    requirements: ['external_account'],
  }
  expect(await call({ action: 'create', country: 'DE' })).toEqual({ status: 200, body: made })
  expect(database.row).toEqual({ ...row, requirements: ['external_account'] })
  expect(seen).toMatchObject([{ method: 'POST', path: '/v1/accounts', key: 'account/account-of-ada/DE' }])
  expect(seen[0]!.params).toEqual({
    type: 'express',
    country: 'DE',
    'capabilities[transfers][requested]': 'true',
    'metadata[account_id]': 'account-of-ada',
  })
  expect(await call({ action: 'create', country: 'FR' })).toEqual({ status: 200, body: made })
  expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/accounts', 'GET /v1/accounts/acct_1'])
})

test('its owner tells Stripe who they are at a page of Stripe', async () => {
  const { call, seen, database } = hostPayouts(() => ({
    body: { object: 'account_link', url: 'https://connect.example/setup/1', expires_at: 1_770_000_000 },
  }))
  expect(await call({ action: 'onboarding' })).toMatchObject({ status: 409, body: { code: 'conflict' } })
  expect(seen).toEqual([])
  database.row = row
  expect(await call({ action: 'onboarding' })).toEqual({
    status: 200,
    body: { url: 'https://connect.example/setup/1', expires_at: '2026-02-02T02:40:00.000Z' },
  })
  expect(seen[0]!.params).toEqual({
    account: 'acct_1',
    type: 'account_onboarding',
    return_url: 'https://app.example/payouts',
    refresh_url: 'https://app.example/payouts',
  })
})

test('the status is what Stripe says now, and it is saved', async () => {
  const { call, database } = hostPayouts(() => ({
    body: account({ payouts_enabled: true, charges_enabled: true, requirements: null }),
  }))
  const nothing = { exists: false, country: null, charges_enabled: false, payouts_enabled: false, requirements: [] }
  expect(await call({ action: 'status' })).toEqual({ status: 200, body: nothing })
  database.row = row
  const ready = { exists: true, country: 'DE', charges_enabled: true, payouts_enabled: true, requirements: [] }
  expect(await call({ action: 'status' })).toEqual({ status: 200, body: ready })
  expect(database.row).toEqual({ ...row, charges_enabled: true, payouts_enabled: true })
})

describe('is refused, and nothing is made', () => {
  test.each([
    {},
    { action: 'delete' },
    { action: 'create' },
    { action: 'create', country: 'de' },
    { action: 'create', country: 'Germany' },
    { action: 'create', country: 'DE', account_id: 'another' },
    { action: 'status', provider_reference: 'acct_2' },
  ])('%j', async (input) => {
    const { call, seen, database } = hostPayouts()
    expect(await call(input)).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect([seen, database.row]).toEqual([[], null])
  })

  test('who is not signed in', async () => {
    const { call, seen } = hostPayouts()
    for (const headers of [{}, { apikey: 'k', authorization: 'Bearer k' }] as Record<string, string>[]) {
      expect(await call({ action: 'create', country: 'DE' }, headers)).toMatchObject({ status: 401 })
    }
    expect(seen).toEqual([])
  })

  test('while Stripe is not configured', async () => {
    const { call } = hostPayouts(undefined, { accounts: null })
    for (const input of [{ action: 'create', country: 'DE' }, { action: 'onboarding' }, { action: 'status' }]) {
      expect(await call(input)).toMatchObject({ status: 503, body: { code: 'provider_unavailable' } })
    }
  })

  test('a country where Stripe pays nobody out', async () => {
    const { call, database } = hostPayouts(() => stripeError(400, { code: 'country_unsupported', param: 'country' }))
    expect(await call({ action: 'create', country: 'KP' })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', details: { fields: { country: 'known' } } },
    })
    expect(database.row).toBeNull()
  })

  test('while Stripe is out of reach', async () => {
    const { call, database } = hostPayouts(() => stripeError(500, { type: 'api_error', message: 'sk_test_123' }))
    const { status, body } = await call({ action: 'create', country: 'DE' })
    expect([status, body.code, JSON.stringify(body).includes('sk_test')]).toEqual([503, 'provider_unavailable', false])
    expect(database.row).toBeNull()
  })
})
