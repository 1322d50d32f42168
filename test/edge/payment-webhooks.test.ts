import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FunctionError } from '../../edge-functions/_shared/error.ts'
import { hostWebhooks, kaspiPayload, paid, paymentSettings, robokassaForm, testProviders } from './payment-host.ts'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => vi.restoreAllMocks())

const tells = {
  stripe: (host: ReturnType<typeof hostWebhooks>) => host.stripe(paid()),
  kaspi: (host: ReturnType<typeof hostWebhooks>) => host.kaspiTells(kaspiPayload()),
  robokassa: (host: ReturnType<typeof hostWebhooks>) => host.robokassa(robokassaForm()),
}
const answers = { stripe: '{"received":true}', kaspi: '{"received":true}', robokassa: 'OK7001' }
const names = ['stripe', 'kaspi', 'robokassa'] as const

describe.each(names)('%s', (name) => {
  test('an event is stored, then applied, then answered', async () => {
    const host = hostWebhooks()
    expect(await tells[name](host)).toEqual({ status: 200, text: answers[name] })
    expect(host.events.stored).toMatchObject([{ provider: name }])
    expect(host.events.applied).toEqual([1])
  })

  test('that cannot be applied now is stored and answered; the reason is in the log alone', async () => {
    const host = hostWebhooks()
    host.events.applying = () => Promise.reject(new Error('deadlock detected'))
    expect(await tells[name](host)).toEqual({ status: 200, text: answers[name] })
    expect(host.events.stored).toHaveLength(1)
    expect(String(vi.mocked(console.error).mock.calls)).toContain('deadlock detected')
  })

  test('that cannot be stored is to be told again', async () => {
    const host = hostWebhooks()
    for (const failure of [
      new Error('a secret of the database'),
      new FunctionError(503, 'service_unavailable', 'down'),
      new FunctionError(400, 'validation_failed', 'no'),
    ]) {
      host.events.storing = () => Promise.reject(failure)
      const { status, text } = await tells[name](host)
      expect([status, JSON.parse(text).code]).toEqual([503, 'service_unavailable'])
      expect(text).not.toContain('secret')
    }
    host.events.storing = () => Promise.reject(new FunctionError(429, 'rate_limit_exceeded', 'Too many.'))
    expect((await tells[name](host)).status).toBe(429)
    expect([host.events.stored, host.events.applied]).toEqual([[], []])
  })

  test('that is not configured is refused', async () => {
    const settings = Object.keys(paymentSettings).filter((key) => key.startsWith(name.toUpperCase()))
    const needed = settings.filter((key) => !/CURRENCY|(STRIPE|ROBOKASSA)_BASE_URL/.test(key))
    expect(needed.length).toBeGreaterThan(1)
    for (const missing of needed) {
      const { status, text } = await tells[name](hostWebhooks({ [missing]: undefined }))
      expect([status, JSON.parse(text).code]).toEqual([503, 'provider_unavailable'])
    }
  })

  test('other methods are refused', async () => {
    const host = hostWebhooks()
    for (const method of ['PUT', 'DELETE', 'OPTIONS', ...(name === 'robokassa' ? [] : ['GET', 'HEAD'])]) {
      expect((await host.send(`/${name}`, { method })).status).toBe(405)
    }
  })

  test('a body without end is refused', async () => {
    const host = hostWebhooks()
    const { status, text } = await host.post(name, 'x'.repeat(1024 * 1024 + 1))
    expect([status, JSON.parse(text).code]).toEqual([413, 'payload_too_large'])
    expect(host.events.stored).toEqual([])
  })
})

test.each(['/', '/paypal', '/manual', '/stripe/more', '/Stripe', '/__proto__', '/constructor', '/stripe%2f'])(
  '%s is no provider',
  async (path) => {
    const { status, text } = await hostWebhooks().send(path, { method: 'POST', body: paid() })
    expect([status, JSON.parse(text).code]).toEqual([404, 'not_found'])
  },
)

test('events that mean nothing here are stored and acknowledged', async () => {
  const host = hostWebhooks()
  const body = paid().replace('payment_intent.succeeded', 'invoice.paid')
  expect((await host.stripe(body)).status).toBe(200)
  expect(host.events.stored).toMatchObject([{ type: 'invoice.paid', payload: body, event: { type: 'other' } }])
})

describe('settings', () => {
  test.each([
    ['STRIPE_SECRET_KEY', 'pk_test_123'],
    ['STRIPE_WEBHOOK_SECRET', 'whsec_1|'],
    ['STRIPE_WEBHOOK_SECRET', 'secret'],
    ['STRIPE_BASE_URL', 'stripe'],
    ['KASPI_WEBHOOK_SECRET', 'k'.repeat(31)],
    ['KASPI_BASE_URL', 'ftp://kaspi.example'],
    ['ROBOKASSA_HASH', 'sha1'],
    ['ROBOKASSA_HASH', 'crc32'],
    ['ROBOKASSA_CURRENCY', 'USD'],
    ['ROBOKASSA_RECURRING', 'yes'],
    ['ROBOKASSA_TEST', '1'],
    ['ROBOKASSA_TAX', 'vat"'],
  ])('%s as %s is malformed: the function does not start, and the value is not shown', (name, value) => {
    expect(() => testProviders({ [name]: value })).toThrow(
      new Error(`Missing or malformed in the environment: ${name}`),
    )
  })

  test('none at all are no provider', () => {
    const nothing = Object.fromEntries(Object.keys(paymentSettings).map((name) => [name, undefined]))
    expect(testProviders(nothing)).toEqual({})
  })
})
