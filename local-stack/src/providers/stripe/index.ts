import type { Hono } from 'hono'
import type { Delivery, Notification } from '../deliveries.ts'
import type { Faults } from '../faults.ts'
import type { Till } from '../till.ts'
import { createApi } from './api.ts'
import { type AccountLink, completeAccount, reverseTransfer } from './connect.ts'
import { createDispute } from './disputes.ts'
import { createEvents, type Signing, signatureOf } from './events.ts'
import { createIdempotency } from './idempotency.ts'
import type { Account, Refund, StripeObject } from './objects.ts'
import { settleRefund } from './refunds.ts'
import { find, type Settings, type State } from './state.ts'
import { createTill } from './till.ts'

interface StripeOptions {
  /** The server's url. */
  base: string
  apiKey: string
  /** One or more, parted by `|`: the last is the one of connected accounts. */
  webhookSecret: string
  faults: Faults
  deliver(notification: Notification): Delivery
  log(line: string): void
}

export interface Stripe {
  /** What was made, oldest first; of one kind, such as `refund`, where one is told. */
  objects(object?: string): StripeObject[]
  settings: Settings
  /** What transfers and refunds can be paid from, in minor units; enough unless told. */
  setBalance(currency: string, amount: number): void
  /** A person ends the onboarding; `changes` are fields that differ from a whole account. */
  completeAccount(id: string, changes?: Partial<Account>): void
  settleRefund(id: string, status: 'succeeded' | 'failed'): void
  reverseTransfer(id: string): void
  /** The payer's bank takes a payment back. Answers the dispute's id. */
  dispute(paymentIntent: string): string
  /** Sends an event of any type, signed. */
  tell(type: string, object: Record<string, unknown>, account?: string): Delivery
  /** The value of Stripe-Signature for a body. */
  sign(body: string, options?: Signing): string
  /** As if 24 hours had passed. */
  forgetIdempotencyKeys(): void
  clear(): void
}

// What the account is set to. Each request may ask for another; its shape is the same here.
const apiVersion = '2026-10-28.endive'

/** A double of Stripe. */
export function createStripe(options: StripeOptions) {
  const { base, apiKey, faults, deliver, log } = options
  const secrets = options.webhookSecret.split('|')
  const links = new Map<string, AccountLink>()
  const idempotency = createIdempotency()
  const send = createEvents({ apiVersion, secrets: { own: secrets[0]!, connected: secrets.at(-1)! }, deliver })

  const state: State = {
    base,
    objects: new Map(),
    cards: new Map(),
    balance: new Map(),
    settings: { refunds: 'succeeded' },
    emit(type, object, account) {
      const { event } = send(type, object, account)
      state.objects.set(event.id, event)
    },
    log,
  }

  const control: Stripe = {
    objects: (object) => [...state.objects.values()].filter((one) => object === undefined || one.object === object),
    settings: state.settings,
    setBalance: (currency, amount) => void state.balance.set(currency.toLowerCase(), amount),
    completeAccount: (id, changes) => void completeAccount(state, id, changes),
    settleRefund: (id, status) => settleRefund(state, find<Refund>(state, 'refund', id, 'refund'), status),
    reverseTransfer: (id) => void reverseTransfer(state, {}, id),
    dispute: (intent) => createDispute(state, intent).id,
    tell: (type, object, account) => send(type, object as StripeObject, account).delivery,
    sign: (body, { secret = secrets[0]!, timestamp } = {}) => signatureOf(body, secret, timestamp),
    forgetIdempotencyKeys: idempotency.clear,
    clear() {
      for (const kept of [state.objects, state.cards, state.balance, links]) kept.clear()
      idempotency.clear()
      state.settings.refunds = 'succeeded'
    },
  }

  const app: Hono = createApi({ state, links, apiKey, apiVersion, faults, idempotency, log })
  const till: Till = createTill(state)
  return { app, till, control, links }
}
