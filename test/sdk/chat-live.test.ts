import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { must } from '../flows/story.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { deviceOf, type Heard, hear, makeTalkers, type Talker } from '../helpers/talkers.ts'

let stack: TestStack
let ann: Talker
let bob: Talker
let cem: Talker
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  ;[ann, bob, cem] = (await makeTalkers(stack, 3)) as [Talker, Talker, Talker]
})
afterAll(() => stack.close())

const patiently = { timeout: 20_000, interval: 20 }
const waitFor = (check: () => void) => vi.waitFor(check, patiently)
const bodies = ({ subscription }: Heard) => subscription.messages.map(({ body }) => body)

const channels = ({ client }: Talker) => client.getChannels().map(({ subTopic }) => subTopic)

const group = async (...others: Talker[]) =>
  (await must(ann.tb.chat.createGroup({ title: 'A group', account_ids: others.map(({ id }) => id) }))).id

const say = (who: Talker, conversation_id: string, body: string) => must(who.tb.chat.send({ conversation_id, body }))

test('one’s own message is shown at once, then as it is stored', async () => {
  const id = await group(bob)
  const { subscription } = await hear(ann, id)
  const answer = subscription.send('Hello')
  expect(subscription.messages.at(-1)).toMatchObject({ body: 'Hello', status: 'sending', seq: null, is_own: true })
  const sent = await must(answer)
  await waitFor(() => expect(subscription.messages.at(-1)).toEqual({ ...sent, status: 'sent', error: null }))
  const wrong = await subscription.send('')
  expect(wrong.error?.fields).toEqual({ body: ['length'] })
  const refused = await subscription.send('To nothing.', { reply_to_seq: 77 })
  expect(refused.error?.fields).toEqual({ reply_to_seq: ['known'] })
  const failed = subscription.messages.at(-1)!
  expect(failed).toMatchObject({ status: 'failed', body: 'To nothing.', error: refused.error })
  expect((await subscription.retry(failed.client_id!)).error?.code).toBe('validation_failed')
  expect(subscription.discard(failed.client_id!)).toBe(true)
  expect(subscription.messages).toHaveLength(2)
  expect((await subscription.retry(failed.client_id!)).error?.code).toBe('not_found')
  await subscription.unsubscribe()
})

test('the state tells of everything, changes that come together once', async () => {
  const id = await group(bob)
  const states: unknown[] = []
  const { subscription } = await hear(ann, id, {}, { onChange: (state) => states.push(state) })
  await waitFor(() => expect(subscription.state.members.map((one) => one.id)).toEqual([ann.id, bob.id]))
  await say(bob, id, 'Hello')
  await waitFor(() => expect(subscription.messages).toHaveLength(2))
  await waitFor(() => expect(states.at(-1)).toEqual(subscription.state))
  await subscription.unsubscribe()
  const count = states.length
  await say(bob, id, 'Nobody hears')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(states).toHaveLength(count)
  expect(channels(ann)).toEqual([])
})

test('older messages a page at a time, also one that was edited meanwhile', async () => {
  const id = await group(bob)
  for (let n = 2; n <= 8; n += 1) await say(bob, id, `message ${n}`)
  const heard = await hear(ann, id, { limit: 3 })
  const { subscription } = heard
  const numbers = () => subscription.messages.map(({ seq }) => seq)
  expect([numbers(), subscription.state.has_older]).toEqual([[6, 7, 8], true])
  await must(bob.tb.chat.edit({ conversation_id: id, seq: 3, body: 'better' }))
  await waitFor(() => expect(heard.changes.map(({ seq }) => seq)).toEqual([3]))
  expect(numbers(), 'what is not on the page that is shown').toEqual([6, 7, 8])
  const [one, same] = await Promise.all([subscription.loadOlder(), subscription.loadOlder()])
  expect([one, same]).toEqual(Array(2).fill({ data: { has_older: true }, error: null }))
  expect([numbers(), bodies(heard)[0]]).toEqual([[3, 4, 5, 6, 7, 8], 'better'])
  expect(await must(subscription.loadOlder())).toEqual({ has_older: false })
  expect(await must(subscription.loadOlder())).toEqual({ has_older: false })
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  await subscription.unsubscribe()
})

test('from a version that is known, what came since is handed over', async () => {
  const id = await group(bob)
  await say(bob, id, 'two')
  const { version } = await must(ann.tb.chat.get(id))
  await say(bob, id, 'three')
  await must(bob.tb.chat.delete({ conversation_id: id, seq: 2 }))
  const heard = await hear(ann, id, { since: version! })
  await waitFor(() =>
    expect(heard.changes.map(({ seq, body }) => [seq, body])).toEqual([
      [3, 'three'],
      [2, null],
    ]),
  )
  expect(bodies(heard)).toEqual([null, null, 'three'])
  await heard.subscription.unsubscribe()
})

test('who types is told, to others, while they go on', async () => {
  const id = await group(bob, cem)
  const typing: string[][] = []
  const [one, two] = [await hear(ann, id, {}, { onTyping: (ids) => typing.push(ids) }), await hear(bob, id)]
  await waitFor(() => expect(one.subscription.state.members).toHaveLength(3))
  await waitFor(() => {
    two.subscription.setTyping(true)
    expect(one.subscription.state.typing).toEqual([bob.id])
  })
  for (let n = 0; n < 10; n += 1) two.subscription.setTyping(true)
  expect(two.subscription.state.typing).toEqual([])
  two.subscription.setTyping(false)
  await waitFor(() => expect(one.subscription.state.typing).toEqual([]))
  two.subscription.setTyping(true)
  await waitFor(() => expect(one.subscription.state.typing).toEqual([bob.id]))
  await must(two.subscription.send('Done.'))
  await waitFor(() => expect(one.subscription.state.typing).toEqual([]))
  expect(typing).toEqual([[bob.id], [], [bob.id], []])
  await Promise.all([one, two].map(({ subscription }) => subscription.unsubscribe()))
})

test('who is here is seen, and who has gone is not', async () => {
  const id = await group(bob, cem)
  const present: string[][] = []
  const one = await hear(ann, id, {}, { onPresence: (ids) => present.push(ids) })
  const two = await hear(bob, id)
  const hidden = await hear(cem, id, { presence: false })
  await waitFor(() => expect([...one.subscription.state.present].sort()).toEqual([ann.id, bob.id].sort()))
  await waitFor(() => expect([...two.subscription.state.present].sort()).toEqual([ann.id, bob.id].sort()))
  expect(hidden.subscription.state.present).toEqual([])
  expect(present.at(-1)).toEqual([ann.id, bob.id].sort())
  // A key says what its owner likes.
  const { epoch } = one.subscription.state.conversation
  const config = { private: true, presence: { key: crypto.randomUUID(), enabled: true } }
  const forged = cem.client.channel(`presence:${id}:${epoch}`, { config })
  await new Promise<void>((resolve) => forged.subscribe((status) => status === 'SUBSCRIBED' && resolve()))
  expect(await forged.track({})).toBe('ok')
  await two.subscription.unsubscribe()
  await waitFor(() => expect(one.subscription.state.present).toEqual([ann.id]))
  expect(present.at(-1)).toEqual([ann.id])
  await cem.client.removeChannel(forged)
  await Promise.all([one, hidden].map(({ subscription }) => subscription.unsubscribe()))
})

test('who has read how far, also what was read while the connection was away', async () => {
  const id = await group(bob)
  const reads: unknown[] = []
  const { subscription } = await hear(ann, id, {}, { onRead: (read) => reads.push(read) })
  await waitFor(() => expect(subscription.state.members).toHaveLength(2))
  const other = await hear(bob, id)
  await must(subscription.send('Hello'))
  await waitFor(() => expect(bodies(other)).toEqual([null, 'Hello']))
  expect(await must(other.subscription.markRead())).toMatchObject({ unread: 0 })
  await waitFor(() => expect(reads).toContainEqual({ account_id: bob.id, read_seq: 2 }))
  await must(subscription.send('And?'))
  await ann.socket().cut()
  await must(bob.tb.chat.markRead(id))
  await waitFor(() => expect(reads).toContainEqual({ account_id: bob.id, read_seq: 3 }))
  await Promise.all([subscription.unsubscribe(), other.subscription.unsubscribe()])
})

test('two subscriptions of one client share its channels and do not disturb each other', async () => {
  const id = await group(bob)
  const first = await hear(ann, id)
  const shared = channels(ann)
  const second = await hear(ann, id)
  expect(channels(ann)).toEqual(shared)
  await first.subscription.unsubscribe()
  expect(channels(ann)).toEqual(shared)
  await say(bob, id, 'Hello')
  await waitFor(() => expect(bodies(second)).toEqual([null, 'Hello']))
  await second.subscription.unsubscribe()
  expect(channels(ann)).toEqual([])
  const third = await hear(ann, id)
  await say(bob, id, 'Again')
  await waitFor(() => expect(bodies(third)).toEqual([null, 'Hello', 'Again']))
  expect(first.changes).toEqual([])
  await third.subscription.unsubscribe()
})

test('one can subscribe again while one is still leaving', async () => {
  const id = await group(bob)
  const first = await hear(ann, id)
  const left = first.subscription.unsubscribe()
  const second = await hear(ann, id)
  await left
  await say(bob, id, 'Hello')
  await waitFor(() => expect(bodies(second)).toEqual([null, 'Hello']))
  await second.subscription.unsubscribe()
  expect(channels(ann)).toEqual([])
})

test('what was sent before unsubscribing is sent all the same', async () => {
  const id = await group(bob)
  const { subscription } = await hear(ann, id)
  const answers = ['one', 'two', 'three'].map((body) => subscription.send(body))
  await subscription.unsubscribe()
  expect((await Promise.all(answers)).map(({ data }) => data?.body)).toEqual(['one', 'two', 'three'])
})

test('who leaves a group is told, and has what was said until then; others go on', async () => {
  const id = await group(bob, cem)
  const [stays, leaves] = [await hear(ann, id), await hear(bob, id)]
  await must(bob.tb.chat.leave(id))
  await waitFor(() =>
    expect(leaves.ends.map(({ code, details }) => [code, details])).toEqual([
      ['permission_denied', { reason: 'left' }],
    ]),
  )
  expect(leaves.subscription.messages.at(-1)).toMatchObject({ data: { event: 'member_left', account_id: bob.id } })
  expect(leaves.subscription.state.connection).toBe('ended')
  expect(channels(bob)).toEqual([])
  expect((await leaves.subscription.loadOlder()).error?.code).toBe('permission_denied')
  await waitFor(() => expect(stays.subscription.state.members.map((one) => one.id)).toEqual([ann.id, cem.id]))
  await say(cem, id, 'Gone?')
  await waitFor(() => expect(bodies(stays).at(-1)).toBe('Gone?'))
  await waitFor(() => expect(stays.subscription.state.connection).toBe('live'))
  // Of the old topics none is kept.
  await waitFor(() => {
    const joined = channels(ann).filter((name) => name.includes(id))
    expect(joined.map((name) => name.split(':').at(-1))).toEqual(['2', '2', '2'])
  })
  expect((await bob.tb.chat.subscribe(id)).error).toMatchObject({
    code: 'permission_denied',
    details: { reason: 'left' },
  })
  await must(ann.tb.chat.addMembers(id, [bob.id]))
  const again = await hear(bob, id)
  expect(again.subscription.messages.map(({ data }) => data.event)).toEqual(['member_added'])
  expect(leaves.ends).toHaveLength(1)
  await Promise.all([stays, again].map(({ subscription }) => subscription.unsubscribe()))
})

test('who is removed while the connection is away has what was said until then', async () => {
  const id = await group(bob)
  const heard = await hear(bob, id)
  await bob.socket().cut()
  await say(ann, id, 'Good bye')
  await must(ann.tb.chat.removeMember(id, bob.id))
  await say(ann, id, 'Gone.')
  await waitFor(() => expect(heard.ends.map(({ details }) => details)).toEqual([{ reason: 'left' }]))
  expect(heard.subscription.messages.map(({ body, data }) => body ?? data.event)).toEqual([
    'created',
    'Good bye',
    'member_removed',
  ])
  expect(heard.changes.map(({ seq }) => seq)).toEqual([2, 3])
})

test('whom a block keeps apart reads what was said, waits, and goes on when it is lifted', async () => {
  const [eve, fay] = (await makeTalkers(stack, 2)) as [Talker, Talker]
  const { id } = await must(eve.tb.chat.open({ account_id: fay.id }))
  await say(fay, id, 'Hello')
  const heard = await hear(eve, id)
  await must(fay.tb.blocks.add(eve.id))
  await waitFor(() => expect(heard.subscription.state.connection).toBe('waiting'))
  await waitFor(() => expect(heard.subscription.state.conversation.can_write).toBe(false))
  expect((await heard.subscription.send('Why?')).error).toMatchObject({ code: 'permission_denied' })
  const late = await hear(await deviceOf(stack, eve), id)
  expect([bodies(late), late.subscription.state.connection]).toEqual([['Hello'], 'waiting'])
  await must(fay.tb.blocks.remove(eve.id))
  await say(fay, id, 'Sorry.')
  await waitFor(() => expect(bodies(heard).slice(0, 2)).toEqual(['Hello', 'Sorry.']))
  await waitFor(() => expect(heard.subscription.state.connection).toBe('live'))
  expect([heard.ends, late.ends]).toEqual([[], []])
  await Promise.all([heard, late].map(({ subscription }) => subscription.unsubscribe()))
})

test('an account that is suspended is told so', async () => {
  const [gil] = (await makeTalkers(stack, 1)) as [Talker]
  const id = await group(gil, bob)
  const heard = await hear(gil, id)
  const counts: unknown[] = []
  const ends: string[] = []
  await must(gil.tb.chat.subscribeToUnread((count) => counts.push(count), { onEnd: ({ code }) => ends.push(code) }))
  const other = await hear(bob, id)
  await sql(stack)`select private.suspend_account(${gil.id}, 'test')`
  await say(ann, id, 'after')
  await gil.socket().cut()
  await waitFor(() => expect(heard.ends.map(({ code }) => code)).toEqual(['account_suspended']))
  await waitFor(() => expect(ends).toEqual(['account_suspended']))
  expect(bodies(heard)).toEqual([null])
  await waitFor(() => expect(bodies(other)).toEqual([null, 'after']))
  expect(channels(gil)).toEqual([])
  await other.subscription.unsubscribe()
})

test('whoever signs out is told so, and nothing is sent as somebody else', async () => {
  const [hal] = (await makeTalkers(stack, 1)) as [Talker]
  const id = await group(hal)
  const heard = await hear(hal, id)
  const answers = ['one', 'two', 'three'].map((body) => heard.subscription.send(body))
  const { error } = await hal.client.auth.signInWithPassword({ email: ann.email, password: ann.password })
  expect(error).toBeNull()
  await waitFor(() => expect(heard.ends.map(({ code }) => code)).toEqual(['auth_required']))
  await Promise.all(answers)
  const { items } = await must(ann.tb.chat.listMessages({ conversation_id: id }))
  expect(items.filter(({ kind, author }) => kind === 'text' && author?.id === ann.id)).toEqual([])
  expect(channels(hal)).toEqual([])
})

test('what is unread is told when it changes, also by another device', async () => {
  const [ida] = (await makeTalkers(stack, 1)) as [Talker]
  const id = await group(ida)
  const tablet = await deviceOf(stack, ida)
  const counts: unknown[] = []
  const { unsubscribe } = await must(ida.tb.chat.subscribeToUnread((count) => counts.push(count)))
  await waitFor(() => expect(counts).toEqual([{ messages: 1, conversations: 1 }]))
  await must(tablet.tb.chat.markRead(id))
  await waitFor(() => expect(counts.at(-1)).toEqual({ messages: 0, conversations: 0 }))
  await ida.socket().cut()
  await say(ann, id, 'Hello')
  await waitFor(() => expect(counts.at(-1)).toEqual({ messages: 1, conversations: 1 }))
  await unsubscribe()
  expect(channels(ida)).toEqual([])
})
