import { digitsOf, requireCurrency, toDecimal, toMinor } from './amounts.ts'
import { digestOf, isSameDigest } from './digests.ts'
import { isId, type PaymentEvent, withAmount } from './event.ts'
import { invalidSignature, type Payment, type Provider, unreadable, type Webhook } from './provider.ts'
import { type RobokassaSettings, requestOf, signatureOf } from './robokassa-request.ts'
import { charge, lookUp } from './robokassa-tasks.ts'

/** Robokassa of Russia or Kazakhstan: its page, its ResultURL, repeated payments where the shop has them. */
export function createRobokassa(settings: RobokassaSettings): Provider {
  return {
    currencies: [settings.currency],
    methods: ['GET', 'POST'],
    start(payment) {
      requireCurrency(payment, [settings.currency])
      return { url: urlOf(payment, settings), client_secret: null, provider_session: null }
    },
    read(webhook) {
      const payload = webhook.method === 'GET' ? webhook.url.search.slice(1) : webhook.body
      const event = eventOf(verified(webhook, payload, settings), settings)
      return { event_id: `sha256:${digestOf(payload)}`, type: 'ResultURL', payload, event }
    },
    // Robokassa asks again until it reads exactly this.
    answer: ({ event }) => new Response(`OK${event.provider_reference}`, { headers: { 'content-type': 'text/plain' } }),
    lookUp: (task) => lookUp(settings, task),
    charge: (task) => charge(settings, task),
  }
}

function urlOf(payment: Payment, settings: RobokassaSettings): string {
  const { order_number, payment_id, amount, minor_units, auto_renew } = payment
  const query = new URLSearchParams({
    ...requestOf(
      { InvId: String(order_number) },
      payment_id,
      toDecimal(amount, minor_units),
      payment.description,
      settings,
    ),
    Culture: 'ru',
    Encoding: 'utf-8',
    ...(settings.recurring && auto_renew ? { Recurring: 'true' } : {}),
  })
  return `${settings.baseUrl}/Merchant/Index.aspx?${query}`
}

/** The parameters of a notification, once they are Robokassa's. */
function verified({ method }: Webhook, payload: string, settings: RobokassaSettings): Record<string, string> {
  const pairs = [...new URLSearchParams(method === 'GET' ? `?${payload}` : payload)]
  // Of two of one name, one would be checked and the other believed.
  if (new Set(pairs.map(([name]) => name.toLowerCase())).size !== pairs.length) throw unreadable()
  const given = Object.fromEntries(pairs)
  const own = Object.fromEntries(pairs.filter(([name]) => /^shp_/i.test(name)))
  const { OutSum = '', InvId = '', SignatureValue = '', IsTest = '0' } = given
  const expected = signatureOf([OutSum, InvId, settings.password2], own, settings.algorithm)
  if (!isSameDigest(SignatureValue, expected)) throw invalidSignature()
  if (IsTest !== '0' && !settings.test) throw invalidSignature()
  return given
}

function eventOf(given: Record<string, string>, { currency, recurring }: RobokassaSettings): PaymentEvent {
  const { OutSum = '', InvId = '', Shp_payment } = given
  const event: PaymentEvent = { type: 'payment.succeeded', provider_reference: InvId }
  if (/^[1-9]\d{0,14}$/.test(InvId)) event.order_number = Number(InvId)
  else event.problem = 'a number that is no order of ours'
  // Payments that were begun in Robokassa's cabinet have none; the number tells which they are.
  if (Shp_payment !== undefined) {
    if (isId(Shp_payment)) event.payment_id = Shp_payment
    else event.problem = 'a payment that is not ours'
  }
  if (recurring) event.method = { customer: null, method: InvId }
  return withAmount(event, toMinor(OutSum, digitsOf(currency)) ?? OutSum, currency)
}
