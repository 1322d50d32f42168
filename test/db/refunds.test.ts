import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { meanwhile, statement } from '../helpers/at-once.ts'
import { makeRecruiters } from '../helpers/hiring.ts'
import { makeAccounts } from '../helpers/many.ts'
import {
  moneyState,
  pay,
  paymentOf,
  type Started,
  startPayment,
  success,
  tell,
  wrongPayments,
} from '../helpers/payments.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { actAs, makeAgreedTask, moneyOf } from '../helpers/work.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterEach(async () => expect(await wrongPayments(stack)).toEqual([]))
afterAll(() => stack.close())

const account = async (...roles: string[]) => {
  const { ids } = await makeAccounts(stack, 1, roles.length === 0 ? {} : { roles })
  return { id: ids[0]! }
}

const plan = { purpose: 'subscription', plan_id: 'casting_pro', period: 'month' } as const

const refund = async ({ payment_id }: Started, amount: number | null = null) => {
  const [row] = await sql(stack)`select private.refund_payment(${payment_id}, 'for a test', ${amount}) as id`
  return row!.id as string
}

const end = async (refundId: string, succeeded: boolean) => {
  const [row] = await sql(stack)`select private.end_refund(${refundId}, ${succeeded}, 'bank 1') as ended`
  return row!.ended as boolean
}

const subscriptionStatus = async ({ id }: { id: string }) => {
  const [row] = await sql(stack)`
    select private.subscription_status(s) as status from public.subscriptions s where account_id = ${id}
  `
  return row!.status
}

const refunded = async (started: Started) => Number((await paymentOf(stack, started)).refunded)

describe('a subscription', () => {
  test('goes on after a part, and ends when all its money is back', async () => {
    const model = await account('model')
    const started = await pay(stack, model, plan)
    expect(await end(await refund(started, 200_000), true)).toBe(true)
    expect(await subscriptionStatus(model)).toBe('active')
    const rest = await refund(started)
    expect(await refunded(started)).toBe(500_000)
    expect(await subscriptionStatus(model), 'while it is on its way').toBe('active')
    await end(rest, true)
    expect(await subscriptionStatus(model)).toBe('expired')
    await expect(refund(started)).rejects.toThrow(/0 of it can go back/)
  })

  test('goes on while a part of its money stays, also when the last part was on its way', async () => {
    const model = await account('model')
    const started = await pay(stack, model, plan)
    const [first, second] = [await refund(started, 250_000), await refund(started, 250_000)]
    await end(first, true)
    expect(await subscriptionStatus(model)).toBe('active')
    await end(second, false)
    expect(await subscriptionStatus(model)).toBe('active')
    await end(await refund(started), true)
    expect(await subscriptionStatus(model)).toBe('expired')
  })

  test('a refund that the provider refuses changes nothing in the end, and each ends once', async () => {
    const model = await account('model')
    const started = await pay(stack, model, plan)
    const id = await refund(started)
    expect(await end(id, false)).toBe(true)
    expect(await end(id, true)).toBe(false)
    expect(await refunded(started)).toBe(0)
    expect(await subscriptionStatus(model)).toBe('active')
  })
})

describe('credits', () => {
  test('are taken back at once, and given again when it fails', async () => {
    const [recruiter] = await makeRecruiters(stack, 1)
    const started = await pay(stack, recruiter!, { purpose: 'credits', credits: 10 })
    const id = await refund(started, 4_000)
    expect(await moneyOf(stack, recruiter!, 'credits')).toBe(6)
    await end(id, false)
    expect(await moneyOf(stack, recruiter!, 'credits')).toBe(10)
  })

  test('that are spent, or no whole number, are not refunded', async () => {
    const [recruiter] = await makeRecruiters(stack, 1)
    const started = await pay(stack, recruiter!, { purpose: 'credits', credits: 10 })
    await sql(stack)`select private.adjust_wallet(${recruiter!.id}, -5, 'for a test')`
    const before = await moneyState(stack)
    await expect(refund(started)).rejects.toThrow(/insufficient_credits/)
    await expect(refund(started, 4_500)).rejects.toThrow(/no whole number/)
    await expect(refund(started, 10_001)).rejects.toThrow(/can go back/)
    await expect(refund(started, 0)).rejects.toThrow(/can go back/)
    expect(await moneyState(stack)).toEqual(before)
  })
})

test('a plan whose money is on its way back renews no more', async () => {
  const model = await account('model')
  const saved = { provider_reference: 'pi_5', method: { customer: 'cus_1', method: 'pm_1' } }
  const started = await pay(stack, model, plan, 'stripe', saved)
  await sql(
    stack,
  )`update public.subscriptions set expires_at = now() + interval '30 minutes' where account_id = ${model.id}`
  await refund(started, 200_000)
  const renews = async () => {
    const [row] = await sql(stack)`select auto_renew from public.subscriptions where account_id = ${model.id}`
    return row!.auto_renew
  }
  expect(await renews(), 'after a part').toBe(true)
  await refund(started)
  expect(await renews()).toBe(false)
  await sql(stack)`select private.renew_subscriptions()`
  expect(
    await sql(stack)`select from public.payments where account_id = ${model.id} and renews_id is not null`,
  ).toHaveLength(0)
})

test('a refund of money that went into the wallet takes it from there, and leaves the plan that was paid otherwise', async () => {
  const model = await account('model')
  const [first, second] = [
    await startPayment(stack, model, plan, 'stripe'),
    await startPayment(stack, model, plan, 'robokassa'),
  ]
  const saved = { method: { customer: 'cus_1', method: 'pm_1' } }
  for (const one of [first, second]) expect(await tell(stack, one.provider, success(one, saved))).toBe('applied')
  expect(await moneyOf(stack, model, 'KZT')).toBe(500_000)
  await end(await refund(second), true)
  expect(await moneyOf(stack, model, 'KZT')).toBe(0)
  expect(await subscriptionStatus(model)).toBe('active')
  const [row] = await sql(stack)`select auto_renew from public.subscriptions where account_id = ${model.id}`
  expect(row!.auto_renew).toBe(true)
})

test('bought credits and packs of whoever has left are refunded, as far as money goes', async () => {
  const [recruiter] = await makeRecruiters(stack, 1)
  const payments = [
    await pay(stack, recruiter!, { purpose: 'credits', credits: 10 }),
    await pay(stack, recruiter!, { purpose: 'pack', pack_id: 'casting_responses_10' }, 'robokassa'),
  ]
  await sql(stack)`delete from auth.users where id = ${recruiter!.id}`
  for (const one of payments) expect(await end(await refund(one), true)).toBe(true)
})

test('of a pack goes back what was not used', async () => {
  const model = await account('model')
  const started = await pay(stack, model, { purpose: 'pack', pack_id: 'casting_responses_10' })
  for (let n = 0; n < 7; n++) await sql(stack)`select private.use_entitlement(${model.id}, 'casting_responses')`
  await expect(refund(started, 140_000)).rejects.toThrow(/used already/)
  const id = await refund(started, 120_000)
  const left = async () => {
    const [row] = await sql(stack)`select private.bought_quota_left(${model.id}, 'casting_responses') as left`
    return Number(row!.left)
  }
  expect(await left()).toBe(0)
  await end(id, false)
  expect(await left()).toBe(6)
})

test('money that is held for work is not refunded; back in the wallet it is', async () => {
  const [client, freelancer] = [await account('client'), await account('freelancer')]
  const { taskId, escrowId } = await makeAgreedTask(stack, client, freelancer)
  const started = await pay(stack, client, { purpose: 'escrow', escrow_id: escrowId })
  await expect(refund(started)).rejects.toThrow(/insufficient_funds/)
  await actAs(stack, client, (tx) => tx`select public.cancel_task(${taskId})`)
  const id = await refund(started)
  expect(await moneyOf(stack, client)).toBe(0)
  await end(id, true)
  expect(await refunded(started)).toBe(10_000)
})

test('whoever waits for a refund is not deleted: what is refused comes into the wallet again', async () => {
  const [client, freelancer] = [await account('client'), await account('freelancer')]
  const { taskId, escrowId } = await makeAgreedTask(stack, client, freelancer)
  const started = await pay(stack, client, { purpose: 'escrow', escrow_id: escrowId })
  await actAs(stack, client, (tx) => tx`select public.cancel_task(${taskId})`)
  const id = await refund(started)
  const leave = () => sql(stack)`delete from auth.users where id = ${client.id}`
  await expect(leave()).rejects.toThrow(/on its way/)
  await end(id, true)
  await leave()
})

describe('through Stripe', () => {
  const refundEvent = (id: string, status: 'succeeded' | 'failed', amount = 500_000) => ({
    type: `refund.${status}`,
    refund_id: id,
    provider_reference: 're_1',
    amount,
    currency: 'KZT',
  })

  test('it is queued, and ends with what Stripe tells', async () => {
    const started = await pay(stack, await account('model'), plan, 'stripe', { provider_reference: 'pi_1' })
    const id = await refund(started)
    const [task] = await sql(stack)`select provider, data from private.payment_tasks where subject_id = ${id}`
    expect(task).toMatchObject({
      provider: 'stripe',
      data: { refund_id: id, provider_reference: 'pi_1', amount: 500_000, currency: 'KZT' },
    })
    expect(await tell(stack, 'kaspi', refundEvent(id, 'succeeded'))).toBe('quarantined')
    expect(await tell(stack, 'stripe', refundEvent(id, 'succeeded', 1))).toBe('quarantined')
    expect(await tell(stack, 'stripe', refundEvent(id, 'succeeded'))).toBe('applied')
    expect(await tell(stack, 'stripe', refundEvent(id, 'succeeded'))).toBe('ignored')
    expect(await tell(stack, 'stripe', refundEvent(id, 'failed')), 'for an admin').toBe('quarantined')
    expect(await sql(stack)`select from private.payment_tasks where subject_id = ${id}`).toHaveLength(0)
  })

  test('told twice in one moment it ends once, and the second is ignored', async () => {
    const started = await pay(stack, await account('model'), plan, 'stripe', { provider_reference: 'pi_4' })
    const event = refundEvent(await refund(started), 'succeeded')
    const stored: string[] = []
    for (let n = 0; n < 2; n++) {
      const [row] = await sql(stack)`
        select private.store_payment_event('stripe', gen_random_uuid()::text, 'told', '', ${sql(stack).json(event)}) as id
      `
      stored.push(row!.id)
    }
    const [first, second] = stored.map((one) => ({ runs: [statement('select private.apply_payment_event($1)', one)] }))
    expect(await meanwhile(stack, first!, second!)).toEqual(['done', 'done'])
    const rows = await sql(stack)`select status from private.payment_events where id in ${sql(stack)(stored)}`
    expect(rows.map(({ status }) => status).sort()).toEqual(['applied', 'ignored'])
  })

  test('what Stripe has not told of, and other providers’ money, is the admin’s to send', async () => {
    const byHand = await pay(stack, await account('model'), plan, 'stripe', { provider_reference: 'bank 4711' })
    const kaspi = await pay(stack, await account('model'), plan)
    for (const one of [byHand, kaspi]) {
      const id = await refund(one)
      expect(await sql(stack)`select from private.payment_tasks where subject_id = ${id}`).toHaveLength(0)
      expect(await end(id, true)).toBe(true)
    }
  })

  test('ten refunds at once give back no more than came in', async () => {
    const started = await pay(stack, await account('model'), plan, 'stripe', { provider_reference: 'pi_2' })
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => refund(started, 200_000)))
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(await refunded(started)).toBe(400_000)
  })
})
