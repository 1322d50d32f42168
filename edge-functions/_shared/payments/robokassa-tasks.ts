import { digitsOf, toDecimal, toMinor } from './amounts.ts'
import { ask } from './ask.ts'
import { type PaymentEvent, type ProviderEvent, withAmount } from './event.ts'
import { type LookUp, providerUnavailable, type Renewal } from './provider.ts'
import { type RobokassaSettings, requestOf, signatureOf } from './robokassa-request.ts'

// What Robokassa says of a payment; of 5 (begun), 20 (held), 50 (being credited) and 80 (looked into) more will come.
const types: Record<string, PaymentEvent['type'] | null> = {
  5: null,
  10: 'payment.cancelled',
  20: null,
  50: null,
  60: 'payment.failed',
  80: null,
  100: 'payment.succeeded',
}

type Order = Pick<LookUp, 'payment_id' | 'order_number'>

/** Asks for the state of a payment (OpStateExt). Null while it is not decided, and where nobody has opened its page. */
export async function lookUp(settings: RobokassaSettings, order: Order): Promise<ProviderEvent | null> {
  const state = await stateOf(settings, order.order_number)
  if (state === null || types[state.code] === null) return null
  return eventOf(settings, order, state)
}

/** Charges what was agreed to with an earlier payment. Null when it was accepted: the ResultURL tells how it went. */
export async function charge(settings: RobokassaSettings, task: Renewal): Promise<ProviderEvent | null> {
  const { payment_id, order_number, amount, minor_units, description, method, attempts } = task
  if (attempts > 1) {
    // Of an earlier try the answer may have been lost.
    const state = await stateOf(settings, order_number)
    if (state !== null) return types[state.code] === null ? null : eventOf(settings, task, state)
  }
  const sum = toDecimal(amount, minor_units)
  const body = new URLSearchParams({
    ...requestOf({ InvoiceID: String(order_number) }, payment_id, sum, description, settings),
    PreviousInvoiceID: method,
  })
  const send = settings.fetch ?? fetch
  const { status, text } = await ask(`${settings.baseUrl}/Merchant/Recurring`, { method: 'POST', body }, send)
  if (status === 200 && text.trim() === `OK${order_number}`) return null
  if (status !== 200 || !/^\s*ERROR/i.test(text)) throw providerUnavailable({ status, text: text.slice(0, 500) })
  const event: PaymentEvent = { type: 'payment.failed', payment_id, order_number, failure: text.trim().slice(0, 500) }
  return { event_id: `charge:${payment_id}:refused`, type: 'Recurring: ERROR', payload: text, event }
}

interface State {
  code: string
  sum: string
  text: string
}

async function stateOf(settings: RobokassaSettings, order_number: number): Promise<State | null> {
  const { login, password2, algorithm, baseUrl } = settings
  const query = new URLSearchParams({
    MerchantLogin: login,
    InvoiceID: String(order_number),
    Signature: signatureOf([login, order_number, password2], {}, algorithm),
  })
  const url = `${baseUrl}/Merchant/WebService/Service.asmx/OpStateExt?${query}`
  const { status, text } = await ask(url, {}, settings.fetch ?? fetch)
  const result = status === 200 ? textIn(text, 'Result', 'Code') : null
  // There is no such operation.
  if (result === '3') return null
  const code = textIn(text, 'State', 'Code')
  if (result !== '0' || code === null) throw providerUnavailable({ status, text: text.slice(0, 500) })
  return { code, sum: textIn(text, 'Info', 'OutSum') ?? '', text }
}

/** The text of the first such element in the first such part of a flat XML answer. */
function textIn(xml: string, part: string, element: string): string | null {
  const [, inside = ''] = new RegExp(`<${part}(?:\\s[^>]*)?>(.*?)</${part}>`, 's').exec(xml) ?? []
  return new RegExp(`<${element}>\\s*([^<]*?)\\s*</${element}>`).exec(inside)?.[1] ?? null
}

function eventOf(settings: RobokassaSettings, order: Order, { code, sum, text }: State): ProviderEvent {
  const { currency, recurring } = settings
  const { payment_id, order_number } = order
  const type = types[code] ?? 'other'
  const event: PaymentEvent = { type, payment_id, order_number, provider_reference: String(order_number) }
  if (type === 'other') event.problem = `an unknown state: ${code}`
  if (type === 'payment.failed') event.failure = 'Robokassa gave the money back'
  if (type === 'payment.succeeded' && recurring) event.method = { customer: null, method: String(order_number) }
  const told =
    type === 'payment.cancelled' ? event : withAmount(event, toMinor(sum, digitsOf(currency)) ?? sum, currency)
  return { event_id: `look-up:${order_number}:${code}:${sum}`, type: `OpStateExt: ${code}`, payload: text, event: told }
}
