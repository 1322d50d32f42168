import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

/** A notification of a provider, ready to be sent. */
export interface Notification {
  provider: 'stripe' | 'kaspi' | 'robokassa'
  /** The provider's own word for what happened. */
  type: string
  body: string
  /** Made anew for each sending: Stripe signs the moment, too. */
  headers(): Record<string, string>
  /** Whether this answer is what the provider waits for. */
  isTaken(status: number, answer: string): boolean
}

export interface Delivery {
  id: string
  provider: Notification['provider']
  type: string
  body: string
  /** `held` until it is released, `waiting` for an answer, `taken`, or `refused` when the last try failed. */
  state: 'held' | 'waiting' | 'taken' | 'refused'
  /** Status null: no answer at all. */
  attempts: { at: string; status: number | null; answer: string }[]
  created_at: string
}

interface Release {
  /** Ids in the order in which to send; `reversed`; the order they were made in unless told. */
  order?: 'reversed' | string[]
  /** How often each is sent: once unless told. */
  times?: number
}

/** What the providers send to the webhooks. */
export interface Deliveries {
  /** Oldest first, the newest 20,000. */
  list(): Delivery[]
  /** Keeps what comes from now on, until `release`. */
  hold(): void
  /** Sends what was held, and what comes from now on at once. Resolves when all of it was answered. */
  release(options?: Release): Promise<void>
  /** Sends one again: one after the other, or all at the same time. Resolves when all were answered. */
  sendAgain(id: string, options?: { times?: number; atOnce?: boolean }): Promise<void>
  /** Sends each that comes from now on so often. */
  repeat(times: number): void
  /** Resolves when nothing is under way; what is held is not. */
  settled(): Promise<void>
  /** Forgets all, as if what is held was lost; `hold` and `repeat` end. */
  clear(): void
}

interface Kept {
  delivery: Delivery
  notification: Notification
}

interface DeliveryOptions {
  /** A provider's name is put behind it. */
  webhooks: string
  /** Pauses before an unanswered one is sent again, in milliseconds. */
  retryPausesMs: number[]
  log(line: string): void
}

const capacity = 20_000
const longestWaitMs = 30_000

export function createDeliveries({ webhooks, retryPausesMs, log }: DeliveryOptions) {
  const kept: Kept[] = []
  const underWay = new Set<Promise<void>>()
  const closing = new AbortController()
  let holding = false
  let times = 1
  // First tries go one after the other: what a test sees does not depend on which answer is faster.
  let line: Promise<unknown> = Promise.resolve()

  function inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = line.then(work)
    line = turn.catch(() => undefined)
    return turn
  }

  async function attempt({ delivery, notification }: Kept): Promise<boolean> {
    const at = new Date().toISOString()
    const { status, answer } = await post(`${webhooks}/${notification.provider}`, notification, closing.signal)
    const taken = status !== null && notification.isTaken(status, answer)
    delivery.attempts.push({ at, status, answer: answer.slice(0, 1000) })
    // Once taken it stays so, whatever is answered to a repetition.
    if (taken) delivery.state = 'taken'
    if (!taken && !closing.signal.aborted) log(`${notification.provider} ${notification.type}: ${status} ${answer}`)
    return taken
  }

  async function bring(one: Kept, atOnce: boolean): Promise<void> {
    if (one.delivery.state !== 'taken') one.delivery.state = 'waiting'
    for (const pause of [0, ...retryPausesMs]) {
      if (pause > 0) await delay(pause, undefined, { signal: closing.signal })
      if (atOnce ? await attempt(one) : await inLine(() => attempt(one))) return
      if (closing.signal.aborted) return
    }
    if (one.delivery.state === 'waiting') one.delivery.state = 'refused'
  }

  function send(one: Kept, often = 1, atOnce = false): Promise<void> {
    const all = Array.from({ length: often }, () => bring(one, atOnce).catch(() => undefined))
    const sent = Promise.all(all).then(() => void underWay.delete(sent))
    underWay.add(sent)
    return sent
  }

  function find(id: string): Kept {
    const one = kept.find(({ delivery }) => delivery.id === id)
    if (one === undefined) throw new Error(`There is no delivery ${id}.`)
    return one
  }

  const deliveries: Deliveries = {
    list: () => kept.map(({ delivery }) => delivery),
    hold() {
      holding = true
    },
    async release({ order, times: often = times } = {}) {
      holding = false
      const held = kept.filter(({ delivery }) => delivery.state === 'held')
      const ordered = Array.isArray(order) ? order.map(find) : order === 'reversed' ? held.reverse() : held
      await Promise.all(ordered.map((one) => send(one, often)))
    },
    sendAgain: (id, { times: often = 1, atOnce = false } = {}) => send(find(id), often, atOnce),
    repeat(often) {
      if (!Number.isInteger(often) || often < 1) throw new Error('`times` must be a whole number above 0.')
      times = often
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    clear() {
      kept.splice(0)
      holding = false
      times = 1
    },
  }

  return {
    deliveries,
    deliver(notification: Notification): Delivery {
      const { provider, type, body } = notification
      const state = holding ? 'held' : 'waiting'
      const created_at = new Date().toISOString()
      const delivery: Delivery = { id: randomUUID(), provider, type, body, state, attempts: [], created_at }
      const one = { delivery, notification }
      kept.push(one)
      if (kept.length > capacity) kept.shift()
      if (!holding) void send(one, times)
      return delivery
    },
    async close() {
      closing.abort()
      await Promise.all(underWay)
    },
  }
}

async function post(url: string, { body, headers }: Notification, closing: AbortSignal) {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(longestWaitMs)])
  try {
    const response = await fetch(url, { method: 'POST', headers: headers(), body, signal, redirect: 'manual' })
    return { status: response.status, answer: await response.text() }
  } catch (error) {
    const { cause, message } = error as Error
    return { status: null, answer: cause instanceof Error ? cause.message : message }
  }
}
