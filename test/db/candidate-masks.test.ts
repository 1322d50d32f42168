import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contacts, innocent } from '../helpers/contacts.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

// What a card shows in place of a name, a number and an address, and what may not stand in its texts.
let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

const masked = async (what: 'name' | 'phone' | 'email', value: string | null) =>
  (await sql(stack).unsafe(`select private.mask_${what}($1) as mask`, [value]))[0]!.mask

describe('masks', () => {
  test.each([
    ['John Doe', 'J*** D**'],
    ['J', '*'],
    ['J Doe', '* D**'],
    ['  John \t Doe  ', 'J*** D**'],
    ['\u00a0John\u3000\u2009Doe\u00a0', 'J*** D**'],
    ['Әлихан Бөкейхан', 'Ә***** Б*******'],
    ['प्रिया शर्मा', 'प***** श****'],
    ['王小明', '王**'],
    ['😀mile Doe', '😀**** D**'],
    ['Mary-Jane O’Neil', 'M******** O*****'],
  ])('of %j', async (name, mask) => {
    expect(await masked('name', name)).toBe(mask)
  })

  test.each([
    ['+919876543210', '******3210'],
    ['+1234567', '******4567'],
  ])('of %s', async (phone, mask) => {
    expect(await masked('phone', phone)).toBe(mask)
  })

  test.each([
    ['john.doe@example.com', 'j***@example.com'],
    ['j@example.com', 'j***@example.com'],
    ['"a@b"@example.com', '"***@example.com'],
  ])('of %s', async (email, mask) => {
    expect(await masked('email', email)).toBe(mask)
  })

  test('of nothing', async () => {
    for (const what of ['name', 'phone', 'email'] as const) expect(await masked(what, null)).toBeNull()
  })
})

const held = async (text: string) => (await sql(stack)`select private.holds_contact(${text}) as held`)[0]!.held

test.each(contacts)('%j could tell how to reach somebody', async (text) => {
  expect(await held(text)).toBe(true)
})

test.each(innocent)('%j could not', async (text) => {
  expect(await held(text)).toBe(false)
})
