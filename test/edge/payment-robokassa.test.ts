import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signatureOf } from '../../edge-functions/_shared/payments/robokassa-request.ts'
import { formHeaders, hostWebhooks, payment, paymentId, robokassaForm, testProviders } from './payment-host.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const returnUrl = 'https://app.example/payments/1'

async function begin(changes: Parameters<typeof payment>[0] = {}, settings: Record<string, string> = {}) {
  const { url } = await testProviders(settings).robokassa!.start(
    payment({ provider: 'robokassa', ...changes }),
    returnUrl,
  )
  return new URL(url!)
}

test('signatures are made as the documentation says', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  expect(signatureOf(['demo', '11', 7, 'password'], {}, 'md5')).toBe(md5('demo:11:7:password'))
  expect(signatureOf(['100.26', 450_009, 'password'], { Shp_oplata: '1', Shp_login: 'Vasya' }, 'md5')).toBe(
    md5('100.26:450009:password:Shp_login=Vasya:Shp_oplata=1'),
  )
  expect(signatureOf(['demo', '11'], {}, 'sha512')).toBe(createHash('sha512').update('demo:11').digest('hex'))
})

describe('a payment begins', () => {
  test('at the page of Robokassa, with a receipt, signed', async () => {
    const url = await begin({ description: 'PRO: "месяц"' })
    const receipt = encodeURIComponent(
      '{"items":[{"name":"PRO: \\"месяц\\"","quantity":1,"sum":5000.00,"tax":"none"}]}',
    )
    expect(url.href).toMatch(/^http:\/\/robokassa\.test\/Merchant\/Index\.aspx\?/)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      MerchantLogin: 'shop',
      OutSum: '5000.00',
      InvId: '7001',
      Description: 'PRO: "месяц"',
      Receipt: receipt,
      SignatureValue: sha256(`shop:5000.00:7001:${receipt}:password-one:Shp_payment=${paymentId}`),
      Shp_payment: paymentId,
      Culture: 'ru',
      Encoding: 'utf-8',
    })
  })

  test('of Russia or Kazakhstan, as the shop counts', async () => {
    const real = { ROBOKASSA_BASE_URL: '' }
    expect((await begin({}, real)).host).toBe('auth.robokassa.kz')
    expect((await begin({ currency: 'RUB' }, { ...real, ROBOKASSA_CURRENCY: 'RUB' })).host).toBe('auth.robokassa.ru')
    const refusal = expect.objectContaining({ code: 'validation_failed', details: { fields: { provider: 'known' } } })
    await expect(begin({ currency: 'RUB' })).rejects.toEqual(refusal)
    await expect(begin({}, { ROBOKASSA_CURRENCY: 'RUB' })).rejects.toEqual(refusal)
  })

  test('for once, unless the shop may charge again and the payment is to renew', async () => {
    const recurring = async (auto_renew: boolean, ROBOKASSA_RECURRING: string) =>
      (await begin({ auto_renew }, { ROBOKASSA_RECURRING })).searchParams.get('Recurring')
    expect(await recurring(true, 'true')).toBe('true')
    expect(await recurring(true, 'false')).toBeNull()
    expect(await recurring(false, 'true')).toBeNull()
  })

  test('in test mode, with another tax, with a long description', async () => {
    const url = await begin({ description: '🎭'.repeat(150) }, { ROBOKASSA_TEST: 'true', ROBOKASSA_TAX: 'vat12' })
    expect(url.searchParams.get('IsTest')).toBe('1')
    expect(url.searchParams.get('Description')).toBe('🎭'.repeat(100))
    const receipt = JSON.parse(decodeURIComponent(url.searchParams.get('Receipt')!))
    expect(receipt.items).toEqual([{ name: '🎭'.repeat(64), quantity: 1, sum: 5000, tax: 'vat12' }])
  })
})

describe('what Robokassa tells', () => {
  test('by POST and by GET: the raw sum is signed, the payment and its number are told', async () => {
    const host = hostWebhooks()
    const body = new URLSearchParams(robokassaForm()).toString()
    expect(await host.post('robokassa', body, formHeaders)).toEqual({ status: 200, text: 'OK7001' })
    expect(await host.send(`/robokassa?${body}`, { method: 'GET' })).toEqual({ status: 200, text: 'OK7001' })
    expect(host.events.stored).toEqual([
      {
        provider: 'robokassa',
        event_id: `sha256:${sha256(body)}`,
        type: 'ResultURL',
        payload: body,
        event: {
          type: 'payment.succeeded',
          payment_id: paymentId,
          order_number: 7_001,
          provider_reference: '7001',
          amount: 500_000,
          currency: 'KZT',
        },
      },
    ])
  })

  test('the shop’s own fields are signed by their names, in whatever order they come', async () => {
    const host = hostWebhooks()
    const { Shp_payment, ...form } = robokassaForm({ Shp_a: '1', Shp_z: 'ё 2' })
    expect((await host.robokassa({ Shp_z: 'ё 2', ...form, Shp_payment: Shp_payment! })).text).toBe('OK7001')
  })

  test('a payment that may be repeated says by which number', async () => {
    const host = hostWebhooks({ ROBOKASSA_RECURRING: 'true' })
    await host.robokassa(robokassaForm())
    expect(host.events.stored[0]!.event.method).toEqual({ customer: null, method: '7001' })
  })

  test('a payment begun elsewhere has its number alone; one that is not ours is for an admin', async () => {
    const host = hostWebhooks()
    const { Shp_payment: _ours, SignatureValue: _signed, ...form } = robokassaForm()
    const signed = sha256(`${form.OutSum}:7001:password-two`)
    expect((await host.robokassa({ ...form, SignatureValue: signed })).text).toBe('OK7001')
    await host.robokassa(robokassaForm({ Shp_payment: 'x' }))
    await host.robokassa(robokassaForm({ InvId: '0' }))
    expect(host.events.stored.map(({ event }) => [event.payment_id, event.order_number, event.problem])).toEqual([
      [undefined, 7_001, undefined],
      [undefined, 7_001, 'a payment that is not ours'],
      [paymentId, undefined, 'a number that is no order of ours'],
    ])
  })
})

const state = (code: number, sum = '5000.000000') => `<?xml version="1.0" encoding="utf-8"?>
<OperationStateResponse xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://merchant.roboxchange.com/WebService/">
  <Result>
    <Code>0</Code>
  </Result>
  <State>
    <Code>${code}</Code>
    <RequestDate>2026-02-02T10:00:00.0000000+03:00</RequestDate>
  </State>
  <Info xsi:type="OperationInfoExt">
    <IncSum>5175.000000</IncSum>
    <PaymentMethod><Code>BankCard</Code><Description>Карта</Description></PaymentMethod>
    <OutCurrLabel>KZT</OutCurrLabel>
    <OutSum>${sum}</OutSum>
  </Info>
</OperationStateResponse>`
const result = (code: number) =>
  `<OperationStateResponse><Result><Code>${code}</Code></Result></OperationStateResponse>`

/** Robokassa that answers a state, or to a charge. */
function robokassaWith(answers: { state?: string; charge?: string }, settings: Record<string, string> = {}) {
  const seen: { url: URL; form: Record<string, string> }[] = []
  const send: typeof fetch = async (input, init) => {
    const url = new URL(String(input))
    seen.push({ url, form: Object.fromEntries(new URLSearchParams(String(init?.body ?? ''))) })
    const text = url.pathname.endsWith('/OpStateExt') ? answers.state : answers.charge
    return text === undefined ? new Response('', { status: 500 }) : new Response(text)
  }
  return { robokassa: testProviders({ ROBOKASSA_RECURRING: 'true', ...settings }, send).robokassa!, seen }
}

const order = {
  payment_id: paymentId,
  order_number: 7_001,
  provider_session: null,
  provider_reference: null,
  amount: 500_000,
  currency: 'KZT',
}

describe('a payment is looked up', () => {
  test('with a signature of its own', async () => {
    const { robokassa, seen } = robokassaWith({ state: state(100) })
    expect(await robokassa.lookUp(order)).toEqual({
      event_id: 'look-up:7001:100:5000.000000',
      type: 'OpStateExt: 100',
      payload: state(100),
      event: {
        type: 'payment.succeeded',
        payment_id: paymentId,
        order_number: 7_001,
        provider_reference: '7001',
        amount: 500_000,
        currency: 'KZT',
        method: { customer: null, method: '7001' },
      },
    })
    expect(seen[0]!.url.pathname).toBe('/Merchant/WebService/Service.asmx/OpStateExt')
    expect(Object.fromEntries(seen[0]!.url.searchParams)).toEqual({
      MerchantLogin: 'shop',
      InvoiceID: '7001',
      Signature: sha256('shop:7001:password-two'),
    })
  })

  test.each([5, 20, 50, 80])('state %i: more will come', async (code) => {
    expect(await robokassaWith({ state: state(code) }).robokassa.lookUp(order)).toBeNull()
  })

  test.each([
    [10, { type: 'payment.cancelled' }],
    [60, { type: 'payment.failed', failure: 'Robokassa gave the money back' }],
    [77, { type: 'other', problem: 'an unknown state: 77' }],
  ])('state %i', async (code, event) => {
    expect(await robokassaWith({ state: state(code) }).robokassa.lookUp(order)).toMatchObject({ event })
  })

  test('a sum that makes no sense is for an admin', async () => {
    const told = await robokassaWith({ state: state(100, '-1') }).robokassa.lookUp(order)
    expect(told).toMatchObject({ event: { problem: expect.stringContaining('makes no sense') } })
  })

  test('a page that nobody has opened is nothing to tell; every other answer is Robokassa out of reach', async () => {
    expect(await robokassaWith({ state: result(3) }).robokassa.lookUp(order)).toBeNull()
    for (const answers of [{ state: result(1) }, { state: result(1000) }, { state: '<html>' }, { state: '' }, {}]) {
      await expect(robokassaWith(answers).robokassa.lookUp(order)).rejects.toMatchObject({
        code: 'provider_unavailable',
      })
    }
  })
})

describe('a renewal', () => {
  const renewal = {
    ...order,
    minor_units: 2,
    description: 'PRO',
    customer: null,
    method: '6001',
    attempts: 1,
    failures: 0,
  }
  const charge = (answers: { state?: string; charge?: string }, attempts = 1) => {
    const { robokassa, seen } = robokassaWith(answers)
    return robokassa.charge!({ ...renewal, attempts }).then((event) => ({ event, seen }))
  }

  test('repeats the first payment; how it went the ResultURL tells', async () => {
    const { event, seen } = await charge({ charge: 'OK7001' })
    expect(event).toBeNull()
    const receipt = encodeURIComponent('{"items":[{"name":"PRO","quantity":1,"sum":5000.00,"tax":"none"}]}')
    expect(seen).toHaveLength(1)
    expect(seen[0]!.url.pathname).toBe('/Merchant/Recurring')
    expect(seen[0]!.form).toEqual({
      MerchantLogin: 'shop',
      InvoiceID: '7001',
      PreviousInvoiceID: '6001',
      OutSum: '5000.00',
      Description: 'PRO',
      Receipt: receipt,
      SignatureValue: sha256(`shop:5000.00:7001:${receipt}:password-one:Shp_payment=${paymentId}`),
      Shp_payment: paymentId,
    })
  })

  test('that is refused has failed', async () => {
    expect((await charge({ charge: 'ERROR 40 Parent invoice not found' })).event).toMatchObject({
      event_id: `charge:${paymentId}:refused`,
      event: { type: 'payment.failed', payment_id: paymentId, failure: 'ERROR 40 Parent invoice not found' },
    })
  })

  test('that is tried again asks first what the earlier try has done', async () => {
    expect((await charge({ state: state(100) }, 2)).event).toMatchObject({ event: { type: 'payment.succeeded' } })
    expect((await charge({ state: state(50) }, 2)).event).toBeNull()
    const { event, seen } = await charge({ state: result(3), charge: 'OK7001' }, 2)
    expect([event, seen.length]).toEqual([null, 2])
  })

  test.each(['<html>', 'OK7002', ''])('with an answer such as %j is tried again', async (answer) => {
    await expect(charge({ charge: answer })).rejects.toMatchObject({ code: 'provider_unavailable' })
  })
})
