import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, subscribe } from '../helpers/people.ts'
import { listen } from '../helpers/realtime.ts'
import type { TestStack } from '../helpers/stack.ts'
import { deviceOf } from '../helpers/talkers.ts'
import { active, model } from './castings.ts'
import { bodies, conversationsOf, hear, say, stored, told } from './chat.ts'
import { expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let owner: Member
let applicant: Member
let stranger: Member
let castingId: string
beforeAll(async () => {
  stack = await startParityStack()
  owner = await member(stack, ['employer'])
  applicant = await model(stack)
  stranger = await model(stack, 'Dana K.')
  await subscribe(stack, owner, 'casting_pro')
  await subscribe(stack, stranger, 'casting_pro')
  castingId = (await active(owner)).id
  await must(applicant.tb.castings.respond(castingId))
})
afterAll(() => stack.close())

const about = (context_id: string) => ({ context_type: 'casting' as const, context_id })

/** A room of the owner and a model about a casting of its own. */
async function room(with_ = applicant): Promise<string> {
  const casting = await active(owner)
  await sql(stack)`
    insert into public.casting_responses (casting_id, model_id, currency) values (${casting.id}, ${with_.id}, 'KZT')
  `
  return (await must(owner.tb.chat.open({ ...about(casting.id), account_id: with_.id }))).id
}

const answer = { unread: 0, total: expect.any(Number) }

it('MW28 chat.open: one room for a pair and casting, made once', async () => {
  const input = { ...about(castingId), account_id: applicant.id }
  const opened = await must(owner.tb.chat.open(input))
  expectTaken(input, { participant_id: 'account_id', casting_id: 'context_id' })
  expect(opened).toMatchObject({
    kind: 'direct',
    context: { type: 'casting', id: castingId, title: expect.stringContaining('Editorial') },
    account: { id: applicant.id },
    members_count: 2,
    last_message: null,
    unread: 0,
    can_write: true,
    left_at_seq: null,
  })
  expect(await must(owner.tb.chat.open(input))).toEqual(opened)
  // Reading needs no plan, so the other side finds it; writing does.
  expect(await must(applicant.tb.chat.open(about(castingId)))).toMatchObject({ id: opened.id, can_write: false })
  const plain = await owner.client.rpc('open_conversation', input)
  expect(plain.data).toMatchObject({ id: opened.id, account_id: applicant.id })
  const other = await must(owner.tb.chat.open({ account_id: stranger.id }))
  expect(other).toMatchObject({ context: null, account: { id: stranger.id } })

  // Both at once, many times: one.
  const again = await active(owner)
  await must(stranger.tb.castings.respond(again.id))
  const both = Array.from({ length: 8 }, (_, n) =>
    n % 2 === 0
      ? owner.tb.chat.open({ ...about(again.id), account_id: stranger.id })
      : stranger.tb.chat.open(about(again.id)),
  )
  expect(new Set((await Promise.all(both.map(must))).map(({ id }) => id)).size).toBe(1)

  const unanswered = await active(owner)
  const free = await model(stack)
  await expectUnchanged(
    async () => [
      await conversationsOf(stack, owner),
      await conversationsOf(stack, stranger),
      await conversationsOf(stack, free),
    ],
    async () => {
      await expectRefusal(owner.tb.chat.open({ ...about(unanswered.id), account_id: applicant.id }), 'not_found')
      await expectRefusal(owner.tb.chat.open({ account_id: crypto.randomUUID() }), 'not_found')
      await expectRefusal(owner.tb.chat.open({}), 'validation_failed', { account_id: ['required'] })
      await expectRefusal(owner.tb.chat.open({ account_id: owner.id }), 'validation_failed', { account_id: ['other'] })
      const halves = { account_id: applicant.id, context_type: 'casting' as const }
      await expectRefusal(owner.tb.chat.open(halves), 'validation_failed', { context_id: ['required'] })
      await expectRefusal(device(stack).tb.chat.open({ account_id: owner.id }), 'auth_required')
      const { details } = await expectRefusal(free.tb.chat.open(about(unanswered.id)), 'quota_exceeded')
      expect(details).toMatchObject({ entitlement_id: 'casting_chat', upgrade_plan_id: 'casting_pro' })
      await expectRefusal(free.tb.chat.open({ account_id: owner.id }), 'quota_exceeded')
      const row = { kind: 'direct', pair: 'x', created_by: free.id }
      expect((await free.client.from('conversations').insert(row)).error?.code).toBe('42501')
    },
  )
})

it('MW29 chat.list: the newest word first, each with its last message and what is unread', async () => {
  const [lister, other] = [await member(stack, ['employer']), await model(stack, 'Aru S.')]
  await subscribe(stack, lister, 'casting_pro')
  const casting = await active(lister)
  await must(other.tb.castings.respond(casting.id))
  const first = await must(lister.tb.chat.open({ account_id: other.id }))
  const second = await must(lister.tb.chat.open({ ...about(casting.id), account_id: other.id }))
  for (const body of ['one', 'two', 'x'.repeat(300)])
    await must(lister.tb.chat.send({ conversation_id: first.id, body }))

  // No plan is needed to see who has written.
  const { items, total, has_more } = await must(other.tb.chat.list())
  expect([items.map(({ id }) => id), total, has_more]).toEqual([[first.id, second.id], 2, false])
  expect(items[0]).toMatchObject({
    account: { id: lister.id },
    unread: 3,
    last_seq: 3,
    read_seq: 0,
    can_write: false,
    last_message: { seq: 3, author_id: lister.id, kind: 'text', body: 'x'.repeat(200), deleted_at: null },
  })
  expect(items[1]).toMatchObject({ context: { type: 'casting', title: casting.title }, unread: 0, last_message: null })
  const ids = async (filters: Parameters<Member['tb']['chat']['list']>[0]) =>
    (await must(other.tb.chat.list(filters))).items.map(({ id }) => id)
  expect(await ids({ unread_only: true })).toEqual([first.id])
  expect(await ids({ context_type: 'casting' })).toEqual([second.id])
  expect(await ids(about(casting.id))).toEqual([second.id])
  const page = await must(other.tb.chat.list({ limit: 1 }))
  expect(page).toMatchObject({ has_more: true, total: 2 })
  expect(await ids({ limit: 1, cursor: page.next_cursor! })).toEqual([second.id])
  expect(await ids({ limit: 1, offset: 1 })).toEqual([second.id])

  const plain = await other.client.rpc('list_conversations').select('id, unread')
  expect(plain.data).toEqual([
    { id: first.id, unread: 3 },
    { id: second.id, unread: 0 },
  ])
  expect((await other.client.from('conversations').select('id')).data).toHaveLength(2)
  expect((await must((await model(stack)).tb.chat.list())).items).toEqual([])
  await expectRefusal(device(stack).tb.chat.list(), 'auth_required')
  await expectRefusal(other.tb.chat.list({ limit: 0 }), 'validation_failed', { limit: ['range'] })
})

it('MW30 chat.listMessages: 50 a page, from before a message; the same while messages arrive', async () => {
  const id = await room()
  for (let n = 1; n <= 55; n += 1) await say(owner, id, `message ${n}`)
  const first = await must(applicant.tb.chat.listMessages({ conversation_id: id }))
  expect(first.items.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, n) => 55 - n))
  expect(first.has_more).toBe(true)
  expect(first.items[0]).toMatchObject({
    conversation_id: id,
    author: { id: owner.id },
    is_own: false,
    client_id: null,
    kind: 'text',
    body: 'message 55',
    files: [],
    reply_to: null,
    edited_at: null,
    deleted_at: null,
  })
  await say(owner, id, 'meanwhile')
  const input = { conversation_id: id, limit: 5, before: first.items.at(-1)!.seq }
  const second = await must(applicant.tb.chat.listMessages(input))
  expectTaken(input, { limit: 'limit', before: 'before' })
  expect(second.items.map(({ seq }) => seq)).toEqual([5, 4, 3, 2, 1])
  expect(second.has_more).toBe(false)
  const changes = await must(applicant.tb.chat.listMessages({ conversation_id: id, after_version: 53, limit: 2 }))
  expect([changes.items.map(({ seq }) => seq), changes.has_more]).toEqual([[54, 55], true])

  const plain = await applicant.client
    .from('messages')
    .select('seq, body')
    .eq('conversation_id', id)
    .gt('version', 54)
    .order('seq')
  expect(plain.data).toEqual([
    { seq: 55, body: 'message 55' },
    { seq: 56, body: 'meanwhile' },
  ])
  await expectRefusal(stranger.tb.chat.listMessages({ conversation_id: id }), 'not_found')
  expect((await stranger.client.from('messages').select('seq').eq('conversation_id', id)).data).toEqual([])
  await expectRefusal(device(stack).tb.chat.listMessages({ conversation_id: id }), 'auth_required')
  await expectRefusal(applicant.tb.chat.listMessages({ ...input, limit: 101 }), 'validation_failed', {
    limit: ['range'],
  })
  const both = { conversation_id: id, before: 3, after_version: 3 }
  await expectRefusal(applicant.tb.chat.listMessages(both), 'validation_failed', { after_version: ['conflict'] })
})

it('MW31 chat.send: members only, as the plan allows, the same client_id once', async () => {
  const id = await room()
  const input = { conversation_id: id, body: "Hello! I'm interested in discussing…", client_id: crypto.randomUUID() }
  const sent = await must(owner.tb.chat.send(input))
  expectTaken(input, { content: 'body' })
  expect(sent).toMatchObject({ ...input, seq: 1, version: 1, is_own: true, author: { id: owner.id } })
  expect(await must(owner.tb.chat.send(input)), 'the same again is the same').toEqual(sent)
  await expectRefusal(owner.tb.chat.send({ ...input, body: 'Other.' }), 'idempotency_conflict')
  const once = { conversation_id: id, body: 'Once.', client_id: crypto.randomUUID() }
  const atOnce = Array.from({ length: 6 }, () => owner.tb.chat.send(once))
  expect(new Set((await Promise.all(atOnce.map(must))).map(({ seq }) => seq))).toEqual(new Set([2]))
  const reply = await must(owner.tb.chat.send({ conversation_id: id, body: 'As I said.', reply_to_seq: 1 }))
  expect(reply).toMatchObject({ seq: 3, reply_to: { seq: 1, author_id: owner.id, body: input.body } })
  const plain = await owner.client.rpc('send_message', { ...input, body: 'Plainly.', client_id: crypto.randomUUID() })
  expect(plain.data).toMatchObject({ seq: 4, body: 'Plainly.', is_own: true })
  const news = (await must(applicant.tb.notifications.list({ limit: 1 }))).items
  expect(news).toMatchObject([{ type: 'new_message', data: { conversation_id: id } }])

  await expectUnchanged(
    () => stored(stack, id),
    async () => {
      const { details } = await expectRefusal(
        applicant.tb.chat.send({ ...input, client_id: undefined }),
        'quota_exceeded',
      )
      expect(details).toMatchObject({ entitlement_id: 'casting_chat', upgrade_plan_id: 'casting_pro' })
      await expectRefusal(stranger.tb.chat.send({ ...input, client_id: undefined }), 'not_found')
      await expectRefusal(device(stack).tb.chat.send(input), 'auth_required')
      const wrong = owner.tb.chat.send({ conversation_id: id, body: '', reply_to_seq: 0 })
      await expectRefusal(wrong, 'validation_failed', { body: ['length'], reply_to_seq: ['range'] })
      await expectRefusal(owner.tb.chat.send({ conversation_id: id }), 'validation_failed', { body: ['required'] })
      await expectRefusal(
        owner.tb.chat.send({ conversation_id: id, body: 'x', reply_to_seq: 99 }),
        'validation_failed',
        {
          reply_to_seq: ['known'],
        },
      )
      const row = { conversation_id: id, seq: 9, version: 9, author_id: owner.id, body: 'Mine' }
      expect((await owner.client.from('messages').insert(row)).error?.code).toBe('42501')
    },
  )
  await subscribe(stack, applicant, 'casting_pro')
  expect(await must(applicant.tb.chat.send({ conversation_id: id, body: 'Now I may.' }))).toMatchObject({ seq: 5 })
})

it('MB13 chat.send: to the owner of a casting, with files of one’s own', async () => {
  const id = await room(stranger)
  const paper = new Blob(['%PDF-1.4 a contract'], { type: 'application/pdf' })
  const file = await must(stranger.tb.files.upload(paper, { usage: 'attachment', name: 'contract.pdf' }))
  const sent = await must(stranger.tb.chat.send({ conversation_id: id, file_ids: [file.id] }))
  expect(sent).toMatchObject({
    body: null,
    files: [{ file_id: file.id, name: 'contract.pdf', content_type: paper.type }],
  })
  const got = (await must(owner.tb.chat.listMessages({ conversation_id: id }))).items[0]!
  const url = await must(owner.tb.chat.fileUrl(got.files[0]!))
  expect(await (await fetch(url)).text()).toBe('%PDF-1.4 a contract')
  await expectRefusal(applicant.tb.chat.fileUrl(got.files[0]!), 'not_found')
  await expectRefusal(stranger.tb.files.delete(file.id), 'conflict')
  const again = { conversation_id: id, body: 'And this.', client_id: crypto.randomUUID(), file_ids: [file.id] }
  const plain = await stranger.client.rpc('send_message', again)
  expect(plain.data).toMatchObject({ seq: 2, files: [{ file_id: file.id }] })
  await expectUnchanged(
    () => stored(stack, id),
    async () => {
      const theirs = { conversation_id: id, file_ids: [file.id] }
      await expectRefusal(owner.tb.chat.send(theirs), 'validation_failed', { file_ids: ['known'] })
    },
  )
  const taken = await must(stranger.tb.chat.delete({ conversation_id: id, seq: sent.seq }))
  expect(taken).toMatchObject({ body: null, files: [], deleted_at: expect.any(String) })
})

it('MW32 chat.markRead: up to a message or altogether, never backwards', async () => {
  const id = await room()
  for (let n = 1; n <= 4; n += 1) await say(owner, id, `message ${n}`)
  const unread = async () => (await must(applicant.tb.chat.get(id))).unread
  expect(await unread()).toBe(4)
  expect(await must(applicant.tb.chat.markRead(id, 3))).toEqual({ ...answer, unread: 1 })
  expect(await must(applicant.tb.chat.markRead(id, 1)), 'not backwards').toEqual({ ...answer, unread: 1 })
  expect(await must(applicant.tb.chat.markRead(id))).toEqual(answer)
  expect(await unread()).toBe(0)
  const seen = (await must(owner.tb.chat.listMembers(id))).find((one) => one.id === applicant.id)
  expect(seen).toMatchObject({ read_seq: 4 })
  await say(owner, id, 'message 5')
  const plain = await applicant.client.rpc('mark_conversation_read', { conversation_id: id })
  expect(plain.data).toEqual([answer])
  await expectUnchanged(
    () => stored(stack, id),
    async () => {
      await expectRefusal(stranger.tb.chat.markRead(id), 'not_found')
      await expectRefusal(device(stack).tb.chat.markRead(id), 'auth_required')
      await expectRefusal(applicant.tb.chat.markRead(id, -1), 'validation_failed', { seq: ['range'] })
      const row = { read_seq: 1 }
      const update = applicant.client.from('conversation_members').update(row).eq('conversation_id', id)
      expect((await update).error?.code).toBe('42501')
    },
  )
})

it('MW33 chat.unreadCount: right at once after what is written and read, and live', async () => {
  const reader = await model(stack, 'Reader')
  const [one, two] = [await room(reader), await room(reader)]
  expect(await must(reader.tb.chat.unreadCount())).toEqual({ messages: 0, conversations: 0 })
  const counts: unknown[] = []
  const { unsubscribe } = await must(reader.tb.chat.subscribeToUnread((count) => counts.push(count)))
  for (let n = 1; n <= 3; n += 1) await say(owner, one, `message ${n}`)
  await say(owner, two, 'message')
  expect(await must(reader.tb.chat.unreadCount())).toEqual({ messages: 4, conversations: 2 })
  expect((await reader.client.rpc('unread_count')).data).toEqual([{ messages: 4, conversations: 2 }])
  await vi.waitFor(() => expect(counts.at(-1)).toEqual({ messages: 4, conversations: 2 }), 10_000)
  expect(counts[0]).toEqual({ messages: 0, conversations: 0 })
  expect(await must(reader.tb.chat.markRead(one))).toEqual({ unread: 0, total: 1 })
  expect(await must(reader.tb.chat.unreadCount())).toEqual({ messages: 1, conversations: 1 })
  await vi.waitFor(() => expect(counts.at(-1)).toEqual({ messages: 1, conversations: 1 }), 10_000)
  await unsubscribe()
  await must(reader.tb.chat.mute(two))
  expect(await must(reader.tb.chat.get(two))).toMatchObject({ muted_until: 'infinity', unread: 1 })
  await must(reader.tb.chat.unmute(two))
  expect(await must(reader.tb.chat.get(two))).toMatchObject({ muted_until: null })
  await expectRefusal(device(stack).tb.chat.unreadCount(), 'auth_required')
})

it('MW27 chat.subscribe: live; after a lost connection nothing is missed and nothing doubled', async () => {
  const id = await room(stranger)
  await say(owner, id, 'before')
  const phone = await deviceOf(stack, stranger)
  const heard = await hear(phone, id)
  const epoch = heard.subscription.state.conversation.epoch!
  const plain = (await listen(owner.client, `conversation:${id}:${epoch}`))!
  expect(heard.subscription.state).toMatchObject({ connection: 'live', has_older: false, conversation: { id } })
  await say(owner, id, 'one')
  await vi.waitFor(() => expect(bodies(heard)).toEqual(['before', 'one']), 10_000)
  expect(await must(heard.subscription.send('two'))).toMatchObject({ seq: 3, is_own: true })
  await phone.socket().cut()
  await say(owner, id, 'three')
  await say(owner, id, 'four')
  await must(owner.tb.chat.edit({ conversation_id: id, seq: 2, body: 'one, better' }))
  await vi.waitFor(() => expect(bodies(heard)).toEqual(['before', 'one, better', 'two', 'three', 'four']), 20_000)
  expect(told(heard)).toEqual(['one', 'two', 'three', 'four', 'one, better'])
  await vi.waitFor(() => expect(plain.received.filter(({ event }) => event === 'message')).toHaveLength(5), 10_000)
  expect(plain.received.at(-1)!.payload).toMatchObject({ conversation_id: id, seq: 2, version: 6 })
  const missed = await owner.client.rpc('list_messages', { conversation_id: id, after_version: 4 }).select('seq')
  expect(missed.data).toEqual([{ seq: 5 }, { seq: 2 }])

  await expectRefusal(applicant.tb.chat.subscribe(id), 'not_found')
  await expectRefusal(device(stack).tb.chat.subscribe(id), 'auth_required')
  expect(await listen(applicant.client, `conversation:${id}:${epoch}`)).toBeUndefined()
  await heard.subscription.unsubscribe()
  expect(phone.client.getChannels()).toEqual([])
  await owner.client.removeAllChannels()
})
