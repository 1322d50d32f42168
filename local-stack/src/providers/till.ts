/** A payment that somebody can make, as its page shows it. */
export interface Payable {
  provider: 'stripe' | 'kaspi' | 'robokassa'
  /** The provider's: a session or intent, an order id, an InvId. */
  id: string
  /** The page to pay at. */
  url: string
  /** In major units: `5000.00`. */
  amount: string
  currency: string
  description: string
  /** `declined` can still be paid, where the provider lets people try again. */
  state: 'open' | 'declined' | 'paid' | 'closed'
  /** Where the payer goes next. */
  back: string | null
  created_at: string
}

export interface PayOptions {
  /** What becomes of charges without the payer, later: they succeed unless told. */
  laterCharges?: 'succeed' | 'decline'
}

/** Where the payments of one provider are made. Throws an Error for what cannot be done to a payment. */
export interface Till {
  list(): Payable[]
  /** By id or, for Stripe, by client secret. */
  find(reference: string): Payable | undefined
  pay(id: string, options: PayOptions): void
  decline(id: string): void
  /** Lets the payment end without being made. */
  expire(id: string): void
}

/** Minor units as decimal text; all currencies here have two digits. */
export function decimalText(minor: number): string {
  const digits = String(minor).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}
