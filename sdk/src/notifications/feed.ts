import type { Context } from '../context.ts'
import { oneAtATime } from '../realtime/one-at-a-time.ts'
import type { Row } from '../rows.ts'
import { notificationsOf } from './from-rows.ts'
import type { Notification } from './types.ts'

/** Reads what is new from the table, each row once. */
export interface Feed {
  /** Takes what there is now, or what there is up to a notification, as known. */
  begin(since: number | undefined): Promise<void>
  /** Hands over what has come since; ends when whatever was there at the call is handed over. */
  catchUp(): Promise<void>
  end(): void
}

const pageSize = 50

// Ids are given when a row is written and seen when its transaction ends: for so long a lower id may still turn up.
const overlapMs = 120_000

export function createFeed(context: Context, deliver: (notification: Notification) => void): Feed {
  const known = new Map<number, number>()
  let newest = Number.NEGATIVE_INFINITY
  let isOver = false

  function learn(rows: Row<'notifications'>[]): void {
    for (const row of rows) known.set(row.id, timeOf(row))
    newest = Math.max(newest, ...rows.map(timeOf))
    for (const [id, time] of known) if (time < newest - overlapMs) known.delete(id)
  }

  async function deliverNew(): Promise<void> {
    const horizon = newest - overlapMs
    const rows = (await readBack(context, horizon)).filter((row) => timeOf(row) >= horizon && !known.has(row.id))
    const notifications = await notificationsOf(context, rows.reverse())
    if (isOver) return
    learn(rows)
    // What a callback throws is its own affair and stops nothing here.
    for (const notification of notifications) void Promise.resolve(notification).then(deliver)
  }

  const run = oneAtATime(deliverNew)

  return {
    async begin(since) {
      learn(await readBack(context, undefined, since))
    },
    catchUp: () => (isOver ? Promise.resolve() : run()),
    end() {
      isOver = true
    },
  }
}

/** The newest notifications, back to a time; without one, back to shortly before the newest. */
async function readBack(context: Context, until: number | undefined, atMost?: number): Promise<Row<'notifications'>[]> {
  const rows: Row<'notifications'>[] = []
  for (;;) {
    const query = context.supabase.from('notifications').select().order('id', { ascending: false }).limit(pageSize)
    const last = rows.at(-1)
    if (last !== undefined) query.lt('id', last.id)
    else if (atMost !== undefined) query.lte('id', atMost)
    const page = await context.rows(query)
    rows.push(...page)
    const oldest = page.at(-1)
    const horizon = until ?? (rows[0] === undefined ? 0 : timeOf(rows[0]) - overlapMs)
    if (oldest === undefined || page.length < pageSize || timeOf(oldest) < horizon) return rows
  }
}

const timeOf = (row: Row<'notifications'>): number => Date.parse(row.created_at)
