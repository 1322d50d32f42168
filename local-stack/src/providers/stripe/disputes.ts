import { chargeOf } from './cards.ts'
import type { PaymentIntent, StripeObject } from './objects.ts'
import { changeBalance, find, newId, type State, seconds } from './state.ts'

/** The payer's bank takes a payment back: the money goes at once. */
export function createDispute(state: State, paymentIntent: string): StripeObject {
  const intent = find<PaymentIntent>(state, 'payment_intent', paymentIntent, 'payment_intent')
  const charge = chargeOf(state, intent)
  charge.disputed = true
  const due_by = seconds() + 7 * 24 * 3600
  const dispute: StripeObject = {
    id: newId('du'),
    object: 'dispute',
    amount: charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created: seconds(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: {},
    evidence_details: { due_by, has_evidence: false, past_due: false, submission_count: 0 },
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: intent.id,
    reason: 'fraudulent',
    status: 'needs_response',
  }
  state.objects.set(dispute.id, dispute)
  changeBalance(state, charge.currency, -charge.amount)
  state.emit('charge.dispute.created', dispute)
  return dispute
}
