import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEventStore, type EventStore } from '../../edge-functions/_shared/payments/database.ts'
import { createHandler } from '../../edge-functions/payment-webhooks/handler.ts'
import {
  formHeaders,
  kaspiHeaders,
  kaspiPayload,
  paymentSettings,
  robokassaForm,
  stripeEvent,
  stripeHeaders,
  stripeIntent,
  testProviders,
} from '../edge/payment-host.ts'
import { makeRecruiters } from '../helpers/hiring.ts'
import { makeAccounts } from '../helpers/many.ts'
import { moneyState, paymentOf, type Started, startPayment, wrongPayments } from '../helpers/payments.ts'
import { serviceClient, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { makeAgreedTask } from '../helpers/work.ts'

// The function for webhooks as it is, with real signatures, before a real database.

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await sql(stack)`update private.settings set value = '10000000' where key = 'rate_limits.webhooks_per_minute'`
})
afterAll(() => stack.close())

type Status = 'pending' | 'failed' | 'cancelled' | 'succeeded'
const ranks: Status[] = ['pending', 'failed', 'cancelled', 'succeeded']

/** What is sent, and what must become of it: true when it may count. */
interface Message {
  provider: string
  body: string
  headers: Record<string, string>
}

/** A small generator of numbers, the same for the same seed, so that a failure can be run again. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** What Kaspi answers when it is asked, by order. */
const kaspi = new Map<string, string>()

function webhooks(events: EventStore) {
  const send: typeof fetch = async (url) => {
    const body = kaspi.get(String(url).split('/').at(-1)!)
    return body === undefined ? new Response('', { status: 404 }) : new Response(body)
  }
  return createHandler({ providers: testProviders({}, send), events })
}

const post = (handler: ReturnType<typeof webhooks>, { provider, body, headers }: Message) =>
  handler(new Request(`http://functions/payment-webhooks/${provider}`, { method: 'POST', body, headers }))

const inTenge = (amount: number) => (amount / 100).toFixed(2)

const stripeWords: Record<Status, string> = {
  pending: 'payment_intent.processing',
  failed: 'payment_intent.payment_failed',
  cancelled: 'payment_intent.canceled',
  succeeded: 'payment_intent.succeeded',
}

/** A payment's provider tells a status; `changes` make it say something else, signed all the same. */
function message(
  payment: Started,
  status: Status,
  changes: { amount?: number; currency?: string; id?: string } = {},
): Message {
  const { provider, payment_id, order_number } = payment
  const amount = changes.amount ?? payment.amount
  const currency = changes.currency ?? payment.currency
  const id = changes.id ?? payment_id
  if (provider === 'stripe') {
    const intent = stripeIntent({
      id: `pi_${payment_id}`,
      amount,
      amount_received: status === 'succeeded' ? amount : 0,
      currency: currency.toLowerCase(),
      metadata: { payment_id: id },
    })
    const body = JSON.stringify(stripeEvent(stripeWords[status], intent))
    return { provider, body, headers: stripeHeaders(body, 'whsec_first') }
  }
  if (provider === 'kaspi') {
    const word = status === 'succeeded' ? 'completed' : status
    const body = kaspiPayload({ order_id: id, status: word, transaction_id: `txn-${payment_id}` }, inTenge(amount))
    return { provider, body, headers: kaspiHeaders(body, paymentSettings.KASPI_WEBHOOK_SECRET.split('|')[0]!) }
  }
  // Robokassa tells of money alone.
  const form = robokassaForm({ OutSum: `${inTenge(amount)}0000`, InvId: String(order_number), Shp_payment: id })
  return { provider, body: new URLSearchParams(form).toString(), headers: formHeaders }
}

/** The same, damaged: another byte, another's signature, or something else that is signed. */
function damaged(payment: Started, other: Started, next: () => number): Message {
  const sound = message(payment, 'succeeded')
  switch (Math.floor(next() * 5)) {
    case 0:
      return { ...sound, body: changedIn(sound, next) }
    case 1: {
      // Another's signature; Robokassa's is in the body.
      const headers = { 'x-kaspi-signature': `sha256=${createHmac('sha256', 'x').update(sound.body).digest('hex')}` }
      return { ...sound, headers, body: sound.body.replace(/SignatureValue=\w{8}/, 'SignatureValue=00000000') }
    }
    case 2:
      return message(payment, 'succeeded', { amount: payment.amount + 1 + Math.floor(next() * 1000) })
    case 3:
      return message(payment, 'succeeded', { amount: Math.max(1, Math.floor(payment.amount / 100)) })
    default:
      return message(payment, 'succeeded', { id: other.payment_id, amount: payment.amount + 7 })
  }
}

/** The body with another byte; of Robokassa's in what is signed, which its fee and address are not. */
function changedIn({ provider, body }: Message, next: () => number): string {
  const [from, to] =
    provider === 'robokassa' ? [body.indexOf('OutSum=') + 7, body.indexOf('&inv_id')] : [0, body.length]
  const at = from + Math.floor(next() * (to - from))
  return body.slice(0, at) + (body[at] === '1' ? '2' : '1') + body.slice(at + 1)
}

function shuffle<T>(list: T[], next: () => number): T[] {
  const all = [...list]
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[all[i], all[j]] = [all[j]!, all[i]!]
  }
  return all
}

/** Payments of every purpose, each through one of the providers that take its currency. */
async function makePayments(count: number): Promise<{ payments: Started[]; recruiters: string[]; models: string[] }> {
  const recruiters = await makeRecruiters(stack, 20)
  const { ids: models } = await makeAccounts(stack, count, { roles: ['model'] })
  const { ids: clients } = await makeAccounts(stack, 20, { roles: ['client'] })
  const { ids: freelancers } = await makeAccounts(stack, 20, { roles: ['freelancer'] })
  const payments: Started[] = []
  for (let n = 0; n < count; n++) {
    const tenge = ['kaspi', 'robokassa', 'stripe'][n % 3]!
    const model = { id: models[n]! }
    if (n % 4 === 0) {
      payments.push(await startPayment(stack, recruiters[n % 20]!, { purpose: 'credits', credits: n + 1 }, 'stripe'))
    } else if (n % 4 === 1) {
      payments.push(
        await startPayment(stack, model, { purpose: 'subscription', plan_id: 'casting_pro', period: 'month' }, tenge),
      )
    } else if (n % 4 === 2) {
      payments.push(await startPayment(stack, model, { purpose: 'pack', pack_id: 'casting_responses_10' }, tenge))
    } else {
      const sides = [{ id: clients[n % 20]! }, { id: freelancers[n % 20]! }] as const
      const { escrowId } = await makeAgreedTask(stack, ...sides, { price: 10_000 + n, currency: 'KZT' })
      payments.push(await startPayment(stack, sides[0], { purpose: 'escrow', escrow_id: escrowId }, tenge))
    }
  }
  return { payments, recruiters: recruiters.map(({ id }) => id), models }
}

test('10,000 events, a third doubled, shuffled, one in twenty damaged: as if each had come once, in order, undamaged', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
  const next = random(seed)
  const { payments } = await makePayments(900)
  const expected = new Map<string, Status>()
  const messages: Message[] = []
  for (const payment of payments) {
    // Any story: several tries, given up, paid.
    const story = ranks.filter((status) => payment.provider !== 'robokassa' || status === 'succeeded')
    const told = story.filter(() => next() < 0.55)
    for (const status of told) for (let n = 0; n < 1 + next() * 5; n++) messages.push(message(payment, status))
    expected.set(payment.payment_id, told.at(-1) ?? 'pending')
    if (payment.provider === 'kaspi') {
      const state = told.includes('succeeded') ? 'completed' : 'pending'
      const fields = { order_id: payment.payment_id, status: state, transaction_id: `txn-${payment.payment_id}` }
      kaspi.set(payment.payment_id, kaspiPayload(fields, inTenge(payment.amount)))
    }
  }
  while (messages.length < 7_200) {
    const payment = payments[Math.floor(next() * payments.length)]!
    if (expected.get(payment.payment_id) === 'succeeded') messages.push(message(payment, 'succeeded'))
  }
  const sound = messages.slice(0)
  const doubles = Array.from({ length: 2_300 }, () => sound[Math.floor(next() * sound.length)]!)
  const bad = Array.from({ length: 500 }, () => {
    const payment = payments[Math.floor(next() * payments.length)]!
    return damaged(payment, payments[Math.floor(next() * payments.length)]!, next)
  })
  const all = shuffle([...sound, ...doubles, ...bad], next)
  expect(all.length).toBeGreaterThanOrEqual(10_000)

  const handler = webhooks(createEventStore(serviceClient(stack)))
  const answers = new Map<number, number>()
  let position = 0
  const worker = async () => {
    while (position < all.length) {
      const { status } = await post(handler, all[position++]!)
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: 12 }, worker))
  // What waited for a lock too long is a job's.
  await sql(stack)`update private.payment_events set received_at = now() - interval '1 hour' where status = 'received'`
  const store = createEventStore(serviceClient(stack))
  while (await store.applyNext());

  const about = `SEED=${seed}`
  expect(
    [...answers.keys()].filter((status) => ![200, 400, 401].includes(status)),
    about,
  ).toEqual([])
  const rows = await sql(stack)`select id, provider, status from public.payments`
  const others = rows.filter(({ id, status }) => status !== expected.get(id))
  expect(
    others.map(({ id, ...row }) => ({ ...row, expected: expected.get(id) })),
    about,
  ).toEqual([])
  expect(await wrongPayments(stack), about).toEqual([])
  const [sums] = await sql(stack)`
    select
      (select coalesce(sum(quantity), 0)::int from public.payments where purpose = 'credits' and status = 'succeeded') as credits_paid,
      (select coalesce(sum(balance), 0)::int from private.ledger_accounts where kind = 'wallet' and currency = 'credits') as credits_there,
      (select count(*)::int from public.payments where purpose = 'pack' and status = 'succeeded') as packs_paid,
      (select count(*)::int from private.bought_quotas) as packs_there,
      (select count(*)::int from public.payments where purpose = 'subscription' and status = 'succeeded') as plans_paid,
      (select count(*)::int from public.subscriptions where started_at is not null) as plans_there,
      (select coalesce(sum(amount), 0)::int from public.payments where purpose = 'escrow' and status = 'succeeded') as money_paid,
      (select coalesce(sum(held), 0)::int from private.escrows) as money_held,
      (select count(*)::int from public.payments where is_in_wallet) as in_wallets,
      (select count(*)::int from private.payment_events where status = 'quarantined') as quarantined,
      (select count(*)::int from private.payment_events where status not in ('applied', 'ignored', 'quarantined')) as left_over
  `
  expect(sums).toMatchObject({
    credits_there: sums!.credits_paid,
    packs_there: sums!.packs_paid,
    plans_there: sums!.plans_paid,
    money_held: sums!.money_paid,
    in_wallets: 0,
    left_over: 0,
  })
  // Every damaged one was refused, or waits for an admin.
  expect(sums!.quarantined + (answers.get(400) ?? 0) + (answers.get(401) ?? 0), about).toBeGreaterThanOrEqual(490)
}, 300_000)

/** An event store that breaks at a point, once. */
function breaking(at: 'before storing' | 'after storing' | 'before applying' | 'after applying'): EventStore {
  const store = createEventStore(serviceClient(stack))
  let isBroken = false
  const breakAt = (point: typeof at) => {
    if (isBroken || point !== at) return
    isBroken = true
    throw new Error(`killed ${at}`)
  }
  return {
    async store(...event) {
      breakAt('before storing')
      const id = await store.store(...event)
      breakAt('after storing')
      return id
    },
    applyNext: () => store.applyNext(),
    async apply(id) {
      breakAt('before applying')
      const status = await store.apply(id)
      breakAt('after applying')
      return status
    },
  }
}

async function oneCredit(): Promise<{ recruiter: { id: string }; payment: Started }> {
  const [recruiter] = await makeRecruiters(stack, 1)
  return {
    recruiter: recruiter!,
    payment: await startPayment(stack, recruiter!, { purpose: 'credits', credits: 1 }, 'stripe'),
  }
}

const creditsOf = async ({ id }: { id: string }) => {
  const [row] = await sql(
    stack,
  )`select balance::int from private.ledger_accounts where owner_id = ${id} and kind = 'wallet'`
  return row!.balance
}

test.each([
  ['before storing', 503, 0],
  ['after storing', 503, 0],
  ['before applying', 200, 0],
  ['after applying', 200, 1],
] as const)('a function that ends %s: told again, there is one effect', async (at, status, credits) => {
  const { recruiter, payment } = await oneCredit()
  const handler = webhooks(breaking(at))
  const told = message(payment, 'succeeded')
  expect((await post(handler, told)).status).toBe(status)
  expect(await creditsOf(recruiter)).toBe(credits)
  for (let n = 0; n < 3; n++) expect((await post(handler, told)).status).toBe(200)
  expect(await creditsOf(recruiter)).toBe(1)
})

test('a database connection that is cut in the middle of applying: nothing of it happened, and a job does it', async () => {
  const { recruiter, payment } = await oneCredit()
  const blocker = await sql(stack).reserve()
  await blocker`begin`
  await blocker`select from public.payments where id = ${payment.payment_id} for update`
  const before = await moneyState(stack)
  const answer = post(webhooks(createEventStore(serviceClient(stack))), message(payment, 'succeeded'))
  await expect
    .poll(async () => {
      const cut = await sql(stack)`
        select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'authenticator' and wait_event_type = 'Lock' and query like '%apply_payment_event%'
      `
      return cut.length
    })
    .toBe(1)
  await blocker`rollback`
  blocker.release()
  expect((await answer).status).toBe(200)
  expect(await moneyState(stack)).toEqual(before)
  await sql(stack)`update private.payment_events set received_at = now() - interval '1 hour' where status = 'received'`
  await sql(stack)`select private.apply_received_events()`
  expect(await creditsOf(recruiter)).toBe(1)
  expect((await paymentOf(stack, payment)).status).toBe('succeeded')
})
