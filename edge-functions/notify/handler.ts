import { type Handler, withBoundary } from '../_shared/boundary.ts'
import { FunctionError } from '../_shared/error.ts'
import { json, requirePost } from '../_shared/http.ts'
import type { Delivery, Outcome, Send } from './delivery.ts'

type Channel = Delivery['channel']

/** What waits to be sent, as one caller may use it. */
export interface Outbox {
  /** Takes up to `batch` that are due, which nobody else gets meanwhile. Throws 401 or 403 if the caller may not. */
  claim(batch: number, channels: Channel[]): Promise<Delivery[]>
  complete(ids: number[]): Promise<void>
  fail(
    delivery: Delivery,
    reason: string,
    options: { retryAfter?: number | undefined; isFinal: boolean },
  ): Promise<void>
  /** Gives back what was not tried. */
  release(ids: number[], retryAfter: number, reason: string): Promise<void>
  /** Forgets the device, and answers whether that still has this token and was not registered again. */
  forgetDevice(delivery: Delivery): Promise<boolean>
}

export interface Dependencies {
  /** With the caller's own rights, so that it is the database that says who may. */
  connect(apikey: string, authorization: string | null): Outbox
  /** The channels that are set up; what is for another waits. */
  senders: Partial<Record<Channel, Send>>
}

interface Total {
  sent: number
  failed: number
  refused: number
  released: number
  forgotten: number
}

const batchSize = 20
// One call stays well within the time a function has, and a batch within its claim; what is left is for the next.
const batchesAtMost = 25
const budgetMs = 45_000
const reasonLength = 500

/** `POST` sends the pushes and mails that are due, 500 at most. Answers `{ sent, failed, refused, released, forgotten }`. */
export function createHandler({ connect, senders }: Dependencies): Handler {
  return withBoundary(async (request) => {
    requirePost(request)
    const apikey = request.headers.get('apikey')
    if (apikey === null) throw new FunctionError(401, 'auth_required', 'Send an apikey.')
    return json(await sendAll(connect(apikey, request.headers.get('authorization')), senders))
  })
}

async function sendAll(outbox: Outbox, senders: Dependencies['senders']): Promise<Total> {
  const total: Total = { sent: 0, failed: 0, refused: 0, released: 0, forgotten: 0 }
  const channels = Object.keys(senders) as Channel[]
  const until = Date.now() + budgetMs
  for (let batch = 0; batch < batchesAtMost && Date.now() < until; batch++) {
    const deliveries = await outbox.claim(batchSize, channels)
    if (deliveries.length === 0) break
    const pushes = deliveries.filter(({ channel }) => channel === 'push')
    const mails = deliveries.filter(({ channel }) => channel === 'email')
    const outcomes = (await Promise.all([together(pushes, senders.push), oneByOne(mails, senders.email)])).flat()
    await settle(outbox, outcomes, total)
    // Where a provider takes none, the rest of its would come back too.
    if (outcomes.every(([, { is }]) => is === 'failed' || is === 'unavailable')) break
  }
  return total
}

type Outcomes = [Delivery, Outcome][]

async function together(pushes: Delivery[], send: Send | undefined): Promise<Outcomes> {
  return await Promise.all(pushes.map(async (push) => [push, await tried(push, send)] as [Delivery, Outcome]))
}

/** Resend limits requests a second. Once it takes none, or answers nobody, the rest is not tried. */
async function oneByOne(mails: Delivery[], send: Send | undefined): Promise<Outcomes> {
  const outcomes: Outcomes = []
  let stopped: Outcome | undefined
  for (const mail of mails) {
    const outcome = stopped ?? (await tried(mail, send))
    outcomes.push([mail, outcome])
    if (outcome.is === 'unavailable') stopped = outcome
    if (outcome.is === 'failed')
      stopped = { is: 'unavailable', reason: outcome.reason, retryAfter: outcome.retryAfter ?? 30 }
  }
  return outcomes
}

async function tried(delivery: Delivery, send: Send | undefined): Promise<Outcome> {
  try {
    if (send === undefined) return { is: 'unavailable', reason: 'not configured', retryAfter: 900 }
    return await send(delivery)
  } catch (error) {
    // A mistake of ours in putting this one together, which stops no other.
    console.error(`Delivery ${delivery.id} (${delivery.type}) cannot be sent:`, error)
    return { is: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

async function settle(outbox: Outbox, outcomes: Outcomes, total: Total): Promise<void> {
  const sent = outcomes.filter(([, { is }]) => is === 'sent').map(([{ id }]) => id)
  if (sent.length > 0) await outbox.complete(sent)
  total.sent += sent.length
  for (const [delivery, outcome] of outcomes) await settleOne(outbox, delivery, outcome, total)
}

async function settleOne(outbox: Outbox, delivery: Delivery, outcome: Outcome, total: Total): Promise<void> {
  const { id, type, channel } = delivery
  if (outcome.is === 'gone') {
    // Its row goes with the device.
    if (await outbox.forgetDevice(delivery)) total.forgotten += 1
    else {
      await outbox.fail(delivery, 'The token was registered again.', { isFinal: false })
      total.failed += 1
    }
  }
  if (outcome.is !== 'failed' && outcome.is !== 'refused' && outcome.is !== 'unavailable') return
  const reason = outcome.reason.slice(0, reasonLength)
  console.error(`Delivery ${id} (${channel}, ${type}) ${outcome.is}: ${reason}`)
  if (outcome.is === 'unavailable') {
    await outbox.release([id], outcome.retryAfter, reason)
    total.released += 1
    return
  }
  const isFinal = outcome.is === 'refused'
  await outbox.fail(delivery, reason, {
    isFinal,
    ...(outcome.is === 'failed' ? { retryAfter: outcome.retryAfter } : {}),
  })
  total[outcome.is] += 1
}
