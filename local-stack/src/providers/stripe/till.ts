import { decimalText, type Payable, type PayOptions, type Till } from '../till.ts'
import { badCard, charge, goodCard, newPaymentMethod, oneTimeCard } from './cards.ts'
import { StripeError } from './errors.ts'
import { endIntent } from './intents.ts'
import type { PaymentIntent, Session } from './objects.ts'
import { expireSession, paySession, soldIn } from './sessions.ts'
import { all, type Card, type State } from './state.ts'

/** Where Checkout sessions are paid, and the intents that a page of the shop would pay with Stripe.js. */
export function createTill(state: State): Till {
  const sessions = () => all<Session>(state, 'checkout.session')
  function intents(): PaymentIntent[] {
    const ofSessions = new Set(sessions().map(({ payment_intent }) => payment_intent))
    return all<PaymentIntent>(state, 'payment_intent').filter(({ id }) => !ofSessions.has(id))
  }

  function find(reference: string): Session | PaymentIntent | undefined {
    const id = reference.replace(/_secret_.*$/, '')
    return [...sessions(), ...intents()].find((one) => one.id === id)
  }

  function existing(reference: string): Session | PaymentIntent {
    const found = find(reference)
    if (found === undefined) throw new Error(`Stripe has no payment ${reference}.`)
    return found
  }

  function tryCard(reference: string, card: Card): void {
    const one = existing(reference)
    if (one.object === 'checkout.session') {
      paySession(state, one, card)
      return
    }
    if (['succeeded', 'canceled'].includes(one.status)) throw new Error(`The payment ${one.id} is ${one.status}.`)
    const declined = charge(state, one, newPaymentMethod(state, card), false)
    if (declined !== null) throw declined
  }

  return {
    list: () => [...sessions(), ...intents()].map((one) => payable(state, one)),
    find(reference) {
      const found = find(reference)
      return found && payable(state, found)
    },
    pay: (id, { laterCharges }: PayOptions) => tryCard(id, laterCharges === 'decline' ? oneTimeCard : goodCard),
    decline(id) {
      try {
        tryCard(id, badCard)
      } catch (error) {
        if (!(error instanceof StripeError && error.status === 402)) throw error
      }
    },
    expire(id) {
      const one = existing(id)
      if (one.object === 'checkout.session') expireSession(state, one)
      else endIntent(state, one, 'abandoned')
    },
  }
}

function payable(state: State, one: Session | PaymentIntent): Payable {
  const isSession = one.object === 'checkout.session'
  const back = isSession ? one.success_url.replaceAll('{CHECKOUT_SESSION_ID}', one.id) : null
  return {
    provider: 'stripe',
    id: one.id,
    url: `${state.base}/pay/stripe/${one.id}`,
    amount: decimalText(isSession ? one.amount_total : one.amount),
    currency: one.currency.toUpperCase(),
    description: isSession ? soldIn(one) : String(one.description ?? one.id),
    state: stateOf(state, one),
    back,
    created_at: new Date(one.created * 1000).toISOString(),
  }
}

function stateOf(state: State, one: Session | PaymentIntent): Payable['state'] {
  if (one.object === 'payment_intent') {
    if (one.status === 'succeeded') return 'paid'
    if (one.status === 'canceled') return 'closed'
    return one.last_payment_error === null ? 'open' : 'declined'
  }
  if (one.status !== 'open') return one.status === 'complete' ? 'paid' : 'closed'
  const tried = state.objects.get(one.payment_intent ?? '') as PaymentIntent | undefined
  return (tried?.last_payment_error ?? null) === null ? 'open' : 'declined'
}
