import { charge, newPaymentMethod } from './cards.ts'
import { createCustomer } from './customers.ts'
import { notImitated, StripeError } from './errors.ts'
import { endIntent, newIntent } from './intents.ts'
import { known } from './known.ts'
import type { PaymentIntent, Session } from './objects.ts'
import {
  amount,
  currency,
  group,
  integer,
  invalid,
  metadata,
  missing,
  oneOf,
  onlyKnown,
  type Params,
  requiredText,
  text,
} from './params.ts'
import { type Card, find, newId, type State, seconds } from './state.ts'

const aDay = 24 * 3600
const halfAnHour = 1800

// What a session makes its intent of; no answer shows it.
const intentFields = new WeakMap<Session, Params>()

/** What is sold, in words. */
export const soldIn = (session: Session): string => String(intentFields.get(session)?.description ?? session.id)

export function createSession(state: State, params: Params): Session {
  const mode = oneOf(params, 'mode', ['payment', 'setup', 'subscription'])
  if (mode === null) throw missing('mode')
  if (mode !== 'payment') throw notImitated(`Checkout in the mode ${mode}`, 'mode')
  const uiMode = oneOf(params, 'ui_mode', ['hosted_page', 'embedded_page', 'elements', 'form']) ?? 'hosted_page'
  if (uiMode !== 'hosted_page') throw notImitated(`Checkout in the ui_mode ${uiMode}`, 'ui_mode')
  const customer = text(params, 'customer')
  const creation = oneOf(params, 'customer_creation', ['always', 'if_required'])
  if (customer !== null) find(state, 'customer', customer, 'customer', 'customer')
  if (customer !== null && (creation !== null || params.customer_email !== undefined)) {
    throw invalid(
      'customer',
      'You may only specify one of these parameters: customer, customer_creation, customer_email.',
    )
  }
  const intent = group(params, 'payment_intent_data')
  onlyKnown(intent, known.sessionIntent)
  metadata(intent)
  const sold = lineItems(params)
  const id = newId('cs_test', 58)
  const session: Session = {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    amount_subtotal: sold.total,
    amount_total: sold.total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: urlOf(params, 'cancel_url'),
    client_reference_id: text(params, 'client_reference_id'),
    client_secret: null,
    consent: null,
    created: seconds(),
    currency: sold.currency,
    custom_fields: [],
    customer,
    customer_creation: customer === null ? (creation ?? 'if_required') : null,
    customer_details: null,
    customer_email: text(params, 'customer_email'),
    expires_at: expiry(params),
    invoice: null,
    livemode: false,
    locale: text(params, 'locale'),
    metadata: metadata(params),
    mode: 'payment',
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    recovered_from: null,
    setup_intent: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: requiredUrl(params, 'success_url'),
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: uiMode,
    url: `${state.base}/pay/stripe/${id}`,
  }
  state.objects.set(id, session)
  intentFields.set(session, { description: sold.name, ...intent })
  return session
}

function lineItems(params: Params): { total: number; currency: string; name: string } {
  const items = params.line_items
  if (!Array.isArray(items) || items.length === 0) throw missing('line_items')
  const read = items.map((item, index) => {
    const at = `line_items[${index}]`
    if (typeof item !== 'object' || Array.isArray(item)) throw invalid(at, 'Invalid object')
    if (item.price !== undefined) throw notImitated('prices that are stored: use price_data', `${at}[price]`)
    const price = group(item, 'price_data')
    const unit = amount(price, 'unit_amount')
    if (unit === null) throw missing(`${at}[price_data][unit_amount]`)
    const quantity = integer(item, 'quantity')
    if (quantity === null || quantity < 1) throw missing(`${at}[quantity]`)
    const name = requiredText(group(price, 'product_data'), 'name')
    return { total: unit * quantity, currency: currency(price), name }
  })
  if (read.some((item) => item.currency !== read[0]!.currency)) {
    throw invalid('line_items', 'All line items must have the same currency.')
  }
  const total = read.reduce((sum, item) => sum + item.total, 0)
  amount({ total: String(total) }, 'total')
  return { total, currency: read[0]!.currency, name: read[0]!.name }
}

function expiry(params: Params): number {
  const [now, given] = [seconds(), integer(params, 'expires_at')]
  if (given === null) return now + aDay
  if (given >= now + halfAnHour - 60 && given <= now + aDay + 60) return given
  throw invalid('expires_at', 'The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from now.')
}

function urlOf(params: Params, name: string): string | null {
  const value = text(params, name)
  if (value === null || /^[a-z][a-z0-9+.-]*:\/\/./i.test(value)) return value
  throw new StripeError(400, 'Not a valid URL', { code: 'url_invalid', param: name })
}

function requiredUrl(params: Params, name: string): string {
  const value = urlOf(params, name)
  if (value === null) throw missing(name)
  return value
}

/** The payer gives a card at the session's page. Throws the error that the page shows; the session stays open then. */
export function paySession(state: State, session: Session, card: Card): void {
  requireOpen(session)
  const fields = intentFields.get(session) ?? {}
  const setup_future_usage = text(fields, 'setup_future_usage')
  if (session.customer === null && session.customer_creation === 'always') {
    session.customer = createCustomer(state, { email: session.customer_email ?? 'payer@example.com' }).id
  }
  const intent =
    session.payment_intent === null
      ? newIntent(state, {
          amount: session.amount_total,
          currency: session.currency,
          customer: session.customer,
          description: text(fields, 'description'),
          metadata: metadata(fields),
          setup_future_usage,
          transfer_group: text(fields, 'transfer_group'),
        })
      : find<PaymentIntent>(state, 'payment_intent', session.payment_intent, 'payment_intent')
  session.payment_intent = intent.id
  const declined = charge(state, intent, newPaymentMethod(state, card), false)
  if (declined !== null) throw declined
  const email = session.customer_email ?? 'payer@example.com'
  const customer_details = { address: null, email, name: null, phone: null, tax_exempt: 'none', tax_ids: [] }
  Object.assign(session, { status: 'complete', payment_status: 'paid', url: null, customer_details })
  state.emit('checkout.session.completed', session)
}

export function expireSession(state: State, session: Session): Session {
  requireOpen(session)
  Object.assign(session, { status: 'expired', url: null })
  if (session.payment_intent !== null) {
    endIntent(state, find<PaymentIntent>(state, 'payment_intent', session.payment_intent, 'payment_intent'), 'expired')
  }
  state.log(`stripe ${session.id} expired`)
  state.emit('checkout.session.expired', session)
  return session
}

function requireOpen({ status }: Session): void {
  if (status === 'open') return
  const message = `Only Checkout Sessions with a status in ["open"] can be expired or paid. This one has a status of ${status}.`
  throw new StripeError(400, message)
}
