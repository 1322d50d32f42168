import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import { listen } from '../helpers/realtime.ts'
import type { TestStack } from '../helpers/stack.ts'
import { deviceOf } from '../helpers/talkers.ts'
import { makeAgreedTask, makeApplication, makeTask } from '../helpers/work.ts'
import { bodies, conversationsOf, hear, say, stored } from './chat.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let client: Member
let freelancer: Member
let stranger: Member
let taskId: string
beforeAll(async () => {
  stack = await startParityStack()
  client = await member(stack, ['client'])
  freelancer = await member(stack, ['freelancer'])
  stranger = await member(stack, ['client', 'freelancer'])
  taskId = await makeTask(stack, client)
  await makeApplication(stack, taskId, freelancer)
})
afterAll(() => stack.close())

const about = (context_id: string) => ({ context_type: 'task' as const, context_id })

it('MT32 chat.open: one for a pair and a task', async () => {
  const input = { ...about(taskId), account_id: freelancer.id }
  const opened = await must(client.tb.chat.open(input))
  expectTaken(input, { participant_id: 'account_id', task_id: 'context_id' })
  expect(opened).toMatchObject({
    context: { type: 'task', id: taskId, title: 'Draw a logo' },
    account: { id: freelancer.id },
    can_write: true,
  })
  // From the other side, who need not say with whom.
  expect((await must(freelancer.tb.chat.open(about(taskId)))).id).toBe(opened.id)
  const plain = await freelancer.client.rpc('open_conversation', about(taskId))
  expect(plain.data).toMatchObject({ id: opened.id, account_id: client.id })
  // Another task, another conversation; and one about nothing.
  const { taskId: other } = await makeAgreedTask(stack, client, freelancer)
  const ids = await Promise.all([
    must(client.tb.chat.open({ ...about(other), account_id: freelancer.id })),
    must(client.tb.chat.open({ account_id: freelancer.id })),
  ])
  expect(new Set([opened.id, ...ids.map(({ id }) => id)]).size).toBe(3)
  const asks = await must(stranger.tb.chat.open(about(taskId)))
  expect(asks, 'whoever sees a task may ask').toMatchObject({ account: { id: client.id } })

  const quiet = await makeTask(stack, client)
  await expectUnchanged(
    async () => [await conversationsOf(stack, client), await conversationsOf(stack, stranger)],
    async () => {
      await expectRefusal(client.tb.chat.open({ ...about(quiet), account_id: stranger.id }), 'not_found')
      await expectRefusal(client.tb.chat.open(about(quiet)), 'not_found')
      await expectRefusal(stranger.tb.chat.open({ ...about(taskId), account_id: freelancer.id }), 'not_found')
      await expectRefusal(stranger.tb.chat.open(about(crypto.randomUUID())), 'not_found')
      await expectRefusal(device(stack).tb.chat.open(about(taskId)), 'auth_required')
      const wrong = { context_type: 'cake' as 'task', context_id: taskId }
      await expectRefusal(client.tb.chat.open(wrong), 'validation_failed', { context_type: ['known'] })
      const { error } = await client.client.rpc('open_conversation', wrong)
      expect(error?.code).toBe('validation_failed')
    },
  )
})

it('MT31 chat.list: of a task, of all, and who was let into groups', async () => {
  const { id } = await must(client.tb.chat.open({ ...about(taskId), account_id: freelancer.id }))
  await say(client, id, 'When can you begin?')
  const ofTask = await must(freelancer.tb.chat.list(about(taskId)))
  expect(ofTask.items).toMatchObject([{ id, unread: 1, last_message: { body: 'When can you begin?' } }])
  const group = await must(client.tb.chat.createGroup({ title: 'The logo', account_ids: [freelancer.id, stranger.id] }))
  expect(group).toMatchObject({ kind: 'group', title: 'The logo', members_count: 3, role: 'owner', account: null })
  const listed = async ({ tb }: Member) => (await must(tb.chat.list())).items.map((item) => item.id)
  expect((await listed(stranger))[0]).toBe(group.id)
  await must(client.tb.chat.renameGroup(group.id, { title: 'Logo and letters' }))
  expect(await must(stranger.tb.chat.get(group.id))).toMatchObject({ title: 'Logo and letters', role: 'member' })
  await must(client.tb.chat.removeMember(group.id, stranger.id))
  expect(await listed(stranger)).not.toContain(group.id)
  const left = await must(stranger.tb.chat.get(group.id))
  expect(left).toMatchObject({ epoch: null, can_write: false, left_at_seq: 3 })
  await expectUnchanged(
    () => stored(stack, group.id),
    async () => {
      await expectRefusal(freelancer.tb.chat.renameGroup(group.id, { title: 'Mine' }), 'permission_denied')
      await expectRefusal(freelancer.tb.chat.addMembers(group.id, [stranger.id]), 'permission_denied')
      await expectRefusal(freelancer.tb.chat.removeMember(group.id, client.id), 'permission_denied')
      await expectRefusal(stranger.tb.chat.send({ conversation_id: group.id, body: 'Hm' }), 'permission_denied')
      await expectRefusal(client.tb.chat.addMembers(group.id, [crypto.randomUUID()]), 'not_found')
      await expectRefusal(client.tb.chat.leave(id), 'conflict')
    },
  )
  const plain = await freelancer.client.from('conversations').select('id, title').eq('kind', 'group')
  expect(plain.data).toEqual([{ id: group.id, title: 'Logo and letters' }])
})

it('MT33 chat.listMessages: what was said while one was in it', async () => {
  const group = await must(client.tb.chat.createGroup({ title: 'Late', account_ids: [freelancer.id] }))
  await say(client, group.id, 'before')
  await must(client.tb.chat.addMembers(group.id, [stranger.id]))
  await say(client, group.id, 'during')
  await must(stranger.tb.chat.leave(group.id))
  await say(client, group.id, 'after')
  const read = async ({ tb }: Member) => {
    const { items } = await must(tb.chat.listMessages({ conversation_id: group.id }))
    return items.toReversed().map(({ kind, body, data }) => (kind === 'system' ? data.event : body))
  }
  expect(await read(stranger)).toEqual(['member_added', 'during', 'member_left'])
  expect(await read(freelancer)).toEqual(['created', 'before', 'member_added', 'during', 'member_left', 'after'])
  const own = stranger.client.from('messages').select('seq').eq('conversation_id', group.id).order('seq')
  expect((await own).data).toEqual([{ seq: 3 }, { seq: 4 }, { seq: 5 }])
  const changes = await stranger.client.rpc('list_messages', { conversation_id: group.id, after_version: 0 })
  expect(changes.data).toHaveLength(3)
  const nobody = await member(stack, ['client'])
  await expectRefusal(nobody.tb.chat.listMessages({ conversation_id: group.id }), 'not_found')
  await expectRefusal(nobody.tb.chat.listMembers(group.id), 'not_found')
})

it('MT34 chat.send: and change or take back what one said, for a while', async () => {
  const { id } = await must(client.tb.chat.open({ ...about(taskId), account_id: freelancer.id }))
  const input = { conversation_id: id, body: 'I can begin on Monday.' }
  const sent = await must(freelancer.tb.chat.send(input))
  expectTaken(input, { content: 'body' })
  const { conversation_id, seq } = sent
  const edited = await must(freelancer.tb.chat.edit({ conversation_id, seq, body: 'On Tuesday.' }))
  expect(edited).toMatchObject({ seq, body: 'On Tuesday.', version: sent.version + 1, edited_at: expect.any(String) })
  const other = await must(freelancer.tb.chat.send({ conversation_id, body: 'Too early.' }))
  const deleted = await must(freelancer.tb.chat.delete({ conversation_id, seq: other.seq }))
  expect(deleted).toMatchObject({ seq: other.seq, body: null, deleted_at: expect.any(String) })
  const old = await must(freelancer.tb.chat.send({ conversation_id, body: 'An old word.' }))
  await sql(stack)`
    update public.messages set created_at = now() - interval '16 minutes' where conversation_id = ${id} and seq = ${old.seq}
  `
  await expectUnchanged(
    () => stored(stack, id),
    async () => {
      const change = (seq: number, { tb }: Pick<Member, 'tb'> = freelancer) =>
        tb.chat.edit({ conversation_id, seq, body: 'Other.' })
      await expectRefusal(change(seq, client), 'permission_denied')
      await expectRefusal(client.tb.chat.delete({ conversation_id, seq }), 'permission_denied')
      await expectRefusal(change(seq, stranger), 'not_found')
      await expectRefusal(change(99), 'not_found')
      expect((await expectRefusal(change(old.seq), 'conflict')).details).toEqual({ reason: 'too_late' })
      expect((await expectRefusal(change(other.seq), 'conflict')).details).toEqual({ reason: 'deleted' })
      await expectRefusal(freelancer.tb.chat.delete({ conversation_id, seq: old.seq }), 'conflict')
      const { error } = await freelancer.client.from('messages').update({ body: 'Mine' }).eq('conversation_id', id)
      expect(error?.code).toBe('42501')
    },
  )
  await must(client.tb.blocks.add(freelancer.id))
  await expectUnchanged(
    () => stored(stack, id),
    async () => {
      const { details } = await expectRefusal(freelancer.tb.chat.send(input), 'permission_denied')
      expect(details).toEqual({ reason: 'unavailable' })
      await expectRefusal(client.tb.chat.send(input), 'permission_denied')
    },
  )
  expect((await must(freelancer.tb.chat.listMessages({ conversation_id }))).items).not.toEqual([])
  await must(client.tb.blocks.remove(freelancer.id))
  const plain = await client.client.rpc('send_message', { ...input, client_id: crypto.randomUUID() })
  expect(plain.data).toMatchObject({ body: input.body, author_id: client.id })
})

it('MT35 chat.markRead: the count goes down at once, others see how far', async () => {
  const { id } = await must(client.tb.chat.open({ account_id: stranger.id }))
  for (const body of ['one', 'two']) await say(client, id, body)
  const before = await must(stranger.tb.chat.unreadCount())
  expect(await must(stranger.tb.chat.markRead(id, 1))).toEqual({ unread: 1, total: before.messages - 1 })
  const plain = await stranger.client.rpc('mark_conversation_read', { conversation_id: id })
  expect(plain.data).toEqual([{ unread: 0, total: before.messages - 2 }])
  expect(await must(stranger.tb.chat.get(id))).toMatchObject({ unread: 0, read_seq: 2 })
  const members = await must(client.tb.chat.listMembers(id))
  expect(Object.fromEntries(members.map((one) => [one.id, one.read_seq]))).toEqual({ [client.id]: 2, [stranger.id]: 2 })
  await expectUnchanged(
    () => stored(stack, id),
    async () => {
      await expectRefusal(freelancer.tb.chat.markRead(id), 'not_found')
      await expectRefusal(device(stack).tb.chat.markRead(id), 'auth_required')
    },
  )
})

it('MT67 chat.subscribe: as it is said, in one order with both, also after a lost connection', async () => {
  const { id } = await must(client.tb.chat.open({ ...about(taskId), account_id: freelancer.id }))
  const phone = await deviceOf(stack, client)
  const [one, two] = [await hear(phone, id), await hear(freelancer, id)]
  const known = bodies(one)
  const answers = ['a', 'b', 'c', 'd'].flatMap((letter) => [
    one.subscription.send(`client ${letter}`),
    two.subscription.send(`freelancer ${letter}`),
  ])
  await phone.socket().cut()
  const sent = await Promise.all(answers.map((answer) => must(answer)))
  await vi.waitFor(() => expect(one.changes).toHaveLength(8), 20_000)
  await vi.waitFor(() => expect(two.changes).toHaveLength(8), 20_000)
  expect(one.changes.map(({ seq, body }) => [seq, body])).toEqual(two.changes.map(({ seq, body }) => [seq, body]))
  expect(bodies(one)).toEqual([...known, ...sent.toSorted((a, b) => a.seq - b.seq).map(({ body }) => body)])
  const others = one.changes.filter(({ is_own }) => !is_own)
  expect(others.map(({ body }) => body)).toEqual(['a', 'b', 'c', 'd'].map((letter) => `freelancer ${letter}`))
  expectFields(others[0], {
    type: 'kind',
    message: '.',
    id: 'seq',
    content: 'body',
    sender: 'author',
    created_at: 'created_at',
  })
  const plain = await freelancer.client.rpc('list_messages', { conversation_id: id, page_size: 8 })
  expect((plain.data as { body: string }[]).map(({ body }) => body).toReversed()).toEqual(
    one.changes.map(({ body }) => body),
  )
  const { epoch } = one.subscription.state.conversation
  expect(await listen(stranger.client, `conversation:${id}:${epoch}`)).toBeUndefined()
  await expectRefusal(stranger.tb.chat.subscribe(id), 'not_found')
  await Promise.all([one, two].map(({ subscription }) => subscription.unsubscribe()))
  await stranger.client.removeAllChannels()
})
