import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPerson, sql, subscribe } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

interface Month {
  from: number
  to: number
}

/** The day of a month, or its last where it has fewer; the time of day stays. */
function addMonths(start: Date, months: number): number {
  const first = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months, 1))
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  const midnight = first.setUTCDate(Math.min(start.getUTCDate(), lastDay))
  return midnight + (start.getTime() % 86_400_000)
}

/** Counted from the start each time, so that a short month does not shorten those after it. */
function monthOf(start: Date, now: Date): Month {
  let months = 0
  while (addMonths(start, months + 1) <= now.getTime()) months++
  return { from: addMonths(start, months), to: addMonths(start, months + 1) }
}

/**
 * private.quota_month with the subscription's start and the present moment as arguments: its own text, in which just
 * these two are replaced.
 */
async function monthsAt(cases: { start: Date | null; now: Date }[]): Promise<Month[]> {
  return (await sql(stack).begin(async (tx) => {
    const [source] = await tx`select prosrc from pg_proc where oid = 'private.quota_month(uuid,text)'::regprocedure`
    const startedAt = '(private.current_subscription(quota_month.account_id, quota_month.product)).started_at'
    const parts = (source!.prosrc as string).split(startedAt)
    expect(parts).toHaveLength(2)
    const body = parts.join('moment_started')
    expect(body.split('now()')).toHaveLength(2)
    await tx.unsafe(`
      create function pg_temp.month_at(moment_started timestamptz, moment_now timestamptz) returns tstzrange
      language plpgsql set search_path = '' as $body$${body.replace('now()', 'moment_now')}$body$
    `)
    const rows = await tx`
      select (extract(epoch from lower(m)) * 1000)::float8 as from, (extract(epoch from upper(m)) * 1000)::float8 as to
      from unnest(
        ${cases.map(({ start }) => start?.toISOString() ?? null)}::timestamptz[],
        ${cases.map(({ now }) => now.toISOString())}::timestamptz[]
      ) with ordinality as c (start, now, n)
      cross join lateral pg_temp.month_at(c.start, c.now) as m
      order by n
    `
    await tx`drop function pg_temp.month_at`
    return rows
  })) as never
}

const moment = fc.date({ min: new Date('2023-01-01'), max: new Date('2033-12-31'), noInvalidDate: true })
// Where months differ in length.
const edge = fc
  .tuple(
    fc.integer({ min: 2023, max: 2033 }),
    fc.integer({ min: 0, max: 11 }),
    fc.integer({ min: 27, max: 31 }),
    fc.nat(86_399_999),
  )
  .map(([year, month, day, time]) => new Date(Date.UTC(year, month, Math.min(day, daysIn(year, month))) + time))
const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month + 1, 0)).getUTCDate()

const anyMoment = fc.oneof(moment, edge)

test('with a subscription months begin on its day, over month ends and leap years', async () => {
  const cases = fc.array(fc.tuple(anyMoment, anyMoment), { minLength: 100, maxLength: 100 })
  await fc.assert(
    fc.asyncProperty(cases, async (pairs) => {
      const asked = pairs.map(([one, other]) =>
        one <= other ? { start: one, now: other } : { start: other, now: one },
      )
      expect(await monthsAt(asked)).toEqual(asked.map(({ start, now }) => monthOf(start, now)))
    }),
    { numRuns: 60 },
  )
})

test('each moment lies in its month, and months follow each other without a gap', async () => {
  const starts = [
    '2024-01-31T23:59:59.999Z',
    '2024-02-29T00:00:00.000Z',
    '2023-12-31T12:00:00.000Z',
    '2024-08-30T00:00:00.001Z',
  ]
  for (const start of starts.map((text) => new Date(text))) {
    let now = start
    for (let i = 0; i < 50; i++) {
      const [month] = await monthsAt([{ start, now }])
      expect(month!.from).toBe(now.getTime())
      const [last] = await monthsAt([{ start, now: new Date(month!.to - 1) }])
      expect(last).toEqual(month)
      now = new Date(month!.to)
    }
  }
})

test('without a subscription it is the calendar month in UTC', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyMoment, { minLength: 100, maxLength: 100 }), async (moments) => {
      const expected = moments.map((now) => ({
        from: Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1),
        to: Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1),
      }))
      expect(await monthsAt(moments.map((now) => ({ start: null, now })))).toEqual(expected)
    }),
    { numRuns: 20 },
  )
})

type Step =
  | { take: 'photos' | 'casting_responses' }
  | { free: 'photos' }
  | { plan: 'casting_pro' | 'casting_business' | 'end' }

const limits: Record<string, Record<string, number>> = {
  casting_free: { photos: 5, casting_responses: 3 },
  casting_pro: { photos: 20, casting_responses: 30 },
  casting_business: { photos: Number.POSITIVE_INFINITY, casting_responses: Number.POSITIVE_INFINITY },
}

test('whatever is taken, freed and subscribed: what is left is what a model of it says', async () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Step>({ take: 'photos' }, { take: 'casting_responses' }) },
    { weight: 2, arbitrary: fc.constant<Step>({ free: 'photos' }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Step>({ plan: 'casting_pro' }, { plan: 'casting_business' }, { plan: 'end' }),
    },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const person = await createPerson(stack, { roles: ['model'] })
      const used: Record<string, number> = { photos: 0 }
      let plan = 'casting_free'
      let month = 'calendar'
      for (const [index, one] of steps.entries()) {
        if ('plan' in one) {
          if (one.plan === 'end') {
            await sql(stack)`
              update public.subscriptions set started_at = now() - interval '2 days', expires_at = now() - interval '1 day'
              where account_id = ${person.id} and ended_at is null
            `
          } else await subscribe(stack, person, one.plan)
          plan = one.plan === 'end' ? 'casting_free' : one.plan
          month = one.plan === 'end' ? 'calendar' : `from ${index}`
        } else if ('free' in one) {
          await sql(stack)`select private.free_entitlement(${person.id}, 'photos')`
          used.photos = Math.max(0, used.photos! - 1)
        } else {
          const key = one.take === 'photos' ? 'photos' : month
          const room = (used[key] ?? 0) < limits[plan]![one.take]!
          const [row] = await sql(stack)`select private.use_entitlement(${person.id}, ${one.take}) as took`
          expect(row!.took).toBe(room)
          if (room) used[key] = (used[key] ?? 0) + 1
        }
        const rows = await sql(stack)`
          select s.entitlement_id, s.used, s.remaining from unnest('{photos,casting_responses}'::text[]) as e
          cross join lateral private.entitlement_status(${person.id}, e) as s
        `
        for (const row of rows) {
          const count = used[row.entitlement_id === 'photos' ? 'photos' : month] ?? 0
          const limit = limits[plan]![row.entitlement_id]!
          expect(Number(row.used)).toBe(count)
          expect(row.remaining === null ? null : Number(row.remaining)).toBe(
            Number.isFinite(limit) ? Math.max(0, limit - count) : null,
          )
        }
      }
    }),
    { numRuns: 15 },
  )
})
