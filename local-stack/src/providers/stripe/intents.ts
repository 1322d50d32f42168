import { charge, paymentMethod } from './cards.ts'
import { StripeError } from './errors.ts'
import type { PaymentIntent, StripeObject } from './objects.ts'
import {
  currency,
  flag,
  group,
  invalid,
  metadata,
  missing,
  oneOf,
  type Params,
  requiredAmount,
  text,
} from './params.ts'
import { all, find, newId, type State, seconds } from './state.ts'

interface IntentFields {
  amount: number
  currency: string
  customer?: string | null
  description?: string | null
  metadata?: Record<string, string>
  setup_future_usage?: string | null
  transfer_group?: string | null
}

export function newIntent(state: State, fields: IntentFields): PaymentIntent {
  const id = newId('pi')
  const made: PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_${newId('secret', 25)}`,
    confirmation_method: 'automatic',
    created: seconds(),
    customer: null,
    customer_account: null,
    description: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
    ...fields,
  }
  state.objects.set(id, made)
  return made
}

export function createIntent(state: State, params: Params): PaymentIntent {
  const wanted = { amount: requiredAmount(params), currency: currency(params) }
  const method = text(params, 'payment_method')
  const customer = text(params, 'customer')
  const confirms = flag(params, 'confirm')
  if (customer !== null) find(state, 'customer', customer, 'customer', 'customer')
  if (text(params, 'off_session') === 'true' && !confirms) {
    throw invalid('off_session', 'You cannot set `off_session` when `confirm` is not `true`.')
  }
  if (confirms && method === null) throw missing('payment_method')
  const intent = newIntent(state, {
    ...wanted,
    customer,
    description: text(params, 'description'),
    metadata: metadata(params),
    setup_future_usage: oneOf(params, 'setup_future_usage', ['off_session', 'on_session']),
    transfer_group: text(params, 'transfer_group'),
  })
  intent.receipt_email = text(params, 'receipt_email')
  try {
    if (method !== null) setMethod(state, intent, method)
    if (confirms) confirm(state, intent, params)
  } catch (error) {
    // What was refused before it was begun was never made.
    if (!(error as StripeError).begun) state.objects.delete(intent.id)
    throw error
  }
  return intent
}

function setMethod(state: State, intent: PaymentIntent, id: string): void {
  const method = paymentMethod(state, id)
  if (method.customer !== null && method.customer !== intent.customer) {
    const message = `The provided PaymentMethod cannot be used: ${id} belongs to a Customer, who must be named by \`customer\`.`
    throw invalid('payment_method', message)
  }
  intent.payment_method = method.id
  if (intent.status === 'requires_payment_method') intent.status = 'requires_confirmation'
}

export function confirmIntent(state: State, params: Params, id: string): PaymentIntent {
  const intent = find<PaymentIntent>(state, 'payment_intent', id, 'payment_intent')
  const method = text(params, 'payment_method')
  if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status)) throw unexpected(intent, 'confirm')
  const kept = intent.setup_future_usage
  intent.setup_future_usage = oneOf(params, 'setup_future_usage', ['off_session', 'on_session']) ?? kept
  if (method !== null) setMethod(state, intent, method)
  confirm(state, intent, params)
  return intent
}

function confirm(state: State, intent: PaymentIntent, params: Params): void {
  const offSession = text(params, 'off_session') !== null && params.off_session !== 'false'
  const { allow_redirects } = group(params, 'automatic_payment_methods')
  if (intent.payment_method === null) throw unexpected(intent, 'confirm')
  if (!offSession && allow_redirects !== 'never' && text(params, 'return_url') === null) {
    throw invalid(
      'return_url',
      'This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`.',
    )
  }
  const method = paymentMethod(state, intent.payment_method)
  if (offSession && intent.customer !== null && method.customer !== intent.customer) {
    const message = `The customer does not have a payment method with the ID ${method.id}. The payment method must be attached to the customer.`
    throw new StripeError(400, message, { code: 'resource_missing', param: 'payment_method' })
  }
  const declined = charge(state, intent, method, offSession)
  if (declined !== null) throw declined
}

export function cancelIntent(state: State, params: Params, id: string): PaymentIntent {
  const intent = find<PaymentIntent>(state, 'payment_intent', id, 'payment_intent')
  const session = all(state, 'checkout.session').find((one: StripeObject) => one.payment_intent === id)
  if (session !== undefined) {
    const message =
      'You cannot cancel this PaymentIntent because it was created by a Checkout Session. Expire the session instead.'
    throw new StripeError(400, message, { code: 'payment_intent_unexpected_state' })
  }
  const reasons = ['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']
  return endIntent(state, intent, oneOf(params, 'cancellation_reason', reasons))
}

export function endIntent(state: State, intent: PaymentIntent, reason: string | null): PaymentIntent {
  if (['succeeded', 'canceled'].includes(intent.status)) throw unexpected(intent, 'cancel')
  Object.assign(intent, { status: 'canceled', canceled_at: seconds(), cancellation_reason: reason })
  state.emit('payment_intent.canceled', intent)
  return intent
}

function unexpected(intent: PaymentIntent, what: string): StripeError {
  const message = `You cannot ${what} this PaymentIntent because it has a status of ${intent.status}.`
  const details = { code: 'payment_intent_unexpected_state', payment_intent: structuredClone(intent) }
  return new StripeError(400, message, details)
}
