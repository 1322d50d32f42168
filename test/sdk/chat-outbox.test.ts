import { type Message, type MessageContent, type Result, TalentbaseError } from '@talentbase/sdk'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createOutbox } from '../../sdk/src/chat/outbox.ts'
import { createSync } from '../../sdk/src/chat/sync.ts'
import { createTimeline } from '../../sdk/src/chat/timeline.ts'
import { createContext } from '../../sdk/src/context.ts'
import { chatTable, held, noAnswer, refusal } from './chat-model.ts'
import { unreachable } from './fake-supabase.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const context = createContext(unreachable(), 'en')
const settle = () => vi.advanceTimersByTimeAsync(0)

function outboxOf(table = chatTable()) {
  const send = vi.fn(
    async (clientId: string, content: MessageContent): Promise<Message> => table.send(clientId, content),
  )
  const onSent = vi.fn()
  const outbox = createOutbox({ context, send, onSent, onChange: () => undefined })
  const statuses = () => outbox.items().map(({ content, status }) => `${content.body} ${status}`)
  return { table, send, onSent, outbox, statuses }
}

describe('sending', () => {
  test('shown at once, sent, and shown until it is read', async () => {
    const { outbox, statuses, table, onSent } = outboxOf()
    const answer = outbox.add({ body: 'one' })
    expect(statuses()).toEqual(['one sending'])
    expect((await answer).data).toMatchObject({ seq: 1, body: 'one' })
    expect(statuses()).toEqual(['one sent'])
    expect(onSent).toHaveBeenCalledWith(table.messages[0])
    outbox.confirm(table.messages[0]!)
    expect(statuses()).toEqual([])
  })

  test('one after the other, in their order', async () => {
    const { outbox, send, table } = outboxOf()
    const first = held<Message>()
    send.mockReturnValueOnce(first.promise)
    const answers = ['one', 'two', 'three'].map((body) => outbox.add({ body }))
    await settle()
    expect(send).toHaveBeenCalledTimes(1)
    first.give(table.send(send.mock.calls[0]![0], { body: 'one' }))
    await Promise.all(answers)
    expect(table.messages.map(({ body }) => body)).toEqual(['one', 'two', 'three'])
  })

  test('tried again after 1, 2, 5, 10, 10 s with the same client_id, until it arrives', async () => {
    const { outbox, send, table, statuses } = outboxOf()
    for (let n = 0; n < 5; n += 1) send.mockRejectedValueOnce(noAnswer())
    const answer = outbox.add({ body: 'one' })
    void outbox.add({ body: 'two' })
    const calls: number[] = []
    for (let second = 0; second <= 28; second += 1) {
      await settle()
      calls.push(send.mock.calls.length)
      if (second === 27) expect(statuses()).toEqual(['one sending', 'two sending'])
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect([0, 1, 3, 8, 18].map((at) => calls[at])).toEqual([1, 2, 3, 4, 5])
    expect((await answer).error).toBeNull()
    expect(new Set(send.mock.calls.slice(0, 6).map(([id]) => id)).size).toBe(1)
    expect(table.messages.map(({ body }) => body)).toEqual(['one', 'two'])
  })

  test('an answer that is lost is no second message', async () => {
    const { outbox, send, table } = outboxOf()
    send.mockImplementationOnce(async (id, content) => {
      table.send(id, content)
      throw noAnswer()
    })
    const answer = outbox.add({ body: 'one' })
    await vi.advanceTimersByTimeAsync(1000)
    expect((await answer).data).toMatchObject({ seq: 1 })
    expect(table.messages).toHaveLength(1)
  })

  test('what was read is sent, whatever became of the answer; the next does not wait for it', async () => {
    const { outbox, send, table, statuses, onSent } = outboxOf()
    const never = held<Message>()
    send.mockImplementationOnce((id, content) => {
      table.send(id, content)
      return never.promise
    })
    const answers = [outbox.add({ body: 'one' }), outbox.add({ body: 'two' })]
    await settle()
    outbox.confirm(table.messages[0]!)
    expect((await answers[0])!.data).toMatchObject({ seq: 1 })
    expect((await answers[1])!.data).toMatchObject({ seq: 2 })
    never.refuse(refusal())
    await settle()
    expect(statuses()).toEqual(['two sent'])
    expect(onSent).toHaveBeenCalledTimes(1)
  })

  test('a refusal fails it with its error and lets the next go on', async () => {
    const { outbox, send, statuses } = outboxOf()
    send.mockRejectedValueOnce(refusal('quota_exceeded'))
    const answers = await Promise.all([outbox.add({ body: 'one' }), outbox.add({ body: 'two' })])
    expect(answers.map(({ error }) => error?.code ?? 'sent')).toEqual(['quota_exceeded', 'sent'])
    expect(statuses()).toEqual(['one failed', 'two sent'])
    expect(outbox.items()[0]!.error?.code).toBe('quota_exceeded')
  })

  test('waits as long as it is told to', async () => {
    const { outbox, send } = outboxOf()
    send.mockRejectedValueOnce(new TalentbaseError('rate_limit_exceeded', 'Slowly.', { retryAfter: 40 }))
    const answer = outbox.add({ body: 'one' })
    await vi.advanceTimersByTimeAsync(39_000)
    expect(send).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect((await answer).error).toBeNull()
  })

  test('does not wait when the device wakes', async () => {
    const { outbox, send } = outboxOf()
    for (let n = 0; n < 4; n += 1) send.mockRejectedValueOnce(noAnswer())
    const answer = outbox.add({ body: 'one' })
    await vi.advanceTimersByTimeAsync(8000)
    expect(send).toHaveBeenCalledTimes(4)
    outbox.wake()
    await settle()
    expect((await answer).error).toBeNull()
  })

  test.each(['internal_error', 'session_expired'] as const)('%s is tried five times', async (code) => {
    const { outbox, send } = outboxOf()
    send.mockRejectedValue(refusal(code))
    const answer = outbox.add({ body: 'one' })
    await vi.advanceTimersByTimeAsync(60_000)
    expect((await answer).error?.code).toBe(code)
    expect(send).toHaveBeenCalledTimes(5)
  })

  test('what breaks in the SDK itself is a refusal, not a reason to go on for ever', async () => {
    const { outbox, send } = outboxOf()
    send.mockRejectedValue(new TypeError('a mistake'))
    const answer = outbox.add({ body: 'one' })
    await vi.advanceTimersByTimeAsync(60_000)
    expect((await answer).error?.code).toBe('internal_error')
  })
})

describe('what failed', () => {
  test('is sent again, behind those that wait', async () => {
    const { outbox, send, table } = outboxOf()
    send.mockRejectedValueOnce(refusal())
    expect((await outbox.add({ body: 'one' })).error?.code).toBe('permission_denied')
    const hold = held<Message>()
    send.mockReturnValueOnce(hold.promise)
    void outbox.add({ body: 'two' })
    await settle()
    const { client_id } = outbox.items()[0]!
    const again = outbox.retry(client_id)!
    expect(outbox.items().map(({ content }) => content.body)).toEqual(['two', 'one'])
    hold.give(table.send(send.mock.calls[1]![0], { body: 'two' }))
    expect((await again).data).toMatchObject({ body: 'one', seq: 2, client_id })
    expect(outbox.retry('unknown')).toBeUndefined()
  })

  test('is taken back; what may have been sent is not', async () => {
    const { outbox, send, statuses, table } = outboxOf()
    send.mockRejectedValueOnce(refusal()).mockRejectedValueOnce(noAnswer())
    await outbox.add({ body: 'one' })
    void outbox.add({ body: 'two' })
    const third = outbox.add({ body: 'three' })
    await settle()
    const [one, two, three] = outbox.items().map(({ client_id }) => client_id) as [string, string, string]
    expect([one, two, three, 'unknown'].map((id) => outbox.discard(id))).toEqual([true, false, true, false])
    expect(statuses()).toEqual(['two sending'])
    expect((await third).error?.code).toBe('conflict')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(table.messages.map(({ body }) => body)).toEqual(['two'])
    expect(outbox.discard(two), 'it is sent').toBe(false)
  })

  test('is settled when it turns out to have been sent', async () => {
    const { outbox, send, statuses, table } = outboxOf()
    send.mockImplementation(async (id, content) => {
      table.send(id, content)
      throw refusal('internal_error')
    })
    const answer = outbox.add({ body: 'one' })
    await vi.advanceTimersByTimeAsync(60_000)
    expect((await answer).error?.code).toBe('internal_error')
    outbox.confirm(table.messages[0]!)
    expect(statuses()).toEqual([])
  })
})

test('at its end all that waits is refused, and whatever comes', async () => {
  const { outbox, send, statuses } = outboxOf()
  const never = held<Message>()
  send.mockReturnValueOnce(never.promise)
  const answers = [outbox.add({ body: 'one' }), outbox.add({ body: 'two' })]
  await settle()
  outbox.end(refusal('auth_required'))
  outbox.end(refusal('not_found'))
  answers.push(outbox.add({ body: 'three' }))
  expect((await Promise.all(answers)).map(({ error }) => error?.code)).toEqual(Array(3).fill('auth_required'))
  expect(statuses()).toEqual(['one failed', 'two failed'])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(send).toHaveBeenCalledTimes(1)
  expect((await outbox.retry(outbox.items()[0]!.client_id))?.error?.code).toBe('auth_required')
})

/** One device over a table: what it shows is what a subscription would. */
function deviceOver(table: ReturnType<typeof chatTable>) {
  const roads: (() => void)[] = []
  const told: number[] = []
  const timeline = createTimeline<Message>()
  /** A request is on its way until somebody lets it through, breaks it, or loses its answer. */
  const request = <T>(work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      roads.push(() => {
        const fate = fates.shift() ?? 'arrives'
        if (fate === 'breaks') return reject(noAnswer())
        const answer = work()
        if (fate === 'loses its answer') reject(noAnswer())
        else resolve(answer)
      })
    })
  const fates: ('arrives' | 'breaks' | 'loses its answer')[] = []
  const sync = createSync({
    since: 0,
    read: (after, limit) => request(() => table.changes(after, limit)),
    deliver(changes) {
      timeline.addChanges(changes)
      told.push(...changes.map(({ version }) => version))
      for (const message of changes) outbox.confirm(message)
    },
    onFailed: () => undefined,
  })
  const outbox = createOutbox({
    context,
    send: (id, content) => request(() => table.send(id, content)),
    onSent: ({ version }) => sync.hint(version),
    onChange: () => undefined,
  })
  return { roads, fates, told, timeline, sync, outbox }
}

test('whatever happens in whatever order, in the end every message is there once, in the order of the server', async () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant('send' as const) }),
    fc.record({ does: fc.constant('write' as const) }),
    fc.record({ does: fc.constant('edit' as const), at: fc.nat(20) }),
    fc.record({ does: fc.constant('hint' as const), version: fc.nat(40) }),
    fc.record({ does: fc.constant('catch up' as const) }),
    fc.record({ does: fc.constant('wake' as const) }),
    fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(0, 500, 1000, 5000) }),
    fc.record({
      does: fc.constant('let through' as const),
      at: fc.nat(3),
      fate: fc.constantFrom('arrives' as const, 'breaks' as const, 'loses its answer' as const),
    }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const table = chatTable()
      const { roads, fates, told, timeline, sync, outbox } = deviceOver(table)
      const sent: string[] = []
      const answers: Promise<Result<Message>>[] = []
      for (const one of steps) {
        if (one.does === 'send') {
          sent.push(`own ${sent.length + 1}`)
          answers.push(outbox.add({ body: sent.at(-1)! }))
        } else if (one.does === 'write') {
          table.write(`other ${table.version()}`)
        } else if (one.does === 'edit') {
          if (one.at < table.messages.length) table.edit(one.at + 1, `edited ${table.version()}`)
        } else if (one.does === 'hint') {
          sync.hint(Math.min(one.version, table.version()))
        } else if (one.does === 'catch up') {
          void sync.catchUp().catch(() => undefined)
        } else if (one.does === 'wake') {
          outbox.wake()
        } else if (one.does === 'let through') {
          fates.push(one.fate)
          roads.splice(one.at % Math.max(roads.length, 1), 1)[0]?.()
          fates.length = 0
        } else {
          await vi.advanceTimersByTimeAsync(one.ms)
        }
        await settle()
        // At no time is anything shown twice, or out of order.
        const seqs = timeline.messages().map(({ seq }) => seq)
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
      }
      // The road is good from now on.
      for (
        let n = 0;
        n < 200 && (roads.length > 0 || outbox.items().some(({ status }) => status === 'sending'));
        n += 1
      ) {
        while (roads.length > 0) {
          roads.shift()!()
          await settle()
        }
        await vi.advanceTimersByTimeAsync(1000)
      }
      const last = sync.catchUp()
      while (roads.length > 0) {
        roads.shift()!()
        await settle()
      }
      await last
      expect((await Promise.all(answers)).filter(({ error }) => error !== null)).toEqual([])
      expect(outbox.items()).toEqual([])
      expect(timeline.messages()).toEqual(table.messages)
      expect(table.messages.filter(({ is_own, edited_at }) => is_own && edited_at === null)).toHaveLength(sent.length)
      expect(told).toEqual([...new Set(told)].sort((a, b) => a - b))
      sync.end()
    }),
    { numRuns: 150 },
  )
})
