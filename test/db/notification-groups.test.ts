import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { createPerson, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let person: Person

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  person = await createPerson(stack)
})
afterAll(() => stack.close())

const messageIn = (conversation_id: string, message_id: unknown = randomUUID()) =>
  sql(stack)`
    select private.notify(${person.id}, 'new_message', ${sql(stack).json({ conversation_id, message_id } as never)})
  `

/** The rows of a conversation, oldest first. */
const rowsOf = async (conversation: string) => [
  ...(await sql(stack)`
    select id, data, read_at is not null as is_read
    from public.notifications where account_id = ${person.id} and group_key = ${conversation} order by id
  `),
]

const read = async (conversation: string): Promise<number> => {
  const [row] = await sql(stack)`
    select private.read_grouped_notifications(${person.id}, 'new_message', ${conversation}) as count
  `
  return row!.count
}

describe('grouped notifications', () => {
  test('a group has one unread row, with the newest data, a count and the newest id', async () => {
    const [conversation, other] = [randomUUID(), randomUUID()]
    await messageIn(conversation, 1)
    const [first] = await rowsOf(conversation)
    expect(first!.data).toEqual({ conversation_id: conversation, message_id: 1, count: 1 })
    await messageIn(other)
    await messageIn(conversation, 2)
    await messageIn(conversation, 3)
    const rows = await rowsOf(conversation)
    expect(rows.map(({ data }) => data)).toEqual([{ conversation_id: conversation, message_id: 3, count: 3 }])
    const [newest] = await sql(stack)`select max(id) as id from public.notifications where account_id = ${person.id}`
    expect(rows[0]!.id).toBe(newest!.id)
    expect(await rowsOf(other)).toHaveLength(1)
  })

  test('one that was read stays, and the next begins anew', async () => {
    const conversation = randomUUID()
    await messageIn(conversation, 1)
    await messageIn(conversation, 2)
    expect(await read(conversation)).toBe(1)
    expect(await read(conversation)).toBe(0)
    await messageIn(conversation, 3)
    const rows = await rowsOf(conversation)
    expect(rows.map(({ data, is_read }) => [data.message_id, data.count, is_read])).toEqual([
      [2, 2, true],
      [3, 1, false],
    ])
  })

  test('reading a group leaves the others, and those of other accounts', async () => {
    const [conversation, other] = [randomUUID(), randomUUID()]
    const stranger = await createPerson(stack)
    await messageIn(conversation)
    await messageIn(other)
    await sql(stack)`
      select private.notify(${stranger.id}, 'new_message', ${sql(stack).json({ conversation_id: conversation })})
    `
    expect(await read(conversation)).toBe(1)
    expect((await rowsOf(other)).map(({ is_read }) => is_read)).toEqual([false])
    const [theirs] = await sql(stack)`select read_at from public.notifications where account_id = ${stranger.id}`
    expect(theirs!.read_at).toBeNull()
  })

  test('a type without groups, and data without the key, have a row an event', async () => {
    for (let i = 0; i < 2; i++) {
      await sql(stack)`select private.notify(${person.id}, 'general', '{"conversation_id": "x"}')`
      await sql(stack)`select private.notify(${person.id}, 'new_message', '{"other": true}')`
    }
    const rows = await sql(stack)`
      select type, data from public.notifications
      where account_id = ${person.id} and (type = 'general' or data ? 'other') order by type, id
    `
    expect([...rows]).toEqual([
      { type: 'general', data: { conversation_id: 'x' } },
      { type: 'general', data: { conversation_id: 'x' } },
      { type: 'new_message', data: { other: true } },
      { type: 'new_message', data: { other: true } },
    ])
  })

  test('twenty at once are one row that counts twenty', async () => {
    const conversation = randomUUID()
    const notify = "select private.notify($1, 'new_message', jsonb_build_object('conversation_id', $2::text))"
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 20 }, () => ({ runs: [statement(notify, person.id, conversation)] })),
    )
    expect(codesOf(outcomes)).toEqual(Array(20).fill('done'))
    expect((await rowsOf(conversation)).map(({ data }) => data.count)).toEqual([20])
  })

  test('whoever marks all as read meanwhile waits for nobody and loses no event', async () => {
    const conversations = Array.from({ length: 3 }, () => randomUUID())
    const notify = "select private.notify($1, 'new_message', jsonb_build_object('conversation_id', $2::text))"
    const told = conversations.flatMap((conversation) => [conversation, conversation])
    const outcomes = await atOnce(stack, [
      // Each of them tells of all groups in one transaction, in its own order against the reader's.
      ...Array.from({ length: 4 }, () => ({
        runs: Array.from({ length: 3 }, () => async (tx: Parameters<ReturnType<typeof statement>>[0]) => {
          for (const conversation of told) await tx.unsafe(notify, [person.id, conversation])
        }),
      })),
      ...Array.from({ length: 4 }, () => ({
        as: person,
        runs: Array.from({ length: 6 }, () => statement('select public.mark_notifications_read()')),
      })),
    ])
    expect(codesOf(outcomes)).toEqual(Array(36).fill('done'))
    for (const conversation of conversations) {
      const rows = await rowsOf(conversation)
      expect(rows.reduce((sum, { data }) => sum + data.count, 0)).toBe(24)
      expect(rows.filter(({ is_read }) => !is_read).length).toBeLessThanOrEqual(1)
    }
  })

  test('an account that has switched the type off gets none', async () => {
    const conversation = randomUUID()
    const off = await person.client.rpc('set_notification_preferences', { preferences: { new_message: false } })
    expect(off.error).toBeNull()
    await messageIn(conversation)
    expect(await rowsOf(conversation)).toEqual([])
    await person.client.rpc('set_notification_preferences', { preferences: { new_message: true } })
    await messageIn(conversation)
    expect(await rowsOf(conversation)).toHaveLength(1)
  })
})
