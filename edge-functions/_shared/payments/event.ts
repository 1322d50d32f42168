/** What providers tell, in the one shape that the database applies. What is left out says nothing. */
export interface PaymentEvent {
  type:
    | 'payment.pending'
    | 'payment.succeeded'
    | 'payment.failed'
    | 'payment.cancelled'
    | 'refund.succeeded'
    | 'refund.failed'
    | 'payout.paid'
    | 'payout.failed'
    | 'account.updated'
    | 'other'
  /** Ours: of the payment, its number, the refund, the withdrawal. */
  payment_id?: string
  order_number?: number
  refund_id?: string
  withdrawal_id?: string
  /** The provider's own id of what this is about. */
  provider_reference?: string
  /** Minor units of `currency`. */
  amount?: number
  /** Such as `KZT`. */
  currency?: string
  failure?: string
  /** What a renewal can be charged with; a provider that keeps no customers has none. */
  method?: { customer: string | null; method: string }
  account?: { charges_enabled: boolean; payouts_enabled: boolean; requirements: string[] }
  /** Why an admin must look at it: the database keeps it and does nothing else. */
  problem?: string
}

export interface ProviderEvent {
  /** The same for the same event, however often it is told. */
  event_id: string
  /** The provider's own word. */
  type: string
  /** As it came, byte for byte. */
  payload: string
  event: PaymentEvent
}

/** The event with this amount, or with a problem if it is no whole number of a currency's minor units. */
export function withAmount(event: PaymentEvent, amount: unknown, currency: unknown): PaymentEvent {
  // As much as `toMinor` takes: 15 digits.
  const isAmount = typeof amount === 'number' && Number.isInteger(amount) && amount >= 0 && amount < 1e15
  if (isAmount && typeof currency === 'string') return { ...event, amount, currency: currency.toUpperCase() }
  return { problem: `an amount that makes no sense: ${amount} ${currency}`.slice(0, 200), ...event }
}

const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether this can be an id of ours, as the database writes them. */
export function isId(text: string): boolean {
  return idPattern.test(text)
}
