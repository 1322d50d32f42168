import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { device, type Member, member, startParityStack } from '../parity/people.ts'

let stack: TestStack
let stranger: Member

beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['model'])
})
afterAll(() => stack.close())

describe('plans.list', () => {
  const plan = { product: 'casting', currency: 'KZT', is_default: false }
  const expected = [
    {
      ...plan,
      ...{ id: 'casting_free', name: 'FREE', rank: 0, is_default: true, prices: [] },
      ...{ price_monthly: 0, price_yearly: 0, currency: null },
      features: { max_photos: 5, max_responses_per_month: 3, chat_access: false, profile_promotion: false },
    },
    {
      ...plan,
      ...{ id: 'casting_pro', name: 'PRO', rank: 1, price_monthly: 500_000, price_yearly: 5_000_000 },
      features: { max_photos: 20, max_responses_per_month: 30, chat_access: true, profile_promotion: false },
    },
    {
      ...plan,
      ...{ id: 'casting_business', name: 'BUSINESS', rank: 2, price_monthly: 1_500_000, price_yearly: 15_000_000 },
      features: { max_photos: null, max_responses_per_month: null, chat_access: true, profile_promotion: true },
    },
  ]

  test('everybody reads the plans, the least first, with prices and what they allow', async () => {
    for (const { tb } of [device(stack), stranger]) {
      expect(await must(tb.plans.list({ product: 'casting' }))).toMatchObject(expected)
    }
    const pro = (await must(stranger.tb.plans.list()))[1]!
    expect(pro.prices).toHaveLength(2)
    expect(pro.prices).toContainEqual({ period: 'year', amount: 5_000_000, currency: 'KZT', days: null })
    expect(pro.entitlements).toContainEqual({ entitlement_id: 'analytics', quantity: null, level: 'basic' })
  })

  test('a plan that is not on offer is left out', async () => {
    const offer = (is: boolean) => sql(stack)`update public.plans set is_offered = ${is} where id = 'casting_pro'`
    await offer(false)
    const ids = (await must(device(stack).tb.plans.list({ product: 'casting' }))).map(({ id }) => id)
    await offer(true)
    expect(ids).toEqual(['casting_free', 'casting_business'])
  })
})
