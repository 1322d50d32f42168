import type Stripe from 'stripe'
import { FunctionError } from '../error.ts'
import type { Payment, Started } from './provider.ts'
import { asFunctionError } from './stripe-errors.ts'

/** Finds the place to pay, or makes it. Stripe keeps the key for a day, which is how long an unpaid page lives. */
export async function start(stripe: Stripe, payment: Payment, returnUrl: string): Promise<Started> {
  try {
    if (payment.provider_session === null) {
      return payment.purpose === 'escrow'
        ? await newIntent(stripe, payment)
        : await newSession(stripe, payment, returnUrl)
    }
    return await find(stripe, payment.provider_session).catch((error: { code?: string }) => {
      // Of another Stripe account, or of test mode: nobody can pay there.
      if (error.code !== 'resource_missing') throw error
      return payment.purpose === 'escrow' ? newIntent(stripe, payment) : newSession(stripe, payment, returnUrl)
    })
  } catch (error) {
    throw asFunctionError(error, {
      amount_too_small: ['provider', 'range'],
      amount_too_large: ['provider', 'range'],
      currency: ['provider', 'known'],
    })
  }
}

async function newSession(stripe: Stripe, payment: Payment, returnUrl: string): Promise<Started> {
  const { payment_id, amount, currency, description } = payment
  const metadata = { payment_id }
  const session = await stripe.checkout.sessions.create(
    {
      mode: 'payment',
      client_reference_id: payment_id,
      line_items: [
        {
          quantity: 1,
          price_data: { currency: currency.toLowerCase(), unit_amount: amount, product_data: { name: description } },
        },
      ],
      metadata,
      payment_intent_data: {
        description,
        metadata,
        ...(payment.auto_renew ? { setup_future_usage: 'off_session' as const } : {}),
      },
      // Renewals are charged to a customer; who pays once is none.
      ...(payment.auto_renew ? { customer_creation: 'always' as const } : {}),
      success_url: returnUrl,
      cancel_url: returnUrl,
    },
    { idempotencyKey: `payment/${payment_id}` },
  )
  return ofSession(session)
}

async function newIntent(stripe: Stripe, payment: Payment): Promise<Started> {
  const { payment_id, amount, currency, description } = payment
  const intent = await stripe.paymentIntents.create(
    {
      amount,
      currency: currency.toLowerCase(),
      description,
      metadata: { payment_id },
      automatic_payment_methods: { enabled: true },
    },
    { idempotencyKey: `payment/${payment_id}` },
  )
  return ofIntent(intent)
}

async function find(stripe: Stripe, id: string): Promise<Started> {
  return id.startsWith('cs_')
    ? ofSession(await stripe.checkout.sessions.retrieve(id))
    : ofIntent(await stripe.paymentIntents.retrieve(id))
}

function ofSession({ id, url, status }: Stripe.Checkout.Session): Started {
  if (status !== 'open' || url === null) throw isOver()
  return { url, client_secret: null, provider_session: id }
}

function ofIntent({ id, client_secret, status }: Stripe.PaymentIntent): Started {
  if (!status.startsWith('requires_')) throw isOver()
  return { url: null, client_secret, provider_session: id }
}

/** Paid or expired, and the webhook that says so is on its way. */
function isOver(): FunctionError {
  return new FunctionError(409, 'conflict', 'This payment is being settled. Look at it again in a moment.')
}
