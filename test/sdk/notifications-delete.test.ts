import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { device, type Member, member, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'
import { rowsOf as storedRows } from '../parity/state.ts'

let stack: TestStack
let stranger: Member

beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['model'])
})
afterAll(() => stack.close())

const rowsOf = (table: string, owner: Member) => storedRows(stack, table, owner)

describe('notifications.delete', () => {
  const notify = ({ id }: Member) => sql(stack)`select private.notify(${id}, 'general', '{}')`

  test('one of one’s own goes, the others stay', async () => {
    const reader = await member(stack, ['model'])
    for (let i = 0; i < 3; i++) await notify(reader)
    const { items } = await must(reader.tb.notifications.list())
    const [newest, middle, oldest] = items.map(({ id }) => id)
    expect(await must(reader.tb.notifications.delete(middle!))).toBeNull()
    expect((await rowsOf('notifications', reader)).map(({ id }) => Number(id))).toEqual([oldest, newest])
    expect(await must(reader.tb.notifications.count())).toEqual({ unread: 2, total: 2 })
    await expectRefusal(reader.tb.notifications.delete(middle!), 'not_found')
  })

  test('of others, and of nobody, there is nothing to delete', async () => {
    const reader = await member(stack, ['model'])
    await notify(reader)
    const [own] = await rowsOf('notifications', reader)
    const id = Number(own!.id)
    await expectUnchanged(
      () => rowsOf('notifications', reader),
      async () => {
        await expectRefusal(stranger.tb.notifications.delete(id), 'not_found')
        await expectRefusal(stranger.tb.notifications.delete(id + 1000), 'not_found')
        await expectRefusal(device(stack).tb.notifications.delete(id), 'auth_required')
        const wrong = await reader.tb.notifications.delete('1' as unknown as number)
        expect(wrong.error?.code).toBe('validation_failed')
      },
    )
  })
})
