import { createHmac, randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import type { Delivery, Notification } from './deliveries.ts'
import { type Faults, withFaults } from './faults.ts'
import type { Payable, Till } from './till.ts'

type Status = 'pending' | 'completed' | 'failed' | 'cancelled'

/** A payment as the look-up answers it. */
interface KaspiOrder {
  order_id: string
  status: Status
  /** Major units. */
  amount: number
  transaction_id: string | null
  timestamp: string
}

interface Kept extends KaspiOrder {
  currency: string
  description: string
  return_url: string
}

interface KaspiOptions {
  /** The server's url. */
  base: string
  apiKey: string
  secret: string
  faults: Faults
  deliver(notification: Notification): Delivery
  log(line: string): void
}

export interface Kaspi {
  orders(): KaspiOrder[]
  /** Changes what the look-up answers and tells nobody. */
  setStatus(orderId: string, status: Status): void
  /** Sends a webhook, signed; `changes` replaces fields of it. */
  tell(orderId: string, changes?: Partial<KaspiOrder>): Delivery
  /** The value of X-Kaspi-Signature for a body. */
  sign(body: string): string
  clear(): void
}

/** A double of the API that talentbase agrees with Kaspi: see README.md. */
export function createKaspi(options: KaspiOptions): { app: Hono; till: Till; control: Kaspi } {
  const kept = new Map<string, Kept>()
  const sign = (body: string) => `sha256=${createHmac('sha256', options.secret).update(body).digest('hex')}`

  function order(id: string): Kept {
    const found = kept.get(id)
    if (found === undefined) throw new Error(`Kaspi has no order ${id}.`)
    return found
  }

  function become(id: string, status: Status): void {
    const one = order(id)
    if (one.status !== 'pending') throw new Error(`The order ${id} is ${one.status}.`)
    one.status = status
    one.timestamp = now()
    if (status === 'completed') one.transaction_id = `txn-${randomUUID()}`
    options.log(`kaspi ${id} ${status}`)
    control.tell(id)
  }

  const control: Kaspi = {
    orders: () => [...kept.values()].map(shown),
    setStatus(id, status) {
      const one = order(id)
      one.status = status
      one.transaction_id = status === 'completed' ? (one.transaction_id ?? `txn-${randomUUID()}`) : null
    },
    tell(id, changes = {}) {
      const body = JSON.stringify({ ...shown(order(id)), ...changes })
      return options.deliver({
        provider: 'kaspi',
        type: (JSON.parse(body) as KaspiOrder).status,
        body,
        headers: () => ({ 'content-type': 'application/json', 'x-kaspi-signature': sign(body) }),
        isTaken: (status) => status >= 200 && status < 300,
      })
    },
    sign,
    clear: () => kept.clear(),
  }

  const pageOf = (id: string) => `${options.base}/pay/kaspi/${encodeURIComponent(id)}`
  const till: Till = {
    list: () => [...kept.values()].map((one) => payable(one, pageOf(one.order_id))),
    find(id) {
      const one = kept.get(id)
      return one && payable(one, pageOf(id))
    },
    pay: (id) => become(id, 'completed'),
    decline: (id) => become(id, 'failed'),
    expire: (id) => become(id, 'cancelled'),
  }

  return { app: api(options, kept, pageOf), till, control }
}

function api({ apiKey, faults }: KaspiOptions, kept: Map<string, Kept>, pageOf: (id: string) => string): Hono {
  const app = new Hono()
  app.use(
    withFaults('kaspi', faults, ({ code, message }, status) => refusal(status, code ?? 'internal_error', message)),
  )
  app.use(async (context, next) => {
    if (context.req.header('authorization') === `Bearer ${apiKey}`) return next()
    return refusal(401, 'unauthorized', 'The API key is missing or wrong.')
  })
  app.post('/payments', async (context) => {
    const given = readOrder(await context.req.text())
    if (typeof given === 'string') return refusal(400, 'invalid_request', given)
    const earlier = kept.get(given.order_id)
    if (earlier === undefined) kept.set(given.order_id, given)
    else if (earlier.amount !== given.amount || earlier.currency !== given.currency) {
      return refusal(409, 'order_exists', 'There is an order with this id and another amount.')
    }
    return context.json({ payment_url: pageOf(given.order_id), order_id: given.order_id })
  })
  app.get('/payments/:id', (context) => {
    const one = kept.get(context.req.param('id'))
    return one === undefined ? refusal(404, 'not_found', 'There is no such order.') : context.json(shown(one))
  })
  app.notFound(() => refusal(404, 'not_found', 'There is no such path.'))
  return app
}

/** What is wrong, as a sentence, or the order. */
function readOrder(body: string): Kept | string {
  let given: Partial<Record<keyof Kept, unknown>>
  try {
    given = JSON.parse(body)
  } catch {
    return 'The body must be JSON.'
  }
  const { order_id, amount, currency, description, return_url } = given ?? {}
  if (typeof order_id !== 'string' || order_id === '') return '`order_id` is missing.'
  if (typeof amount !== 'number' || !(amount > 0) || !/^\d{1,13}(\.\d{1,2})?$/.test(String(amount))) {
    return '`amount` must be a number above 0 with two decimals at most.'
  }
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return '`currency` must be a code such as KZT.'
  if (typeof description !== 'string' || description === '') return '`description` is missing.'
  if (typeof return_url !== 'string' || !URL.canParse(return_url)) return '`return_url` must be a url.'
  const status: Status = 'pending'
  return { order_id, status, amount, transaction_id: null, timestamp: now(), currency, description, return_url }
}

function shown({ order_id, status, amount, transaction_id, timestamp }: Kept): KaspiOrder {
  return { order_id, status, amount, transaction_id, timestamp }
}

function payable(one: Kept, url: string): Payable {
  const states = { pending: 'open', completed: 'paid', failed: 'closed', cancelled: 'closed' } as const
  return {
    provider: 'kaspi',
    id: one.order_id,
    url,
    amount: one.amount.toFixed(2),
    currency: one.currency,
    description: one.description,
    state: states[one.status],
    back: one.return_url,
    created_at: one.timestamp,
  }
}

function refusal(status: number, error: string, message: string): Response {
  return Response.json({ error, message }, { status })
}

// As in Kaspi's payload: seconds, without a fraction.
const now = () => `${new Date().toISOString().slice(0, 19)}Z`
