import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import { listen } from '../helpers/realtime.ts'
import type { TestStack } from '../helpers/stack.ts'
import { deviceOf } from '../helpers/talkers.ts'
import { makeOrder } from '../helpers/work.ts'
import { bodies, conversationsOf, hear, say, stored } from './chat.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, password, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let buyer: Member
let seller: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  buyer = await member(stack, ['client'], { first_name: 'Bela', last_name: 'B.' })
  seller = await member(stack, ['creator'], { first_name: 'Sara', last_name: 'S.' })
  stranger = await member(stack, ['client', 'creator'])
})
afterAll(() => stack.close())

it('UG23 chat.open: with anybody of the directory, or with the other side of an order', async () => {
  const input = { account_id: seller.id }
  const opened = await must(buyer.tb.chat.open(input))
  expectTaken(input, { recipient_id: 'account_id' })
  expect(opened).toMatchObject({ kind: 'direct', context: null, account: { id: seller.id }, can_write: true })
  expect((await must(seller.tb.chat.open({ account_id: buyer.id }))).id).toBe(opened.id)
  const plain = await seller.client.rpc('open_conversation', { account_id: buyer.id })
  expect(plain.data).toMatchObject({ id: opened.id, account_id: buyer.id })

  const { orderId } = await makeOrder(stack, buyer, seller)
  const about = { context_type: 'order' as const, context_id: orderId }
  const ofOrder = await must(seller.tb.chat.open(about))
  expect(ofOrder).toMatchObject({ account: { id: buyer.id }, context: { ...renamed(about), title: 'A short video' } })
  expect((await must(buyer.tb.chat.open({ ...about, account_id: seller.id }))).id).toBe(ofOrder.id)
  expect(ofOrder.id).not.toBe(opened.id)

  const blocker = await member(stack, ['creator'])
  await must(blocker.tb.blocks.add(stranger.id))
  await expectUnchanged(
    async () => [await conversationsOf(stack, stranger), await conversationsOf(stack, buyer)],
    async () => {
      await expectRefusal(stranger.tb.chat.open(about), 'not_found')
      await expectRefusal(buyer.tb.chat.open({ ...about, account_id: stranger.id }), 'not_found')
      await expectRefusal(stranger.tb.chat.open({ account_id: blocker.id }), 'not_found')
      await expectRefusal(blocker.tb.chat.open({ account_id: stranger.id }), 'not_found')
      await expectRefusal(device(stack).tb.chat.open(input), 'auth_required')
      const row = { conversation_id: opened.id, account_id: stranger.id }
      expect((await stranger.client.from('conversation_members').insert(row)).error?.code).toBe('42501')
    },
  )
})

const renamed = ({ context_type: type, context_id: id }: { context_type: string; context_id: string }) => ({ type, id })

it('UG22 chat.list: one’s own alone, also when the other is gone', async () => {
  const [one, two] = [await member(stack, ['creator']), await member(stack, ['client'])]
  const { id } = await must(one.tb.chat.open({ account_id: two.id }))
  const silent = await must(one.tb.chat.open({ account_id: buyer.id }))
  await say(two, id, 'Are you free?')
  const { items } = await must(one.tb.chat.list())
  expect(items.map((item) => item.id)).toEqual([id, silent.id])
  expect(items[0]).toMatchObject({ unread: 1, last_message: { body: 'Are you free?', author_id: two.id } })
  const plain = await one.client.rpc('list_conversations', { unread_only: true }).select('id, unread')
  expect(plain.data).toEqual([{ id, unread: 1 }])
  expect((await must(stranger.tb.chat.list())).items.map((item) => item.id)).not.toContain(id)
  await expectRefusal(stranger.tb.chat.get(id), 'not_found')
  expect((await stranger.client.from('conversations').select().eq('id', id)).data).toEqual([])
  await must(two.tb.accounts.delete({ password }))
  const left = await must(one.tb.chat.get(id))
  expect(left).toMatchObject({ account: null, can_write: false, last_message: { author_id: null, body: null } })
  const { details } = await expectRefusal(
    one.tb.chat.send({ conversation_id: id, body: 'Hello?' }),
    'permission_denied',
  )
  expect(details).toEqual({ reason: 'unavailable' })
})

it('UG24 chat.listMessages: paged; what was said is found again', async () => {
  const { id } = await must(buyer.tb.chat.open({ account_id: seller.id }))
  for (const word of ['red', 'green', 'blue']) await say(buyer, id, `I would like a ${word} bicycle`)
  await say(seller, id, 'Blue it is.')
  const first = await must(seller.tb.chat.listMessages({ conversation_id: id, limit: 3 }))
  expect(first.items.map(({ body }) => body?.split(' ').at(-2))).toEqual(['it', 'blue', 'green'])
  expect(first.has_more).toBe(true)
  const rest = await must(
    seller.tb.chat.listMessages({ conversation_id: id, limit: 3, before: first.items.at(-1)!.seq }),
  )
  expect(rest).toMatchObject({ has_more: false, items: [{ seq: 1, author: { id: buyer.id }, is_own: false }] })
  const plain = await seller.client.rpc('list_messages', { conversation_id: id, page_size: 2 }).select('seq')
  expect(plain.data).toEqual([{ seq: 4 }, { seq: 3 }])

  const found = await must(seller.tb.chat.search({ search: 'BLUE' }))
  expect(found.items.map(({ seq }) => seq)).toEqual([4, 3])
  expect(found.items[0]).toMatchObject({ conversation_id: id, author_id: seller.id, body: 'Blue it is.' })
  const page = await must(seller.tb.chat.search({ search: 'bicycle', conversation_id: id, limit: 2 }))
  expect([page.items.length, page.has_more, page.total]).toEqual([2, true, 3])
  const next = { search: 'bicycle', conversation_id: id, limit: 2, cursor: page.next_cursor! }
  expect((await must(seller.tb.chat.search(next))).items.map(({ seq }) => seq)).toEqual([1])
  expect((await must(stranger.tb.chat.search({ search: 'bicycle' }))).items).toEqual([])
  await expectRefusal(stranger.tb.chat.search({ search: 'bicycle', conversation_id: id }), 'not_found')
  await expectRefusal(seller.tb.chat.search({ search: 'x' }), 'validation_failed', { search: ['length'] })
  await expectRefusal(stranger.tb.chat.listMessages({ conversation_id: id }), 'not_found')
  const late = seller.tb.chat.listMessages({ conversation_id: id, before: 0 })
  await expectRefusal(late, 'validation_failed', { before: ['range'] })
})

it('UG25 chat.subscribe: what is sent is heard, with who says it', async () => {
  const { id } = await must(seller.tb.chat.open({ account_id: stranger.id }))
  const phone = await deviceOf(stack, stranger)
  const [mine, theirs] = [await hear(seller, id), await hear(phone, id)]
  const sent = await must(mine.subscription.send('Your video is ready.'))
  expectTaken({ message: sent.body }, { message: 'message' })
  await vi.waitFor(() => expect(theirs.changes).toHaveLength(1), 10_000)
  expectFields(theirs.changes[0], {
    id: 'seq',
    sender: 'author',
    username: 'author.full_name',
    avatar: 'author.avatar',
    message: 'body',
    timestamp: 'created_at',
  })
  expect(theirs.changes).toMatchObject([
    { seq: 1, author: { id: seller.id }, body: 'Your video is ready.', is_own: false },
  ])
  await phone.socket().cut()
  await say(seller, id, 'Did you see it?')
  await vi.waitFor(() => expect(bodies(theirs)).toEqual(['Your video is ready.', 'Did you see it?']), 20_000)
  expect(theirs.changes.map(({ seq }) => seq)).toEqual([1, 2])

  const { epoch } = mine.subscription.state.conversation
  const topic = `conversation:${id}:${epoch}`
  const plain = (await listen(stranger.client, topic))!
  await expectUnchanged(
    () => stored(stack, id),
    async () => {
      expect(await listen(buyer.client, topic)).toBeUndefined()
      expect(await listen(stranger.client, `conversation:${id}:${epoch! + 1}`)).toBeUndefined()
      await expectRefusal(buyer.tb.chat.subscribe(id), 'not_found')
      await expectRefusal(device(stack).tb.chat.subscribe(id), 'auth_required')
      // Nobody but the database says that there is a message.
      void plain.channel.send({ type: 'broadcast', event: 'message', payload: { conversation_id: id, version: 99 } })
    },
  )
  await say(seller, id, 'Hello?')
  await vi.waitFor(() => expect(plain.received.map(({ payload }) => payload.seq)).toEqual([3]), 10_000)
  const version = (await sql(stack)`select version::int from public.conversations where id = ${id}`)[0]!.version
  expect(plain.received[0]!.payload).toMatchObject({ conversation_id: id, seq: 3, version })
  const rows = await stranger.client
    .from('messages')
    .select('seq, body')
    .eq('conversation_id', id)
    .gt('version', version - 1)
  expect(rows.data).toEqual([{ seq: 3, body: 'Hello?' }])
  await Promise.all([mine, theirs].map(({ subscription }) => subscription.unsubscribe()))
  await stranger.client.removeAllChannels()
})
