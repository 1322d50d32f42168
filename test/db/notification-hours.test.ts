import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { atOnce, statement } from '../helpers/at-once.ts'
import { makeAccounts } from '../helpers/many.ts'
import { claimDeliveries, deliveriesOf, letTimePass, notify, registerDevice } from '../helpers/notifications.ts'
import { createPerson, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let person: Person

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  person = await createPerson(stack)
  await registerDevice(person)
})
afterAll(() => stack.close())
beforeEach(async () => {
  await sql(stack)`delete from private.notification_deliveries`
  await sql(stack)`delete from public.notification_settings`
  await sql(stack)`delete from public.notifications`
})

const set = (settings: object, one = person) => one.client.rpc('set_notification_settings', settings)

describe('settings', () => {
  test('what is not given stays; empty texts end quiet hours', async () => {
    await set({ quiet_from: '22:00', quiet_until: '08:00', time_zone: 'Asia/Almaty' })
    expect((await set({ digest: 'weekly' })).data).toMatchObject({
      quiet_from: '22:00:00',
      quiet_until: '08:00:00',
      time_zone: 'Asia/Almaty',
      digest: 'weekly',
    })
    expect((await set({ quiet_from: '21:30' })).data).toMatchObject({ quiet_from: '21:30:00', quiet_until: '08:00:00' })
    const { data } = await set({ quiet_from: '', quiet_until: '' })
    expect(data).toMatchObject({ quiet_from: null, quiet_until: null, digest: 'weekly' })
  })

  test.each([
    [{ quiet_from: '25:00', quiet_until: '08:00' }, { quiet_from: 'format' }],
    [{ quiet_from: '22:00', quiet_until: '8 am' }, { quiet_until: 'format' }],
    [{ quiet_from: '22:00' }, { quiet_until: 'required' }],
    [{ quiet_until: '08:00' }, { quiet_from: 'required' }],
    [{ quiet_from: '08:00', quiet_until: '08:00' }, { quiet_until: 'other' }],
    [{ time_zone: 'UTC+3' }, { time_zone: 'known' }],
    [{ time_zone: 'posix/Asia/Almaty' }, { time_zone: 'known' }],
    [{ time_zone: "'; drop table" }, { time_zone: 'known' }],
    [{ digest: 'daily' }, { digest: 'known' }],
    [
      { digest: 'daily', time_zone: 'Mars' },
      { digest: 'known', time_zone: 'known' },
    ],
  ])('%j is refused and changes nothing', async (settings, fields) => {
    const { error } = await set(settings)
    expect(error?.code).toBe('validation_failed')
    expect(JSON.parse(error!.details!).fields).toEqual(fields)
    expect(await sql(stack)`select from public.notification_settings`).toHaveLength(0)
  })
})

describe('quiet hours', () => {
  const until = async (from: string, to: string, zone: string, moment: string) => {
    await sql(stack)`
      insert into public.notification_settings (account_id, quiet_from, quiet_until, time_zone)
      values (${person.id}, ${from}, ${to}, ${zone})
      on conflict (account_id) do update
      set quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, time_zone = excluded.time_zone
    `
    const [row] = await sql(stack)`select private.quiet_until(${person.id}, ${moment}::timestamptz) as until`
    return row!.until === null ? null : (row!.until as Date).toISOString().replace('.000', '')
  }

  test.each([
    // Within a day.
    ['13:00', '15:00', 'UTC', '2026-03-02T12:59:59Z', null],
    ['13:00', '15:00', 'UTC', '2026-03-02T13:00:00Z', '2026-03-02T15:00:00Z'],
    ['13:00', '15:00', 'UTC', '2026-03-02T15:00:00Z', null],
    // Over midnight, by the account's own clock (UTC+5).
    ['22:00', '08:00', 'Asia/Almaty', '2026-03-02T16:59:00Z', null],
    ['22:00', '08:00', 'Asia/Almaty', '2026-03-02T17:00:00Z', '2026-03-03T03:00:00Z'],
    ['22:00', '08:00', 'Asia/Almaty', '2026-03-03T02:59:00Z', '2026-03-03T03:00:00Z'],
    ['22:00', '08:00', 'Asia/Almaty', '2026-03-03T03:00:00Z', null],
    // The night in which clocks go forward is an hour shorter, the one in which they go back an hour longer.
    ['22:00', '08:00', 'Europe/Berlin', '2026-03-28T21:30:00Z', '2026-03-29T06:00:00Z'],
    ['22:00', '08:00', 'Europe/Berlin', '2026-10-24T20:30:00Z', '2026-10-25T07:00:00Z'],
    // An end that the clock leaves out, and one that it has twice.
    ['22:00', '02:30', 'Europe/Berlin', '2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z'],
    ['22:00', '02:30', 'Europe/Berlin', '2026-10-25T00:10:00Z', '2026-10-25T01:30:00Z'],
    ['22:00', '02:30', 'Europe/Berlin', '2026-10-25T01:10:00Z', '2026-10-25T01:30:00Z'],
    // A zone that is gone.
    ['13:00', '15:00', 'Mars/Olympus', '2026-03-02T13:30:00Z', '2026-03-02T15:00:00Z'],
  ])('%s to %s in %s, at %s: until %s', async (from, to, zone, moment, expected) => {
    expect(await until(from, to, zone, moment)).toBe(expected)
  })

  test('push and mail wait until they end, and are one then', async () => {
    const [clock] = await sql(stack)`
      select to_char(now() at time zone 'UTC' - interval '1 hour', 'HH24:MI') as before,
        to_char(now() at time zone 'UTC' + interval '2 hours', 'HH24:MI') as after
    `
    expect((await set({ quiet_from: clock!.before, quiet_until: clock!.after })).error).toBeNull()
    for (let i = 0; i < 2; i++) await notify(stack, person, 'payment_status')
    await letTimePass(stack)
    expect(await claimDeliveries(stack)).toEqual([])
    const waiting = await deliveriesOf(stack, person)
    const [ends] = await sql(stack)`select private.quiet_until(${person.id}, now()) as at`
    expect(waiting.map(({ due_at }) => due_at)).toEqual(Array(4).fill(ends!.at))
    expect(waiting.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0])

    await set({ quiet_from: '', quiet_until: '' })
    await letTimePass(stack)
    expect((await claimDeliveries(stack)).map(({ channel, count }) => [channel, count])).toEqual([
      ['push', 2],
      ['email', 2],
    ])
  })
})

describe('the weekly digest', () => {
  /** This week's Monday, at a time by Almaty's clock. */
  const monday = async (time: string): Promise<string> => {
    const [row] = await sql(stack)`
      select ((date_trunc('week', now() at time zone 'Asia/Almaty') + ${time}::interval) at time zone 'Asia/Almaty')::text as moment
    `
    return row!.moment
  }
  const queue = async (moment: string): Promise<number> => {
    const [row] = await sql(stack)`select private.queue_weekly_digests(${moment}::timestamptz) as count`
    return row!.count
  }
  beforeEach(() => sql(stack)`delete from private.notification_digests`)

  test('comes on Monday from nine, once, and tells of what is unread', async () => {
    await set({ digest: 'weekly', time_zone: 'Asia/Almaty' })
    for (let i = 0; i < 12; i++) await notify(stack, person, 'new_order', { status: `number-${i}` })
    const [read] = await sql(stack)`select max(id) as id from public.notifications where account_id = ${person.id}`
    await person.client.rpc('mark_notifications_read', { ids: [Number(read!.id)] })
    await sql(stack)`delete from private.notification_deliveries`

    expect(await queue(await monday('08:59'))).toBe(0)
    expect(await queue(await monday('33:00'))).toBe(0)
    expect(await queue(await monday('09:00'))).toBe(1)
    expect(await queue(await monday('09:05'))).toBe(0)
    expect(await queue(await monday('23:59'))).toBe(0)
    const [digest, ...more] = await claimDeliveries(stack)
    expect(more).toEqual([])
    expect(digest).toMatchObject({ channel: 'email', type: 'weekly_digest', address: person.email, count: 11 })
    expect(digest!.items).toHaveLength(10)
    expect(digest!.items![0]).toEqual({ type: 'new_order', data: { status: 'number-10' }, count: 1, names: {} })
  })

  test('of nobody who did not ask, has nothing unread or only what is older', async () => {
    const others = [await createPerson(stack), await createPerson(stack), await createPerson(stack)]
    for (const one of others.slice(1)) await set({ digest: 'weekly' }, one)
    await notify(stack, others[0]!, 'general')
    await notify(stack, others[2]!, 'general')
    await sql(
      stack,
    )`update public.notifications set created_at = now() - interval '15 days' where account_id = ${others[2]!.id}`
    await sql(stack)`delete from private.notification_deliveries`
    expect(await queue(await monday('20:00'))).toBe(0)
    // Their Monday is over, all the same.
    await notify(stack, others[1]!, 'general')
    expect(await queue(await monday('21:00'))).toBe(0)
  })

  test('what was read before it went out is no mail', async () => {
    await set({ digest: 'weekly', time_zone: 'Asia/Almaty' })
    await notify(stack, person, 'general')
    await sql(stack)`delete from private.notification_deliveries`
    expect(await queue(await monday('09:00'))).toBe(1)
    await person.client.rpc('mark_notifications_read')
    expect(await claimDeliveries(stack)).toEqual([])
    expect(await deliveriesOf(stack, person)).toEqual([])
  })

  test('eight runs at once queue one an account', async () => {
    const { ids } = await makeAccounts(stack, 50)
    await sql(stack)`
      insert into public.notification_settings (account_id, digest, time_zone)
      select id, 'weekly', 'Asia/Almaty' from unnest(${ids}::uuid[]) as id
    `
    await sql(stack)`select private.notify(id, 'general', '{}') from unnest(${ids}::uuid[]) as id`
    await sql(stack)`delete from private.notification_deliveries`
    const run = statement('select private.queue_weekly_digests($1::timestamptz) as count', await monday('09:00'))
    await atOnce(
      stack,
      Array.from({ length: 8 }, () => ({ runs: [run] })),
    )
    const [queued] = await sql(stack)`
      select count(*)::int as all, count(distinct account_id)::int as accounts
      from private.notification_deliveries where type = 'weekly_digest'
    `
    expect(queued).toEqual({ all: 50, accounts: 50 })
  })
})

describe('forgetting', () => {
  test('what was read 90 days ago and what was not in a year goes, in batches', async () => {
    const insert = (count: number, created: string, read: string | null) => sql(stack)`
      insert into public.notifications (account_id, type, created_at, read_at)
      select ${person.id}, 'general', now() - ${created}::interval, now() - ${read}::interval
      from generate_series(1, ${count})
    `
    await insert(2500, '100 days', '91 days')
    await insert(1, '100 days', '89 days')
    await insert(1, '364 days', null)
    await insert(1200, '366 days', null)
    const [run] = await sql(stack)`select private.forget_old_notifications() as count`
    expect(run!.count).toBe(3700)
    const left = await sql(
      stack,
    )`select (now() - created_at)::text as age from public.notifications order by created_at`
    expect(left.map(({ age }) => age.split(' ')[0])).toEqual(['364', '100'])
  })

  test('the indexes serve it', async () => {
    await sql(stack)`
      insert into public.notifications (account_id, type, read_at)
      select ${person.id}, 'general', case when i % 2 = 0 then now() end from generate_series(1, 3000) as i
    `
    const plans = await sql(stack).begin(async (tx) => {
      await tx`set local enable_seqscan = off`
      const read =
        await tx`explain select id from public.notifications where read_at < now() order by read_at limit 1000`
      const unread = await tx`
        explain select id from public.notifications where read_at is null and created_at < now() order by created_at limit 1000
      `
      return [read, unread].map((plan) => plan.map((line) => line['QUERY PLAN']).join('\n'))
    })
    expect(plans[0]).toContain('notifications_read_at_idx')
    expect(plans[1]).toContain('notifications_created_at_idx')
  })

  test('clearing what is read answers how many, and leaves the rest and those of others', async () => {
    const other = await createPerson(stack)
    for (let i = 0; i < 4; i++) await notify(stack, person, 'general')
    await notify(stack, other, 'general')
    await other.client.rpc('mark_notifications_read')
    const rows = await sql(stack)`select id from public.notifications where account_id = ${person.id} order by id`
    await person.client.rpc('mark_notifications_read', { ids: rows.slice(0, 3).map(({ id }) => Number(id)) })
    expect((await person.client.rpc('clear_read_notifications')).data).toBe(3)
    expect((await person.client.rpc('clear_read_notifications')).data).toBe(0)
    const left = await sql(stack)`select id from public.notifications where account_id in (${person.id}, ${other.id})`
    expect(left).toHaveLength(2)
  })
})
