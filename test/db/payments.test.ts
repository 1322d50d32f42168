import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, meanwhile, statement, whileHeld } from '../helpers/at-once.ts'
import { makeRecruiters } from '../helpers/hiring.ts'
import { makeAccounts } from '../helpers/many.ts'
import {
  moneyState,
  pay,
  paymentOf,
  reasonOf,
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
  await sql(stack)`update private.settings set value = '1000000' where key = 'rate_limits.webhooks_per_minute'`
})
afterEach(async () => expect(await wrongPayments(stack)).toEqual([]))
afterAll(() => stack.close())

const account = async (...roles: string[]) => {
  const { ids } = await makeAccounts(stack, 1, roles.length === 0 ? {} : { roles })
  return { id: ids[0]! }
}

const plan = { purpose: 'subscription', plan_id: 'casting_pro', period: 'month' } as const

const subscriptionOf = async ({ id }: { id: string }) => {
  const [row] = await sql(stack)`
    select s.*, private.subscription_status(s) as status from public.subscriptions s
    where account_id = ${id} order by created_at desc, started_at desc nulls first limit 1
  `
  return { ...row }
}

const told = async ({ id }: { id: string }) =>
  (
    await sql(
      stack,
    )`select data ->> 'status' as status from public.notifications where account_id = ${id} and type = 'payment_status' order by id`
  ).map(({ status }) => status)

describe('what is paid for', () => {
  test('a subscription begins when its payment has come through, not before', async () => {
    const model = await account('model')
    const started = await startPayment(stack, model, plan)
    expect(started).toMatchObject({ amount: 500_000, currency: 'KZT' })
    expect((await subscriptionOf(model)).status).toBe('pending')
    expect(await tell(stack, 'kaspi', success(started))).toBe('applied')
    expect(await subscriptionOf(model)).toMatchObject({ status: 'active', payment_reference: started.payment_id })
    expect(await told(model)).toEqual(['succeeded'])
    await expect(sql(stack)`update public.invoices set amount = 1 where account_id = ${model.id}`).rejects.toThrow()
    const [invoice] = await sql(stack)`select * from public.invoices where account_id = ${model.id}`
    expect(invoice).toMatchObject({ number: '1', amount: '500000', currency: 'KZT', description: 'PRO, month' })
  })

  test('credits are added, at the price in the database, to recruiters alone', async () => {
    const [recruiter] = await makeRecruiters(stack, 1)
    const started = await pay(stack, recruiter!, { purpose: 'credits', credits: 30 })
    expect(started).toMatchObject({ amount: 30_000, currency: 'INR' })
    expect(await moneyOf(stack, recruiter!, 'credits')).toBe(30)
    const [heard] = await sql(stack)`
      select data from public.notifications where account_id = ${recruiter!.id} and type = 'wallet_recharge'
    `
    expect(heard!.data).toMatchObject({ payment_id: started.payment_id, credits: 30, status: 'added' })
    const model = await account('model')
    await expect(startPayment(stack, model, { purpose: 'credits', credits: 30 })).rejects.toThrow(/permission_denied/)
    await expect(startPayment(stack, recruiter!, { purpose: 'credits', credits: 0 })).rejects.toThrow(
      /validation_failed/,
    )
  })

  test('a pack is used after the plan’s own, by as many as there are, and never more', async () => {
    const model = await account('model')
    const use = statement(`select private.use_entitlement($1, 'casting_responses') as is_used`, model.id)
    await pay(stack, model, { purpose: 'pack', pack_id: 'casting_responses_10' })
    await pay(stack, model, { purpose: 'pack', pack_id: 'casting_responses_10' })
    const [before] = await sql(stack)`select * from private.entitlement_status(${model.id}, 'casting_responses')`
    expect(before).toMatchObject({ quantity: '3', used: '0', bought: '20', remaining: '23' })
    // FREE has three.
    const used = await atOnce(
      stack,
      Array.from({ length: 40 }, () => ({ runs: [use] })),
    )
    expect(new Set(codesOf(used))).toEqual(new Set(['done']))
    expect(used.filter((one) => 'value' in one && (one.value as [{ is_used: boolean }])[0].is_used)).toHaveLength(23)
    const [after] = await sql(stack)`select * from private.entitlement_status(${model.id}, 'casting_responses')`
    expect(after).toMatchObject({ quantity: '3', used: '3', bought: '0', remaining: '0' })
  })

  test('packs are used by many at once, one after the other', async () => {
    const model = await account('model')
    for (let n = 0; n < 2; n++) await pay(stack, model, { purpose: 'pack', pack_id: 'casting_responses_10' })
    const use = statement(`select private.use_bought_quota($1, 'casting_responses') as is_used`, model.id)
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 30 }, () => ({ runs: [use] })),
    )
    const used = outcomes.map((one) => ('value' in one ? (one.value as [{ is_used: boolean }])[0].is_used : one.code))
    expect(used.filter((one) => one === true)).toHaveLength(20)
    expect(used.filter((one) => one === false)).toHaveLength(10)
  })

  test('an admin’s word of none is above what was bought', async () => {
    const model = await account('model')
    await pay(stack, model, { purpose: 'pack', pack_id: 'casting_responses_10' })
    await sql(stack)`select private.override_entitlement(${model.id}, 'casting_responses', 0, 'for a test')`
    const [row] = await sql(stack)`select private.use_entitlement(${model.id}, 'casting_responses') as is_used`
    expect(row!.is_used).toBe(false)
    const [status] = await sql(stack)`select * from private.entitlement_status(${model.id}, 'casting_responses')`
    expect(status).toMatchObject({ is_granted: false, remaining: '0' })
  })

  test('an escrow is funded by its payer, with the agreement’s amount', async () => {
    const [client, freelancer] = [await account('client'), await account('freelancer')]
    const { escrowId } = await makeAgreedTask(stack, client, freelancer, { price: 12_345 })
    await expect(startPayment(stack, freelancer, { purpose: 'escrow', escrow_id: escrowId })).rejects.toThrow(
      /not_found/,
    )
    const started = await pay(stack, client, { purpose: 'escrow', escrow_id: escrowId }, 'stripe')
    expect(started.amount).toBe(12_345)
    const [escrow] = await sql(stack)`select status, funded from private.escrows where id = ${escrowId}`
    expect(escrow).toEqual({ status: 'funded', funded: '12345' })
    await expect(startPayment(stack, client, { purpose: 'escrow', escrow_id: escrowId })).rejects.toThrow(
      /invalid_transition/,
    )
  })

  test('the key of a payment that is settled starts nothing, and says so', async () => {
    const model = await account('model')
    const key = randomUUID()
    const start = () =>
      actAs(
        stack,
        model,
        (tx) => tx`
          select * from public.start_payment('pack', 'robokassa', pack_id => 'casting_responses_10', idempotency_key => ${key})`,
      )
    const [first] = await start()
    const started = {
      payment_id: first!.payment_id,
      order_number: Number(first!.order_number),
      amount: Number(first!.amount),
      currency: first!.currency,
      provider: 'robokassa',
    }
    expect((await start())[0]!.payment_id).toBe(started.payment_id)
    expect(await tell(stack, 'robokassa', success(started))).toBe('applied')
    await expect(start()).rejects.toThrow(/payment_settled/)
  })

  test('whoever pays for another plan drops the request that waits; both paid, one is in the wallet', async () => {
    const model = await account('model')
    const first = await startPayment(stack, model, plan)
    const second = await startPayment(stack, model, { ...plan, period: 'year' })
    expect(await tell(stack, 'kaspi', success(second))).toBe('applied')
    expect(await tell(stack, 'kaspi', success(first))).toBe('applied')
    const running = await sql(stack)`
      select period from public.subscriptions where account_id = ${model.id} and ended_at is null
    `
    expect(running.map(({ period }) => period)).toEqual(['year'])
    expect(await moneyOf(stack, model, 'KZT')).toBe(500_000)
  })

  test('dropped is the account’s own request of the same product, and nobody else’s', async () => {
    const [both, other] = [await account('model', 'recruiter'), await account('model')]
    for (const one of [both, other]) {
      await actAs(stack, one, (tx) => tx`select id from public.request_subscription('casting_business', 'month')`)
    }
    await actAs(stack, both, (tx) => tx`select id from public.request_subscription('hiring_basic', 'month')`)
    await startPayment(stack, both, plan)
    const waiting = await sql(stack)`
      select account_id, plan_id from public.subscriptions
      where account_id in (${both.id}, ${other.id}) and started_at is null and ended_at is null
    `
    expect(waiting.map(({ account_id, plan_id }) => [account_id, plan_id]).sort()).toEqual(
      [
        [both.id, 'casting_pro'],
        [both.id, 'hiring_basic'],
        [other.id, 'casting_business'],
      ].sort(),
    )
  })

  test('a price that has changed is today’s for whoever starts again, and the old one for whoever has started', async () => {
    const model = await account('model')
    const old = await startPayment(stack, model, plan)
    await sql(stack)`update public.plan_prices set amount = 600000 where plan_id = 'casting_pro' and period = 'month'`
    const now = await startPayment(stack, model, plan)
    await sql(stack)`update public.plan_prices set amount = 500000 where plan_id = 'casting_pro' and period = 'month'`
    expect([old.amount, now.amount]).toEqual([500_000, 600_000])
    expect(await tell(stack, 'kaspi', success(now))).toBe('applied')
  })

  test('the same again goes on with the payment that waits; another provider or plan is another', async () => {
    const model = await account('model')
    const first = await startPayment(stack, model, plan)
    expect((await startPayment(stack, model, plan)).payment_id).toBe(first.payment_id)
    expect((await startPayment(stack, model, plan, 'robokassa')).payment_id).not.toBe(first.payment_id)
    expect((await startPayment(stack, model, { ...plan, auto_renew: false })).payment_id).not.toBe(first.payment_id)
    await sql(stack)`update public.payments set created_at = now() - interval '13 hours' where id = ${first.payment_id}`
    expect((await startPayment(stack, model, plan)).payment_id).not.toBe(first.payment_id)
  })
})

describe('money that comes too late', () => {
  test('of a subscription that was paid another way goes into the wallet', async () => {
    const model = await account('model')
    const kaspi = await startPayment(stack, model, plan)
    const robokassa = await startPayment(stack, model, plan, 'robokassa')
    expect(await tell(stack, 'kaspi', success(kaspi))).toBe('applied')
    expect(await tell(stack, 'robokassa', success(robokassa))).toBe('applied')
    expect(await paymentOf(stack, robokassa)).toMatchObject({ status: 'succeeded', is_in_wallet: true })
    expect(await moneyOf(stack, model, 'KZT')).toBe(500_000)
    expect(await told(model)).toEqual(['succeeded', 'in_wallet'])
  })

  test('of an escrow that was dropped goes into the wallet of who paid', async () => {
    const [client, freelancer] = [await account('client'), await account('freelancer')]
    const { taskId, escrowId } = await makeAgreedTask(stack, client, freelancer)
    const started = await startPayment(stack, client, { purpose: 'escrow', escrow_id: escrowId })
    await actAs(stack, client, (tx) => tx`select public.cancel_task(${taskId})`)
    expect(await tell(stack, 'kaspi', success(started))).toBe('applied')
    expect(await moneyOf(stack, client)).toBe(10_000)
  })

  test('of an escrow that is gone, while its payer leaves: they stay', async () => {
    const [client, freelancer] = [await account('client'), await account('freelancer')]
    const { taskId, escrowId } = await makeAgreedTask(stack, client, freelancer)
    const started = await startPayment(stack, client, { purpose: 'escrow', escrow_id: escrowId })
    const parts = JSON.stringify([{ title: 'All of it', amount: 10_000 }])
    await actAs(stack, client, (tx) => tx`select public.set_milestones(${taskId}, ${parts}::text::jsonb)`)
    const [stored] = await sql(stack)`
      select private.store_payment_event('kaspi', gen_random_uuid()::text, 'told', '', ${sql(stack).json(success(started) as never)}) as id
    `
    const codes = await meanwhile(
      stack,
      { runs: [statement('select private.apply_payment_event($1)', stored!.id)] },
      { runs: [statement('delete from auth.users where id = $1', client.id)] },
    )
    expect(codes).toEqual(['done', 'conflict'])
    expect(await moneyOf(stack, client)).toBe(10_000)
    const [invoice] = await sql(stack)`select description from public.invoices where account_id = ${client.id}`
    expect(invoice!.description).toMatch(/^Into the wallet/)
  })

  test('of an account that is gone is quarantined', async () => {
    const model = await account('model')
    const started = await startPayment(stack, model, { purpose: 'pack', pack_id: 'casting_responses_10' })
    await sql(stack)`delete from auth.users where id = ${model.id}`
    expect(await tell(stack, 'kaspi', success(started))).toBe('quarantined')
    expect(await reasonOf(stack, started)).toBe('the account is gone')
    expect((await paymentOf(stack, started)).status).toBe('cancelled')
  })

  test('counts after the provider had cancelled it', async () => {
    const model = await account('model')
    const started = await startPayment(stack, model, plan)
    for (const type of ['payment.failed', 'payment.cancelled']) {
      expect(await tell(stack, 'kaspi', { type, payment_id: started.payment_id })).toBe('applied')
    }
    expect(await tell(stack, 'kaspi', success(started))).toBe('applied')
    expect(await told(model)).toEqual(['failed', 'cancelled', 'succeeded'])
    expect(await tell(stack, 'kaspi', { type: 'payment.cancelled', payment_id: started.payment_id })).toBe('ignored')
    expect((await paymentOf(stack, started)).status).toBe('succeeded')
  })
})

describe('what does not fit is quarantined and changes nothing', () => {
  test.each([
    ['another amount', { amount: 499_999 }],
    ['an amount as text', { amount: '500000' }],
    ['a fractional amount', { amount: 500_000.5 }],
    ['a negative amount', { amount: -500_000 }],
    ['no amount', { amount: undefined }],
    ['another currency', { currency: 'INR' }],
    ['no currency', { currency: undefined }],
    ['another order number', { order_number: 1 }],
    ['no such payment', { payment_id: '00000000-0000-0000-0000-000000000000' }],
    ['what is no id', { payment_id: 'order-123' }],
    ['a problem that the provider’s module saw', { problem: 'Kaspi itself says pending' }],
    ['a status that nobody knows', { type: 'refund.succeeded' }],
  ])('%s', async (_name, wrong) => {
    const model = await account('model')
    const started = await startPayment(stack, model, plan)
    const before = await moneyState(stack)
    expect(await tell(stack, 'kaspi', success(started, wrong))).toBe('quarantined')
    expect(await moneyState(stack)).toEqual(before)
    expect(await tell(stack, 'kaspi', success(started)), 'the right one still counts').toBe('applied')
  })

  test('another provider’s payment', async () => {
    const started = await startPayment(stack, await account('model'), plan)
    const before = await moneyState(stack)
    expect(await tell(stack, 'robokassa', success(started))).toBe('quarantined')
    expect(await moneyState(stack)).toEqual(before)
  })

  test('one reference for two payments, and two references for one', async () => {
    const [one, two] = [
      await startPayment(stack, await account('model'), plan),
      await startPayment(stack, await account('model'), plan),
    ]
    expect(await tell(stack, 'kaspi', success(one, { provider_reference: 'txn-1' }))).toBe('applied')
    const before = await moneyState(stack)
    expect(await tell(stack, 'kaspi', success(two, { provider_reference: 'txn-1' }))).toBe('quarantined')
    expect(await tell(stack, 'kaspi', success(one, { provider_reference: 'txn-2' }))).toBe('quarantined')
    expect(await reasonOf(stack, one)).toBe('paid a second time')
    expect(await moneyState(stack)).toEqual(before)
  })

  test('an admin applies it again once the reason is gone, or closes it', async () => {
    const model = await account('model')
    const started = await startPayment(stack, model, plan)
    await tell(stack, 'kaspi', success(started, { amount: 400_000 }))
    const [event] = await sql(stack)`select id from private.payment_events where payment_id = ${started.payment_id}`
    await sql(stack)`update public.payments set amount = 400000 where id = ${started.payment_id}`
    const [replayed] = await sql(stack)`select private.replay_payment_event(${event!.id}) as status`
    expect(replayed!.status).toBe('applied')
    // What it was asked for had another price.
    expect(await moneyOf(stack, model, 'KZT')).toBe(400_000)
    await expect(sql(stack)`select private.replay_payment_event(${event!.id})`).rejects.toThrow(/does not wait/)
    await tell(stack, 'kaspi', success(started, { amount: 400_000, provider_reference: 'again' }))
    const [again] = await sql(stack)`
      select id from private.payment_events where payment_id = ${started.payment_id} and status = 'quarantined'
    `
    await sql(stack)`select private.close_payment_event(${again!.id}, 'sent back in the bank')`
    const [closed] = await sql(stack)`select status, reason from private.payment_events where id = ${again!.id}`
    expect(closed).toEqual({ status: 'ignored', reason: 'paid a second time; sent back in the bank' })
  })
})

test('two events in one moment with others’ work: whoever completes a task waits in no circle', async () => {
  const [client, freelancer] = [await account('client'), await account('freelancer')]
  const { taskId, escrowId } = await makeAgreedTask(stack, client, freelancer)
  const twice = await startPayment(stack, client, { purpose: 'escrow', escrow_id: escrowId }, 'kaspi')
  await pay(stack, client, { purpose: 'escrow', escrow_id: escrowId }, 'stripe')
  await actAs(stack, freelancer, (tx) => tx`select id from public.start_task(${taskId})`)
  const pack = await startPayment(stack, freelancer, { purpose: 'pack', pack_id: 'casting_responses_10' }, 'robokassa')
  for (const one of [pack, twice]) {
    await sql(stack)`
      insert into private.payment_events (provider, event_id, type, payload, event, received_at)
      values (${one.provider}, ${randomUUID()}, 'told', '', ${sql(stack).json(success(one) as never)}, now() - interval '1 hour')
    `
  }
  const codes = await whileHeld(
    stack,
    statement('select from public.payments where id = $1 for update', pack.payment_id),
    {
      runs: [statement('select private.apply_received_events()'), statement('select private.apply_received_events()')],
    },
    { as: client, runs: [statement('select id from public.complete_task($1)', taskId)] },
  )
  expect(new Set(codes)).toEqual(new Set(['done']))
  expect((await paymentOf(stack, twice)).status).toBe('succeeded')
  expect((await paymentOf(stack, pack)).status).toBe('succeeded')
})

describe('by hand', () => {
  test('an admin approves what was paid in, once a reference', async () => {
    const [model, other] = [await account('model'), await account('model')]
    const started = await startPayment(stack, model, plan, 'manual')
    const [approved] = await sql(stack)`select private.approve_payment(${started.payment_id}, 'transfer 1') as status`
    expect(approved!.status).toBe('applied')
    expect((await subscriptionOf(model)).status).toBe('active')
    await expect(sql(stack)`select private.approve_payment(${started.payment_id}, 'transfer 2')`).rejects.toThrow(
      /wait/,
    )
    const second = await startPayment(stack, other, plan, 'manual')
    await expect(sql(stack)`select private.approve_payment(${second.payment_id}, 'transfer 1')`).rejects.toThrow(
      /counted/,
    )
    expect((await paymentOf(stack, second)).status).toBe('pending')
    await sql(stack)`select private.reject_payment(${second.payment_id}, 'nothing came')`
    expect(await paymentOf(stack, second)).toMatchObject({ status: 'failed', failure_reason: 'nothing came' })
    expect(await told(other)).toEqual(['failed'])
    await expect(sql(stack)`select private.reject_payment(${started.payment_id}, 'too late')`).rejects.toThrow(/wait/)
    const [applied] = await sql(stack)`
      select id from private.payment_events where payment_id = ${started.payment_id} and status = 'applied'
    `
    await expect(sql(stack)`select private.close_payment_event(${applied!.id}, 'why')`).rejects.toThrow(/wait/)
    await expect(sql(stack)`select private.replay_payment_event(${applied!.id})`).rejects.toThrow(/wait/)
  })
})

test('two admins with one reference for two payments in the same moment: one is approved, the other told', async () => {
  const payments = await Promise.all(
    Array.from({ length: 2 }, async () => startPayment(stack, await account('model'), plan, 'manual')),
  )
  const approved = await Promise.allSettled(
    payments.map(({ payment_id }) => sql(stack)`select private.approve_payment(${payment_id}, 'transfer 7')`),
  )
  expect(approved.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const statuses = await Promise.all(payments.map(async (one) => (await paymentOf(stack, one)).status))
  expect(statuses.sort()).toEqual(['pending', 'succeeded'])
})

describe('what was stored and not applied', () => {
  const store = async (event: object, age = '1 hour') => {
    const [row] = await sql(stack)`
      insert into private.payment_events (provider, event_id, type, payload, event, received_at)
      values ('kaspi', ${randomUUID()}, 'completed', '{}', ${sql(stack).json(event as never)}, now() - ${age}::interval)
      returning id
    `
    return row!.id as string
  }

  test('a job applies it', async () => {
    const payments = await Promise.all(
      Array.from({ length: 5 }, async () => startPayment(stack, await account('model'), plan)),
    )
    for (const started of payments) await store(success(started))
    const fresh = await store(success(payments[0]!), '1 second')
    for (let n = 0; n < 5; n++) await sql(stack)`select private.apply_received_events()`
    const [none] = await sql(stack)`select private.apply_next_payment_event() as id`
    expect(none!.id).toBeNull()
    for (const started of payments) expect((await paymentOf(stack, started)).status).toBe('succeeded')
    const [waiting] = await sql(stack)`select status from private.payment_events where id = ${fresh}`
    expect(waiting!.status).toBe('received')
    await sql(stack)`select private.apply_payment_event(${fresh})`
  })

  test('what fails ten times is dead, and lives again by an admin', async () => {
    const started = await startPayment(stack, await account('model'), plan)
    const id = await store(success(started), '1 day')
    const blocker = await sql(stack).reserve()
    await blocker`begin`
    await blocker`select from public.payments where id = ${started.payment_id} for no key update`
    for (let n = 0; n < 10; n++) {
      await sql(stack).begin(async (tx) => {
        await tx`set local lock_timeout = '20ms'`
        await tx`select private.apply_received_events()`
      })
    }
    await blocker`rollback`
    blocker.release()
    const [dead] = await sql(stack)`select status, attempts, reason from private.payment_events where id = ${id}`
    expect(dead).toMatchObject({ status: 'dead', attempts: 10, reason: expect.stringContaining('lock') })
    expect((await paymentOf(stack, started)).status).toBe('pending')
    const [alive] = await sql(stack)`select private.replay_payment_event(${id}) as status`
    expect(alive!.status).toBe('applied')
  })
})

describe('at once', () => {
  test('one event fifty times has one effect', async () => {
    const [recruiter] = await makeRecruiters(stack, 1)
    const started = await startPayment(stack, recruiter!, { purpose: 'credits', credits: 7 })
    const eventId = randomUUID()
    const statuses = await Promise.all(
      Array.from({ length: 50 }, () => tell(stack, 'kaspi', success(started), { eventId })),
    )
    expect(new Set(statuses)).toEqual(new Set(['applied']))
    expect(await moneyOf(stack, recruiter!, 'credits')).toBe(7)
    expect(await told(recruiter!)).toEqual(['succeeded'])
  })

  test('one event twice: the second waits for the first and says the same', async () => {
    const started = await startPayment(stack, await account('model'), plan)
    const [stored] = await sql(stack)`
      select private.store_payment_event('kaspi', gen_random_uuid()::text, 'told', '', ${sql(stack).json(success(started) as never)}) as id
    `
    const answers: string[] = []
    const apply = {
      runs: [
        async (tx: postgres.TransactionSql) => {
          const [row] = await tx`select private.apply_payment_event(${stored!.id}) as status`
          answers.push(row!.status)
        },
      ],
    }
    const hold = statement('select from public.payments where id = $1 for update', started.payment_id)
    expect(await whileHeld(stack, hold, apply, apply)).toEqual(['done', 'done'])
    expect(answers).toEqual(['applied', 'applied'])
  })

  test('what another moment heals is raised, and the event stays', async () => {
    const started = await startPayment(stack, await account('model'), plan)
    const [stored] = await sql(stack)`
      select private.store_payment_event('kaspi', gen_random_uuid()::text, 'told', '', ${sql(stack).json(success(started) as never)}) as id
    `
    const impatient = {
      runs: [
        async (tx: postgres.TransactionSql) => {
          await tx`set local lock_timeout = '50ms'`
          await tx`select private.apply_payment_event(${stored!.id})`
        },
      ],
    }
    const idle = { runs: [statement('select 1')] }
    const hold = statement('select from public.payments where id = $1 for no key update', started.payment_id)
    const held = async (tx: postgres.TransactionSql) => {
      await hold(tx)
      await atOnce(stack, [impatient]).then((outcomes) => expect(codesOf(outcomes)).toEqual(['55P03']))
    }
    await whileHeld(stack, held, idle, idle)
    const [event] = await sql(stack)`select status from private.payment_events where id = ${stored!.id}`
    expect(event!.status).toBe('received')
    await sql(stack)`select private.apply_payment_event(${stored!.id})`
  })

  test('twenty payments of one account: invoices without gaps, and nothing waits in a circle', async () => {
    const [recruiter] = await makeRecruiters(stack, 1)
    const started = await Promise.all(
      Array.from({ length: 20 }, (_, n) => startPayment(stack, recruiter!, { purpose: 'credits', credits: n + 1 })),
    )
    const statuses = await Promise.all(started.map((one) => tell(stack, 'kaspi', success(one))))
    expect(new Set(statuses)).toEqual(new Set(['applied']))
    expect(await moneyOf(stack, recruiter!, 'credits')).toBe(210)
    const numbers = await sql(
      stack,
    )`select number from public.invoices where account_id = ${recruiter!.id} order by number`
    expect(numbers.map(({ number }) => Number(number))).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  })

  test('an escrow paid by two providers at once is funded once, and the other money is in the wallet', async () => {
    const [client, freelancer] = [await account('client'), await account('freelancer')]
    const { escrowId } = await makeAgreedTask(stack, client, freelancer)
    const payments = await Promise.all(
      ['kaspi', 'stripe', 'robokassa'].map((provider) =>
        startPayment(stack, client, { purpose: 'escrow', escrow_id: escrowId }, provider),
      ),
    )
    await Promise.all(payments.map((one) => tell(stack, one.provider, success(one))))
    const [escrow] = await sql(stack)`select status, funded from private.escrows where id = ${escrowId}`
    expect(escrow).toEqual({ status: 'funded', funded: '10000' })
    expect(await moneyOf(stack, client)).toBe(20_000)
  })
})

test('bodies of settled events are emptied after ninety days, of those that wait for somebody never', async () => {
  const store = async (status: string, days: number) => {
    const [row] = await sql(stack)`
      insert into private.payment_events (provider, event_id, type, payload, event, status, received_at)
      values ('kaspi', ${randomUUID()}, 'told', 'a body', '{"type": "other"}', ${status}, now() - make_interval(days => ${days}))
      returning id
    `
    return row!.id as string
  }
  const [old, young, waiting] = [await store('applied', 91), await store('applied', 89), await store('quarantined', 91)]
  await sql(stack)`select private.forget_payment_payloads()`
  const bodyOf = async (id: string) =>
    (await sql(stack)`select payload from private.payment_events where id = ${id}`)[0]!.payload
  expect(await Promise.all([old, young, waiting].map(bodyOf))).toEqual(['', 'a body', 'a body'])
})

test('events of a provider are taken so often a minute', async () => {
  const limit = (value: number) =>
    sql(
      stack,
    )`update private.settings set value = ${String(value)}::jsonb where key = 'rate_limits.webhooks_per_minute'`
  await limit(1)
  const store = () =>
    sql(stack)`select private.store_payment_event('robokassa', ${randomUUID()}, 'told', '', '{"type": "other"}')`
  const outcomes = await Promise.allSettled([store(), store(), store()])
  await limit(1_000_000)
  expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
})

test('an account has fifty payments that wait, and no more a day', async () => {
  const [recruiter] = await makeRecruiters(stack, 1)
  const start = (credits: number) => startPayment(stack, recruiter!, { purpose: 'credits', credits })
  for (let n = 1; n <= 50; n++) await start(n)
  await expect(start(51)).rejects.toThrow(/rate_limit_exceeded/)
  await start(50)
  await sql(stack)`update public.payments set status = 'cancelled' where account_id = ${recruiter!.id}`
  await start(51)
})

test('order numbers are unique, positive, within 31 bits and in no order', async () => {
  const rows = await sql(stack)`select private.next_order_number() as number from generate_series(1, 5000)`
  const numbers = rows.map(({ number }) => Number(number))
  expect(new Set(numbers).size).toBe(5000)
  expect(Math.min(...numbers)).toBeGreaterThan(0)
  expect(Math.max(...numbers)).toBeLessThan(2 ** 31)
  expect(numbers.filter((number, i) => i > 0 && number > numbers[i - 1]!).length).toBeLessThan(4000)
})

test('payments that nobody tells of are looked up, later and later, and end after thirty days', async () => {
  const [fresh, waiting, old] = await Promise.all(
    Array.from({ length: 3 }, async () => startPayment(stack, await account('model'), plan)),
  )
  const manual = await startPayment(stack, await account('model'), plan, 'manual')
  const declined = await startPayment(stack, await account('model'), plan, 'stripe')
  const refused = await startPayment(stack, await account('model'), plan, 'robokassa')
  for (const one of [declined, refused]) {
    await tell(stack, one.provider, { type: 'payment.failed', payment_id: one.payment_id })
  }
  const age = (payment: { payment_id: string }, by: string) =>
    sql(stack)`update public.payments set created_at = now() - ${by}::interval where id = ${payment.payment_id}`
  await Promise.all([age(waiting!, '20 minutes'), age(manual, '20 minutes'), age(old!, '31 days')])
  await Promise.all([age(declined, '20 minutes'), age(refused, '20 minutes')])
  const queued = async () =>
    (await sql(stack)`select data ->> 'payment_id' as id from private.payment_tasks where kind = 'look_up'`).map(
      ({ id }) => id,
    )
  await sql(stack)`select private.look_up_payments()`
  expect(await queued()).toContain(waiting!.payment_id)
  expect(await queued(), 'its page can still be paid').toContain(declined.payment_id)
  for (const one of [fresh!, old!, manual, refused]) expect(await queued()).not.toContain(one.payment_id)
  expect((await paymentOf(stack, old!)).status).toBe('cancelled')
  await sql(stack)`delete from private.payment_tasks`
  await sql(stack)`select private.look_up_payments()`
  expect(await queued()).toEqual([])
})
