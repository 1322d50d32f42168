import { z } from 'zod'
import { json } from '../http.ts'
import { digitsOf, requireCurrency, toDecimal, toMinor } from './amounts.ts'
import { ask } from './ask.ts'
import { digestOf, hmacOf, isSameDigest } from './digests.ts'
import { isId, type PaymentEvent, type ProviderEvent, withAmount } from './event.ts'
import { invalidSignature, type Provider, providerUnavailable, unreadable } from './provider.ts'

export interface KaspiSettings {
  /** Several while one is replaced. */
  webhookSecrets: string[]
  apiKey: string
  /** Where payments are opened and looked up. */
  baseUrl: string
  fetch?: typeof fetch
}

const currency = 'KZT'

const types: Record<string, PaymentEvent['type']> = {
  pending: 'payment.pending',
  completed: 'payment.succeeded',
  failed: 'payment.failed',
  cancelled: 'payment.cancelled',
}

/** What Kaspi tells, by itself or when asked: the order is our payment, the amount stands in tenge. */
const stateShape = z.looseObject({
  order_id: z.string().min(1).max(200),
  status: z.string().min(1).max(100),
  amount: z.string(),
  transaction_id: z.string().max(200).nullish(),
})

interface State {
  event: PaymentEvent
  status: string
  order: string
}

/** Kaspi. It publishes no signature: here it is an HMAC of the body, and Kaspi is asked before money counts as paid. */
export function createKaspi({ webhookSecrets, apiKey, baseUrl, fetch: send = fetch }: KaspiSettings): Provider {
  const authorization = { authorization: `Bearer ${apiKey}` }

  /** What Kaspi says of a payment; null where it knows none. */
  async function stateAt(payment_id: string): Promise<{ state: State; text: string } | null> {
    const answer = await ask(`${baseUrl}/payments/${payment_id}`, { headers: authorization }, send)
    if (answer.status === 404) return null
    if (answer.status !== 200) throw notUnderstood(answer)
    try {
      const state = parse(answer.text)
      if (state.order === payment_id) return { state, text: answer.text }
    } catch {
      // Told below.
    }
    throw notUnderstood(answer)
  }

  return {
    currencies: [currency],
    methods: ['POST'],
    async start(payment, returnUrl) {
      requireCurrency(payment, [currency])
      const { payment_id, amount, minor_units, description } = payment
      const texts = { order_id: payment_id, currency, description, return_url: returnUrl }
      // The amount as it is written, never as a float.
      const body = `${JSON.stringify(texts).slice(0, -1)},"amount":${toDecimal(amount, minor_units)}}`
      const headers = { ...authorization, 'content-type': 'application/json' }
      const answer = await ask(`${baseUrl}/payments`, { method: 'POST', headers, body }, send)
      return { url: paymentUrlOf(answer, payment_id), client_secret: null, provider_session: null }
    },
    read({ body, headers }) {
      const signature = /^sha256=(.*)$/.exec(headers.get('x-kaspi-signature') ?? '')?.[1] ?? ''
      if (!webhookSecrets.some((secret) => isSameDigest(signature, hmacOf(body, secret)))) throw invalidSignature()
      const { event, status } = parse(body)
      return { event_id: `sha256:${digestOf(body)}`, type: status, payload: body, event }
    },
    async confirm(told) {
      const { type, payment_id, amount, problem } = told.event
      if (type !== 'payment.succeeded' || payment_id === undefined || problem !== undefined) return told
      const found = await stateAt(payment_id)
      if (found === null) return withProblem(told, 'Kaspi itself knows no such payment')
      const { status, event } = found.state
      if (event.type !== type) return withProblem(told, `Kaspi itself says ${status}`)
      if (event.amount !== amount) return withProblem(told, `Kaspi itself says another amount: ${event.amount}`)
      return { ...told, event: { ...event, ...told.event } }
    },
    answer: () => json({ received: true }),
    async lookUp({ payment_id }) {
      const found = await stateAt(payment_id)
      if (found === null || found.state.event.type === 'payment.pending') return null
      const { event, status } = found.state
      const event_id = `look-up:${payment_id}:${status}:${event.amount ?? ''}`
      return { event_id, type: `look-up: ${status}`, payload: found.text, event }
    },
  }
}

/** Throws 400 `validation_failed` for what is not Kaspi's shape. What only makes no sense is an event with a problem. */
function parse(text: string): State {
  const result = stateShape.safeParse(parseJson(text))
  if (!result.success) throw unreadable()
  const { order_id: order, status, amount, transaction_id } = result.data
  const event: PaymentEvent = { type: types[status] ?? 'other' }
  if (types[status] === undefined) event.problem = `an unknown status: ${status}`
  if (isId(order)) event.payment_id = order
  else event.problem = 'an order that is not ours'
  if (typeof transaction_id === 'string' && transaction_id !== '') event.provider_reference = transaction_id
  if (event.type === 'payment.failed') event.failure = 'declined'
  return { event: withAmount(event, toMinor(amount, digitsOf(currency)) ?? amount, currency), status, order }
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown

// Amounts stay as they are written: as a float, 5000.0000000000001 would be 5000.
const keepAmounts: Reviver = (key, value, { source }) => (key === 'amount' ? (source ?? JSON.stringify(value)) : value)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, keepAmounts as (key: string, value: unknown) => unknown)
  } catch {
    throw unreadable()
  }
}

function notUnderstood({ status, text }: { status: number; text: string }): Error {
  return providerUnavailable({ status, text: text.slice(0, 500) })
}

const startedShape = z.looseObject({ payment_url: z.url({ protocol: /^https?$/ }), order_id: z.string() })

function paymentUrlOf(answer: { status: number; text: string }, payment_id: string): string {
  try {
    const started = startedShape.parse(JSON.parse(answer.text))
    if (answer.status < 300 && started.order_id === payment_id) return started.payment_url
  } catch {
    // Told below.
  }
  throw notUnderstood(answer)
}

function withProblem(told: ProviderEvent, problem: string): ProviderEvent {
  return { ...told, event: { ...told.event, problem } }
}
