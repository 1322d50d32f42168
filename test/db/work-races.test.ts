import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, meanwhile, type Outcome, type Run, statement, whileHeld } from '../helpers/at-once.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import {
  giveMoney,
  makeAgreedTask,
  makeApplication,
  makeOrder,
  makeService,
  makeTask,
  moneyOf,
} from '../helpers/work.ts'
import {
  by,
  call,
  holdOrder,
  holdTask,
  inAnyOrder,
  job,
  makeOrders,
  makeSides,
  makeTasks,
  orderCalls,
  orderOf,
  shuffled,
  stuckMoney,
  wereDelivered,
} from '../helpers/work-at-once.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterEach(async () => {
  expect(await stuckMoney(stack)).toEqual([])
})
afterAll(() => stack.close())

// A thousand at once --------------------------------------------------------------------------------------------------

interface Try {
  of: string
  name: string
  run: Run
}

/** Runs them on so many connections, those of one agreement at about the same moment, and answers what became of each. */
async function race(connections: number, tries: Try[][]): Promise<{ of: string; name: string; code: string }[]> {
  const lists: Try[][] = Array.from({ length: connections }, () => [])
  let next = 0
  for (const some of tries) for (const one of shuffled(some)) lists[next++ % connections]!.push(one)
  const outcomes = await atOnce(
    stack,
    lists.map((list) => ({ runs: list.map(({ run }) => run) })),
  )
  return lists.flat().map(({ of, name }, i) => ({ of, name, code: codeOf(outcomes[i]!) }))
}

const codeOf = (outcome: Outcome): string => ('code' in outcome ? outcome.code : 'done')

const groupBy = <T extends { of: string }>(list: T[], of: string) => list.filter((one) => one.of === of)

test('500 orders: approved, cancelled, disputed, sent back and approved by the job at once, and each ends once', async () => {
  const agreements = await makeOrders(stack, await makeSides(stack, 12), 500)
  const tries = agreements.map(({ id, payer, payee }, i): Try[] => {
    const named: Record<string, Run> = {
      approve: by(payer, orderCalls.approve(id)),
      cancel: by(payee, orderCalls.cancel(id)),
      dispute: by(i % 2 ? payer : payee, orderCalls.dispute(id)),
      revise: by(payer, orderCalls.revise(id)),
    }
    const chosen = shuffled(Object.keys(named)).slice(0, 2)
    const some = chosen.map((name) => ({ of: id, name, run: named[name]! }))
    // Every tenth falls due while they act, and with it those before.
    if (i % 10 !== 9) return some
    const due = agreements.slice(i - 9, i + 1).map((one) => one.id)
    const falls: Run = (tx) => tx`
      update public.orders set delivered_at = now() - interval '8 days'
      where id in (select o.id from public.orders o where o.id = any (${due}::uuid[]) order by o.id for no key update skip locked)
    `
    return [...some, { of: 'job', name: 'due', run: falls }, { of: 'job', name: 'job', run: job }]
  })
  const done = await race(12, tries)
  expect(new Set(done.map(({ code }) => code))).toEqual(new Set(['done', 'invalid_transition']))
  const rows = await sql(stack)`
    select o.id, o.status, e.status as money from public.orders o
    join private.escrows e on e.entity_id = o.id where o.id = any (${agreements.map(({ id }) => id)}::uuid[])
  `
  const ended: Record<string, string> = { approve: 'completed', cancel: 'cancelled', dispute: 'disputed' }
  const money = { completed: 'released', cancelled: 'refunded', disputed: 'disputed', revision_requested: 'funded' }
  const approvedByItself = rows.filter(({ id, status }) => {
    const winners = groupBy(done, id).filter(({ code }) => code === 'done')
    const ends = winners.flatMap(({ name }) => ended[name] ?? [])
    expect(ends.length, id).toBeLessThanOrEqual(1)
    const isAlone = winners.length === 0
    expect(status).toBe(ends[0] ?? (isAlone ? 'completed' : 'revision_requested'))
    return isAlone
  })
  for (const { status, money: found } of rows) expect(found).toBe(money[status as 'completed'])
  // It had its part, and did not do it all.
  expect(approvedByItself.length).toBeGreaterThan(0)
  expect(new Set(rows.map(({ status }) => status)).size).toBe(4)
}, 60_000)

test('500 tasks: released, refunded, disputed, completed and cancelled at once, and the money goes one way', async () => {
  const agreements = await makeTasks(stack, await makeSides(stack, 12), 500)
  const tries = agreements.map(({ id, escrow_id, payer, payee }): Try[] => {
    const named: Record<string, Run> = {
      release: by(payer, call('release_escrow($1)', escrow_id)),
      refund: by(payee, call('refund_escrow($1)', escrow_id)),
      dispute: by(payee, call(`dispute_escrow($1, 'So.')`, escrow_id)),
      complete: by(payer, call('complete_task($1)', id)),
      cancel: by(payer, call('cancel_task($1)', id)),
      start: by(payee, call('start_task($1)', id)),
    }
    return shuffled(Object.keys(named))
      .slice(0, 3)
      .map((name) => ({ of: id, name, run: named[name]! }))
  })
  const done = await race(12, tries)
  expect(new Set(done.map(({ code }) => code))).toEqual(new Set(['done', 'invalid_transition', 'conflict']))
  const rows = await sql(stack)`
    select t.id, t.status, t.started_at is not null as has_begun, e.status as money
    from public.tasks t join private.escrows e on e.entity_id = t.id
    where t.id = any (${agreements.map(({ id }) => id)}::uuid[])
  `
  for (const { id, status, has_begun, money } of rows) {
    const of = groupBy(done, id)
    const names = of.filter(({ code }) => code === 'done').map(({ name }) => name)
    const did = (name: string) => names.includes(name)
    // One of those that move the money alone, at most; what ends the task takes what is still held along.
    const moves = names.filter((name) => ['release', 'refund', 'dispute'].includes(name))
    expect(moves.length, id).toBeLessThanOrEqual(1)
    expect(Number(did('complete')) + Number(did('cancel')), id).toBeLessThanOrEqual(1)
    expect({ status, has_begun }).toEqual({
      status: did('complete') ? 'completed' : did('cancel') ? 'cancelled' : 'in_progress',
      has_begun: did('start'),
    })
    const byMove = { release: 'released', refund: 'refunded', dispute: 'disputed' }[moves[0] ?? '']
    expect(money, id).toBe(byMove ?? (did('complete') ? 'released' : did('cancel') ? 'refunded' : 'funded'))
    expect(names.length, id).toBeGreaterThan(0)
  }
}, 60_000)

test('the job approves a hundred orders of ten people four times at once, while they act, buy, review and change prices', async () => {
  const among = await makeSides(stack, 10)
  for (const one of among) await giveMoney(stack, one, 1_000_000)
  const agreements = await makeOrders(stack, among, 100)
  const ids = agreements.map(({ id }) => id)
  await wereDelivered(stack, ids)
  const buys = agreements.slice(0, 20).flatMap(({ id, payer }) => [
    by(payer, call('create_order((select service_id from public.orders where id = $1))', id)),
    by(
      payer,
      (tx) => tx`
      select public.pay_escrow(e.id) from public.list_orders('buyer', 'pending', 1) o
      cross join lateral public.list_escrows('order', o.id) e
    `,
    ),
  ])
  const reviews = shuffled(agreements).map(({ id, payer }) => by(payer, call(`create_review('order', $1, 5)`, id)))
  const changes = shuffled(agreements).map(({ payee }) =>
    by(payee, statement('update public.services set price = price + 1 where owner_id = $1', payee.id)),
  )
  const acts = shuffled(agreements).slice(0, 40)
  const outcomes = await atOnce(stack, [
    ...Array.from({ length: 4 }, () => ({ runs: [job, job] })),
    { runs: acts.map(({ id, payer }) => by(payer, orderCalls.approve(id))) },
    { runs: acts.map(({ id, payee }) => by(payee, orderCalls.cancel(id))) },
    { runs: acts.toReversed().map(({ id, payer }) => by(payer, orderCalls.dispute(id))) },
    { runs: buys },
    { runs: reviews },
    { runs: changes },
  ])
  expect(['done', 'invalid_transition', 'conflict']).toEqual(expect.arrayContaining([...new Set(codesOf(outcomes))]))
  await job(sql(stack) as never)
  const [found] = await sql(stack)`
    select count(*) filter (where id = any (${ids}::uuid[]) and status in ('completed', 'cancelled', 'disputed'))::int as ended,
      count(*) filter (where id <> all (${ids}::uuid[]) and status = 'in_progress')::int as bought
    from public.orders where buyer_id = any (${among.map(({ id }) => id)}::uuid[])
  `
  expect({ ...found }).toEqual({ ended: 100, bought: 20 })
  // Counted once each, whoever completed them.
  const wrong = await sql(stack)`
    select p.account_id from public.creator_profiles p join public.services s on s.owner_id = p.account_id
    left join public.orders o on o.seller_id = p.account_id and o.status = 'completed'
    left join public.reviews r on r.entity_id = o.id
    where p.account_id = any (${among.map(({ id }) => id)}::uuid[])
    group by p.account_id, s.id
    having (count(o.id), count(o.id), count(r.id), count(r.id)) <> (p.completed_orders, s.orders_count, p.reviews_count, s.reviews_count)
  `
  expect([...wrong]).toEqual([])
})

// Pairs ---------------------------------------------------------------------------------------------------------------

async function taskOf(id: string) {
  const [row] = await sql(stack)`
    select t.status, a.freelancer_id as accepted, t.applications_count as count,
      array(select status from private.escrows where entity_id = t.id order by created_at) as money
    from public.tasks t left join public.task_applications a on a.id = t.accepted_application_id where t.id = ${id}
  `
  return { ...row }
}

describe('two at once:', () => {
  test('of two accepted applications one is, and the other is rejected', async () => {
    await inAnyOrder(
      stack,
      async () => {
        const [owner, one, other] = await makeSides(stack, 3)
        const taskId = await makeTask(stack, owner!)
        const ids = [await makeApplication(stack, taskId, one!), await makeApplication(stack, taskId, other!)]
        const accept = (id: string) => ({ as: owner!, runs: [call('accept_application($1)', id)] })
        return {
          row: { taskId, one, other },
          first: accept(ids[0]!),
          second: accept(ids[1]!),
          hold: holdTask(taskId),
        }
      },
      async (codes, { taskId, one, other }) => {
        expect([...codes].sort()).toEqual(['done', 'invalid_transition'])
        const winner = codes[0] === 'done' ? one : other
        expect(await taskOf(taskId)).toEqual({
          status: 'in_progress',
          accepted: winner!.id,
          count: 2,
          money: ['pending'],
        })
      },
    )
  })

  test('of twenty accepts one is done', async () => {
    const [owner, ...others] = await makeSides(stack, 21)
    const taskId = await makeTask(stack, owner!)
    const ids = await Promise.all(others.map((one) => makeApplication(stack, taskId, one)))
    const runners = ids.map((id) => ({ as: owner!, runs: [call('accept_application($1)', id)] }))
    expect(codesOf(await atOnce(stack, runners))).toEqual(['done', ...Array(19).fill('invalid_transition')])
    expect(await taskOf(taskId)).toMatchObject({ status: 'in_progress', count: 20, money: ['pending'] })
  })

  test('accepted and withdrawn: taken back before, or after with the task open again', async () => {
    await inAnyOrder(
      stack,
      async () => {
        const [owner, one] = await makeSides(stack, 2)
        const taskId = await makeTask(stack, owner!)
        const id = await makeApplication(stack, taskId, one!)
        return {
          row: taskId,
          first: { as: owner!, runs: [call('accept_application($1)', id)] },
          second: { as: one!, runs: [call('withdraw_application($1)', id)] },
          hold: holdTask(taskId),
        }
      },
      async (codes, taskId) => {
        expect(['done', 'invalid_transition']).toContain(codes[0])
        expect(codes[1]).toBe('done')
        const money = codes[0] === 'done' ? ['cancelled'] : []
        expect(await taskOf(taskId)).toEqual({ status: 'open', accepted: null, count: 0, money })
      },
    )
  })

  test('paid and cancelled: paid and given back, or not paid at all', async () => {
    for (const canceller of ['buyer', 'seller'] as const) {
      await inAnyOrder(
        stack,
        async () => {
          const [buyer, seller] = await makeSides(stack, 2)
          await giveMoney(stack, buyer!, 10_000)
          const { orderId, escrowId } = await makeOrder(stack, buyer!, seller!)
          return {
            row: { orderId, buyer: buyer! },
            first: { as: buyer!, runs: [call('pay_escrow($1)', escrowId)] },
            second: { as: { buyer, seller }[canceller]!, runs: [orderCalls.cancel(orderId)] },
            hold: holdOrder(orderId),
          }
        },
        async (codes, { orderId, buyer }) => {
          expect(['done', 'invalid_transition']).toContain(codes[0])
          expect(codes[1]).toBe('done')
          const money = codes[0] === 'done' ? 'refunded' : 'cancelled'
          expect(await orderOf(stack, orderId)).toEqual({ status: 'cancelled', money })
          expect(await moneyOf(stack, buyer)).toBe(10_000)
        },
      )
    }
  })

  test('paid from the wallet and by a payment, twice each: once', async () => {
    const [buyer, seller] = await makeSides(stack, 2)
    await giveMoney(stack, buyer!, 10_000)
    const { orderId, escrowId } = await makeOrder(stack, buyer!, seller!)
    const pay = { as: buyer!, runs: [call('pay_escrow($1)', escrowId)] }
    const payment = (reference: string) => ({
      runs: [statement(`select private.fund_escrow($1, 10000, 'USD', $2)`, escrowId, reference)],
    })
    const codes = codesOf(await atOnce(stack, [pay, pay, payment(orderId), payment(`${orderId}-2`)]))
    expect(codes).toEqual(['done', ...Array(3).fill('invalid_transition')])
    expect(await orderOf(stack, orderId)).toEqual({ status: 'in_progress', money: 'funded' })
  })

  test('two revisions that cost: one waits to be paid', async () => {
    const [buyer, seller] = await makeSides(stack, 2)
    const service = { modifications_price: 300 }
    const { orderId } = await makeOrder(stack, buyer!, seller!, 'delivered', { service })
    const ask = { as: buyer!, runs: [orderCalls.revise(orderId)] }
    expect(codesOf(await atOnce(stack, [ask, ask, ask]))).toEqual(['conflict', 'conflict', 'done'])
    const rows = await sql(stack)`select from private.escrows where entity_id = ${orderId} and status = 'pending'`
    expect(rows).toHaveLength(1)
  })

  test('begun and taken back: whoever begins first has a say, and what is taken back first is back', async () => {
    const pair = async () => {
      const [owner, freelancer] = await makeSides(stack, 2)
      const { taskId, escrowId } = await makeAgreedTask(stack, owner!, freelancer!, { funded: true })
      return {
        taskId,
        start: { as: freelancer!, runs: [call('start_task($1)', taskId)] },
        refund: { as: owner!, runs: [call('refund_escrow($1)', escrowId)] },
      }
    }
    const begun = await pair()
    expect(await meanwhile(stack, begun.start, begun.refund)).toEqual(['done', 'done'])
    expect((await taskOf(begun.taskId)).money).toEqual(['funded'])
    const back = await pair()
    expect(await meanwhile(stack, back.refund, back.start)).toEqual(['done', 'done'])
    expect((await taskOf(back.taskId)).money).toEqual(['refunded'])
  })

  test('split and paid: the parts are paid, or the whole', async () => {
    await inAnyOrder(
      stack,
      async () => {
        const [owner, one] = await makeSides(stack, 2)
        await giveMoney(stack, owner!, 10_000)
        const { taskId, escrowId } = await makeAgreedTask(stack, owner!, one!)
        const parts = JSON.stringify([4000, 6000].map((amount) => ({ title: 'A part', amount })))
        return {
          row: taskId,
          first: { as: owner!, runs: [call('set_milestones($1, $2::text::jsonb)', taskId, parts)] },
          second: { as: owner!, runs: [call('pay_escrow($1)', escrowId)] },
          hold: holdTask(taskId),
        }
      },
      async (codes, taskId) => {
        const { money } = await taskOf(taskId)
        if (codes[0] === 'done')
          expect([codes, money]).toEqual([
            ['done', 'not_found'],
            ['pending', 'pending'],
          ])
        else expect([codes, money]).toEqual([['conflict', 'done'], ['funded']])
      },
    )
  })

  test('an order that was delivered again while the job waited is not approved by it', async () => {
    const [buyer, seller, ...others] = await makeSides(stack, 4)
    const { orderId } = await makeOrder(stack, buyer!, seller!, 'delivered')
    const { orderId: another } = await makeOrder(stack, others[0]!, others[1]!, 'delivered')
    await wereDelivered(stack, [orderId, another])
    // The job has read what is due, and waits for somebody of it.
    const hold = statement('select from public.accounts where id = $1 for update', others[0]!.id)
    const codes = await whileHeld(stack, hold, { runs: [job] }, { as: seller!, runs: [orderCalls.deliver(orderId)] })
    expect(codes).toEqual(['done', 'done'])
    expect([await orderOf(stack, orderId), await orderOf(stack, another)]).toEqual([
      { status: 'delivered', money: 'funded' },
      { status: 'completed', money: 'released' },
    ])
  })

  test('a profile that is made while an order is approved, or a task completed, counts it', async () => {
    const profiles = {
      creator: `insert into public.creator_profiles (account_id, specialization) values ($1, 'Video')`,
      freelancer: `insert into public.freelancer_profiles (account_id, headline) values ($1, 'Draws logos')`,
    }
    for (const isFirst of [true, false]) {
      const [one, two] = await makeSides(stack, 2)
      const { orderId } = await makeOrder(stack, one!, two!, 'delivered')
      const { taskId } = await makeAgreedTask(stack, one!, two!)
      for (const [role, done] of [
        ['creator', orderCalls.approve(orderId)],
        ['freelancer', call('complete_task($1)', taskId)],
      ] as const) {
        await sql(stack)`delete from ${sql(stack)(`public.${role}_profiles`)} where account_id = ${two!.id}`
        const work = { as: one!, runs: [done] }
        const profile = { runs: [statement(profiles[role], two!.id)] }
        const [first, second] = isFirst ? [work, profile] : [profile, work]
        expect(await meanwhile(stack, first, second)).toEqual(['done', 'done'])
      }
      const [found] = await sql(stack)`
        select c.completed_orders, f.completed_tasks
        from public.creator_profiles c join public.freelancer_profiles f using (account_id) where account_id = ${two!.id}
      `
      expect({ ...found }).toEqual({ completed_orders: 1, completed_tasks: 1 })
    }
  })

  test('two admins decide disputes between two who have no wallets yet, in both directions', async () => {
    for (let round = 0; round < 5; round++) {
      const among = await makeSides(stack, 2)
      const escrows: string[] = []
      for (const [buyer, seller] of [among, among.toReversed()]) {
        escrows.push((await makeOrder(stack, buyer!, seller!, 'disputed')).escrowId)
      }
      const decide = (id: string) => ({ runs: [statement(`select private.resolve_dispute($1, 5000, 'Half.')`, id)] })
      expect(codesOf(await atOnce(stack, escrows.map(decide)))).toEqual(['done', 'done'])
      expect(await Promise.all(among.map((one) => moneyOf(stack, one)))).toEqual([9250, 9250])
    }
  })
})

describe('ordered while the service changes:', () => {
  const options = [
    { name: 'Subtitles', price: 300 },
    { name: 'Raw files', price: 200 },
  ]
  /** A service, and what ordering it with both options and changing it come to in any order. */
  const raceWith = (
    change: (service: { id: string; optionIds: string[] }) => Run,
    check: (codes: [string, string], prices: { service: number; options: number[] } | null) => void,
  ) =>
    inAnyOrder(
      stack,
      async () => {
        const [buyer, seller] = await makeSides(stack, 2)
        const service = await makeService(stack, seller!, { price: 10_000 }, options)
        const order = call('create_order($1, $2::uuid[])', service.id, `{${service.optionIds.join(',')}}`)
        return {
          row: buyer!,
          first: { as: buyer!, runs: [order] },
          second: { as: seller!, runs: [change(service)] },
          hold: statement('select from public.services where id = $1 for update', service.id),
        }
      },
      async (codes, { id }) => {
        const [row] = await sql(stack)`
          select o.price::int as service, o.total_price::int as total, e.amount::int as held,
            array(select p.price::int from public.order_options p where p.order_id = o.id order by p.position) as options
          from public.orders o join private.escrows e on e.entity_id = o.id where o.buyer_id = ${id}
        `
        // Whichever came first, what is to be paid is what was copied.
        const sum = row && [row.service, ...row.options].reduce((one: number, other: number) => one + other, 0)
        expect([row?.total, row?.held]).toEqual([sum, sum])
        check(codes, row ? { service: row.service, options: row.options } : null)
      },
    )

  test('the old price or the new one, in all of it', async () => {
    const seen: number[] = []
    await raceWith(
      ({ id }) => statement('update public.services set price = 70000 where id = $1', id),
      (codes, prices) => {
        expect([codes, prices!.options]).toEqual([
          ['done', 'done'],
          [300, 200],
        ])
        seen.push(prices!.service)
      },
    )
    // Asked first it is the old one, changed first the new one.
    expect([seen.slice(0, 2), seen.every((price) => [10_000, 70_000].includes(price))]).toEqual([
      [10_000, 70_000],
      true,
    ])
  })

  test('other options: those before, or none of those that are gone', async () => {
    await raceWith(
      ({ id, optionIds }) =>
        call(
          'set_service_options($1, $2::text::jsonb)',
          id,
          JSON.stringify([{ id: optionIds[0], name: 'Dear', price: 999 }]),
        ),
      (codes, prices) => {
        if (codes[0] === 'done') expect(prices).toEqual({ service: 10_000, options: [300, 200] })
        else expect([codes, prices]).toEqual([['validation_failed', 'done'], null])
      },
    )
  })

  test('several options at once by a plain update: nobody waits in a circle', async () => {
    const [buyer, seller] = await makeSides(stack, 2)
    const { id } = await makeService(stack, seller!)
    const [low, high] = ['10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000']
    // Written, and so changed, in another order than that of their ids.
    for (const one of [high, low]) {
      await sql(
        stack,
      )`insert into public.service_options (id, service_id, name, price) values (${one}, ${id}, 'One', 1)`
    }
    const codes = await whileHeld(
      stack,
      statement('select from public.service_options where id = $1 for no key update', low),
      { as: buyer!, runs: [call('create_order($1, $2::uuid[])', id, `{${low},${high}}`)] },
      { as: seller!, runs: [statement('update public.service_options set price = 2 where service_id = $1', id)] },
    )
    expect(codes).toEqual(['done', 'done'])
    const [order] = await sql(stack)`select total_price::int as total from public.orders where buyer_id = ${buyer!.id}`
    expect(order!.total).toBe(10_002)
  })
})

describe('two who act on an order at once:', () => {
  test('of approvals one releases the money', async () => {
    const [buyer, seller] = await makeSides(stack, 2)
    const { orderId } = await makeOrder(stack, buyer!, seller!, 'delivered')
    const approve = { as: buyer!, runs: [orderCalls.approve(orderId)] }
    const codes = codesOf(await atOnce(stack, [approve, approve, approve]))
    expect(codes).toEqual(['done', 'invalid_transition', 'invalid_transition'])
    expect(await orderOf(stack, orderId)).toEqual({ status: 'completed', money: 'released' })
    expect(await moneyOf(stack, seller!)).toBe(8500)
  })

  test('cancelled by the buyer and delivered: it was cancelled before, or is theirs to dispute', async () => {
    await inAnyOrder(
      stack,
      async () => {
        const [buyer, seller] = await makeSides(stack, 2)
        const { orderId } = await makeOrder(stack, buyer!, seller!, 'in_progress')
        return {
          row: orderId,
          first: { as: buyer!, runs: [orderCalls.cancel(orderId)] },
          second: { as: seller!, runs: [orderCalls.deliver(orderId)] },
          hold: holdOrder(orderId),
        }
      },
      async (codes, orderId) => {
        const [{ count }] = (await sql(stack)`
          select count(*)::int from public.order_deliveries where order_id = ${orderId}
        `) as unknown as [{ count: number }]
        const found = { ...(await orderOf(stack, orderId)), count }
        if (codes[0] === 'done') {
          expect([codes, found]).toEqual([
            ['done', 'invalid_transition'],
            { status: 'cancelled', money: 'refunded', count: 0 },
          ])
        } else {
          expect([codes, found]).toEqual([
            ['permission_denied', 'done'],
            { status: 'delivered', money: 'funded', count: 1 },
          ])
        }
      },
    )
  })

  test('paid and changed: what the seller begins with changes no more', async () => {
    const [buyer, seller] = await makeSides(stack, 2)
    await giveMoney(stack, buyer!, 10_000)
    const { orderId, escrowId } = await makeOrder(stack, buyer!, seller!)
    const change = statement(`update public.orders set requirements = 'Blue.' where id = $1`, orderId)
    const pay = { as: buyer!, runs: [call('pay_escrow($1)', escrowId)] }
    expect(await meanwhile(stack, pay, { as: buyer!, runs: [change] })).toEqual(['done', 'done'])
    const [order] = await sql(stack)`select status, requirements from public.orders where id = ${orderId}`
    expect({ ...order }).toEqual({ status: 'in_progress', requirements: null })
  })
})

test('a service is deleted while orders of it end, and nobody waits in a circle', async () => {
  for (const action of ['approve', 'cancel', 'pay'] as const) {
    await inAnyOrder(
      stack,
      async () => {
        const [buyer, seller] = await makeSides(stack, 2)
        const stage = action === 'pay' ? 'pending' : 'delivered'
        const { orderId, escrowId, serviceId } = await makeOrder(stack, buyer!, seller!, stage)
        await giveMoney(stack, buyer!, 10_000)
        const run = action === 'pay' ? call('pay_escrow($1)', escrowId) : orderCalls[action](orderId)
        return {
          row: orderId,
          first: { as: action === 'cancel' ? seller! : buyer!, runs: [run] },
          second: { as: seller!, runs: [statement('delete from public.services where id = $1', serviceId)] },
          hold: holdOrder(orderId),
        }
      },
      async (codes, orderId) => {
        expect(codes).toEqual(['done', 'done'])
        const [row] = await sql(stack)`select service_id, status from public.orders where id = ${orderId}`
        const status = { approve: 'completed', cancel: 'cancelled', pay: 'in_progress' }[action]
        expect({ ...row }).toEqual({ service_id: null, status })
      },
    )
  }
})
