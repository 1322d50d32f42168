import Stripe from 'stripe'
import type { PaymentEvent, ProviderEvent } from './event.ts'
import type { Payout, Refund, Renewal } from './provider.ts'
import { refusalOf } from './stripe-errors.ts'
import { ofIntent, ofRefund, ofTransfer } from './stripe-events.ts'

// Stripe forgets an idempotency key after a day, and tasks are tried for longer: whoever tries again first looks for what
// an earlier try has made. And Stripe answers a refusal again under its key, such as that the balance does not suffice:
// so a failure that is noted changes the key, while two who try at once have the same.

/** Charges a renewal while nobody is there. A decline is an event, too. */
export async function charge(stripe: Stripe, task: Renewal): Promise<ProviderEvent | null> {
  const { payment_id, amount, currency, description, customer, method, attempts } = task
  const kind = `charge:${payment_id}`
  try {
    const made = attempts > 1 && customer !== null ? await findIntent(stripe, customer, payment_id) : null
    const intent =
      made ??
      (await stripe.paymentIntents.create(
        {
          amount,
          currency: currency.toLowerCase(),
          description,
          ...(customer === null ? {} : { customer }),
          payment_method: method,
          off_session: true,
          confirm: true,
          metadata: { payment_id },
        },
        { idempotencyKey: `payment/${payment_id}` },
      ))
    return ofCharge(kind, intent)
  } catch (error) {
    const failure = refusalOf(error)
    if (failure === null) throw error
    const event: PaymentEvent = { type: 'payment.failed', payment_id, failure }
    const reference = error instanceof Stripe.errors.StripeError ? error.payment_intent?.id : undefined
    return happened(kind, 'failed', { failure }, reference ? { ...event, provider_reference: reference } : event)
  }
}

function ofCharge(kind: string, intent: Stripe.PaymentIntent): ProviderEvent {
  const types: Record<string, PaymentEvent['type']> = {
    succeeded: 'payment.succeeded',
    canceled: 'payment.cancelled',
    // Its bank has not answered; a webhook tells, or a look-up.
    processing: 'payment.pending',
  }
  // Whatever else it waits for, there is nobody who could do it.
  return happened(kind, intent.status, intent, ofIntent(intent, types[intent.status] ?? 'payment.failed'))
}

async function findIntent(stripe: Stripe, customer: string, payment_id: string): Promise<Stripe.PaymentIntent | null> {
  for await (const intent of stripe.paymentIntents.list({ customer, limit: 100 })) {
    if (intent.metadata.payment_id === payment_id) return intent
  }
  return null
}

/** Gives money back. Null while the bank has not answered; a webhook tells. */
export async function refund(stripe: Stripe, task: Refund): Promise<ProviderEvent | null> {
  const { refund_id, payment_id, provider_reference: payment_intent, amount, attempts, failures } = task
  const kind = `refund:${refund_id}`
  try {
    const made = attempts > 1 ? await findRefund(stripe, payment_intent, refund_id) : null
    const refunded =
      made ??
      (await stripe.refunds.create(
        { payment_intent, amount, metadata: { refund_id, payment_id } },
        { idempotencyKey: `refund/${refund_id}/${failures}` },
      ))
    const event = ofRefund(refunded)
    return event.type === 'other' ? null : happened(kind, refunded.status ?? 'unknown', refunded, event)
  } catch (error) {
    const failure = refusalOf(error)
    if (failure === null) throw error
    return happened(kind, 'refused', { failure }, { type: 'refund.failed', refund_id, payment_id, failure })
  }
}

async function findRefund(stripe: Stripe, payment_intent: string, refund_id: string): Promise<Stripe.Refund | null> {
  for await (const made of stripe.refunds.list({ payment_intent, limit: 100 })) {
    if (made.metadata?.refund_id === refund_id) return made
  }
  return null
}

/** Sends what was withdrawn to its owner's account at Stripe, which pays it out to their bank. */
export async function payOut(stripe: Stripe, task: Payout): Promise<ProviderEvent | null> {
  const { withdrawal_id, destination, amount, currency, attempts, failures } = task
  const kind = `payout:${withdrawal_id}`
  try {
    const made = attempts > 1 ? await findTransfer(stripe, withdrawal_id) : null
    const transfer =
      made ??
      (await stripe.transfers.create(
        {
          amount,
          currency: currency.toLowerCase(),
          destination,
          transfer_group: withdrawal_id,
          metadata: { withdrawal_id },
        },
        { idempotencyKey: `withdrawal/${withdrawal_id}/${failures}` },
      ))
    return happened(kind, transfer.reversed ? 'reversed' : 'made', transfer, ofTransfer(transfer))
  } catch (error) {
    const failure = refusalOf(error)
    if (failure === null) throw error
    return happened(kind, 'refused', { failure }, { type: 'payout.failed', withdrawal_id, failure })
  }
}

async function findTransfer(stripe: Stripe, withdrawal_id: string): Promise<Stripe.Transfer | null> {
  for await (const made of stripe.transfers.list({ transfer_group: withdrawal_id, limit: 100 })) {
    if (made.metadata.withdrawal_id === withdrawal_id) return made
  }
  return null
}

function happened(kind: string, status: string, object: unknown, event: PaymentEvent): ProviderEvent {
  return {
    event_id: `${kind}:${status}`,
    type: `${kind.split(':')[0]}: ${status}`,
    payload: JSON.stringify(object),
    event,
  }
}
