import type Stripe from 'stripe'
import { type PaymentEvent, withAmount } from './event.ts'

/** What an event of Stripe's says. Money has come with `payment_intent.succeeded` alone. */
export function eventOf(event: Stripe.Event): PaymentEvent {
  // What happens in a connected account is its owner's own business, and its metadata their own words.
  if (event.account !== undefined && event.type !== 'account.updated') return { type: 'other' }
  switch (event.type) {
    case 'payment_intent.succeeded':
      return ofIntent(event.data.object, 'payment.succeeded')
    case 'payment_intent.processing':
      return ofIntent(event.data.object, 'payment.pending')
    case 'payment_intent.payment_failed':
      return ofIntent(event.data.object, 'payment.failed')
    case 'payment_intent.canceled':
      return ofIntent(event.data.object, 'payment.cancelled')
    case 'checkout.session.expired':
      return ofExpired(event.data.object)
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
      return ofRefund(event.data.object)
    case 'transfer.created':
    case 'transfer.reversed':
      return ofTransfer(event.data.object)
    case 'account.updated':
      return { type: 'account.updated', provider_reference: event.data.object.id, account: stateOf(event.data.object) }
    case 'charge.dispute.created':
      return ofDispute(event.data.object)
    default:
      return { type: 'other' }
  }
}

export function ofIntent(intent: Stripe.PaymentIntent, type: PaymentEvent['type']): PaymentEvent {
  const { id, metadata, customer, payment_method, last_payment_error: error } = intent
  // Somebody else's use of the same Stripe account.
  if (metadata?.payment_id === undefined) return { type: 'other', provider_reference: id }
  const event: PaymentEvent = { type, payment_id: metadata.payment_id, provider_reference: id }
  if (type === 'payment.failed') event.failure = error?.message ?? error?.code ?? intent.status
  if (type === 'payment.succeeded' && intent.setup_future_usage === 'off_session') {
    const method = idOf(payment_method)
    if (method !== null) event.method = { customer: idOf(customer), method }
  }
  return withAmount(event, type === 'payment.succeeded' ? intent.amount_received : intent.amount, intent.currency)
}

/** A place to pay that nobody may use any more. */
export function ofExpired(session: Stripe.Checkout.Session): PaymentEvent {
  const payment_id = session.metadata?.payment_id
  if (payment_id === undefined) return { type: 'other' }
  return { type: 'payment.cancelled', payment_id, failure: 'nobody paid in time' }
}

export function ofRefund(refund: Stripe.Refund): PaymentEvent {
  const { refund_id, payment_id } = refund.metadata ?? {}
  const about = { provider_reference: refund.id, ...(payment_id === undefined ? {} : { payment_id }) }
  if (refund_id === undefined) {
    const problem = `a refund that was not asked for here, of ${idOf(refund.payment_intent) ?? refund.id}`
    return withAmount({ type: 'other', ...about, problem }, refund.amount, refund.currency)
  }
  const event: PaymentEvent = { type: 'other', ...about, refund_id }
  if (refund.status === 'succeeded') event.type = 'refund.succeeded'
  if (refund.status === 'failed' || refund.status === 'canceled') {
    event.type = 'refund.failed'
    event.failure = refund.failure_reason ?? refund.status
  }
  return withAmount(event, refund.amount, refund.currency)
}

export function ofTransfer(transfer: Stripe.Transfer): PaymentEvent {
  const { withdrawal_id } = transfer.metadata ?? {}
  if (withdrawal_id === undefined) return { type: 'other', provider_reference: transfer.id }
  const event: PaymentEvent = { type: 'payout.paid', withdrawal_id, provider_reference: transfer.id }
  if (transfer.reversed) {
    event.type = 'payout.failed'
    event.failure = 'the transfer was reversed'
  } else if (transfer.amount_reversed > 0) {
    event.type = 'other'
    event.problem = 'a transfer that was reversed in part'
  }
  return withAmount(event, transfer.amount, transfer.currency)
}

function ofDispute(dispute: Stripe.Dispute): PaymentEvent {
  const paid = idOf(dispute.payment_intent) ?? idOf(dispute.charge) ?? dispute.id
  const event: PaymentEvent = { type: 'other', provider_reference: paid, problem: `a chargeback of ${paid}` }
  return withAmount(event, dispute.amount, dispute.currency)
}

/** What a connected account may do, and what Stripe still wants to know. */
export function stateOf(account: Stripe.Account): NonNullable<PaymentEvent['account']> {
  const { currently_due, past_due } = account.requirements ?? {}
  return {
    charges_enabled: account.charges_enabled === true,
    payouts_enabled: account.payouts_enabled === true,
    requirements: [...new Set([...(past_due ?? []), ...(currently_due ?? [])])],
  }
}

function idOf(named: string | { id: string } | null | undefined): string | null {
  if (named === null || named === undefined) return null
  return typeof named === 'string' ? named : named.id
}
