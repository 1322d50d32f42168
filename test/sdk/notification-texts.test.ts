import { createTalentbase, type Locale } from '@talentbase/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { createPerson, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let person: Person
beforeAll(async () => {
  stack = await startTestStack()
  person = await createPerson(stack)
})
afterAll(() => stack.close())

/** Types whose words depend on the status in their data. */
const statuses: Record<string, string[]> = {
  organization_invitation: ['pending', 'accepted', 'declined'],
  representation: ['invited', 'active', 'declined', 'ended'],
  verification: ['verified', 'approved', 'rejected'],
  report_decided: ['resolved', 'dismissed'],
  proposal_decided: ['approved', 'rejected'],
  candidate_unlock: ['unlocked', 'refunded'],
  wallet_recharge: ['added', 'taken', 'money_added', 'money_taken'],
  payment_status: ['succeeded', 'in_wallet', 'failed', 'cancelled', 'refunded'],
  withdrawal_status: ['paid', 'failed'],
  subscription_status: ['active', 'scheduled', 'rejected'],
  subscription_warning: ['warning', 'critical'],
  application_status: ['accepted', 'rejected', 'withdrawn', 'deleted'],
  task_status: ['started', 'completed', 'cancelled'],
  escrow_status: ['funded', 'released', 'refunded', 'settled', 'disputed', 'refund_requested'],
  new_review: ['waiting', 'published', 'replied'],
  response_status_change: ['pending', 'viewed', 'shortlisted', 'accepted', 'rejected', 'withdrawn'],
}

async function titles(locale: Locale, type: string, data: Record<string, unknown>): Promise<string> {
  await sql(stack)`delete from public.notifications where account_id = ${person.id}`
  await sql(stack)`select private.notify(${person.id}, ${type}, ${sql(stack).json(data as never)})`
  const { items } = await must(createTalentbase(person.client, { locale }).notifications.list())
  expect(items).toHaveLength(1)
  const { title, message } = items[0]!
  expect(message.length, `${locale} ${type}`).toBeGreaterThan(0)
  expect(`${title} ${message}`).not.toMatch(/[{}]/)
  return title
}

test.each(['en', 'ru', 'kk'] as const)(
  'every type of the database has words in %s, each status its own',
  async (locale) => {
    const types = await sql(stack)`select type from public.notification_types order by type`
    expect(types.length).toBeGreaterThan(10)
    const unknown = await titles(locale, 'representation', { status: 'of a newer version' })
    for (const { type } of types) {
      const seen: string[] = []
      if (type === 'order_status') continue
      for (const status of statuses[type] ?? [undefined]) seen.push(await titles(locale, type, { status }))
      expect(seen, type).not.toContain(unknown)
      expect(new Set(seen).size, type).toBe(seen.length)
    }
  },
)

test.each(['en', 'ru', 'kk'] as const)('every step of an order has words of its own in %s', async (locale) => {
  const actions = await sql(stack)`select distinct action from private.order_transitions order by action`
  const seen: string[] = []
  for (const { action } of actions) seen.push(await titles(locale, 'order_status', { action, status: 'in_progress' }))
  expect(seen.length).toBeGreaterThan(8)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).not.toContain(await titles(locale, 'order_status', { action: 'of a newer version' }))
})

test.each(['en', 'ru', 'kk'] as const)(
  'what an agency did in a model’s name has words of its own in %s',
  async (locale) => {
    const of = (data: object) => titles(locale, 'response_status_change', { ...data })
    for (const status of ['pending', 'withdrawn']) {
      expect(await of({ status, organization_id: person.id })).not.toBe(await of({ status }))
      expect(await of({ status, organization_id: person.id })).not.toBe(await of({ status: 'of a newer version' }))
    }
  },
)
