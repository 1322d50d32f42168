import type { Notification } from '@talentbase/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { notify } from '../helpers/notifications.ts'
import { eventually, listen } from '../helpers/realtime.ts'
import type { TestStack } from '../helpers/stack.ts'
import { tell } from './notifications.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { rowsOf } from './state.ts'

let stack: TestStack
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['creator'])
})
afterAll(() => stack.close())

it('UG26 notifications.list: read, unread or both, paged', async () => {
  const creator = await member(stack, ['creator'])
  const ids = await tell(stack, creator, 7)
  await must(creator.tb.notifications.markRead(ids.slice(0, 3)))
  const list = (input: object) => must(creator.tb.notifications.list(input))
  const idsOf = async (input: object) => (await list(input)).items.map(({ id }) => id)
  expect(await idsOf({ is_read: true })).toEqual(ids.slice(0, 3).toReversed())
  expect(await idsOf({ is_read: false })).toEqual(ids.slice(3).toReversed())
  expect([(await list({ is_read: true })).total, (await list({ is_read: false })).total]).toEqual([3, 4])
  const page = await list({ limit: 3, is_read: false })
  expect(page).toMatchObject({ has_more: true, total: 4 })
  expect(await idsOf({ limit: 3, is_read: false, cursor: page.next_cursor })).toEqual([ids[3]])
  expect(await idsOf({ limit: 3, offset: 6 })).toEqual([ids[0]])
  const { data } = await creator.client.from('notifications').select('id').not('read_at', 'is', null).order('id')
  expect(data!.map(({ id }) => id)).toEqual(ids.slice(0, 3))

  expect(await must(stranger.tb.notifications.list({ is_read: true }))).toMatchObject({ items: [], total: 0 })
  await expectRefusal(device(stack).tb.notifications.list({ is_read: true }), 'auth_required')
})

it('UG27 notifications.markRead: one of one’s own', async () => {
  const creator = await member(stack, ['creator'])
  const [first, second] = (await tell(stack, creator, 2)) as [number, number]
  expect(await must(creator.tb.notifications.markRead(second))).toEqual({ marked: 1 })
  expect((await must(creator.tb.notifications.list())).items.map(({ is_read }) => is_read)).toEqual([true, false])
  await expectUnchanged(
    () => rowsOf(stack, 'notifications', creator),
    async () => {
      await expectRefusal(stranger.tb.notifications.markRead(first), 'not_found')
      expect((await stranger.client.rpc('mark_notifications_read', { ids: [first, second] })).data).toBe(0)
      expect((await creator.client.from('notifications').update({ read_at: null }).eq('id', second)).error?.code).toBe(
        '42501',
      )
    },
  )
})

it('UG28 notifications.subscribe: what happens comes at once, of a group its newest with a count', async () => {
  const creator = await member(stack, ['creator'])
  const heard: Notification[] = []
  const { unsubscribe } = await must(creator.tb.notifications.subscribe((notification) => heard.push(notification)))
  const other = device(stack).client
  await other.auth.signInWithPassword({ email: creator.email, password: creator.password })
  const plain = await listen(other, `account:${creator.id}`)
  expect(await listen(stranger.client, `account:${creator.id}`)).toBeUndefined()
  await notify(stack, creator, 'new_order', { status: 'x' })
  for (let n = 1; n <= 2; n++) {
    await notify(stack, creator, 'new_message', { conversation_id: 'c-1', n })
    expect(await eventually(() => heard.length === n + 1)).toBe(true)
  }
  expect(heard.map(({ type, group_key, count }) => [type, group_key, count])).toEqual([
    ['new_order', null, 1],
    ['new_message', 'c-1', 1],
    ['new_message', 'c-1', 2],
  ])
  expect(heard.at(-1)).toMatchObject({ title: 'New messages', message: 'You have 2 new messages.' })
  expect(await eventually(() => plain!.received.length === 3)).toBe(true)
  expect(plain!.received.map(({ event, payload }) => [event, payload.type, payload.group_key])).toEqual([
    ['notification', 'new_order', null],
    ['notification', 'new_message', 'c-1'],
    ['notification', 'new_message', 'c-1'],
  ])
  expect((await creator.client.from('notifications').select('data').order('id')).data).toHaveLength(2)
  await unsubscribe()
  await other.removeAllChannels()
  await expectRefusal(
    device(stack).tb.notifications.subscribe(() => undefined),
    'auth_required',
  )
})
