import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPerson, liftRequestLimits, type Person, sql, subscribe } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

const onPlan = async (plan: string): Promise<Person> => {
  const person = await createPerson(stack, { roles: ['model'] })
  if (plan !== 'casting_free') await subscribe(stack, person, plan)
  return person
}

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
    hiring_basic: { unlock_credits: 'hiring_professional', shared_unlocks: 'hiring_professional' },
    hiring_professional: { unlock_credits: 'hiring_enterprise', shared_unlocks: null },
    hiring_enterprise: { unlock_credits: null, shared_unlocks: null },
  }

  test.each(Object.keys(upgrades))('of %s is the least one that allows more', async (plan) => {
    const { data } = await (await onPlan(plan)).client.rpc('my_entitlements')
    const all = data as { entitlement_id: string; product: string; plan_id: string; upgrade_plan_id: string | null }[]
    const product = plan.split('_')[0]!
    const named = all.filter((one) => one.product === product)
    expect(new Set(named.map(({ plan_id }) => plan_id))).toEqual(new Set([plan]))
    // The other product has plans of its own, of which the account has none.
    const others = all.filter((one) => one.product !== product && one.product === 'hiring')
    expect(others.every(({ plan_id }) => plan_id === null)).toBe(true)
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

describe('what an admin decides', () => {
  const override = (
    { id }: Person,
    entitlement: string,
    quantity: number | null,
    { expires = 'infinity', level = null }: { expires?: string; level?: string | null } = {},
  ) => sql(stack)`
    select private.override_entitlement(${id}, ${entitlement}, ${quantity}, 'For a test.', ${expires}::text::timestamptz, ${level})`
  const statusOf = async ({ client }: Person, entitlement: string) =>
    ((await client.rpc('my_entitlements')).data as { entitlement_id: string }[]).find(
      ({ entitlement_id }) => entitlement_id === entitlement,
    )
  const uses = async ({ id }: Person, entitlement: string, count: number) =>
    (
      await sql(stack)`
        select private.use_entitlement(${id}, ${entitlement}) as took from generate_series(1, ${count}::int)`
    ).filter(({ took }) => took).length
  const isEntitled = async ({ id }: Person, entitlement: string) =>
    (
      await sql(stack).begin(async (tx) => {
        await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: id, role: 'authenticated' })}, true)`
        return tx`select private.is_entitled(${entitlement}) as entitled`
      })
    )[0]!.entitled

  test('raises a quota above the plan, and lowers it below', async () => {
    const person = await onPlan('casting_free')
    await override(person, 'photos', 7)
    expect(await uses(person, 'photos', 10)).toBe(7)
    expect(await statusOf(person, 'photos')).toMatchObject({
      ...{ quantity: 7, used: 7, remaining: 0, plan_id: 'casting_free', upgrade_plan_id: null },
    })
    expect(await isEntitled(person, 'photos')).toBe(false)
    await override(person, 'photos', 2)
    expect(await statusOf(person, 'photos')).toMatchObject({ quantity: 2, used: 7, remaining: 0 })
    await sql(stack)`select private.free_entitlement(${person.id}, 'photos') from generate_series(1, 5)`
    expect(await uses(person, 'photos', 1)).toBe(0)
    await sql(stack)`select private.free_entitlement(${person.id}, 'photos')`
    expect(await uses(person, 'photos', 3)).toBe(1)
  })

  test('takes a quota away altogether, or its limit', async () => {
    const person = await onPlan('casting_business')
    await override(person, 'casting_responses', 0)
    expect(await uses(person, 'casting_responses', 1)).toBe(0)
    expect(await statusOf(person, 'casting_responses')).toMatchObject({ is_granted: false, quantity: 0, remaining: 0 })
    expect(await isEntitled(person, 'casting_responses')).toBe(false)
    await override(person, 'casting_responses', null)
    expect(await uses(person, 'casting_responses', 40)).toBe(40)
    expect(await statusOf(person, 'casting_responses')).toMatchObject({ quantity: null, used: 40, remaining: null })
  })

  test('gives a feature, with a level, and takes one', async () => {
    const [free, business] = [await onPlan('casting_free'), await onPlan('casting_business')]
    await override(free, 'analytics', null, { level: 'advanced' })
    expect(await statusOf(free, 'analytics')).toMatchObject({ is_granted: true, level: 'advanced', quantity: null })
    expect(await isEntitled(free, 'analytics')).toBe(true)
    await override(business, 'promotion', 0)
    expect(await statusOf(business, 'promotion')).toMatchObject({ is_granted: false, upgrade_plan_id: null })
    expect(await isEntitled(business, 'promotion')).toBe(false)
  })

  test('ends when its time is over, or its row goes', async () => {
    const person = await onPlan('casting_free')
    await override(person, 'photos', 50, { expires: '2000-01-01' })
    expect(await uses(person, 'photos', 6)).toBe(5)
    await override(person, 'photos', 6)
    expect(await uses(person, 'photos', 6)).toBe(1)
    await sql(stack)`delete from private.entitlement_overrides where account_id = ${person.id}`
    expect(await statusOf(person, 'photos')).toMatchObject({ quantity: 5, used: 6, upgrade_plan_id: 'casting_pro' })
  })

  test('stands in what quota_exceeded says, and offers no plan that would change nothing', async () => {
    const person = await onPlan('casting_free')
    await override(person, 'casting_responses', 1)
    const agency = await createPerson(stack, { roles: ['agency'] })
    const castings = await sql(stack)`
      insert into public.castings (owner_id, title, description, category, status)
      select ${agency.id}, 'Casting', 'x', 'fashion', 'active' from generate_series(1, 2) returning id`
    const answers = []
    for (const { id } of castings) answers.push(await person.client.rpc('respond_to_casting', { casting_id: id }))
    expect(answers.map(({ error }) => error?.code)).toEqual([undefined, 'quota_exceeded'])
    expect(JSON.parse(answers[1]!.error!.details)).toMatchObject({
      ...{ entitlement_id: 'casting_responses', plan_id: 'casting_free', quantity: 1, used: 1, upgrade_plan_id: null },
    })
  })

  test('is of one account, with a reason, and never of credits', async () => {
    const [person, other] = [await onPlan('casting_free'), await onPlan('casting_free')]
    await override(person, 'photos', 50)
    expect(await statusOf(other, 'photos')).toMatchObject({ quantity: 5 })
    await expect(override(person, 'unlock_credits', 50)).rejects.toThrow('adjust_wallet')
    await expect(override(person, 'no_such', 50)).rejects.toThrow('no such limit')
    await expect(override(person, 'photos', -1)).rejects.toThrow('quantity_positive')
    await expect(sql(stack)`select private.override_entitlement(${person.id}, 'photos', 9, ' ')`).rejects.toThrow('why')
    expect(await statusOf(person, 'photos')).toMatchObject({ quantity: 50 })
    const audit = await sql(stack)`
      select details from private.audit_log where action = 'entitlement.override' and entity_id = ${person.id}`
    expect(audit.map(({ details }) => details)).toEqual([{ entitlement_id: 'photos', quantity: 50 }])
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
