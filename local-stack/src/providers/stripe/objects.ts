/** The objects that the double keeps, with the fields it gives a value; `answer` is what Stripe shows besides. */
export interface StripeObject {
  id: string
  object: string
  created: number
  [field: string]: unknown
}

export interface PaymentIntent extends StripeObject {
  object: 'payment_intent'
  amount: number
  amount_received: number
  currency: string
  customer: string | null
  description: string | null
  last_payment_error: Record<string, unknown> | null
  latest_charge: string | null
  metadata: Record<string, string>
  payment_method: string | null
  setup_future_usage: string | null
  status: 'requires_payment_method' | 'requires_confirmation' | 'succeeded' | 'canceled'
}

export interface Session extends StripeObject {
  object: 'checkout.session'
  amount_total: number
  currency: string
  customer: string | null
  customer_creation: string | null
  customer_email: string | null
  expires_at: number
  payment_intent: string | null
  payment_status: 'unpaid' | 'paid'
  status: 'open' | 'complete' | 'expired'
  success_url: string
  url: string | null
}

export interface Charge extends StripeObject {
  object: 'charge'
  amount: number
  amount_refunded: number
  currency: string
  payment_intent: string
}

export interface PaymentMethod extends StripeObject {
  object: 'payment_method'
  customer: string | null
}

export interface Refund extends StripeObject {
  object: 'refund'
  amount: number
  charge: string
  currency: string
  payment_intent: string
  status: 'pending' | 'succeeded' | 'failed'
}

export interface Transfer extends StripeObject {
  object: 'transfer'
  amount: number
  amount_reversed: number
  currency: string
  destination: string
  transfer_group: string
}

export interface Account extends StripeObject {
  object: 'account'
  capabilities: Record<string, string>
  charges_enabled: boolean
  payouts_enabled: boolean
  details_submitted: boolean
  metadata: Record<string, string>
  requirements: { currently_due: string[]; [field: string]: unknown }
}
