import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, subscribe } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active } from './castings.ts'
import { expectFields } from './fields.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let model: Member
beforeAll(async () => {
  stack = await startParityStack()
  model = await member(stack, ['model'])
})
afterAll(() => stack.close())

const plans = () => sql(stack)`
  select to_jsonb(p) as row from public.plans p union all select to_jsonb(p) from public.plan_prices p order by row`

const ids = [
  'casting_free',
  'casting_pro',
  'casting_business',
  'hiring_basic',
  'hiring_professional',
  'hiring_enterprise',
]

it('MW39 plans.list: both products, with prices in minor units, limits and features, for everybody', async () => {
  const visitor = device(stack)
  const all = await must(visitor.tb.plans.list())
  expectFields(all, {
    plans: '.',
    name: '0.name',
    price_monthly: '0.price_monthly',
    price_yearly: '0.price_yearly',
    features: '0.features',
    max_photos: '0.features.max_photos',
    max_responses_per_month: '0.features.max_responses_per_month',
    chat_access: '0.features.chat_access',
    profile_promotion: '0.features.profile_promotion',
  })
  expect(all.map(({ id }) => id)).toEqual(ids)
  const prices = all.map((plan) => [plan.name, plan.price_monthly, plan.price_yearly, plan.currency])
  expect(prices.slice(0, 3)).toEqual([
    ['FREE', 0, 0, null],
    ['PRO', 500_000, 5_000_000, 'KZT'],
    ['BUSINESS', 1_500_000, 15_000_000, 'KZT'],
  ])
  expect(all.map(({ features }) => features)).toEqual([
    { max_photos: 5, max_responses_per_month: 3, chat_access: false, profile_promotion: false },
    { max_photos: 20, max_responses_per_month: 30, chat_access: true, profile_promotion: false },
    { max_photos: null, max_responses_per_month: null, chat_access: true, profile_promotion: true },
    null,
    null,
    null,
  ])
  expect(await must(model.tb.plans.list())).toEqual(all)

  const plain = await visitor.client
    .from('plans')
    .select('id, plan_prices(period, amount, currency)')
    .eq('id', 'casting_pro')
    .single()
  expect(plain.data?.plan_prices).toContainEqual({ period: 'year', amount: 5_000_000, currency: 'KZT' })

  await expectUnchanged(plans, async () => {
    await expectRefusal(visitor.tb.plans.list({ product: 'tasks' as 'hiring' }), 'validation_failed', {
      product: ['known'],
    })
    const change = { amount: 1 }
    expect((await model.client.from('plan_prices').update(change).eq('plan_id', 'casting_pro')).error?.code).toBe(
      '42501',
    )
    expect((await visitor.client.from('plans').delete().eq('id', 'casting_pro')).error?.code).toBe('42501')
  })
})

it('MB15 plans.list: those on offer, of one product', async () => {
  const visitor = device(stack)
  const offer = (is: boolean) => sql(stack)`update public.plans set is_offered = ${is} where id = 'casting_pro'`
  for (const [product, expected] of [
    ['casting', ids.slice(0, 3)],
    ['hiring', ids.slice(3)],
  ] as const) {
    expect((await must(visitor.tb.plans.list({ product }))).map(({ id }) => id)).toEqual(expected)
  }
  await offer(false)
  const left = await must(visitor.tb.plans.list({ product: 'casting' }))
  await offer(true)
  expect(left.map(({ id }) => id)).toEqual(['casting_free', 'casting_business'])

  const plain = await model.client.from('plans').select('id').eq('product', 'casting').eq('is_offered', true)
  expect(plain.data).toHaveLength(3)
  await expectUnchanged(plans, async () => {
    await expectRefusal(visitor.tb.plans.list({ product: 'hiring', page: 2 } as never), 'validation_failed', {
      page: ['unknown'],
    })
    const plan = { id: 'casting_mine', product: 'casting', name: 'Mine', rank: 9 }
    expect((await model.client.from('plans').insert(plan)).error?.code).toBe('42501')
  })
})

it('MW40 subscriptions.current: the plan until when, and what of it is used', async () => {
  const person = await member(stack, ['model'])
  const free = await must(person.tb.subscriptions.current())
  expect(free).toEqual({
    ...{ subscription_id: null, plan_id: 'casting_free', plan: 'FREE', status: 'active', period: null },
    ...{ started_at: null, expires_at: null, auto_renew: false },
    usage: { photos_uploaded: 0, photos_limit: 5, responses_sent: 0, responses_limit: 3 },
  })

  const birth = { name: 'Dana', birth_date: '2000-02-29', gender: 'female' } as const
  await must(person.tb.models.create(birth))
  for (let i = 0; i < 2; i++) await must(person.tb.photos.upload(await picture()))
  const subscription_id = await subscribe(stack, person, 'casting_pro')
  const agency = await member(stack, ['agency'])
  await must(person.tb.castings.respond((await active(agency)).id))
  const pro = await must(person.tb.subscriptions.current({ product: 'casting' }))
  expectFields(pro, {
    status: 'status',
    subscription: 'subscription_id',
    plan: 'plan',
    started_at: 'started_at',
    expires_at: 'expires_at',
    auto_renew: 'auto_renew',
    usage: 'usage',
    photos_uploaded: 'usage.photos_uploaded',
    photos_limit: 'usage.photos_limit',
    responses_sent: 'usage.responses_sent',
    responses_limit: 'usage.responses_limit',
  })
  expect(pro).toMatchObject({ subscription_id, plan: 'PRO', status: 'active', period: 'month', auto_renew: false })
  expect(pro.usage).toEqual({ photos_uploaded: 2, photos_limit: 20, responses_sent: 1, responses_limit: 30 })
  await subscribe(stack, person, 'casting_business')
  const { usage } = await must(person.tb.subscriptions.current())
  expect(usage).toMatchObject({ photos_uploaded: 2, photos_limit: null, responses_limit: null })

  const plain = await person.client.rpc('my_subscription')
  expect(plain.data).toMatchObject({ plan: 'BUSINESS', photos_uploaded: 2 })

  const own = () => sql(stack)`select * from public.subscriptions where account_id = ${person.id} order by id`
  await expectUnchanged(own, async () => {
    expect((await must(model.tb.subscriptions.current())).plan).toBe('FREE')
    expect((await model.client.from('subscriptions').select()).data).toEqual([])
    const { tb, client } = device(stack)
    await expectRefusal(tb.subscriptions.current(), 'auth_required')
    expect((await client.rpc('my_subscription')).error?.code).toBe('42501')
    await expectRefusal(person.tb.subscriptions.current({ product: 'tasks' as 'casting' }), 'validation_failed', {
      product: ['known'],
    })
    const more = { expires_at: '2100-01-01T00:00:00Z' }
    const taken = await person.client.from('subscriptions').update(more).eq('account_id', person.id)
    expect(taken.error?.code).toBe('42501')
  })
})
