import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPerson, liftRequestLimits, type Person, sql, subscribe } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

describe('the plan to change to', () => {
  // By plan and entitlement: the least plan that would allow more; null where none would.
  const upgrades: Record<string, Record<string, string | null>> = {
    casting_free: {
      photos: 'casting_pro',
      casting_responses: 'casting_pro',
      casting_chat: 'casting_pro',
      analytics: 'casting_pro',
      promotion: 'casting_business',
      priority_support: 'casting_business',
    },
    casting_pro: {
      photos: 'casting_business',
      casting_responses: 'casting_business',
      casting_chat: null,
      promotion: 'casting_business',
      priority_support: 'casting_business',
    },
    casting_business: {
      photos: null,
      casting_responses: null,
      casting_chat: null,
      analytics: null,
      promotion: null,
      priority_support: null,
    },
  }

  const onPlan = async (plan: string): Promise<Person> => {
    const person = await createPerson(stack, { roles: ['model'] })
    if (plan !== 'casting_free') await subscribe(stack, person, plan)
    return person
  }

  test.each(Object.keys(upgrades))('of %s is the least one that allows more', async (plan) => {
    const { data } = await (await onPlan(plan)).client.rpc('my_entitlements')
    const named = data as { entitlement_id: string; plan_id: string; upgrade_plan_id: string | null }[]
    expect(new Set(named.map(({ plan_id }) => plan_id))).toEqual(new Set([plan]))
    const answered = Object.fromEntries(
      named.map(({ entitlement_id, upgrade_plan_id }) => [entitlement_id, upgrade_plan_id]),
    )
    expect(answered).toMatchObject(upgrades[plan]!)
  })

  /** What is named for photos with these plans in the place of BUSINESS; nothing of it is kept. */
  async function namedWith(person: Person, plans: { id: string; quantity: number | null; is_offered?: boolean }[]) {
    const undo = new Error('undo')
    let named: unknown
    const rolledBack = sql(stack).begin(async (transaction) => {
      await transaction`update public.plans set is_offered = false where id = 'casting_business'`
      for (const [i, { id, quantity, is_offered = true }] of plans.entries()) {
        await transaction`
          insert into public.plans (id, product, name, rank, is_offered)
          values (${id}, 'casting', ${id}, ${100 + i}, ${is_offered})`
        await transaction`
          insert into public.plan_entitlements (plan_id, entitlement_id, quantity) values (${id}, 'photos', ${quantity})`
      }
      const [row] = await transaction`
        select (private.entitlement_status(${person.id}, 'photos')).upgrade_plan_id as named`
      named = row!.named
      throw undo
    })
    await expect(rolledBack).rejects.toBe(undo)
    return named
  }

  test('is none that allows the same or less, whatever its rank', async () => {
    const person = await onPlan('casting_pro')
    const [less, same] = [
      { id: 'test_less', quantity: 10 },
      { id: 'test_same', quantity: 20 },
    ]
    expect(await namedWith(person, [less, same])).toBeNull()
    expect(await namedWith(person, [less, same, { id: 'test_more', quantity: 21 }])).toBe('test_more')
    expect(await namedWith(person, [same, { id: 'test_all', quantity: null }])).toBe('test_all')
  })

  test('is none that is not offered', async () => {
    const person = await onPlan('casting_pro')
    const kept = { id: 'test_kept', quantity: 50, is_offered: false }
    expect(await namedWith(person, [kept])).toBeNull()
    expect(await namedWith(person, [kept, { id: 'test_more', quantity: 30 }])).toBe('test_more')
  })
})

describe('published_at of a casting', () => {
  const draft = async (owner: Person) =>
    (
      await sql(stack)`
        insert into public.castings (owner_id, title, description, category)
        values (${owner.id}, 'Editorial', 'x', 'fashion') returning id`
    )[0]!.id as string
  const publishedAt = async (id: string) =>
    (await sql(stack)`select published_at::text from public.castings where id = ${id}`)[0]!.published_at
  const set = async ({ client }: Person, casting_id: string, status: string) =>
    expect((await client.rpc('set_casting_status', { casting_id, status })).error).toBeNull()

  test.each(['completed', 'cancelled'])('is the moment of activation, also once the casting is %s', async (end) => {
    const owner = await createPerson(stack, { roles: ['agency'] })
    const id = await draft(owner)
    expect(await publishedAt(id)).toBeNull()
    await set(owner, id, 'active')
    const published = await publishedAt(id)
    const [activation] = await sql(stack)`
      select occurred_at::text from private.audit_log where entity_id = ${id} and action = 'casting.set_status'`
    expect(published).toBe(activation!.occurred_at)

    await owner.client.from('castings').update({ title: 'Another title' }).eq('id', id)
    expect(await publishedAt(id)).toBe(published)
    await set(owner, id, end)
    expect(await publishedAt(id)).toBe(published)
  })

  test('stays empty when a draft is cancelled', async () => {
    const owner = await createPerson(stack, { roles: ['agency'] })
    const id = await draft(owner)
    await set(owner, id, 'cancelled')
    expect(await publishedAt(id)).toBeNull()
  })
})
