import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { notify, registerDevice } from '../helpers/notifications.ts'
import { serviceClient, setRequestLimits } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { tell } from './notifications.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { rowsOf } from './state.ts'

let stack: TestStack
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['recruiter'])
})
afterAll(() => stack.close())

const told = (person: Member) => rowsOf(stack, 'notifications', person)

it('WF41 notifications.list: unlocks, ends of subscriptions, the wallet and news, each in words', async () => {
  const recruiter = await member(stack, ['recruiter'])
  const happened: [string, object][] = [
    ['candidate_unlock', { status: 'unlocked', candidate_id: stranger.id }],
    ['subscription_warning', { status: 'critical' }],
    ['subscription_expired', {}],
    ['wallet_recharge', { status: 'added', credits: 10 }],
    ['general', {}],
  ]
  for (const [type, data] of happened) await notify(stack, recruiter, type, data)
  const { items } = await must(recruiter.tb.notifications.list())
  expect(items.map(({ type, data }) => [type, data])).toEqual(happened.toReversed())
  const words = items.map(({ title }) => title)
  expect(new Set(words).size).toBe(5)
  expect(items.at(-1)).toMatchObject({ title: 'Candidate unlocked', message: 'You unlocked a candidate.' })
  const { data } = await recruiter.client.from('notifications').select('type').order('id')
  expect(data!.map(({ type }) => type)).toEqual(happened.map(([type]) => type))

  expect((await must(stranger.tb.notifications.list())).items).toEqual([])
  await expectRefusal(device(stack).tb.notifications.list(), 'auth_required')
})

it('WF42 notifications.count: unread and total', async () => {
  const recruiter = await member(stack, ['recruiter'])
  expect(await must(recruiter.tb.notifications.count())).toEqual({ unread: 0, total: 0 })
  const [first] = await tell(stack, recruiter, 3)
  await must(recruiter.tb.notifications.markRead(first!))
  expect(await must(recruiter.tb.notifications.count())).toEqual({ unread: 2, total: 3 })
  expect((await recruiter.client.rpc('notification_count')).data).toEqual([{ unread: 2, total: 3 }])
  expect(await must(stranger.tb.notifications.count())).toEqual({ unread: 0, total: 0 })
  await expectRefusal(device(stack).tb.notifications.count(), 'auth_required')
})

it('WF43 notifications.markRead: one of one’s own', async () => {
  const recruiter = await member(stack, ['recruiter'])
  const [first, second] = (await tell(stack, recruiter, 2)) as [number, number]
  expect(await must(recruiter.tb.notifications.markRead(first))).toEqual({ marked: 1 })
  expect((await told(recruiter)).map(({ read_at }) => read_at !== null)).toEqual([true, false])
  expect((await recruiter.client.rpc('mark_notifications_read', { ids: [second] })).data).toBe(1)
  await expectUnchanged(
    () => told(recruiter),
    async () => {
      await expectRefusal(stranger.tb.notifications.markRead(first), 'not_found')
      await expectRefusal(device(stack).tb.notifications.markRead(first), 'auth_required')
    },
  )
})

it('WF44 notifications.markAllRead: says how many', async () => {
  const recruiter = await member(stack, ['recruiter'])
  await tell(stack, recruiter, 4)
  expect(await must(recruiter.tb.notifications.markAllRead())).toEqual({ marked: 4 })
  expect(await must(recruiter.tb.notifications.markAllRead())).toEqual({ marked: 0 })
  await tell(stack, recruiter, 1)
  expect((await recruiter.client.rpc('mark_notifications_read')).data).toBe(1)
  await expectRefusal(device(stack).tb.notifications.markAllRead(), 'auth_required')
})

it('WF45 notifications.sendTest: reaches the push provider', async () => {
  const recruiter = await member(stack, ['recruiter'])
  const tokens = [await registerDevice(recruiter), await registerDevice(recruiter)]
  await must(recruiter.tb.notifications.updatePreferences({ general: false }))
  expect(await must(recruiter.tb.notifications.sendTest())).toEqual({ devices: 2 })
  expect((await must(recruiter.tb.notifications.list())).items).toMatchObject([
    { type: 'general', title: 'Test', data: { is_test: true } },
  ])
  expect((await recruiter.client.rpc('send_test_notification')).data).toBe(2)
  if (stack.providers !== null) {
    const { data } = await serviceClient(stack).functions.invoke('notify', { body: {} })
    expect(data).toMatchObject({ sent: 4 })
    for (const token of tokens) {
      const messages = stack.providers.fcm.messages({ token }).map(({ message }) => message.notification)
      expect(messages).toEqual(Array(2).fill({ title: 'Test', body: 'Notifications reach this device.' }))
    }
  }

  expect(await must(stranger.tb.notifications.sendTest())).toEqual({ devices: 0 })
  await expectRefusal(device(stack).tb.notifications.sendTest(), 'auth_required')
  await setRequestLimits(stack, { test_notifications: 2 })
  await expectUnchanged(
    () => told(recruiter),
    () => expectRefusal(recruiter.tb.notifications.sendTest(), 'rate_limit_exceeded'),
  )
})
