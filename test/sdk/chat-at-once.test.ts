import { type ConversationMember, type Message, TalentbaseError } from '@talentbase/sdk'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createMembers } from '../../sdk/src/chat/members.ts'
import { createOutbox } from '../../sdk/src/chat/outbox.ts'
import { listMessages } from '../../sdk/src/chat/pages.ts'
import { createTyping } from '../../sdk/src/chat/typing.ts'
import { type Context, createContext } from '../../sdk/src/context.ts'
import { createTask } from '../../sdk/src/realtime/one-at-a-time.ts'
import { chatTable, held, noAnswer, refusal } from './chat-model.ts'
import { unreachable } from './fake-supabase.ts'

// Parts of a live conversation, each alone, where two things happen at once.

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const context = createContext(unreachable(), 'en')
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('the outbox', () => {
  test('does not wait any more for one that was read meanwhile', async () => {
    const table = chatTable()
    const send = vi.fn(async (id: string, content: { body?: string | null | undefined }) => table.send(id, content))
    send.mockRejectedValueOnce(noAnswer())
    const outbox = createOutbox({ context, send, onSent: () => undefined, onChange: () => undefined })
    void outbox.add({ body: 'one' })
    const second = outbox.add({ body: 'two' })
    await settle()
    // It had arrived after all; a second's pause before the next try has begun.
    outbox.confirm(table.send(send.mock.calls[0]![0], { body: 'one' }))
    await settle()
    expect(send).toHaveBeenCalledTimes(2)
    expect((await second).error).toBeNull()
  })

  test('has one answer for what is tried again while it is sent, and refuses it after the end', async () => {
    const waiting = held<Message>()
    const send = vi.fn(() => waiting.promise)
    const outbox = createOutbox({ context, send, onSent: () => undefined, onChange: () => undefined })
    const answer = outbox.add({ body: 'one' })
    const { client_id } = outbox.items()[0]!
    expect(outbox.retry(client_id)).toBe(answer)
    await settle()
    expect(send).toHaveBeenCalledTimes(1)
    outbox.end(refusal('auth_required'))
    expect((await answer).error?.code).toBe('auth_required')
    expect((await outbox.retry(client_id))?.error?.code).toBe('auth_required')
    expect(outbox.items()).toMatchObject([{ status: 'failed' }])
    expect(send).toHaveBeenCalledTimes(1)
  })
})

describe('members', () => {
  const member = (read_seq: number): ConversationMember => ({
    id: 'a',
    full_name: null,
    avatar: null,
    role: 'member',
    read_seq,
    joined_at: '2026-01-01T00:00:00Z',
  })

  test('have never read less than before, whatever comes late', async () => {
    const onRead = vi.fn()
    let found = [member(1)]
    const requests = { members: async () => found }
    const members = createMembers(requests, { onRead, onChange: () => undefined })
    members.refresh()
    await settle()
    members.heard('a', 5)
    members.heard('a', 3)
    expect(members.list()[0]!.read_seq).toBe(5)
    // An answer from before.
    found = [member(4)]
    members.refresh()
    await settle()
    expect(members.list()[0]!.read_seq).toBe(5)
    expect(onRead.mock.calls).toEqual([['a', 5]])
  })
})

test('a task that is over is not tried again', async () => {
  const work = vi.fn(async () => {
    throw noAnswer()
  })
  const task = createTask(work)
  const run = task.run()
  task.end()
  await expect(run).rejects.toBeInstanceOf(TalentbaseError)
  expect(vi.getTimerCount()).toBe(0)
})

test('that one has stopped typing is told, if it was told that one types', () => {
  const sent: boolean[] = []
  const typing = createTyping(
    (isTyping) => {
      sent.push(isTyping)
      return true
    },
    () => undefined,
  )
  typing.set(false)
  typing.set(true)
  typing.set(false)
  typing.set(false)
  expect(sent).toEqual([true, false])
})

test('a page of a hundred knows whether there is more', async () => {
  const row = (seq: number) => ({ seq, version: seq, author_id: null, files: [], data: {}, kind: 'text' })
  const page = async (count: number) => {
    const all = Array.from({ length: count }, (_, i) => row(count - i))
    const rpc = (_: string, { before = count + 1, page_size }: { before?: number; page_size: number }) =>
      all.filter(({ seq }) => seq < before).slice(0, page_size)
    const fake = { ...context, supabase: { rpc }, rows: async (found: unknown) => found } as unknown as Context
    const { items, has_more } = await listMessages(
      Object.assign(Object.create(context) as Context, fake, { parse: (_: unknown, input: unknown) => input }),
      { conversation_id: 'c', limit: 100 },
    )
    return [items.length, has_more]
  }
  expect([await page(99), await page(100), await page(101)]).toEqual([
    [99, false],
    [100, false],
    [100, true],
  ])
})
