import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  formHeaders,
  hostWebhooks,
  kaspiHeaders,
  kaspiPayload,
  paid,
  paymentSettings,
  robokassaForm,
  stripeEvent,
  stripeHeaders,
  stripeIntent,
} from '../edge/payment-host.ts'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => vi.restoreAllMocks())

const refused = { status: 401, text: expect.stringContaining('invalid_signature') }
const [first, second] = paymentSettings.KASPI_WEBHOOK_SECRET.split('|') as [string, string]

/** Refused, and nothing of it is stored. */
async function expectRefusals(
  host: ReturnType<typeof hostWebhooks>,
  answers: Promise<unknown>[],
  answer: object = refused,
) {
  for (const one of answers) expect(await one).toMatchObject(answer)
  expect([host.events.stored, host.events.applied]).toEqual([[], []])
}

describe('attack 34: what a provider has not signed', () => {
  test('Stripe', async () => {
    const host = hostWebhooks()
    const body = paid()
    const { 'stripe-signature': header } = stripeHeaders(body, 'whsec_first') as { 'stripe-signature': string }
    await expectRefusals(host, [
      host.post('stripe', body),
      host.post('stripe', body, { 'stripe-signature': '' }),
      host.post('stripe', body, { 'stripe-signature': 'v1=' }),
      host.post('stripe', body, { 'stripe-signature': header.replace(/.$/, (end) => (end === '0' ? '1' : '0')) }),
      host.post('stripe', body, { 'stripe-signature': header.replace('v1=', 'v0=') }),
      host.stripe(body, 'whsec_other'),
      // Of another provider, in either's header.
      host.post('stripe', body, kaspiHeaders(body, first)),
      host.stripe(body, first),
      // One byte, and the same JSON written anew.
      host.post('stripe', body.replace('500000', '500001'), { 'stripe-signature': header }),
      host.post('stripe', `${body} `, { 'stripe-signature': header }),
      host.post('stripe', JSON.stringify(JSON.parse(body)), { 'stripe-signature': header }),
    ])
    expect((await host.post('stripe', body, { 'stripe-signature': header })).status).toBe(200)
    expect(host.events.stored).toHaveLength(1)
  })

  test('Stripe in test mode to a live project, and the other way round', async () => {
    const live = hostWebhooks({ STRIPE_SECRET_KEY: 'rk_live_123' })
    await expectRefusals(live, [live.stripe(paid())])
    const real = JSON.stringify(stripeEvent('payment_intent.succeeded', stripeIntent(), { livemode: true }))
    expect((await live.stripe(real)).status).toBe(200)
    const host = hostWebhooks()
    await expectRefusals(host, [host.stripe(real)])
  })

  test('Kaspi', async () => {
    const host = hostWebhooks()
    const body = kaspiPayload()
    const signed = kaspiHeaders(body, first)
    const signature = signed['x-kaspi-signature']!
    await expectRefusals(host, [
      host.post('kaspi', body),
      host.post('kaspi', body, { 'x-kaspi-signature': 'sha256=' }),
      host.post('kaspi', body, { 'x-kaspi-signature': signature.slice('sha256='.length) }),
      host.post('kaspi', body, { 'x-kaspi-signature': signature.replace('sha256', 'sha1') }),
      host.post('kaspi', body, { 'x-kaspi-signature': signature.slice(0, -2) }),
      host.post('kaspi', body, kaspiHeaders(body, 'x'.repeat(32))),
      host.post('kaspi', body, stripeHeaders(body, 'whsec_first')),
      host.post('kaspi', body.replace('5000', '50000'), signed),
      host.post('kaspi', JSON.stringify(JSON.parse(body), null, 1), signed),
    ])
  })

  test('Robokassa', async () => {
    const host = hostWebhooks()
    const form = robokassaForm()
    const { SignatureValue, ...unsigned } = form
    await expectRefusals(host, [
      host.robokassa(unsigned),
      host.robokassa({ ...form, SignatureValue: '' }),
      host.robokassa({ ...form, SignatureValue: 'g'.repeat(64) }),
      host.robokassa({ ...form, OutSum: '5000.00' }),
      host.robokassa({ ...form, OutSum: '1.000000' }),
      host.robokassa({ ...form, InvId: '7002' }),
      host.post('robokassa', kaspiPayload(), kaspiHeaders(kaspiPayload(), first)),
      host.post('robokassa', ''),
      host.send('/robokassa', { method: 'GET' }),
    ])
  })
})

test('attack 35: Stripe older than five minutes is refused; each secret of a rotation is taken', async () => {
  const host = hostWebhooks()
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000)
  await expectRefusals(host, [
    host.stripe(paid(), 'whsec_first', ago(320)),
    host.stripe(paid(), 'whsec_second', ago(86_400)),
    // A new time with the old signature.
    host.post('stripe', paid(), {
      'stripe-signature': stripeHeaders(paid(), 'whsec_first', ago(320))['stripe-signature']!.replace(
        /t=\d+/,
        `t=${Math.floor(Date.now() / 1000)}`,
      ),
    }),
  ])
  expect((await host.stripe(paid(), 'whsec_first', ago(280))).status).toBe(200)
  expect((await host.stripe(paid(), 'whsec_second')).status).toBe(200)
  for (const secret of [first, second]) expect((await host.kaspiTells(kaspiPayload(), secret)).status).toBe(200)
})

test('attack 36: the same event fifty times is one stored event', async () => {
  const host = hostWebhooks()
  const body = paid()
  const answers = await Promise.all(Array.from({ length: 50 }, () => host.stripe(body)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(host.events.stored).toHaveLength(1)
  expect(new Set(host.events.applied)).toEqual(new Set([1]))
})

describe('attack 38: what is signed and does not fit is kept as it says, for the database to compare', () => {
  test('another amount, currency or order', async () => {
    const host = hostWebhooks()
    await host.stripe(paid({ amount_received: 1 }))
    await host.stripe(paid({ currency: 'inr' }))
    await host.robokassa(robokassaForm({ OutSum: '50.00' }))
    await host.robokassa(robokassaForm({ InvId: '7002' }))
    expect(host.events.stored.map(({ event }) => [event.amount, event.currency, event.order_number])).toEqual([
      [1, 'KZT', undefined],
      [500_000, 'INR', undefined],
      [5_000, 'KZT', 7_001],
      [500_000, 'KZT', 7_002],
    ])
  })

  test('what a connected account did by itself, with our metadata in its own words, is no payment', async () => {
    const host = hostWebhooks()
    const event = stripeEvent('payment_intent.succeeded', stripeIntent(), { account: 'acct_1' })
    expect((await host.stripe(JSON.stringify(event))).status).toBe(200)
    expect(host.events.stored.map((one) => one.event)).toEqual([{ type: 'other' }])
  })
})

test('attack 39: the page people come back to, called by hand, pays nothing', async () => {
  const host = hostWebhooks()
  const { SignatureValue, ...form } = robokassaForm()
  // What Robokassa sends to the browser is signed with the other password.
  const success = robokassaForm({}, { password: paymentSettings.ROBOKASSA_PASSWORD_1 })
  await expectRefusals(host, [
    host.send(`/robokassa?${new URLSearchParams(form)}`, { method: 'GET' }),
    host.send(`/robokassa?${new URLSearchParams(success)}`, { method: 'GET' }),
    host.robokassa(success),
  ])
  // Stripe and Kaspi never come by GET.
  await expectRefusals(host, [host.send('/stripe?paid=1', { method: 'GET' }), host.send('/kaspi', { method: 'GET' })], {
    status: 405,
  })
})

describe('attack 40: Robokassa', () => {
  test('a changed Shp_ field, another one, none, and the wrong password', async () => {
    const host = hostWebhooks()
    const form = robokassaForm()
    const { Shp_payment, ...without } = form
    await expectRefusals(host, [
      host.robokassa({ ...form, Shp_payment: Shp_payment!.replace(/^./, (start) => (start === 'a' ? 'b' : 'a')) }),
      host.robokassa({ ...form, Shp_more: '1' }),
      host.robokassa({ ...form, shp_x: '1' }),
      host.robokassa(without),
      host.robokassa(robokassaForm({}, { password: 'password-one' })),
      host.robokassa(robokassaForm({}, { password: '' })),
    ])
  })

  test.each([
    ['md5', ['sha1', 'sha256', 'sha512']],
    ['sha256', ['md5', 'sha1', 'sha512']],
    ['sha512', ['md5', 'sha1', 'sha256']],
  ])('a shop set to %s takes no %s', async (configured, others) => {
    const host = hostWebhooks({ ROBOKASSA_HASH: configured })
    await expectRefusals(
      host,
      others.map((algorithm) => host.robokassa(robokassaForm({}, { algorithm }))),
    )
    const form = robokassaForm({}, { algorithm: configured })
    expect(await host.robokassa({ ...form, SignatureValue: form.SignatureValue!.toLowerCase() })).toEqual({
      status: 200,
      text: 'OK7001',
    })
    expect((await host.robokassa(form)).text).toBe('OK7001')
  })

  test('a parameter twice, in whatever case', async () => {
    const host = hostWebhooks()
    const body = new URLSearchParams(robokassaForm()).toString()
    const doubled = [
      'OutSum=1.00',
      'outsum=1.00',
      'InvId=7002',
      'Shp_payment=1',
      'SHP_PAYMENT=1',
      'SignatureValue=1',
      'IsTest=0&IsTest=0',
    ]
    await expectRefusals(
      host,
      doubled.flatMap((more) => [
        host.post('robokassa', `${body}&${more}`, formHeaders),
        host.post('robokassa', `${more}&${body}`, formHeaders),
        host.send(`/robokassa?${body}&${more}`, { method: 'GET' }),
      ]),
      { status: 400, text: expect.stringContaining('validation_failed') },
    )
  })

  test('what stands in the address of a POST counts for nothing', async () => {
    const host = hostWebhooks()
    const signed = new URLSearchParams(robokassaForm()).toString()
    await expectRefusals(host, [host.send(`/robokassa?${signed}`, { method: 'POST', body: 'OutSum=1' })])
  })

  test('a test payment in production; a shop in test mode takes it', async () => {
    const host = hostWebhooks()
    await expectRefusals(host, [
      host.robokassa(robokassaForm({ IsTest: '1' })),
      host.robokassa(robokassaForm({ IsTest: '' })),
      host.robokassa(robokassaForm({ IsTest: 'true' })),
    ])
    const test = hostWebhooks({ ROBOKASSA_TEST: 'true' })
    expect((await test.robokassa(robokassaForm({ IsTest: '1' }))).text).toBe('OK7001')
  })

  test('a replay answers OK again and is not stored again', async () => {
    const host = hostWebhooks()
    for (let times = 0; times < 3; times++) {
      expect(await host.robokassa(robokassaForm())).toEqual({ status: 200, text: 'OK7001' })
    }
    expect(host.events.stored).toHaveLength(1)
  })
})

describe('attack 41: Kaspi', () => {
  test.each(['KASPI_WEBHOOK_SECRET', 'KASPI_API_KEY', 'KASPI_BASE_URL'])('is refused without %s', async (missing) => {
    for (const nothing of [undefined, '']) {
      const host = hostWebhooks({ [missing]: nothing })
      const body = kaspiPayload()
      await expectRefusals(host, [host.kaspiTells(body), host.kaspiTells(body, ''), host.post('kaspi', body)], {
        status: 503,
        text: expect.stringContaining('provider_unavailable'),
      })
    }
  })

  test('a secret that can be guessed is no setting', () => {
    expect(() => hostWebhooks({ KASPI_WEBHOOK_SECRET: 'short' })).toThrow(/KASPI_WEBHOOK_SECRET/)
    expect(() => hostWebhooks({ KASPI_WEBHOOK_SECRET: `${'k'.repeat(32)}|` })).toThrow(/KASPI_WEBHOOK_SECRET/)
  })

  test('pending after completed is told as what it is, an event of its own', async () => {
    const host = hostWebhooks()
    await host.kaspiTells(kaspiPayload())
    await host.kaspiTells(kaspiPayload({ status: 'pending' }))
    expect(host.events.stored.map(({ event }) => event.type)).toEqual(['payment.succeeded', 'payment.pending'])
  })

  test('what Kaspi itself does not say is not believed, though it is signed', async () => {
    for (const [state, problem] of [
      [kaspiPayload({ status: 'pending' }), 'Kaspi itself says pending'],
      [kaspiPayload({ status: 'failed' }), 'Kaspi itself says failed'],
      [kaspiPayload({}, '1'), 'Kaspi itself says another amount: 100'],
      [null, 'Kaspi itself knows no such payment'],
    ] as const) {
      const host = hostWebhooks()
      host.kaspi = () => (state === null ? new Response('', { status: 404 }) : new Response(state))
      expect((await host.kaspiTells(kaspiPayload())).status).toBe(200)
      expect(host.events.stored).toMatchObject([{ event: { problem } }])
    }
  })

  test('while Kaspi cannot be asked nothing is stored, and it sends again', async () => {
    const host = hostWebhooks()
    for (const answer of [
      () => Promise.reject(new Error('no route')),
      () => new Response('', { status: 500 }),
      () => new Response('', { status: 401 }),
      () => new Response('<html>'),
      () => new Response(kaspiPayload({ order_id: 'another' })),
    ]) {
      host.kaspi = answer
      await expectRefusals(host, [host.kaspiTells(kaspiPayload())], {
        status: 503,
        text: expect.stringContaining('provider_unavailable'),
      })
    }
  })
})

describe('attack 43: amounts that make no sense', () => {
  const senseless = [
    '-5000',
    '5000.001',
    '5e3',
    '1e400',
    '0.1e-3',
    '5000.0000000000000001',
    '9999999999999999',
    '"5000"',
    'null',
    '{}',
  ]

  test.each(senseless)('Kaspi: %s is kept with a problem, without an amount', async (amount) => {
    const host = hostWebhooks()
    expect((await host.kaspiTells(kaspiPayload({}, amount))).status).toBe(200)
    expect(host.events.stored).toMatchObject([
      { event: { problem: expect.stringContaining('an amount that makes no sense') } },
    ])
    expect(host.events.stored[0]!.event.amount).toBeUndefined()
  })

  test.each(['NaN', 'Infinity', '05000', '+5000', '5.', '.5', ''])('Kaspi: %s is no JSON', async (amount) => {
    const host = hostWebhooks()
    await expectRefusals(host, [host.kaspiTells(kaspiPayload({}, amount))], { status: 400 })
  })

  test.each([
    'NaN',
    'Infinity',
    '-5000.00',
    '+5000.00',
    '5000.001',
    '5e3',
    '5 000.00',
    '5000,00',
    '',
    '٥٠٠٠',
    '0x10',
    '9'.repeat(16),
  ])('Robokassa: %s is kept with a problem, without an amount', async (OutSum) => {
    const host = hostWebhooks()
    expect((await host.robokassa(robokassaForm({ OutSum }))).text).toBe('OK7001')
    expect(host.events.stored).toMatchObject([{ event: { problem: expect.any(String) } }])
    expect(host.events.stored[0]!.event.amount).toBeUndefined()
  })

  test.each([-1, 0.5, 1e15, null, '500000', true, [500_000]])(
    'Stripe: %s is kept with a problem, without an amount',
    async (amount) => {
      const host = hostWebhooks()
      expect((await host.stripe(paid({ amount_received: amount }))).status).toBe(200)
      expect(host.events.stored).toMatchObject([{ event: { problem: expect.any(String) } }])
      expect(host.events.stored[0]!.event.amount).toBeUndefined()
    },
  )

  test('Stripe: NaN is no JSON', async () => {
    const host = hostWebhooks()
    const body = paid().replace('"amount_received": 500000', '"amount_received": NaN')
    await expectRefusals(host, [host.stripe(body)], { status: 400 })
  })
})
