import { missingResource, StripeError } from './errors.ts'
import type { Charge, PaymentIntent, PaymentMethod } from './objects.ts'
import { type Card, changeBalance, type Decline, find, newId, type State, seconds } from './state.ts'

const generic: Decline = decline('card_declined', 'generic_decline', 'Your card was declined.')
const poor: Decline = decline('card_declined', 'insufficient_funds', 'Your card has insufficient funds.')
const unproven: Decline = decline(
  'authentication_required',
  'authentication_required',
  'Your card was declined. This transaction requires authentication.',
)

export const goodCard: Card = { now: null, later: null }
export const badCard: Card = { now: generic, later: generic }
/** Pays while the payer is there, and never again. */
export const oneTimeCard: Card = { now: null, later: generic }

// Stripe's own test cards.
const testCards: Record<string, Card> = {
  pm_card_visa: goodCard,
  pm_card_mastercard: goodCard,
  pm_card_bypassPending: goodCard,
  pm_card_chargeCustomerFail: badCard,
  pm_card_visa_chargeDeclined: badCard,
  pm_card_chargeDeclined: badCard,
  pm_card_visa_chargeDeclinedInsufficientFunds: { now: poor, later: poor },
  pm_card_chargeDeclinedInsufficientFunds: { now: poor, later: poor },
  pm_card_authenticationRequired: { now: null, later: unproven },
}

function decline(code: string, decline_code: string, message: string): Decline {
  return { code, decline_code, message }
}

/** A payment method of one's own, from one of Stripe's test cards, or the one that exists. */
export function paymentMethod(state: State, id: string): PaymentMethod {
  const card = testCards[id]
  if (card !== undefined) return newPaymentMethod(state, card)
  const found = state.objects.get(id)
  if (found?.object === 'payment_method') return found as PaymentMethod
  throw missingResource('PaymentMethod', id, 'payment_method', 400)
}

export function newPaymentMethod(state: State, card: Card): PaymentMethod {
  const made: PaymentMethod = {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: { brand: 'visa', country: 'US', exp_month: 12, exp_year: 2040, funding: 'credit', last4: '4242' },
    created: seconds(),
    customer: null,
    livemode: false,
    metadata: {},
    type: 'card',
  }
  state.objects.set(made.id, made)
  state.cards.set(made.id, card)
  return made
}

/**
 * Charges a payment method for an intent. Answers why not, or null when it is paid: the intent, the charge and the
 * balance have changed, and the event is sent.
 */
export function charge(
  state: State,
  intent: PaymentIntent,
  method: PaymentMethod,
  offSession: boolean,
): StripeError | null {
  const card = state.cards.get(method.id) ?? goodCard
  const declined = offSession ? card.later : card.now
  const made = newCharge(intent, method, declined)
  state.objects.set(made.id, made)
  intent.latest_charge = made.id
  if (declined === null) {
    const paid = { status: 'succeeded', amount_received: intent.amount, payment_method: method.id } as const
    Object.assign(intent, paid, { last_payment_error: null })
    if (intent.customer !== null && intent.setup_future_usage !== null) method.customer = intent.customer
    changeBalance(state, intent.currency, intent.amount)
    state.log(`stripe ${intent.id} paid`)
    state.emit('payment_intent.succeeded', intent)
    return null
  }
  const { code, decline_code, message } = declined
  const error = {
    charge: made.id,
    code,
    decline_code,
    message,
    payment_method: structuredClone(method),
    type: 'card_error',
  }
  Object.assign(intent, { status: 'requires_payment_method', payment_method: null, last_payment_error: error })
  state.log(`stripe ${intent.id} declined: ${decline_code}`)
  state.emit('payment_intent.payment_failed', intent)
  const { type, message: _, ...details } = error
  return new StripeError(402, message, { ...details, payment_intent: structuredClone(intent) }, { type, begun: true })
}

function newCharge(intent: PaymentIntent, method: PaymentMethod, declined: Decline | null): Charge {
  return {
    id: newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: declined === null ? intent.amount : 0,
    amount_refunded: 0,
    balance_transaction: declined === null ? newId('txn') : null,
    billing_details: method.billing_details,
    captured: declined === null,
    created: seconds(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_code: declined?.code ?? null,
    failure_message: declined?.message ?? null,
    livemode: false,
    metadata: intent.metadata,
    paid: declined === null,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: { card: method.card, type: 'card' },
    receipt_url: null,
    refunded: false,
    status: declined === null ? 'succeeded' : 'failed',
    transfer_group: intent.transfer_group,
  }
}

/** The successful charge of an intent. */
export function chargeOf(state: State, intent: PaymentIntent): Charge {
  if (intent.status === 'succeeded') return find<Charge>(state, 'charge', intent.latest_charge ?? '', 'charge')
  throw new StripeError(400, `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
    param: 'payment_intent',
  })
}
