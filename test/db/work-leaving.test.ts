import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, type Run, statement } from '../helpers/at-once.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { actAs, giveMoney, makeAgreedTask, makeApplication, makeOrder, makeTask } from '../helpers/work.ts'
import {
  type Account,
  by,
  call,
  holdOrder,
  holdTask,
  inAnyOrder,
  job,
  leave,
  makeOrders,
  makeSides,
  makeTasks,
  orderCalls,
  orderOf,
  shuffled,
  stuckMoney,
  wereDelivered,
} from '../helpers/work-at-once.ts'

// Accounts are deleted while orders and tasks of theirs move: whoever holds money stays, nobody waits in a circle.

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  // What was earned does not keep them: that is tried with withdrawals.
  await sql(stack)`update private.settings set value = '1000000' where key = 'payouts.least_major_units'`
})
afterEach(async () => {
  expect(await stuckMoney(stack)).toEqual([])
})
afterAll(() => stack.close())

type Prepared = { who: Record<string, Account>; run: Run; as?: Account; hold: Run; orderId?: string; taskId?: string }

const ordered =
  (
    stage: Parameters<typeof makeOrder>[3],
    side: 'buyer' | 'seller' | null,
    run: (order: { orderId: string; escrowId: string; serviceId: string }) => Run,
  ) =>
  async (): Promise<Prepared> => {
    const [buyer, seller] = await makeSides(stack, 2)
    await giveMoney(stack, buyer!, 10_000)
    const order = await makeOrder(stack, buyer!, seller!, stage)
    if (stage === 'delivered') await wereDelivered(stack, [order.orderId])
    const who = { buyer: buyer!, seller: seller! }
    return {
      who,
      run: run(order),
      ...(side && { as: who[side] }),
      hold: holdOrder(order.orderId),
      orderId: order.orderId,
    }
  }

const posted =
  (
    side: 'owner' | 'freelancer',
    state: 'open' | 'accepted' | 'funded' | 'begun',
    run: (task: { taskId: string; applicationId: string; escrowId: string }) => Run,
  ) =>
  async (): Promise<Prepared> => {
    const [owner, freelancer] = await makeSides(stack, 2)
    await giveMoney(stack, owner!, 10_000)
    const who = { owner: owner!, freelancer: freelancer! }
    if (state === 'open') {
      const taskId = await makeTask(stack, owner!)
      const applicationId = await makeApplication(stack, taskId, freelancer!)
      return { who, run: run({ taskId, applicationId, escrowId: '' }), as: who[side], hold: holdTask(taskId), taskId }
    }
    const task = await makeAgreedTask(stack, owner!, freelancer!, {
      funded: state !== 'accepted',
      started: state === 'begun',
    })
    return { who, run: run(task), as: who[side], hold: holdTask(task.taskId), taskId: task.taskId }
  }

describe('somebody leaves, and meanwhile', () => {
  const cases: Record<string, () => Promise<Prepared>> = {
    'an order is paid': ordered('pending', 'buyer', ({ escrowId }) => call('pay_escrow($1)', escrowId)),
    'a payment comes in': ordered('pending', null, ({ escrowId, orderId }) =>
      statement(`select private.fund_escrow($1, 10000, 'USD', $2)`, escrowId, orderId),
    ),
    'an order is cancelled': ordered('pending', 'seller', ({ orderId }) => orderCalls.cancel(orderId)),
    'a paid order is cancelled': ordered('in_progress', 'seller', ({ orderId }) => orderCalls.cancel(orderId)),
    'an order is delivered': ordered('in_progress', 'seller', ({ orderId }) => orderCalls.deliver(orderId)),
    'an order is approved': ordered('delivered', 'buyer', ({ orderId }) => orderCalls.approve(orderId)),
    'an order is disputed': ordered('delivered', 'buyer', ({ orderId }) => orderCalls.dispute(orderId)),
    'a revision is asked for': ordered('delivered', 'buyer', ({ orderId }) => orderCalls.revise(orderId)),
    'the job approves': ordered('delivered', null, () => job),
    'an admin decides': ordered('disputed', null, ({ escrowId }) =>
      statement(`select private.resolve_dispute($1, 5000, 'Half.')`, escrowId),
    ),
    'the service is deleted': ordered('pending', 'seller', ({ serviceId }) =>
      statement('delete from public.services where id = $1', serviceId),
    ),
    'an application is accepted': posted('owner', 'open', ({ applicationId }) =>
      call('accept_application($1)', applicationId),
    ),
    'an application is rejected': posted('owner', 'open', ({ applicationId }) =>
      call('reject_application($1)', applicationId),
    ),
    'an application is withdrawn': posted('freelancer', 'open', ({ applicationId }) =>
      call('withdraw_application($1)', applicationId),
    ),
    'an open task is cancelled': posted('owner', 'open', ({ taskId }) => call('cancel_task($1)', taskId)),
    'a task is deleted': posted('owner', 'open', ({ taskId }) => call('delete_task($1)', taskId)),
    'a task is paid': posted('owner', 'accepted', ({ escrowId }) => call('pay_escrow($1)', escrowId)),
    'a task is begun': posted('freelancer', 'accepted', ({ taskId }) => call('start_task($1)', taskId)),
    'the accepted one steps back': posted('freelancer', 'funded', ({ applicationId }) =>
      call('withdraw_application($1)', applicationId),
    ),
    'money is released': posted('owner', 'funded', ({ escrowId }) => call('release_escrow($1)', escrowId)),
    'money is given back': posted('freelancer', 'begun', ({ escrowId }) => call('refund_escrow($1)', escrowId)),
    'money is disputed': posted('freelancer', 'begun', ({ escrowId }) => call(`dispute_escrow($1, 'So.')`, escrowId)),
    'a task is completed': posted('owner', 'begun', ({ taskId }) => call('complete_task($1)', taskId)),
    'a paid task is cancelled': posted('owner', 'funded', ({ taskId }) => call('cancel_task($1)', taskId)),
  }

  test.each(Object.keys(cases))('%s: nobody waits in a circle, and no money is left behind', async (name) => {
    const sides = name.match(/task|application|accepted|money/i) ? ['owner', 'freelancer'] : ['buyer', 'seller']
    for (const side of sides) {
      await inAnyOrder(
        stack,
        async () => {
          const { who, run, as, hold, orderId, taskId } = await cases[name]!()
          const leaver = who[side]!
          return {
            row: { leaver, orderId, taskId },
            first: { ...(as && { as }), runs: [run] },
            second: { runs: [leave(leaver)] },
            hold,
          }
        },
        async ([did, left], { leaver, orderId, taskId }) => {
          expect(['done', 'not_found', 'invalid_transition', 'conflict'], did).toContain(did)
          // Held money keeps an account, and nothing else does.
          expect(['done', 'conflict'], left).toContain(left)
          const found = await sql(stack)`select from public.accounts where id = ${leaver.id}`
          expect(found).toHaveLength(left === 'done' ? 0 : 1)
          const held = await sql(stack)`
            select from private.escrows where ${leaver.id} in (payer_id, payee_id) and status in ('funded', 'disputed')
          `
          if (left === 'done') expect(held).toHaveLength(0)
          // Nothing that can still be paid, nor a task with somebody who is gone.
          const open = await sql(stack)`
            select from private.escrows e where e.status = 'pending' and ${leaver.id} in (payer_id, payee_id)
          `
          if (left === 'done') expect(open).toHaveLength(0)
          if (left === 'done' && orderId)
            expect((await orderOf(stack, orderId)).status).not.toMatch(/pending|in_progress|delivered/)
          if (left === 'done' && taskId) {
            const [task] = await sql(
              stack,
            )`select status, accepted_application_id from public.tasks where id = ${taskId}`
            if (task?.status === 'in_progress') expect(task.accepted_application_id).not.toBeNull()
          }
        },
      )
    }
  })

  test('two leave who have ordered from each other and worked for each other', async () => {
    await inAnyOrder(
      stack,
      async () => {
        const [one, other] = await makeSides(stack, 2)
        const orders: string[] = []
        for (const [buyer, seller] of [
          [one, other],
          [other, one],
        ]) {
          for (const stage of ['completed', 'pending'] as const) {
            orders.push((await makeOrder(stack, buyer!, seller!, stage)).orderId)
          }
          await makeAgreedTask(stack, buyer!, seller!)
          await makeApplication(stack, await makeTask(stack, buyer!), seller!)
        }
        return {
          row: orders,
          first: { runs: [leave(one!)] },
          second: { runs: [leave(other!)] },
          hold: statement('select from public.orders where id = any ($1::uuid[]) for update', `{${orders}}`),
        }
      },
      async (codes, orders) => {
        expect(codes).toEqual(['done', 'done'])
        const rows = await sql(stack)`
          select distinct buyer_id, seller_id, service_id from public.orders where id = any (${orders}::uuid[])
        `
        expect([...rows]).toEqual([{ buyer_id: null, seller_id: null, service_id: null }])
      },
    )
  })

  test('who has many orders of a service leaves while it is deleted', async () => {
    await inAnyOrder(
      stack,
      async () => {
        const [buyer, seller] = await makeSides(stack, 2)
        const { orderId, serviceId } = await makeOrder(stack, buyer!, seller!)
        const orders = [orderId]
        for (let i = 0; i < 5; i++) {
          const [order] = await actAs(stack, buyer!, (tx) => tx`select id from public.create_order(${serviceId})`)
          orders.push(order!.id)
        }
        return {
          row: orders,
          first: { as: seller!, runs: [statement('delete from public.services where id = $1', serviceId)] },
          second: { runs: [leave(buyer!)] },
          hold: statement('select from public.orders where id = any ($1::uuid[]) for update', `{${orders}}`),
        }
      },
      async (codes, orders) => {
        expect(codes).toEqual(['done', 'done'])
        const rows = await sql(stack)`
          select distinct status, buyer_id, service_id from public.orders where id = any (${orders}::uuid[])
        `
        expect([...rows]).toEqual([{ status: 'cancelled', buyer_id: null, service_id: null }])
      },
    )
  })

  test('all of twelve who trade with each other leave while the job and the others act', async () => {
    const among = await makeSides(stack, 12)
    const agreements = await makeOrders(stack, among, 60)
    const tasks = await makeTasks(stack, among, 24)
    await wereDelivered(
      stack,
      agreements.map(({ id }) => id),
    )
    const outcomes = await atOnce(stack, [
      ...among.map((one) => ({ runs: [leave(one), leave(one), leave(one)] })),
      { runs: [job, job, job] },
      { runs: shuffled(agreements).map(({ id, payer }) => by(payer, orderCalls.approve(id))) },
      { runs: shuffled(agreements).map(({ id, payee }) => by(payee, orderCalls.cancel(id))) },
      { runs: shuffled(tasks).map(({ id, payer }) => by(payer, call('complete_task($1)', id))) },
      { runs: shuffled(tasks).map(({ escrow_id, payee }) => by(payee, call('refund_escrow($1)', escrow_id))) },
    ])
    expect(['done', 'invalid_transition', 'conflict', 'not_found']).toEqual(
      expect.arrayContaining([...new Set(codesOf(outcomes))]),
    )
    // Everything is settled now, and nothing keeps anybody.
    await job(sql(stack) as never)
    expect(
      codesOf(
        await atOnce(
          stack,
          among.map((one) => ({ runs: [leave(one)] })),
        ),
      ),
    ).toEqual(Array(12).fill('done'))
  })

  test('a seller who has handed files over leaves: the files go along, the order stays', async () => {
    const [buyer, seller] = await makeSides(stack, 2)
    const { orderId } = await makeOrder(stack, buyer!, seller!, 'in_progress')
    const [object] = await sql(stack)`
      insert into storage.objects (bucket_id, name, owner_id, version, metadata)
      values ('deliveries', ${`${seller!.id}/a.png`}, ${seller!.id}, 'v', '{"mimetype": "image/png", "size": 1}') returning id
    `
    const deliver = (tx: Parameters<Run>[0]) =>
      tx`select id from public.deliver_order(${orderId}, 'Here.', ${[object!.id]}::uuid[])`
    await actAs(stack, seller!, deliver)
    await actAs(stack, buyer!, (tx) => tx`select id from public.approve_order(${orderId})`)
    await leave(seller!)(sql(stack) as never)
    const [row] = await actAs(
      stack,
      buyer!,
      (tx) => tx`
      select o.status, o.seller_id, d.message, d.files::text as files
      from public.get_order(${orderId}) o cross join public.list_deliveries(${orderId}) d
    `,
    )
    expect({ ...row }).toEqual({ status: 'completed', seller_id: null, message: null, files: '{}' })
  })
})

test('a review is published while whom it is about leaves: nobody waits in a circle', async () => {
  const publish = { runs: [statement('select private.publish_due_reviews()')] }
  await inAnyOrder(
    stack,
    async () => {
      const [owner, freelancer] = await makeSides(stack, 2)
      const { taskId } = await makeAgreedTask(stack, owner!, freelancer!)
      await actAs(stack, owner!, (tx) => tx`select id from public.complete_task(${taskId})`)
      const [review] = await actAs(stack, owner!, (tx) => tx`select id from public.create_review('task', ${taskId}, 4)`)
      await sql(stack)`update public.reviews set created_at = now() - interval '15 days' where id = ${review!.id}`
      return {
        row: freelancer!,
        first: publish,
        second: { runs: [leave(freelancer!)] },
        hold: statement('select from public.freelancer_profiles where account_id = $1 for update', freelancer!.id),
      }
    },
    async (codes, freelancer) => {
      expect(codes).toEqual(['done', 'done'])
      expect(await sql(stack)`select from public.reviews where subject_id = ${freelancer.id}`).toHaveLength(0)
    },
  )
})
