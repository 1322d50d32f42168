import { paymentMethod } from './cards.ts'
import type { PaymentMethod, StripeObject } from './objects.ts'
import { metadata, type Params, requiredText, text } from './params.ts'
import { find, newId, type State, seconds } from './state.ts'

export function createCustomer(state: State, params: Params): StripeObject {
  const made: StripeObject = {
    id: newId('cus', 14),
    object: 'customer',
    address: null,
    balance: 0,
    created: seconds(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: text(params, 'description'),
    discount: null,
    email: text(params, 'email'),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: metadata(params),
    name: text(params, 'name'),
    phone: text(params, 'phone'),
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  }
  state.objects.set(made.id, made)
  return made
}

export function attachMethod(state: State, params: Params, id: string): PaymentMethod {
  const customer = requiredText(params, 'customer')
  find(state, 'customer', customer, 'customer', 'customer')
  const method = paymentMethod(state, id)
  method.customer = customer
  return method
}
