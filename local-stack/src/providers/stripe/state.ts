import { randomBytes } from 'node:crypto'
import { missingResource } from './errors.ts'
import type { StripeObject } from './objects.ts'

/** What the parts of the double share. */
export interface State {
  /** The server's url. */
  base: string
  objects: Map<string, StripeObject>
  /** What a payment method does, by id; one without an entry succeeds. */
  cards: Map<string, Card>
  /** The available balance by currency, in minor units. */
  balance: Map<string, number>
  settings: Settings
  /** Sends an event about an object as it is now. `account` is the connected account it happened in. */
  emit(type: string, object: StripeObject, account?: string): void
  log(line: string): void
}

export interface Settings {
  /** How refunds begin: they succeed at once unless told. */
  refunds: 'succeeded' | 'pending' | 'failed'
}

/** Why a card is declined, with the payer there and later without; null: it is not. */
export interface Card {
  now: Decline | null
  later: Decline | null
}

export interface Decline {
  code: string
  decline_code: string
  message: string
}

// Enough for any test that does not say how much there is.
const plenty = 1_000_000_000_000

export function balanceOf(state: State, currency: string): number {
  return state.balance.get(currency) ?? plenty
}

/** Pays in, or out with a negative amount. */
export function changeBalance(state: State, currency: string, amount: number): void {
  state.balance.set(currency, balanceOf(state, currency) + amount)
}

export function newId(prefix: string, length = 24): string {
  const letters = randomBytes(length * 2)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
  return `${prefix}_${letters.slice(0, length)}`
}

export const seconds = () => Math.floor(Date.now() / 1000)

/** Finds an object of one kind. Throws Stripe's error: 404 for the id of a path, 400 where a parameter names it. */
export function find<Found extends StripeObject>(
  state: State,
  object: Found['object'],
  id: string,
  what: string,
  param?: string,
): Found {
  const found = state.objects.get(id)
  if (found?.object === object) return found as Found
  throw missingResource(what, id, param, param === undefined ? 404 : 400)
}

export function all<Found extends StripeObject>(state: State, object: Found['object']): Found[] {
  return [...state.objects.values()].filter((one) => one.object === object) as Found[]
}
