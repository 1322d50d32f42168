import type { Casting } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { active, model } from '../parity/castings.ts'
import { type Member, member } from '../parity/people.ts'

let stack: TestStack
let agency: Member
let aisha: Member
let casting: Casting

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  aisha = await model(stack)
})
beforeEach(async () => {
  agency = await member(stack, ['agency'])
  casting = await active(agency, { currency: 'KZT' })
})
afterAll(() => stack.close())

const responsesTo = ({ id }: Casting) => sql(stack)`select * from public.casting_responses where casting_id = ${id}`

const used = async ({ id }: Member) => {
  const rows = await sql(stack)`
    select used from private.entitlement_usage where account_id = ${id} and entitlement_id = 'casting_responses'`
  return Number(rows[0]?.used ?? 0)
}

test('an offer keeps its currency when the casting changes its own', async () => {
  const response = await must(aisha.tb.castings.respond(casting.id, { proposed_rate: 10_000_000 }))
  await must(agency.tb.castings.update(casting.id, { currency: 'USD' }))
  const { items } = await must(aisha.tb.responses.listMine())
  expect(items.find(({ id }) => id === response.id)).toMatchObject({ proposed_rate: 10_000_000, currency: 'KZT' })
})

test('the casting of a suspended owner takes no responses and costs nobody their quota', async () => {
  const before = await used(aisha)
  await sql(stack)`select private.suspend_account(${agency.id}, 'under review')`
  expect(await must(aisha.tb.castings.get(casting.id))).toMatchObject({ is_open: false })
  expect((await aisha.tb.castings.respond(casting.id)).error?.code).toBe('casting_closed')
  expect(await responsesTo(casting)).toEqual([])
  expect(await used(aisha)).toBe(before)

  await sql(stack)`select private.lift_suspension(${agency.id})`
  expect((await aisha.tb.castings.respond(casting.id)).error).toBeNull()
})

test('who responded is told when a casting goes with its owner’s account', async () => {
  const response = await must(aisha.tb.castings.respond(casting.id))
  await must(agency.tb.responses.setStatus(response.id, 'accepted'))
  await must(agency.tb.accounts.delete({ password: agency.password }))
  expect(await responsesTo(casting)).toEqual([])
  const { items } = await must(aisha.tb.notifications.list())
  expect(items[0]).toMatchObject({
    type: 'response_status_change',
    data: { casting_id: casting.id, response_id: response.id, casting_status: 'deleted' },
  })
})

test('an account without a password is deleted by none, and every try is counted', async () => {
  for (const empty of ['', null]) {
    const person = await member(stack, ['model'])
    await sql(stack)`update auth.users set encrypted_password = ${empty} where id = ${person.id}`
    for (const password of ['', 'anything']) {
      const { error, status } = await person.client.rpc('delete_account', { password })
      expect([error === null, status], `${empty} ${password}`).toEqual([false, 403])
    }
    const tries = await sql(stack)`
      select from private.request_log where kind = 'password_checks' and subject = ${person.id}`
    expect(tries).toHaveLength(2)
    expect(await sql(stack)`select from auth.users where id = ${person.id}`).toHaveLength(1)
  }
})
