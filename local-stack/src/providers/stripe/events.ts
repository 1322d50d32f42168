import { createHmac } from 'node:crypto'
import type { Delivery, Notification } from '../deliveries.ts'
import type { StripeObject } from './objects.ts'
import { newId, seconds } from './state.ts'

interface EventOptions {
  apiVersion: string
  /** The endpoint's secret, and that of the endpoint for connected accounts. */
  secrets: { own: string; connected: string }
  deliver(notification: Notification): Delivery
}

export interface Signing {
  /** Seconds since 1970; now unless told. */
  timestamp?: number
  secret?: string
}

/** The value of Stripe-Signature for a body. */
export function signatureOf(body: string, secret: string, timestamp = seconds()): string {
  const hash = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  return `t=${timestamp},v1=${hash}`
}

/** Makes an event about an object as it is now, and sends it. */
export function createEvents({ apiVersion, secrets, deliver }: EventOptions) {
  return function emit(
    type: string,
    object: StripeObject,
    account?: string,
  ): { event: StripeObject; delivery: Delivery } {
    const event: StripeObject = {
      id: newId('evt'),
      object: 'event',
      ...(account === undefined ? {} : { account }),
      api_version: apiVersion,
      created: seconds(),
      data: { object: structuredClone(object) },
      livemode: false,
      pending_webhooks: 1,
      request: { id: newId('req', 14), idempotency_key: null },
      type,
    }
    // Stripe sends JSON with line breaks: a handler that parses and writes it again gets another body.
    const body = JSON.stringify(event, null, 2)
    const secret = account === undefined ? secrets.own : secrets.connected
    const delivery = deliver({
      provider: 'stripe',
      type,
      body,
      headers: () => ({
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': signatureOf(body, secret),
      }),
      isTaken: (status) => status >= 200 && status < 300,
    })
    return { event, delivery }
  }
}
