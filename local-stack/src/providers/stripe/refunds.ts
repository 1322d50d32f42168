import { chargeOf } from './cards.ts'
import { StripeError } from './errors.ts'
import type { Charge, PaymentIntent, Refund } from './objects.ts'
import { amount, invalid, metadata, missing, oneOf, type Params, text } from './params.ts'
import { changeBalance, find, newId, type State, seconds } from './state.ts'

export function createRefund(state: State, params: Params): Refund {
  const charge = refunded(state, params)
  const wanted = amount(params)
  const left = charge.amount - charge.amount_refunded
  const about = { metadata: metadata(params), reason: oneOf(params, 'reason', reasons) }
  if (left === 0) {
    const message = `Charge ${charge.id} has already been refunded.`
    throw new StripeError(400, message, { code: 'charge_already_refunded' }, { begun: true })
  }
  if ((wanted ?? left) > left) {
    const message = `Refund amount (${wanted}) is greater than unrefunded amount on charge (${left}).`
    throw new StripeError(400, message, { param: 'amount' }, { begun: true })
  }
  const refund: Refund = {
    id: newId('re'),
    object: 'refund',
    amount: wanted ?? left,
    balance_transaction: newId('txn'),
    charge: charge.id,
    created: seconds(),
    currency: charge.currency,
    ...about,
    payment_intent: charge.payment_intent,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'pending',
    transfer_reversal: null,
  }
  state.objects.set(refund.id, refund)
  take(state, charge, refund.amount)
  const begin = state.settings.refunds
  if (begin === 'succeeded') refund.status = 'succeeded'
  state.emit('refund.created', refund)
  state.log(`stripe ${refund.id} refunds ${refund.payment_intent}: ${begin}`)
  if (begin === 'failed') settleRefund(state, refund, 'failed')
  return refund
}

const reasons = ['duplicate', 'fraudulent', 'requested_by_customer']

function refunded(state: State, params: Params): Charge {
  const [intent, charge] = [text(params, 'payment_intent'), text(params, 'charge')]
  if (intent !== null && charge !== null) throw invalid('charge', 'Give only one of charge and payment_intent.')
  if (charge !== null) return find<Charge>(state, 'charge', charge, 'charge', 'charge')
  if (intent === null) throw missing('payment_intent')
  return chargeOf(state, find<PaymentIntent>(state, 'payment_intent', intent, 'payment_intent', 'payment_intent'))
}

function take(state: State, charge: Charge, minor: number): void {
  charge.amount_refunded += minor
  charge.refunded = charge.amount_refunded === charge.amount
  changeBalance(state, charge.currency, -minor)
}

/** Ends a refund: a pending one succeeds or fails, and one that succeeded may still come back from the bank. */
export function settleRefund(state: State, refund: Refund, status: 'succeeded' | 'failed'): void {
  if (refund.status === status || refund.status === 'failed')
    throw new Error(`The refund ${refund.id} is ${refund.status}.`)
  refund.status = status
  if (status === 'failed') {
    Object.assign(refund, { failure_reason: 'expired_or_canceled_card', failure_balance_transaction: newId('txn') })
    take(state, find<Charge>(state, 'charge', refund.charge, 'charge'), -refund.amount)
  }
  state.emit('refund.updated', refund)
  if (status === 'failed') state.emit('refund.failed', refund)
}
