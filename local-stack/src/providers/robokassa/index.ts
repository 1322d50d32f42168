import { randomUUID } from 'node:crypto'
import { type Context, Hono } from 'hono'
import type { Delivery, Notification } from '../deliveries.ts'
import { type Faults, withFaults } from '../faults.ts'
import { decimalText, type Payable, type Till } from '../till.ts'
import { type Parameters, parametersOf, RobokassaError, readStart, type StartRequest } from './request.ts'
import { hashOf, resultSignature, type Shop, shpParts } from './signatures.ts'
import { type Invoice, type StateCode, states, stateXml } from './state.ts'

interface RobokassaOptions {
  /** The server's url. */
  base: string
  shop: Shop
  currency: string
  /** Where payers go back to, as the shop has set it: the request does not say. */
  back: string
  faults: Faults
  deliver(notification: Notification): Delivery
  log(line: string): void
}

export interface Robokassa {
  invoices(): Invoice[]
  /** Opens a payment as a browser that follows the url; answers the InvId. Throws a RobokassaError. */
  open(url: string): string
  /** Changes what OpStateExt answers and tells nobody. */
  setState(id: string, state: StateCode): void
  /** Calls ResultURL; `changes` replaces or adds parameters after signing. */
  tell(id: string, changes?: Record<string, string>): Delivery
  /** The signature of ResultURL, for an OutSum as it is sent. */
  sign(outSum: string, id: string, shp?: Record<string, string>): string
  clear(): void
}

/** A double of Robokassa for one shop. `payPage` shows a payment that was opened. */
export function createRobokassa(
  options: RobokassaOptions,
  payPage: (context: Context, opened: Payable) => Response | Promise<Response>,
) {
  const { shop } = options
  const invoices = new Map<string, Invoice>()

  function invoice(id: string): Invoice {
    const found = invoices.get(id)
    if (found === undefined) throw new Error(`Robokassa has no invoice ${id}.`)
    return found
  }

  function open(parameters: Parameters, previous: string | null = null): Invoice {
    const request = readStart(shop, parameters)
    const earlier = invoices.get(request.id)
    if (earlier !== undefined && earlier.state !== states.begun) {
      throw new RobokassaError(40, 'An invoice with this number was paid or has ended.')
    }
    const opened = newInvoice(request, previous)
    invoices.set(request.id, opened)
    return opened
  }

  function become(id: string, state: StateCode): void {
    const one = invoice(id)
    if (one.state !== states.begun) throw new Error(`The invoice ${id} is in state ${one.state}.`)
    one.state = state
    one.changed_at = new Date().toISOString()
    options.log(`robokassa ${id} ${state === states.done ? 'paid' : 'cancelled'}`)
    // Only success is told; for all else a shop has to ask.
    if (state === states.done) control.tell(id)
  }

  function recur(parameters: Parameters): string {
    const previous = invoices.get(parameters.values.PreviousInvoiceID ?? '')
    if (!previous?.recurring || previous.state !== states.done) {
      throw new RobokassaError(45, 'PreviousInvoiceID names no paid invoice that may be repeated.')
    }
    const { id } = open(parameters, previous.id)
    // The answer says that the charge was begun. How it ends comes later.
    const end = previous.laterCharges === 'decline' ? states.cancelled : states.done
    setImmediate(() => invoices.get(id)?.state === states.begun && become(id, end))
    return id
  }

  const control: Robokassa = {
    invoices: () => [...invoices.values()],
    open: (url) => open(parametersOf(new URL(url).search.slice(1))).id,
    setState(id, state) {
      Object.assign(invoice(id), { state, changed_at: new Date().toISOString() })
    },
    tell(id, changes = {}) {
      const body = new URLSearchParams({ ...resultOf(shop, invoice(id)), ...changes }).toString()
      return options.deliver({
        provider: 'robokassa',
        type: 'result',
        body,
        headers: () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
        isTaken: (status, text) => status === 200 && text.trim() === `OK${id}`,
      })
    },
    sign: (outSum, id, shp = {}) => resultSignature(shop, outSum, id, shp),
    clear: () => invoices.clear(),
  }

  const shown = (one: Invoice) => payable(one, options)
  const till: Till = {
    list: () => [...invoices.values()].map(shown),
    find(id) {
      const one = invoices.get(id)
      return one && shown(one)
    },
    pay(id, { laterCharges = 'succeed' }) {
      invoice(id).laterCharges = laterCharges
      become(id, states.done)
    },
    decline: (id) => become(id, states.cancelled),
    expire: (id) => become(id, states.cancelled),
  }

  const app = new Hono()
  app.use(withFaults('robokassa', options.faults, ({ message }, status) => new Response(message, { status })))
  app.on(['GET', 'POST'], '/Merchant/Index.aspx', async (context) => {
    try {
      return await payPage(context, shown(open(await sent(context))))
    } catch (error) {
      return refusal(error, (code, message) => context.text(`Error ${code}: ${message}`, 400))
    }
  })
  app.post('/Merchant/Recurring', async (context) => {
    try {
      return context.text(`OK${recur(await sent(context))}`)
    } catch (error) {
      return refusal(error, (code, message) => context.text(`ERROR ${code}: ${message}`))
    }
  })
  app.on(['GET', 'POST'], '/Merchant/WebService/Service.asmx/OpStateExt', async (context) => {
    const { values } = await sent(context)
    return context.body(stateXml(shop, invoices, values), 200, { 'content-type': 'text/xml; charset=utf-8' })
  })
  app.notFound(() => new Response('Not found', { status: 404 }))
  return { app, till, control }
}

async function sent(context: Context): Promise<Parameters> {
  if (context.req.method === 'POST') return parametersOf(await context.req.text())
  return parametersOf(new URL(context.req.url).search.slice(1))
}

function refusal(error: unknown, answer: (code: number, message: string) => Response): Response {
  if (error instanceof RobokassaError) return answer(error.code, error.message)
  throw error
}

function newInvoice({ id, minor, description, email, shp, recurring, test }: StartRequest, previous: string | null) {
  const now = new Date().toISOString()
  const begun: Pick<Invoice, 'state' | 'laterCharges'> = { state: states.begun, laterCharges: 'succeed' }
  const opKey = randomUUID().toUpperCase()
  const about = { id, minor, description, email, shp, recurring, previous, test }
  return { ...about, ...begun, opKey, created_at: now, changed_at: now }
}

// The names and their order are those of a real notification, the old names beside the new ones.
function resultOf(shop: Shop, { id, minor, email, shp, test }: Invoice): Record<string, string> {
  const sum = `${decimalText(minor)}0000`
  const signature = resultSignature(shop, sum, id, shp)
  return {
    out_summ: sum,
    OutSum: sum,
    inv_id: id,
    InvId: id,
    crc: signature,
    SignatureValue: signature,
    PaymentMethod: 'BankCard',
    IncSum: sum,
    IncCurrLabel: 'BankCardPSR',
    ...(test ? { IsTest: '1' } : {}),
    EMail: email,
    Fee: '0.000000',
    ...shp,
  }
}

function payable(one: Invoice, options: RobokassaOptions): Payable {
  const { base, currency } = options
  const state = one.state === states.begun ? 'open' : one.state === states.cancelled ? 'closed' : 'paid'
  return {
    provider: 'robokassa',
    id: one.id,
    url: `${base}/pay/robokassa/${one.id}`,
    amount: decimalText(one.minor),
    currency,
    description: one.description,
    state,
    back: backOf(one, options),
    created_at: one.created_at,
  }
}

/** SuccessURL with its signature, which has the first password; before that, FailURL, which has none. */
function backOf({ id, minor, shp, state }: Invoice, { back, shop }: RobokassaOptions): string {
  const outSum = `${decimalText(minor)}0000`
  const signed = { SignatureValue: hashOf(shop, [outSum, id, shop.password1, ...shpParts(shp)]) }
  const query = { OutSum: outSum, InvId: id, ...(state === states.done ? signed : {}), Culture: 'en', ...shp }
  return `${back}?${new URLSearchParams(query)}`
}
