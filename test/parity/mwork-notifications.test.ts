import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { notify } from '../helpers/notifications.ts'
import type { TestStack } from '../helpers/stack.ts'
import { tell } from './notifications.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { rowsOf } from './state.ts'

let stack: TestStack
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['model'])
})
afterAll(() => stack.close())

const told = (person: Member) => rowsOf(stack, 'notifications', person)

it('MW43 notifications.list: one’s own, newest first, 20 a page, all or unread', async () => {
  const model = await member(stack, ['model'])
  const ids = await tell(stack, model, 23)
  const page = await must(model.tb.notifications.list())
  expect(page).toMatchObject({ total: 23, total_is_exact: true, has_more: true })
  expect(page.items.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 20))
  expect(page.items[0]).toMatchObject({ type: 'general', title: 'News', is_read: false, data: { n: 23 }, count: 1 })
  // What comes in between moves no page.
  await tell(stack, model, 1)
  const rest = await must(model.tb.notifications.list({ cursor: page.next_cursor! }))
  expect(rest.items.map(({ id }) => id)).toEqual(ids.toReversed().slice(20))
  expect(rest).toMatchObject({ has_more: false, next_cursor: null })

  await must(model.tb.notifications.markRead(ids.slice(0, 22)))
  const unread = await must(model.tb.notifications.list({ unread_only: true }))
  expect([unread.total, unread.items.map(({ is_read }) => is_read)]).toEqual([2, [false, false]])
  const { data } = await model.client.from('notifications').select().is('read_at', null)
  expect(data?.map(({ id }) => id).toSorted()).toEqual(unread.items.map(({ id }) => id).toSorted())

  expect((await must(stranger.tb.notifications.list())).items).toEqual([])
  expect((await stranger.client.from('notifications').select().in('id', ids)).data).toEqual([])
  expect((await device(stack).client.from('notifications').select()).error?.code).toBe('42501')
  await expectRefusal(device(stack).tb.notifications.list(), 'auth_required')
  await expectRefusal(model.tb.notifications.list({ cursor: 'x', limit: 101 }), 'validation_failed', {
    cursor: ['format'],
    limit: ['range'],
  })
})

it('MW44 notifications.markRead: one’s own alone', async () => {
  const model = await member(stack, ['model'])
  const [first, second, third] = (await tell(stack, model, 3)) as [number, number, number]
  expect(await must(model.tb.notifications.markRead(first))).toEqual({ marked: 1 })
  expect((await model.client.rpc('mark_notifications_read', { ids: [first, second] })).data).toBe(1)
  expect(await must(model.tb.notifications.markRead([first, second]))).toEqual({ marked: 0 })
  expect((await told(model)).map(({ read_at }) => read_at !== null)).toEqual([true, true, false])

  await expectUnchanged(
    () => told(model),
    async () => {
      await expectRefusal(stranger.tb.notifications.markRead(third), 'not_found')
      expect((await stranger.client.rpc('mark_notifications_read', { ids: [third] })).data).toBe(0)
      await expectRefusal(model.tb.notifications.markRead(third + 1_000_000), 'not_found')
      await expectRefusal(device(stack).tb.notifications.markRead(third), 'auth_required')
      await expectRefusal(model.tb.notifications.markRead([]), 'validation_failed', { ids: ['length'] })
      await expectRefusal(model.tb.notifications.markRead(0), 'validation_failed', { ids: ['range'] })
    },
  )
})

it('MW45 notifications.markAllRead: all of one’s own', async () => {
  const [model, other] = [await member(stack, ['model']), await member(stack, ['model'])]
  await tell(stack, model, 3)
  await tell(stack, other, 1)
  expect(await must(model.tb.notifications.markAllRead())).toEqual({ marked: 3 })
  expect((await told(model)).every(({ read_at }) => read_at !== null)).toBe(true)
  expect((await told(other)).map(({ read_at }) => read_at)).toEqual([null])
  expect((await other.client.rpc('mark_notifications_read')).data).toBe(1)
  await expectRefusal(device(stack).tb.notifications.markAllRead(), 'auth_required')
  expect((await device(stack).client.rpc('mark_notifications_read')).error?.code).toBe('42501')
})

it('MW46 notifications.getPreferences: every type with every channel', async () => {
  const model = await member(stack, ['model'])
  const preferences = await must(model.tb.notifications.getPreferences())
  const { data: types } = await model.client.from('notification_types').select('type, is_emailed').order('type')
  expect(Object.keys(preferences)).toEqual(types!.map(({ type }) => type))
  for (const { type, is_emailed } of types!) {
    expect(preferences[type], type).toEqual({ in_app: true, push: true, email: is_emailed })
  }
  // Money, verification and ends are mailed, what people write each other is not.
  const mailed = types!.filter(({ is_emailed }) => is_emailed).map(({ type }) => type)
  expect(mailed).toEqual(expect.arrayContaining(['payment_status', 'verification', 'subscription_expired']))
  expect(mailed).not.toContain('new_message')

  await must(model.tb.notifications.updatePreferences({ new_casting: false }))
  expect((await must(model.tb.notifications.getPreferences())).new_casting).toEqual({
    in_app: false,
    push: false,
    email: false,
  })
  expect((await must(stranger.tb.notifications.getPreferences())).new_casting.in_app).toBe(true)
  expect((await stranger.client.from('notification_preferences').select()).data).toEqual([])
  await expectRefusal(device(stack).tb.notifications.getPreferences(), 'auth_required')
})

it('MW47 notifications.updatePreferences: a type that is off is not delivered', async () => {
  const model = await member(stack, ['model'])
  const named = ['new_casting', 'new_response', 'response_status_change', 'new_message', 'casting_reminder']
  await must(model.tb.notifications.updatePreferences(Object.fromEntries(named.map((type) => [type, false]))))
  for (const type of named) await notify(stack, model, type, { casting_id: model.id, conversation_id: 'c' })
  await notify(stack, model, 'general')
  expect((await told(model)).map(({ type }) => type)).toEqual(['general'])

  const changed = await must(model.tb.notifications.updatePreferences({ new_casting: true }))
  expect([changed.new_casting.in_app, changed.new_response.in_app]).toEqual([true, false])
  const { error } = await model.client.rpc('set_notification_preferences', { preferences: { new_response: true } })
  expect(error).toBeNull()
  for (const type of named) await notify(stack, model, type, { casting_id: model.id, conversation_id: 'c' })
  expect((await told(model)).map(({ type }) => type)).toEqual(['general', 'new_casting', 'new_response'])

  await expectUnchanged(
    () => rowsOf(stack, 'notification_preferences', model),
    async () => {
      await expectRefusal(model.tb.notifications.updatePreferences({ nothing: true }), 'validation_failed', {
        nothing: ['known'],
      })
      await expectRefusal(model.tb.notifications.updatePreferences({}), 'validation_failed', {
        preferences: ['required'],
      })
      await expectRefusal(device(stack).tb.notifications.updatePreferences({ general: false }), 'auth_required')
    },
  )
})
