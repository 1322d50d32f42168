import Stripe from 'stripe'
import { z } from 'zod'
import { json, parseJson } from '../http.ts'
import { requireCurrency } from './amounts.ts'
import type { PaymentEvent, ProviderEvent } from './event.ts'
import { invalidSignature, type LookUp, type Provider, type Webhook } from './provider.ts'
import { connectStripe, type StripeSettings } from './stripe-client.ts'
import { eventOf, ofExpired, ofIntent } from './stripe-events.ts'
import { start } from './stripe-start.ts'
import { charge, payOut, refund } from './stripe-tasks.ts'

const toleranceSeconds = 300

const eventShape = z.looseObject({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(200),
  livemode: z.boolean(),
  data: z.looseObject({ object: z.looseObject({}) }),
})

/** Cards and wallets by Stripe: its own page for plans, credits and packs, its form for escrows. */
export function createStripe(settings: StripeSettings): Provider {
  const stripe = connectStripe(settings)
  const isLive = /^(sk|rk)_live_/.test(settings.secretKey)
  return {
    methods: ['POST'],
    start(payment, returnUrl) {
      requireCurrency(payment, null)
      return start(stripe, payment, returnUrl)
    },
    async read(webhook) {
      await verify(stripe, webhook, settings.webhookSecrets)
      const told = parseJson(webhook.body, eventShape)
      // An event of test mode says nothing about real money, and the other way round.
      if (told.livemode !== isLive) throw invalidSignature()
      const event = eventOf(told as unknown as Stripe.Event)
      return { event_id: told.id, type: told.type, payload: webhook.body, event }
    },
    answer: () => json({ received: true }),
    lookUp: (task) => lookUp(stripe, task),
    charge: (task) => charge(stripe, task),
    refund: (task) => refund(stripe, task),
    payOut: (task) => payOut(stripe, task),
  }
}

async function verify(stripe: Stripe, { body, headers }: Webhook, secrets: string[]): Promise<void> {
  const header = headers.get('stripe-signature') ?? ''
  const { signature } = stripe.webhooks
  if (signature === null) throw new Error('The client of Stripe verifies no signatures')
  for (const secret of secrets) {
    try {
      await signature.verifyHeaderAsync(body, header, secret, toleranceSeconds, Stripe.createSubtleCryptoProvider())
      return
    } catch {
      // It may be signed with another one.
    }
  }
  throw invalidSignature()
}

async function lookUp(stripe: Stripe, task: LookUp): Promise<ProviderEvent | null> {
  const id = task.provider_session ?? task.provider_reference
  // Nobody was ever sent there.
  if (id === null) return null
  if (!id.startsWith('cs_')) return stateOfIntent(await stripe.paymentIntents.retrieve(id))
  const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })
  if (session.payment_intent !== null && typeof session.payment_intent === 'object') {
    const told = stateOfIntent(session.payment_intent)
    if (told !== null) return told
  }
  return session.status === 'expired' ? asked(session.id, session.status, session, ofExpired(session)) : null
}

function stateOfIntent(intent: Stripe.PaymentIntent): ProviderEvent | null {
  if (intent.status === 'succeeded') {
    return asked(intent.id, intent.status, intent, ofIntent(intent, 'payment.succeeded'))
  }
  // A decline is not the end: the same place can be paid at with another card.
  return intent.status === 'canceled'
    ? asked(intent.id, intent.status, intent, ofIntent(intent, 'payment.cancelled'))
    : null
}

function asked(id: string, status: string, object: unknown, event: PaymentEvent): ProviderEvent {
  return { event_id: `look-up:${id}:${status}`, type: `look-up: ${status}`, payload: JSON.stringify(object), event }
}
