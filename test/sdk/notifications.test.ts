import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import {
  createTalentbase,
  type Database,
  type Notification,
  type Talentbase,
  type TalentbaseError,
} from '@talentbase/sdk'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let sql: postgres.Sql
let supabase: SupabaseClient<Database>
let tb: Talentbase
let account: string

beforeAll(async () => {
  stack = await startTestStack()
  sql = postgres(stack.databaseUrl('postgres'), { max: 4, onnotice: () => undefined })
})

afterAll(async () => {
  await sql?.end()
  await stack?.close()
})

beforeEach(async () => {
  const email = `${crypto.randomUUID()}@example.com`
  const admin = createClient(stack.url, stack.secretKey, { auth: { persistSession: false, autoRefreshToken: false } })
  const { data, error } = await admin.auth.admin.createUser({ email, password: 'secret-123', email_confirm: true })
  if (error !== null) throw error
  account = data.user.id
  supabase = createClient<Database>(stack.url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: Socket },
  })
  tb = createTalentbase(supabase)
  expect((await tb.auth.signIn({ email, password: 'secret-123' })).error).toBeNull()
  return async () => {
    await supabase.removeAllChannels()
  }
})

const notifyTo = (db: postgres.ISql, n: number) => db`select private.notify(${account}, 'general', ${db.json({ n })})`
const numbers = (heard: Notification[]) => heard.map(({ data }) => data.n)

async function listen(options?: Parameters<Talentbase['notifications']['subscribe']>[1]) {
  const heard: Notification[] = []
  const { data, error } = await tb.notifications.subscribe((notification) => heard.push(notification), options)
  if (error !== null) throw error
  return { heard, ...data }
}

/** A socket of the client, which can break as it does on the road, and hear what a server would say. */
class Socket extends WebSocket {
  static newest: Socket
  joined: [joinRef: string, ref: string, topic: string] | undefined

  constructor(address: string | URL, protocols?: string | string[]) {
    super(address, protocols)
    Socket.newest = this
  }

  override send(data: Parameters<WebSocket['send']>[0]): void {
    if (typeof data === 'string' && data.includes('phx_join')) this.joined = JSON.parse(data)
    super.send(data)
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.addEventListener('close', resolve))
    this.close(4000, 'cut')
    await closed
  }

  /** As the server ends a channel whose token has run out: the client leaves it at that. */
  endChannel(): void {
    const [joinRef, , topic] = this.joined!
    const data = JSON.stringify([joinRef, joinRef, topic, 'phx_close', {}])
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
}

test('what comes is handed over live, in order, once', async () => {
  await notifyTo(sql, 0)
  const { heard, unsubscribe } = await listen()
  for (let n = 1; n <= 20; n += 1) await notifyTo(sql, n)
  await vi.waitFor(() => expect(heard).toHaveLength(20))
  expect(numbers(heard)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  expect(heard[0]).toMatchObject({ type: 'general', is_read: false, casting_id: null, response_id: null })
  await unsubscribe()
})

test('what came before the call is handed over from the notification that is named', async () => {
  for (let n = 1; n <= 3; n += 1) await notifyTo(sql, n)
  const { data } = await tb.notifications.list()
  const { heard, unsubscribe } = await listen({ since: data!.items.at(-1)!.id })
  await vi.waitFor(() => expect(numbers(heard)).toEqual([2, 3]))
  await unsubscribe()
})

test('what comes while the socket is cut is handed over afterwards, nothing twice', async () => {
  const { heard, unsubscribe } = await listen()
  await notifyTo(sql, 1)
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  await Socket.newest.cut()
  await notifyTo(sql, 2)
  await notifyTo(sql, 3)
  await vi.waitFor(() => expect(numbers(heard)).toEqual([1, 2, 3]), { timeout: 15_000 })
  await notifyTo(sql, 4)
  await vi.waitFor(() => expect(numbers(heard)).toEqual([1, 2, 3, 4]))
  await unsubscribe()
})

test('a channel that the server ends is joined again', async () => {
  const { heard, unsubscribe } = await listen()
  Socket.newest.endChannel()
  expect(supabase.getChannels()).toHaveLength(0)
  await notifyTo(sql, 1)
  await vi.waitFor(() => expect(numbers(heard)).toEqual([1]), { timeout: 15_000 })
  await unsubscribe()
})

test('a transaction that ends after a later one is not missed', async () => {
  const { heard, unsubscribe } = await listen()
  await sql.begin(async (slow) => {
    await notifyTo(slow, 1)
    await notifyTo(sql, 2)
    await vi.waitFor(() => expect(numbers(heard)).toEqual([2]))
  })
  await vi.waitFor(() => expect(numbers(heard)).toEqual([2, 1]))
  await unsubscribe()
})

test('two listeners share a channel; one that leaves does not silence the other', async () => {
  const first = await listen()
  const second = await listen()
  expect(supabase.getChannels()).toHaveLength(1)
  await notifyTo(sql, 1)
  await vi.waitFor(() => expect([numbers(first.heard), numbers(second.heard)]).toEqual([[1], [1]]))
  await first.unsubscribe()
  await notifyTo(sql, 2)
  await vi.waitFor(() => expect(numbers(second.heard)).toEqual([1, 2]))
  expect(numbers(first.heard)).toEqual([1])
  await second.unsubscribe()
  expect(supabase.getChannels()).toHaveLength(0)
})

test('after leaving one can listen again', async () => {
  const first = await listen()
  await first.unsubscribe()
  const second = await listen()
  await notifyTo(sql, 1)
  await vi.waitFor(() => expect(numbers(second.heard)).toEqual([1]))
  expect(first.heard).toEqual([])
  await second.unsubscribe()
})

test('one can listen again while one is still leaving', async () => {
  const first = await listen()
  const left = first.unsubscribe()
  const second = await listen()
  await left
  await notifyTo(sql, 1)
  await vi.waitFor(() => expect(numbers(second.heard)).toEqual([1]))
  await second.unsubscribe()
})

test('auth_required for nobody', async () => {
  await tb.auth.signOut()
  const { error } = await tb.notifications.subscribe(() => undefined)
  expect(error?.code).toBe('auth_required')
  expect(supabase.getChannels()).toHaveLength(0)
})

test('an account that was suspended is told so and left in peace', async () => {
  const ends: TalentbaseError[] = []
  const { heard } = await listen({ onEnd: (error) => ends.push(error) })
  await sql`select private.suspend_account(${account}, 'test')`
  await Socket.newest.cut()
  await vi.waitFor(() => expect(ends.map(({ code }) => code)).toEqual(['permission_denied']), { timeout: 15_000 })
  expect(supabase.getChannels()).toHaveLength(0)
  expect(heard).toEqual([])
})

test('and with its socket left open at the next reading', async () => {
  const ends: TalentbaseError[] = []
  const { heard } = await listen({ onEnd: (error) => ends.push(error) })
  await sql`select private.suspend_account(${account}, 'test')`
  await sql`select realtime.send('{}', 'notification', ${`account:${account}`}, true)`
  await vi.waitFor(() => expect(ends.map(({ code }) => code)).toEqual(['account_suspended']), { timeout: 15_000 })
  expect(supabase.getChannels()).toHaveLength(0)
  expect(heard).toEqual([])
})

test('whoever signs in next is not heard by who listened before', async () => {
  const ends: TalentbaseError[] = []
  const { heard } = await listen({ onEnd: (error) => ends.push(error) })
  const email = `${crypto.randomUUID()}@example.com`
  const admin = createClient(stack.url, stack.secretKey, { auth: { persistSession: false, autoRefreshToken: false } })
  const { data } = await admin.auth.admin.createUser({ email, password: 'secret-123', email_confirm: true })
  await tb.auth.signOut()
  expect((await tb.auth.signIn({ email, password: 'secret-123' })).error).toBeNull()
  await vi.waitFor(() => expect(ends.map(({ code }) => code)).toEqual(['auth_required']))
  await sql`select private.notify(${data.user!.id}, 'general', '{"n": 1}')`
  const next = await listen({ since: 0 })
  await vi.waitFor(() => expect(numbers(next.heard)).toEqual([1]))
  expect(heard).toEqual([])
  await next.unsubscribe()
})

test('a word from the platform is read as it was written', async () => {
  const words = { title: 'Maintenance {task}', message: 'on Sunday at six we are away.' }
  await sql`select private.notify(${account}, 'general', ${sql.json(words)})`
  const { data } = await tb.notifications.list()
  expect(data!.items[0]).toMatchObject({ title: words.title, message: 'On Sunday at six we are away.' })
})

test('titles and names are put in when a notification is read, in the language of the reader', async () => {
  const other = createTalentbase(supabase, { locale: 'ru' })
  const data = { casting_id: crypto.randomUUID(), response_id: crypto.randomUUID(), status: 'accepted' }
  await sql`select private.notify(${account}, 'response_status_change', ${sql.json(data)})`
  const english = (await tb.notifications.list()).data!.items[0]!
  const russian = (await other.notifications.list()).data!.items[0]!
  expect(english).toMatchObject({ casting_id: data.casting_id, response_id: data.response_id })
  expect(english.message).toContain('a casting')
  expect(russian.title).not.toBe(english.title)
})

test('pages of notifications, all and unread', async () => {
  for (let n = 1; n <= 5; n += 1) await notifyTo(sql, n)
  const first = (await tb.notifications.list({ limit: 3 })).data!
  expect(numbers(first.items)).toEqual([5, 4, 3])
  expect(first).toMatchObject({ total: 5, total_is_exact: true, has_more: true })
  const second = (await tb.notifications.list({ limit: 3, cursor: first.next_cursor! })).data!
  expect(numbers(second.items)).toEqual([2, 1])
  expect(second).toMatchObject({ has_more: false, next_cursor: null })
  expect((await tb.notifications.markRead([first.items[0]!.id, first.items[1]!.id])).data).toEqual({ marked: 2 })
  const unread = (await tb.notifications.list({ unread_only: true, offset: 1 })).data!
  expect(numbers(unread.items)).toEqual([2, 1])
  expect(unread.total).toBe(3)
})
