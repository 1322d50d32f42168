import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { wrongPayments } from '../helpers/payments.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { checkout, paymentRows, payOn } from './payments.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(async () => {
  expect(await wrongPayments(stack)).toEqual([])
  await stack.close()
})

const model = () => member(stack, ['model'])
const state = () => paymentRows(stack)
const planOf = async ({ tb }: Member) => (await must(tb.subscriptions.current())).plan_id

it('MW41 subscriptions.subscribe: a payment url, an order id and the amount; the plan changes when it is paid', async () => {
  for (const provider of ['stripe', 'kaspi', 'robokassa'] as const) {
    const person = await model()
    const input = { plan_id: 'casting_pro', period: 'month', provider } as const
    expectTaken(input, { plan_name: 'plan_id', billing_period: 'period' })
    const started = await must(person.tb.subscriptions.subscribe(input))
    expectFields(started, { payment_url: 'url', order_id: 'order_number', amount: 'amount' })
    expect(started).toMatchObject({
      provider,
      amount: 500_000,
      currency: 'KZT',
      status: 'pending',
      client_secret: null,
    })
    expect(await must(person.tb.subscriptions.subscribe(input)), 'the same again').toMatchObject({
      payment_id: started.payment_id,
    })
    expect(await planOf(person)).toBe('casting_free')
    await payOn(stack, started)
    expect(await planOf(person)).toBe('casting_pro')
    expect(await must(person.tb.payments.get(started.payment_id))).toMatchObject({
      status: 'succeeded',
      invoice_number: 1,
    })
    expect(await must(person.tb.payments.listInvoices())).toMatchObject({
      items: [{ number: 1, description: 'PRO, month', amount: 500_000, currency: 'KZT', provider }],
    })
    const current = await must(person.tb.subscriptions.current())
    expect(current.auto_renew).toBe(provider !== 'kaspi')
  }
  const yearly = await model()
  const started = await checkout(yearly, {
    purpose: 'subscription',
    plan_id: 'casting_business',
    period: 'year',
    provider: 'kaspi',
  })
  expect(started.amount).toBe(15_000_000)
  await payOn(stack, started)
  expect(await planOf(yearly)).toBe('casting_business')

  const person = await model()
  await expectUnchanged(state, async () => {
    const { tb, client } = person
    const input = { plan_id: 'casting_pro', period: 'month', provider: 'kaspi' } as const
    await expectRefusal(tb.subscriptions.subscribe({ ...input, plan_id: 'casting_free' }), 'validation_failed')
    await expectRefusal(tb.subscriptions.subscribe({ ...input, period: 'quarter' }), 'validation_failed', {
      period: ['known'],
    })
    await expectRefusal(tb.subscriptions.subscribe({ ...input, amount: 1 } as never), 'validation_failed', {
      amount: ['unknown'],
    })
    await expectRefusal(device(stack).tb.subscriptions.subscribe(input), 'auth_required')
    // Past the SDK, too, nobody names an amount.
    const { error } = await client.functions.invoke('checkout', {
      body: { purpose: 'subscription', ...input, amount: 1 },
    })
    expect(error?.context.status).toBe(400)
    expect((await client.rpc('start_payment', { purpose: 'subscription', ...input, amount: 1 })).error).not.toBeNull()
  })
  const declined = await must(
    person.tb.subscriptions.subscribe({ plan_id: 'casting_pro', period: 'month', provider: 'kaspi' }),
  )
  await stack.providers!.decline(declined.url!)
  expect(await must(person.tb.payments.get(declined.payment_id))).toMatchObject({ status: 'failed' })
  expect(await planOf(person)).toBe('casting_free')
})

it('MW42 subscriptions.cancel: access stays until the period ends', async () => {
  const person = await model()
  await payOn(
    stack,
    await must(person.tb.subscriptions.subscribe({ plan_id: 'casting_pro', period: 'month', provider: 'stripe' })),
  )
  const { subscription_id, auto_renew } = await must(person.tb.subscriptions.current())
  expect(auto_renew).toBe(true)
  const stranger = await model()
  await expectUnchanged(state, async () => {
    await expectRefusal(stranger.tb.subscriptions.cancel(subscription_id!), 'not_found')
    await expectRefusal(device(stack).tb.subscriptions.cancel(subscription_id!), 'auth_required')
  })
  await must(person.tb.subscriptions.cancel(subscription_id!))
  expect(await must(person.tb.subscriptions.current())).toMatchObject({
    plan_id: 'casting_pro',
    status: 'cancelled',
    auto_renew: false,
  })
  const again = await person.client.rpc('cancel_subscription', { subscription_id })
  expect(again.error?.code).toBe('invalid_transition')
  await sql(stack)`
    update public.subscriptions set started_at = started_at - interval '32 days', expires_at = expires_at - interval '32 days'
    where id = ${subscription_id}
  `
  await sql(stack)`select private.renew_subscriptions()`
  expect(await planOf(person)).toBe('casting_free')
  expect((await must(person.tb.payments.list())).items).toHaveLength(1)
})

it('MW48 edge function payment-webhooks: Kaspi’s statuses, verified, once, compared, never backwards', async () => {
  const person = await model()
  const { tb } = person
  const kaspi = stack.providers!.environment
  const start = async () =>
    must(tb.subscriptions.subscribe({ plan_id: 'casting_pro', period: 'month', provider: 'kaspi' }))
  const started = await start()
  const payload = {
    order_id: started.payment_id,
    status: 'completed',
    amount: 5000,
    transaction_id: 'txn-456',
    timestamp: '2026-02-02T10:00:00Z',
  }
  expectTaken(payload, {
    order_id: 'order_id',
    status: 'status',
    amount: 'amount',
    transaction_id: 'transaction_id',
    timestamp: 'timestamp',
  })
  // Sent as Kaspi sends it, with the plain client's way to functions as well.
  const send = async (body: string, signature?: string) => {
    const made = createHmac('sha256', kaspi.KASPI_WEBHOOK_SECRET!).update(body).digest('hex')
    const answer = await fetch(`${stack.url}/functions/v1/payment-webhooks/kaspi`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-kaspi-signature': signature ?? `sha256=${made}` },
      body,
    })
    return answer.status
  }
  const statusOf = async () => (await must(tb.payments.get(started.payment_id))).status
  const tell = (changes: object) => send(JSON.stringify({ ...payload, ...changes }))

  await expectUnchanged(state, async () => {
    expect(await send(JSON.stringify(payload), 'sha256=00')).toBe(401)
    const { error } = await person.client.functions.invoke('payment-webhooks/kaspi', { body: payload })
    expect(error?.context.status).toBe(401)
    expect(await tell({ status: 'pending' })).toBe(200)
    // Kaspi itself does not say so yet.
    expect(await tell({})).toBe(200)
    stack.providers!.kaspi.setStatus(started.payment_id, 'completed')
    expect(await tell({ amount: 50 })).toBe(200)
    expect(await tell({ order_id: 'order-123' })).toBe(200)
  })
  expect(await tell({ status: 'failed' })).toBe(200)
  expect(await statusOf()).toBe('failed')
  expect(await tell({ timestamp: '2026-02-02T10:00:01Z' })).toBe(200)
  expect(await statusOf()).toBe('succeeded')
  expect(await planOf(person)).toBe('casting_pro')
  await expectUnchanged(state, async () => {
    for (const status of ['pending', 'failed', 'cancelled', 'completed']) {
      expect(await tell({ status, timestamp: '2026-02-02T11:00:00Z' })).toBe(200)
    }
  })
  const other = await model()
  const cancelled = await must(
    other.tb.subscriptions.subscribe({ plan_id: 'casting_pro', period: 'year', provider: 'kaspi' }),
  )
  expect(await tell({ order_id: cancelled.payment_id, status: 'cancelled', amount: 50_000 })).toBe(200)
  expect(await must(other.tb.payments.get(cancelled.payment_id))).toMatchObject({ status: 'cancelled' })
  const reasons = await sql(stack)`
    select reason from private.payment_events where status = 'quarantined' and provider = 'kaspi' order by id
  `
  expect(reasons.map(({ reason }) => reason)).toEqual([
    'Kaspi itself says pending',
    expect.stringMatching(/amount/),
    'an order that is not ours',
  ])
})

it('MB14 subscriptions.subscribe: Robokassa’s signed url; its notification is verified, compared and answered with OK', async () => {
  const person = await model()
  const started = await must(
    person.tb.subscriptions.subscribe({ plan_id: 'casting_pro', period: 'month', provider: 'robokassa' }),
  )
  const url = new URL(started.url!)
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    OutSum: '5000.00',
    InvId: String(started.order_number),
    Shp_payment: started.payment_id,
    SignatureValue: expect.stringMatching(/^[0-9a-f]{64}$/i),
    Receipt: expect.stringContaining('PRO'),
  })
  const robokassa = stack.providers!.robokassa
  const notify = async (OutSum: string, changes: Record<string, string> = {}) => {
    const SignatureValue = robokassa.sign(OutSum, String(started.order_number), { Shp_payment: started.payment_id })
    const form = {
      OutSum,
      InvId: String(started.order_number),
      Shp_payment: started.payment_id,
      SignatureValue,
      ...changes,
    }
    const answer = await fetch(`${stack.url}/functions/v1/payment-webhooks/robokassa`, {
      method: 'POST',
      body: new URLSearchParams(form),
    })
    return [answer.status, await answer.text()]
  }
  await expectUnchanged(state, async () => {
    expect((await notify('5000.000000', { SignatureValue: '0'.repeat(64) }))[0]).toBe(401)
    expect((await notify('5000.000000', { OutSum: '5000.00' }))[0], 'the raw sum is what is signed').toBe(401)
    expect((await notify('5000.000000', { Shp_payment: crypto.randomUUID() }))[0]).toBe(401)
    expect((await notify('4999.990000'))[0], 'signed, and quarantined').toBe(200)
    const { error } = await person.client.functions.invoke('payment-webhooks/robokassa', { body: { InvId: 1 } })
    expect(error?.context.status).toBe(401)
  })
  const answer = [200, `OK${started.order_number}`]
  expect(await notify('5000.000000')).toEqual(answer)
  expect(await planOf(person)).toBe('casting_pro')
  await expectUnchanged(state, async () => expect(await notify('5000.000000')).toEqual(answer))
})
