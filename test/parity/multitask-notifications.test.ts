import type { Notification } from '@talentbase/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { deliveriesOf, notify, registerDevice } from '../helpers/notifications.ts'
import { eventually } from '../helpers/realtime.ts'
import type { TestStack } from '../helpers/stack.ts'
import { tell } from './notifications.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { rowsOf } from './state.ts'

let stack: TestStack
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['freelancer'])
})
afterAll(() => stack.close())

const told = (person: Member) => rowsOf(stack, 'notifications', person)

it('MT36 notifications.list: by is_read and type', async () => {
  const client = await member(stack, ['client'])
  const applications = await tell(stack, client, 3, 'new_application')
  const others = await tell(stack, client, 2, 'task_status')
  await must(client.tb.notifications.markRead([applications[0]!, others[0]!]))
  const list = (input: object) => must(client.tb.notifications.list(input))
  const found = async (input: object) => {
    const { items, total } = await list(input)
    expect(total, JSON.stringify(input)).toBe(items.length)
    return items.map(({ id }) => id)
  }
  expect(await found({ type: 'new_application' })).toEqual(applications.toReversed())
  expect(await found({ type: 'new_application', is_read: false })).toEqual(applications.slice(1).toReversed())
  expect(await found({ type: 'new_application', unread_only: true })).toEqual(applications.slice(1).toReversed())
  expect(await found({ type: 'task_status', is_read: true })).toEqual([others[0]])
  expect(await found({ is_read: true })).toEqual([others[0], applications[0]])
  expect(await found({ is_read: true, unread_only: true })).toEqual([])
  expect(await found({ type: 'no_such_type' })).toEqual([])
  const page = await list({ type: 'new_application', limit: 2 })
  expect(page).toMatchObject({ total: 3, has_more: true })
  const rest = await list({ type: 'new_application', limit: 2, cursor: page.next_cursor })
  expect(rest.items.map(({ id }) => id)).toEqual([applications[0]])
  const { data } = await client.client.from('notifications').select('id').eq('type', 'task_status').order('id')
  expect(data!.map(({ id }) => id)).toEqual(others)

  expect(await must(stranger.tb.notifications.list({ type: 'task_status' }))).toMatchObject({ items: [], total: 0 })
  await expectRefusal(client.tb.notifications.list({ type: 'No such' }), 'validation_failed', { type: ['format'] })
  await expectRefusal(device(stack).tb.notifications.list({ type: 'general' }), 'auth_required')
})

it('MT37 notifications.count: how many are unread', async () => {
  const client = await member(stack, ['client'])
  await tell(stack, client, 5)
  const [last] = await tell(stack, client, 1)
  await must(client.tb.notifications.markRead(last!))
  expect((await must(client.tb.notifications.count())).unread).toBe(5)
  expect((await client.client.rpc('notification_count').single()).data).toEqual({ unread: 5, total: 6 })
  // A group is one, however many events it stands for.
  for (let n = 0; n < 3; n++) await notify(stack, client, 'new_message', { conversation_id: 'c' })
  expect((await must(client.tb.notifications.count())).unread).toBe(6)
  expect((await must(stranger.tb.notifications.count())).unread).toBe(0)
  await expectRefusal(device(stack).tb.notifications.count(), 'auth_required')
})

it('MT38 notifications.markRead: by id', async () => {
  const client = await member(stack, ['client'])
  const ids = await tell(stack, client, 2)
  expect(await must(client.tb.notifications.markRead(ids[0]!))).toEqual({ marked: 1 })
  expect((await client.client.rpc('mark_notifications_read', { ids: [ids[1]] })).data).toBe(1)
  await expectUnchanged(
    () => told(client),
    async () => {
      await expectRefusal(stranger.tb.notifications.markRead(ids), 'not_found')
      await expectRefusal(device(stack).tb.notifications.markRead(ids), 'auth_required')
    },
  )
})

it('MT39 notifications.markAllRead: all that are unread', async () => {
  const client = await member(stack, ['client'])
  await tell(stack, client, 2)
  expect(await must(client.tb.notifications.markAllRead())).toEqual({ marked: 2 })
  await tell(stack, client, 3)
  expect((await client.client.rpc('mark_notifications_read')).data).toBe(3)
  expect((await must(client.tb.notifications.count())).unread).toBe(0)
  await expectRefusal(device(stack).tb.notifications.markAllRead(), 'auth_required')
})

it('MT40 notifications.delete: one of one’s own', async () => {
  const client = await member(stack, ['client'])
  const [first, second, third] = (await tell(stack, client, 3)) as [number, number, number]
  expect(await must(client.tb.notifications.delete(second))).toBeNull()
  expect((await client.client.from('notifications').delete().eq('id', third)).error).toBeNull()
  expect((await told(client)).map(({ id }) => Number(id))).toEqual([first])
  await expectUnchanged(
    () => told(client),
    async () => {
      await expectRefusal(client.tb.notifications.delete(second), 'not_found')
      await expectRefusal(stranger.tb.notifications.delete(first), 'not_found')
      await stranger.client.from('notifications').delete().eq('id', first)
      await expectRefusal(device(stack).tb.notifications.delete(first), 'auth_required')
    },
  )
})

it('MT41 notifications.clearRead: only read ones go, and it says how many', async () => {
  const [client, other] = [await member(stack, ['client']), await member(stack, ['client'])]
  const ids = await tell(stack, client, 5)
  await tell(stack, other, 2)
  await must(other.tb.notifications.markAllRead())
  await must(client.tb.notifications.markRead(ids.slice(0, 3)))
  expect(await must(client.tb.notifications.clearRead())).toEqual({ deleted: 3 })
  expect((await told(client)).map(({ id }) => Number(id))).toEqual(ids.slice(3))
  expect(await must(client.tb.notifications.clearRead())).toEqual({ deleted: 0 })
  expect(await told(other)).toHaveLength(2)
  expect((await other.client.rpc('clear_read_notifications')).data).toBe(2)
  await expectUnchanged(
    () => told(client),
    async () => {
      await expectRefusal(device(stack).tb.notifications.clearRead(), 'auth_required')
      expect((await device(stack).client.rpc('clear_read_notifications')).error?.code).toBe('42501')
    },
  )
})

it('MT42 notifications.getPreferences: types and channels, and settings', async () => {
  const client = await member(stack, ['client'])
  await must(client.tb.notifications.updatePreferences({ task_status: { push: false, email: true } }))
  const preferences = await must(client.tb.notifications.getPreferences())
  expect(preferences.task_status).toEqual({ in_app: true, push: false, email: true })
  expect(preferences.new_application).toEqual({ in_app: true, push: true, email: false })
  const { data } = await client.client.from('notification_preferences').select('type, channel, is_enabled')
  expect(data).toHaveLength(2)

  expect(await must(client.tb.notifications.getSettings())).toEqual({
    quiet_hours: null,
    time_zone: 'UTC',
    digest: 'off',
  })
  await expectRefusal(device(stack).tb.notifications.getPreferences(), 'auth_required')
  await expectRefusal(device(stack).tb.notifications.getSettings(), 'auth_required')
})

it('MT43 notifications.updatePreferences: by channel, quiet hours and a digest', async () => {
  const client = await member(stack, ['client'])
  await registerDevice(client)
  await must(client.tb.notifications.updatePreferences({ task_status: { in_app: false, email: true } }))
  await notify(stack, client, 'task_status', { status: 'completed' })
  expect(await told(client)).toEqual([])
  expect((await deliveriesOf(stack, client)).map(({ channel }) => channel)).toEqual(['push', 'email'])
  const plain = await client.client.rpc('set_notification_preferences', {
    preferences: { task_status: { push: false }, new_application: false },
  })
  expect(plain.data).toHaveLength(6)

  const quiet_hours = { from: '22:00', until: '08:00' }
  const wanted = { quiet_hours, time_zone: 'Asia/Almaty', digest: 'weekly' } as const
  expect(await must(client.tb.notifications.updateSettings(wanted))).toEqual(wanted)
  expect(await must(client.tb.notifications.updateSettings({ digest: 'off' }))).toEqual({ ...wanted, digest: 'off' })
  const none = await must(client.tb.notifications.updateSettings({ quiet_hours: null }))
  expect(none).toEqual({ ...wanted, digest: 'off', quiet_hours: null })
  expect(await must(client.tb.notifications.getSettings())).toEqual(none)

  await expectUnchanged(
    async () => [
      await rowsOf(stack, 'notification_preferences', client),
      await rowsOf(stack, 'notification_settings', client),
    ],
    async () => {
      const { updatePreferences, updateSettings } = {
        updatePreferences: (input: object) => client.tb.notifications.updatePreferences(input as never),
        updateSettings: (input: object) => client.tb.notifications.updateSettings(input as never),
      }
      await expectRefusal(updatePreferences({ task_status: { sms: true } }), 'validation_failed')
      await expectRefusal(updatePreferences({ task_status: 'no' }), 'validation_failed')
      await expectRefusal(updateSettings({ time_zone: 'Mars' }), 'validation_failed', { time_zone: ['known'] })
      await expectRefusal(updateSettings({ quiet_hours: { from: '22:00' } }), 'validation_failed', {
        'quiet_hours.until': ['required'],
      })
      await expectRefusal(updateSettings({ quiet_hours: { from: '08:00', until: '08:00' } }), 'validation_failed', {
        'quiet_hours.until': ['other'],
      })
      await expectRefusal(device(stack).tb.notifications.updateSettings({ digest: 'off' }), 'auth_required')
    },
  )
})

it('MT68 notifications.subscribe: live, and nothing that came while one was away is missed', async () => {
  const client = await member(stack, ['client'])
  const [known] = await tell(stack, client, 1)
  await tell(stack, client, 1)
  const heard: Notification[] = []
  const listening = client.tb.notifications.subscribe((one) => heard.push(one), { since: known! })
  const { unsubscribe } = await must(listening)
  expect(await eventually(() => heard.length === 1)).toBe(true)
  const [live] = await tell(stack, client, 1, 'task_status')
  expect(await eventually(() => heard.at(-1)?.id === live)).toBe(true)
  const { data } = await client.client.from('notifications').select('id').gt('id', known!).order('id')
  expect(heard.map(({ id }) => id)).toEqual(data!.map(({ id }) => id))
  await unsubscribe()
  await tell(stack, client, 1)
  expect(heard).toHaveLength(2)
  await expectRefusal(
    device(stack).tb.notifications.subscribe(() => undefined),
    'auth_required',
  )
})
