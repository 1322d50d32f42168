import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claimDeliveries, letTimePass, notify, registerDevice } from '../helpers/notifications.ts'
import { createPerson, liftRequestLimits, type Person, serviceClient, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

// What must not be touched by what is done to deliveries beside it.

let stack: TestStack
let person: Person

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())
beforeEach(async () => {
  await sql(stack)`delete from private.notification_deliveries`
  person = await createPerson(stack)
  await registerDevice(person)
})

const service = () => serviceClient(stack)
const claim = async () => {
  await letTimePass(stack)
  return claimDeliveries(stack)
}
const rows = () =>
  sql(stack)`
    select id, attempts, dead_at is not null as is_dead, is_urgent, last_error from private.notification_deliveries order by id
  `
const push = (data: object = {}) => notify(stack, person, 'general', data)
const kill = () =>
  sql(stack)`update private.notification_deliveries set dead_at = '2026-01-01', attempts = 3, last_error = 'was it'`

describe('what is dead', () => {
  test('is neither failed again nor given back', async () => {
    await push()
    await kill()
    const [dead] = await rows()
    const failure = { delivery_id: Number(dead!.id), attempt: 3, reason: 'another' }
    expect((await service().rpc('fail_notification_delivery', failure)).error).toBeNull()
    const given = { ids: [Number(dead!.id)], retry_after: 0, reason: 'another' }
    expect((await service().rpc('release_notification_deliveries', given)).error).toBeNull()
    expect(await rows()).toEqual([dead])
  })

  test('is tried again; what is being sent is left alone', async () => {
    await push()
    await kill()
    await notify(stack, person, 'payment_status', { payment_id: randomUUID() })
    await sql(
      stack,
    )`update private.notification_deliveries set attempts = 1, due_at = now() + interval '5 minutes' where dead_at is null`
    const taken = (await rows()).filter(({ is_dead }) => !is_dead)
    const [again] = await sql(stack)`select private.requeue_notification_deliveries() as count`
    expect(again!.count).toBe(1)
    expect((await rows()).filter(({ id }) => taken.some((one) => one.id === id))).toEqual(taken)
  })
})

describe('what was taken', () => {
  test('stays taken for minutes, and giving back what nobody has is no attempt less', async () => {
    await push()
    const [one] = await claim()
    const [left] = await sql(
      stack,
    )`select extract(epoch from due_at - now()) as seconds from private.notification_deliveries`
    expect(Number(left!.seconds)).toBeGreaterThan(200)
    for (let i = 0; i < 2; i++) await service().rpc('release_notification_deliveries', { ids: [one!.id] })
    expect(await rows()).toMatchObject([{ attempts: 0 }])
  })

  test('is not joined by what comes after, nor by a test', async () => {
    await push({ n: 1 })
    await claim()
    await push({ n: 2 })
    await person.client.rpc('send_test_notification')
    const next = await claimDeliveries(stack, 100)
    expect(next.map(({ data }) => data)).toEqual([{ is_test: true }])
    await sql(stack)`update private.notification_deliveries set due_at = now() where attempts = 0`
    expect((await claimDeliveries(stack)).map(({ count }) => count)).toEqual([1])
    expect((await rows()).map(({ attempts }) => attempts)).toEqual([1, 1, 1])
  })

  test('of a group stays when the group is read meanwhile; of other types too', async () => {
    const conversation_id = randomUUID()
    await notify(stack, person, 'new_message', { conversation_id })
    await claim()
    await sql(stack)`
      insert into private.notification_deliveries (account_id, channel, type, group_key, due_at)
      values (${person.id}, 'email', 'new_review', ${conversation_id}, now())
    `
    await sql(stack)`select private.read_grouped_notifications(${person.id}, 'new_message', ${conversation_id})`
    expect(await rows()).toHaveLength(2)
  })
})

test('each device has its own push, also when only one of them is due', async () => {
  await registerDevice(person)
  await push()
  await sql(stack)`
    update private.notification_deliveries set due_at = now() where id = (select min(id) from private.notification_deliveries)
  `
  expect(await claimDeliveries(stack)).toHaveLength(1)
  expect(await rows()).toHaveLength(2)
})

test('switching a type off leaves a test that is on its way', async () => {
  await person.client.rpc('send_test_notification')
  await person.client.rpc('set_notification_preferences', { preferences: { general: false } })
  expect(await rows()).toMatchObject([{ is_urgent: true }])
})

test('a device that changed hands shows the first account’s pushes to nobody', async () => {
  await push()
  const other = await createPerson(stack)
  await sql(stack)`update public.devices set account_id = ${other.id} where account_id = ${person.id}`
  expect(await claim()).toEqual([])
})

test('a digest tells of seven days, not of what was unread before', async () => {
  await push()
  await push()
  await sql(stack)`
    update public.notifications set created_at = now() - interval '8 days'
    where id = (select min(id) from public.notifications where account_id = ${person.id})
  `
  const [digest] = await sql(stack)`select count from private.digest_of(${person.id})`
  expect(digest!.count).toBe(1)
})

test('whoever tells does not wait for an account that is being deleted', async () => {
  const told = sql(stack).begin(async (tx) => {
    await tx`select from public.accounts where id = ${person.id} for update`
    return Promise.race([push().then(() => 'told'), new Promise((done) => setTimeout(done, 3_000, 'waited'))])
  })
  expect(await told).toBe('told')
})

test('time zones are those of the list alone', async () => {
  for (const time_zone of ['Factory', 'posix/UTC', 'right/UTC', 'localtime']) {
    const { error } = await person.client.rpc('set_notification_settings', { time_zone })
    expect(error?.code, time_zone).toBe('validation_failed')
  }
})

test('unread notifications are kept for a year, read ones for their 90 days from reading', async () => {
  await push()
  await push()
  await sql(stack)`
    update public.notifications set created_at = now() - interval '400 days', read_at = now() where id = (
      select min(id) from public.notifications where account_id = ${person.id}
    )
  `
  await sql(stack)`select private.forget_old_notifications()`
  expect(await sql(stack)`select from public.notifications where account_id = ${person.id}`).toHaveLength(2)
})

test('badges stop at 1,000', async () => {
  await sql(stack)`
    insert into public.notifications (account_id, type) select ${person.id}, 'general' from generate_series(1, 1001)
  `
  expect((await person.client.rpc('notification_count').single()).data).toEqual({ unread: 1000, total: 1000 })
})
