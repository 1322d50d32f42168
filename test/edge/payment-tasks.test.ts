import { describe, expect, test } from 'vitest'
import { paymentId, stripeIntent, testProviders } from './payment-host.ts'
import { fakeStripe, keepingStripe, stripeError } from './payment-stripe-fake.ts'

type Stripe = Required<NonNullable<ReturnType<typeof testProviders>['stripe']>>
const stripeOf = (send: typeof fetch) => testProviders({}, send).stripe as Stripe

const renewal = {
  payment_id: paymentId,
  order_number: 7_001,
  amount: 500_000,
  currency: 'KZT',
  minor_units: 2,
  description: 'PRO, a month',
  customer: 'cus_1',
  method: 'pm_1',
  attempts: 1,
  failures: 0,
}
const refund = {
  refund_id: 'r-1',
  payment_id: paymentId,
  order_number: 7_001,
  provider_reference: 'pi_1',
  amount: 100_000,
  currency: 'KZT',
  attempts: 1,
  failures: 0,
}
const payout = {
  withdrawal_id: 'w-1',
  destination: 'acct_1',
  amount: 80_000,
  currency: 'USD',
  attempts: 1,
  failures: 0,
}

const makesIntents = () =>
  keepingStripe('/v1/payment_intents', ({ params }) =>
    stripeIntent({ id: 'pi_9', metadata: { payment_id: params['metadata[payment_id]'] } }),
  )
const makesRefunds = (status = 'succeeded') =>
  keepingStripe('/v1/refunds', ({ params }) => ({
    id: 're_9',
    status,
    amount: Number(params.amount),
    currency: 'kzt',
    payment_intent: params.payment_intent,
    metadata: { refund_id: params['metadata[refund_id]'], payment_id: params['metadata[payment_id]'] },
  }))
const makesTransfers = () =>
  keepingStripe('/v1/transfers', ({ params }) => ({
    id: 'tr_9',
    amount: Number(params.amount),
    amount_reversed: 0,
    reversed: false,
    currency: params.currency,
    transfer_group: params.transfer_group,
    metadata: { withdrawal_id: params['metadata[withdrawal_id]'] },
  }))

const cases = [
  ['a renewal', makesIntents, (stripe: Stripe, attempts: number) => stripe.charge({ ...renewal, attempts })],
  ['a refund', makesRefunds, (stripe: Stripe, attempts: number) => stripe.refund({ ...refund, attempts })],
  ['a payout', makesTransfers, (stripe: Stripe, attempts: number) => stripe.payOut({ ...payout, attempts })],
] as const

describe.each(cases)('%s', (_, makes, ask) => {
  test('asked for again, also after Stripe has forgotten the key, is done once and told as the same', async () => {
    const fake = makes()
    const first = await ask(stripeOf(fake.send), 1)
    expect(await ask(stripeOf(fake.send), 2)).toEqual(first)
    fake.forgetKeys()
    expect(await ask(stripeOf(fake.send), 3)).toEqual(first)
    expect(fake.made).toHaveLength(1)
  })

  test('that never came through the first time is done by the second try', async () => {
    const fake = makes()
    expect(await ask(stripeOf(fake.send), 2)).not.toBeNull()
    expect(fake.seen.map(({ method }) => method)).toEqual(['GET', 'POST'])
    expect(fake.made).toHaveLength(1)
  })

  test('that Stripe refuses for good is told as failed', async () => {
    const { send } = fakeStripe(() => stripeError(400, { code: 'resource_missing' }))
    expect(await ask(stripeOf(send), 1)).toMatchObject({
      event: { type: expect.stringMatching(/^(payment|refund|payout)\.failed$/), failure: 'Stripe says no' },
    })
  })

  test.each([
    stripeError(400, { code: 'balance_insufficient' }),
    stripeError(400, { code: 'idempotency_key_in_use', type: 'idempotency_error' }),
    stripeError(401, {}),
    stripeError(403, {}),
    stripeError(429, { code: 'lock_timeout' }),
    stripeError(500, { type: 'api_error' }),
  ])('that may do another time is thrown: %j', async (answer) => {
    const { send } = fakeStripe(() => answer)
    await expect(ask(stripeOf(send), 1)).rejects.toThrow('Stripe says no')
  })

  test('without an answer is thrown', async () => {
    const send = () => Promise.reject(new Error('no route'))
    await expect(ask(stripeOf(send), 1)).rejects.toThrow()
  })
})

describe('a renewal', () => {
  test('is charged while nobody is there', async () => {
    const fake = makesIntents()
    expect(await stripeOf(fake.send).charge(renewal)).toMatchObject({
      event_id: `charge:${paymentId}:succeeded`,
      event: { type: 'payment.succeeded', payment_id: paymentId, provider_reference: 'pi_9', amount: 500_000 },
    })
    expect(fake.made).toMatchObject([{ key: `payment/${paymentId}` }])
    expect(fake.made[0]!.params).toEqual({
      amount: '500000',
      currency: 'kzt',
      description: 'PRO, a month',
      customer: 'cus_1',
      payment_method: 'pm_1',
      off_session: 'true',
      confirm: 'true',
      'metadata[payment_id]': paymentId,
    })
  })

  test('that is declined, or wants its owner, has failed', async () => {
    for (const code of ['card_declined', 'authentication_required']) {
      const error = { type: 'card_error', code, payment_intent: stripeIntent({ id: 'pi_9' }) }
      const { send } = fakeStripe(() => stripeError(402, error))
      expect(await stripeOf(send).charge(renewal)).toMatchObject({
        event_id: `charge:${paymentId}:failed`,
        event: { type: 'payment.failed', payment_id: paymentId, provider_reference: 'pi_9', failure: 'Stripe says no' },
      })
    }
    const left = keepingStripe('/v1/payment_intents', () =>
      stripeIntent({ status: 'requires_payment_method', last_payment_error: { message: 'declined' } }),
    )
    expect(await stripeOf(left.send).charge(renewal)).toMatchObject({
      event: { type: 'payment.failed', failure: 'declined' },
    })
  })

  test('that the bank still thinks about is known from now on, and told by a webhook', async () => {
    const fake = keepingStripe('/v1/payment_intents', () => stripeIntent({ status: 'processing' }))
    expect(await stripeOf(fake.send).charge(renewal)).toMatchObject({
      event: { type: 'payment.pending', payment_id: paymentId, provider_reference: 'pi_1' },
    })
  })
})

test('a refund says what it is of; one that is pending is told by a webhook', async () => {
  const fake = makesRefunds()
  expect(await stripeOf(fake.send).refund(refund)).toMatchObject({
    event_id: 'refund:r-1:succeeded',
    event: { type: 'refund.succeeded', refund_id: 'r-1', payment_id: paymentId, amount: 100_000, currency: 'KZT' },
  })
  expect(fake.made).toMatchObject([{ key: 'refund/r-1/0' }])
  expect(fake.made[0]!.params).toEqual({
    payment_intent: 'pi_1',
    amount: '100000',
    'metadata[refund_id]': 'r-1',
    'metadata[payment_id]': paymentId,
  })
  expect(await stripeOf(makesRefunds('pending').send).refund(refund)).toBeNull()
  expect(await stripeOf(makesRefunds('failed').send).refund(refund)).toMatchObject({ event: { type: 'refund.failed' } })
})

test('a payout is a transfer to the account of its owner', async () => {
  const fake = makesTransfers()
  expect(await stripeOf(fake.send).payOut(payout)).toMatchObject({
    event_id: 'payout:w-1:made',
    event: { type: 'payout.paid', withdrawal_id: 'w-1', provider_reference: 'tr_9', amount: 80_000, currency: 'USD' },
  })
  expect(fake.made).toMatchObject([{ key: 'withdrawal/w-1/0' }])
  expect(fake.made[0]!.params).toEqual({
    amount: '80000',
    currency: 'usd',
    destination: 'acct_1',
    transfer_group: 'w-1',
    'metadata[withdrawal_id]': 'w-1',
  })
})
