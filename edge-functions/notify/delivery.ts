/** A push or a mail that is due, as the database hands it over: ids, states and names that may leave, nothing else. */
export interface Delivery {
  id: number
  /** Which try it is, from 1 on. */
  attempt: number
  channel: 'push' | 'email'
  /** Of a push. */
  device_id: string | null
  token: string | null
  /** Of a mail. */
  address: string | null
  locale: string
  type: string
  group_key: string | null
  notification_id: number | null
  data: Record<string, unknown>
  count: number
  names: Record<string, string>
  /** Of a weekly digest: the newest ten. */
  items: Item[] | null
  claimed_at: string
  created_at: string
}

export interface Item {
  type: string
  data: Record<string, unknown>
  count: number
  names: Record<string, string>
}

/** What became of one. */
export type Outcome =
  | { is: 'sent' }
  /** The device is no more. */
  | { is: 'gone' }
  /** This one can never be sent. */
  | { is: 'refused'; reason: string }
  /** Another try may do. `retryAfter`: seconds that the provider asks for. */
  | { is: 'failed'; reason: string; retryAfter?: number | undefined }
  /** The provider takes none now, whichever it is: it counts as no try. */
  | { is: 'unavailable'; reason: string; retryAfter: number }

/** Sends one. Throws nothing that belongs to the provider. */
export type Send = (delivery: Delivery) => Promise<Outcome>

/** What a provider says of when to come back: seconds or a date. */
export function retryAfterOf(header: string | null | undefined, now = Date.now()): number | undefined {
  if (!header) return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 86_400) : undefined
}
