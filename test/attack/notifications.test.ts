import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createRecruiter, giveCredits, makeCandidates } from '../helpers/hiring.ts'
import {
  claimDeliveries,
  deliveriesOf,
  letTimePass,
  notify,
  registerDevice,
  sendDeliveries,
} from '../helpers/notifications.ts'
import { anonClient, createPerson, type Person, sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { startParityStack } from '../parity/people.ts'

let stack: TestStack
let person: Person
let token: string
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())
beforeEach(async () => {
  await sql(stack)`delete from private.notification_deliveries`
  person = await createPerson(stack)
  token = await registerDevice(person)
})

test('13: nobody but the service takes, ends or forgets anything, and nobody tells anybody', async () => {
  await notify(stack, person, 'payment_status')
  await letTimePass(stack)
  const state = async () => [
    ...(await sql(stack)`
      select (select jsonb_agg(d order by id) from private.notification_deliveries d) as deliveries,
        (select jsonb_agg(n order by id) from public.notifications n) as notifications,
        (select jsonb_agg(d order by id) from public.devices d) as devices
    `),
  ]
  const before = await state()
  const ids = (await deliveriesOf(stack, person)).map(({ id }) => id)
  const [device] = await sql(stack)`select id from public.devices where account_id = ${person.id}`
  const calls: [string, object][] = [
    ['claim_notification_deliveries', {}],
    ['complete_notification_deliveries', { ids }],
    ['fail_notification_delivery', { delivery_id: ids[0], attempt: 0, reason: 'x', is_final: true }],
    ['release_notification_deliveries', { ids }],
    ['forget_device', { device_id: device!.id, token, claimed_at: '2100-01-01' }],
  ]
  for (const client of [person.client, anonClient(stack)]) {
    for (const [name, args] of calls) expect((await client.rpc(name, args)).error?.code, name).toBe('42501')
    const called = await client.functions.invoke('notify', { body: {} })
    expect(called.error?.context.status).toBeGreaterThanOrEqual(401)
    const hidden = client.schema('private' as never)
    expect((await hidden.rpc('notify', { account_id: person.id, type: 'general', data: {} })).error).not.toBeNull()
    expect((await hidden.from('notification_deliveries').select()).error).not.toBeNull()
  }
  expect(await state()).toEqual(before)
})

test('14: a test goes to the caller’s own devices, and choices are the caller’s own', async () => {
  const stranger = await createPerson(stack)
  const theirs = await registerDevice(stranger)
  for (const account_id of [undefined, person.id]) {
    await stranger.client.rpc('send_test_notification', account_id === undefined ? {} : { account_id })
    await stranger.client.rpc('set_notification_settings', { digest: 'weekly', ...(account_id && { account_id }) })
    await stranger.client.rpc('set_notification_preferences', {
      preferences: { general: false },
      ...(account_id && { account_id }),
    })
    await stranger.client.rpc('clear_read_notifications', account_id === undefined ? {} : { account_id })
  }
  await stranger.client.from('notification_preferences').insert({ account_id: person.id, type: 'general' })
  await stranger.client.from('notification_settings').upsert({ account_id: person.id, digest: 'weekly' })
  for (const table of ['notification_preferences', 'notification_settings', 'notifications']) {
    expect(await sql(stack)`select from public.${sql(stack)(table)} where account_id = ${person.id}`).toHaveLength(0)
  }
  expect((await claimDeliveries(stack)).map((one) => one.token)).toEqual([theirs])
})

test('22: what a push or mail carries has no name or contact of a candidate, and no words of a message', async (context) => {
  context.skip(stack.providers === null)
  const hidden = { full_name: 'Zarina Secretova', phone: '+77015550199' }
  const [candidate] = await makeCandidates(stack, 1, { person: hidden })
  const recruiter = await createRecruiter(stack)
  await giveCredits(stack, recruiter, 100)
  const device = await registerDevice(recruiter)
  await recruiter.client.rpc('set_notification_preferences', {
    preferences: { candidate_unlock: true, new_message: true, wallet_recharge: false },
  })
  await sql(stack)`delete from private.notification_deliveries`
  const { error } = await recruiter.client.rpc('unlock_candidates', { candidate_ids: [candidate!.card_id] })
  expect(error).toBeNull()
  const [user] = await sql(stack)`select email from auth.users where id = ${candidate!.id}`
  await notify(stack, recruiter, 'new_message', {
    conversation_id: randomUUID(),
    author_id: candidate!.id,
    candidate_id: candidate!.card_id,
    text: 'write to me: candidate@secret.example',
  })
  expect((await sendDeliveries(stack)).sent).toBe(4)
  const carried = JSON.stringify([
    stack.providers!.fcm.messages({ token: device }),
    stack.mail!.messages({ to: recruiter.email }),
  ])
  expect(carried).toContain('a candidate')
  for (const secret of ['secret.example', 'Secretova', '5550199', user!.email]) expect(carried).not.toContain(secret)
})

test('33: a suspended account gets nothing, what waited for it is gone, and no mail goes to an address that is not confirmed', async () => {
  await notify(stack, person, 'payment_status')
  const unconfirmed = await createPerson(stack)
  await notify(stack, unconfirmed, 'payment_status')
  await sql(stack)`select private.suspend_account(${person.id}, 'test')`
  await notify(stack, person, 'payment_status')
  await sql(stack)`update auth.users set email_confirmed_at = null where id = ${unconfirmed.id}`
  await letTimePass(stack)
  expect(await claimDeliveries(stack)).toEqual([])
  expect(await deliveriesOf(stack, person)).toEqual([])
  await sql(stack)`select private.lift_suspension(${person.id})`
  await notify(stack, person, 'payment_status')
  await letTimePass(stack)
  expect((await claimDeliveries(stack)).map(({ address }) => address)).toEqual([null, person.email])
})

test('33: a device that was signed out of, or that another account took over, gets nothing of the first', async () => {
  const second = await registerDevice(person)
  await notify(stack, person, 'general')
  expect(await deliveriesOf(stack, person)).toHaveLength(2)
  const other = await createPerson(stack)
  await registerDevice(other, token)
  await person.client.from('devices').delete().eq('token', second)
  await letTimePass(stack)
  expect(await claimDeliveries(stack)).toEqual([])
  await notify(stack, person, 'general')
  expect(await deliveriesOf(stack, person)).toEqual([])
})
