import { type Message, TalentbaseError } from '@talentbase/sdk'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSync } from '../../sdk/src/chat/sync.ts'
import { createTimeline } from '../../sdk/src/chat/timeline.ts'
import { createTask, oneAtATime } from '../../sdk/src/realtime/one-at-a-time.ts'
import { chatTable, held, noAnswer, refusal } from './chat-model.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Everything that is on its way arrives. */
const settle = () => vi.advanceTimersByTimeAsync(0)

function syncOf(table: ReturnType<typeof chatTable>, since = 0) {
  const heard: Message[] = []
  const failures: unknown[] = []
  const read = vi.fn(async (after: number, limit: number) => table.changes(after, limit))
  const sync = createSync({
    since,
    read,
    deliver: (changes) => heard.push(...changes),
    onFailed: (error) => failures.push(error),
  })
  return { sync, read, heard, failures, versions: () => heard.map(({ version }) => version) }
}

describe('reading what has changed', () => {
  test('each change once, in the order of versions, an edit too', async () => {
    const table = chatTable()
    const { sync, versions, heard } = syncOf(table)
    for (const body of ['one', 'two', 'three']) table.write(body)
    await sync.catchUp()
    table.edit(1, 'one, better')
    table.write('four')
    await sync.catchUp()
    await sync.catchUp()
    expect(versions()).toEqual([1, 2, 3, 4, 5])
    expect(heard.map(({ body }) => body)).toEqual(['one', 'two', 'three', 'one, better', 'four'])
  })

  test('from a version on', async () => {
    const table = chatTable()
    for (const body of ['one', 'two', 'three']) table.write(body)
    const { sync, versions } = syncOf(table, 2)
    await sync.catchUp()
    expect(versions()).toEqual([3])
    expect(sync.version()).toBe(3)
  })

  test('more than a page is handed over in one piece', async () => {
    const table = chatTable()
    for (let n = 1; n <= 250; n += 1) table.write(`message ${n}`)
    const pieces: number[] = []
    const sync = createSync({
      since: 0,
      read: async (after, limit) => table.changes(after, limit),
      deliver: (changes) => pieces.push(changes.length),
      onFailed: () => undefined,
    })
    await sync.catchUp()
    expect(pieces).toEqual([250])
  })

  test('a reading that breaks in the middle goes on where it was', async () => {
    const table = chatTable()
    for (let n = 1; n <= 250; n += 1) table.write(`message ${n}`)
    const { sync, read, versions } = syncOf(table)
    read.mockImplementationOnce(async (after, limit) => table.changes(after, limit)).mockRejectedValueOnce(noAnswer())
    await expect(sync.catchUp()).rejects.toThrow()
    expect(versions()).toEqual([])
    await vi.advanceTimersByTimeAsync(1000)
    expect(versions()).toEqual(Array.from({ length: 250 }, (_, at) => at + 1))
    expect(read.mock.calls.map(([after]) => after)).toEqual([0, 100, 100, 200])
  })

  test('hints that are known, doubled or out of order ask for nothing more', async () => {
    const table = chatTable()
    const { sync, read, versions } = syncOf(table)
    for (const body of ['one', 'two', 'three']) table.write(body)
    for (const version of [3, 1, 3, 2, 3]) sync.hint(version)
    await settle()
    for (const version of [1, 3, 2]) sync.hint(version)
    await settle()
    expect(read).toHaveBeenCalledTimes(1)
    expect(versions()).toEqual([1, 2, 3])
  })

  test('what is hinted at during a reading is read after it', async () => {
    const table = chatTable()
    const { sync, read, versions } = syncOf(table)
    const late = held<Message[]>()
    read.mockReturnValueOnce(late.promise)
    table.write('one')
    sync.hint(1)
    const asked = table.changes(0, 100)
    table.write('two')
    for (let n = 0; n < 5; n += 1) sync.hint(2)
    late.give(asked)
    await settle()
    expect(versions()).toEqual([1, 2])
    expect(read).toHaveBeenCalledTimes(2)
  })

  test('what fails for the time being is tried again by itself, after 1, 2, 5, 10, 10 s', async () => {
    const table = chatTable()
    const { sync, read, versions, failures } = syncOf(table)
    for (let n = 0; n < 5; n += 1) read.mockRejectedValueOnce(noAnswer())
    table.write('one')
    sync.hint(1)
    const calls: number[] = []
    for (let second = 0; second <= 28; second += 1) {
      await settle()
      calls.push(read.mock.calls.length)
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect([0, 1, 3, 8, 18, 28].map((at) => calls[at])).toEqual([1, 2, 3, 4, 5, 6])
    expect(versions()).toEqual([1])
    expect(failures).toHaveLength(1)
  })

  test('what is refused is not tried again, but told', async () => {
    const { sync, read, failures } = syncOf(chatTable())
    read.mockRejectedValueOnce(refusal())
    sync.hint(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(read).toHaveBeenCalledTimes(1)
    expect(failures).toHaveLength(1)
    // The same hint again asks again.
    sync.hint(1)
    await settle()
    expect(read).toHaveBeenCalledTimes(2)
  })

  test('says nothing after its end, and stops trying', async () => {
    const table = chatTable()
    const { sync, read, heard } = syncOf(table)
    const late = held<Message[]>()
    read.mockReturnValueOnce(late.promise)
    table.write('one')
    const reading = sync.catchUp()
    sync.end()
    late.give(table.changes(0, 100))
    await reading
    await sync.catchUp()
    sync.hint(7)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(heard).toEqual([])
    expect(read).toHaveBeenCalledTimes(1)
  })
})

describe('what is shown', () => {
  const show = (timeline: ReturnType<typeof createTimeline<Message>>) => timeline.messages().map(({ body }) => body)

  test('a page that was read before an edit does not undo it', () => {
    const table = chatTable()
    for (let n = 1; n <= 6; n += 1) table.write(`message ${n}`)
    const timeline = createTimeline<Message>()
    timeline.addPage(table.page(undefined, 3))
    const older = table.page(4, 3)
    table.edit(2, 'edited')
    timeline.addChanges(table.changes(6, 100))
    // It is not on a page that is shown.
    expect(show(timeline)).toEqual(['message 4', 'message 5', 'message 6'])
    timeline.addPage(older)
    expect(show(timeline)).toEqual(['message 1', 'edited', 'message 3', 'message 4', 'message 5', 'message 6'])
    expect([timeline.oldest(), timeline.newest()]).toEqual([1, 6])
  })

  test('the first message of an empty conversation', () => {
    const table = chatTable()
    const timeline = createTimeline<Message>()
    timeline.addPage([])
    expect(timeline.oldest()).toBeUndefined()
    table.write('one')
    timeline.addChanges(table.changes(0, 100))
    expect(show(timeline)).toEqual(['one'])
  })
})

describe('one at a time', () => {
  test('never two at once, and whoever asks is served by a run that began after they did', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 30 }), async (steps) => {
        let running = 0
        let begun = 0
        const open: (() => void)[] = []
        const run = oneAtATime(async () => {
          running += 1
          begun += 1
          expect(running).toBe(1)
          await new Promise<void>((resolve) => open.push(resolve))
          running -= 1
        })
        const asked: Promise<void>[] = []
        for (const asks of steps) {
          if (asks) {
            const before = begun
            asked.push(run().then(() => expect(begun).toBeGreaterThan(before)))
          } else {
            open.shift()?.()
          }
          await settle()
        }
        while (open.length > 0) {
          open.shift()!()
          await settle()
        }
        await Promise.all(asked)
        expect(running).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  test('a task waits as long as it is told to', async () => {
    const work = vi.fn(async () => undefined)
    const busy = new TalentbaseError('rate_limit_exceeded', 'Slowly.', { retryAfter: 30 })
    work.mockRejectedValueOnce(busy)
    const task = createTask(work)
    await expect(task.run()).rejects.toBe(busy)
    await vi.advanceTimersByTimeAsync(29_000)
    expect(work).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(work).toHaveBeenCalledTimes(2)
  })
})
