import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anonClient, createPeople, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { escrowTransitions, orderTransitions, taskTransitions } from '../helpers/transitions.ts'
import { actAs, fundEscrow, giveMoney, makeAgreedTask, makeApplication, makeOrder, makeTask } from '../helpers/work.ts'

// Every state, action and actor of the machines of work. What the table of transitions does not have is refused, and the
// whole database is as before; what it has arrives where the table says, and the money with it.

/** Who tries: one of the two sides, each of them suspended, somebody else, nobody. */
type Actor = 'one' | 'other' | 'suspended one' | 'suspended other' | 'stranger' | 'anon'

let stack: TestStack
let one: Person
let other: Person
let stranger: Person
let anon: SupabaseClient

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  const people = await createPeople(stack, 3, { roles: ['client', 'freelancer', 'creator'] })
  one = people[0]!
  other = people[1]!
  stranger = people[2]!
  anon = anonClient(stack)
  for (const person of people) await giveMoney(stack, person, 10_000_000)
})
afterAll(() => stack.close())

interface Machine<Row> {
  states: Record<string, () => Promise<Row>>
  actions: Record<string, (client: SupabaseClient, row: Row) => PromiseLike<{ error: { code: string } | null }>>
  /** `done`, or the code of the refusal, for one of the sides. */
  expected(state: string, action: string, side: 'one' | 'other'): string
  /** What a stranger is told; not_found unless told. */
  ofStranger?(state: string, action: string): string
  /** What can be seen of it where it was done. */
  arrived(state: string, action: string, side: 'one' | 'other', row: Row): Promise<void>
}

async function tryAll<Row>(machine: Machine<Row>, state: string): Promise<void> {
  const make = machine.states[state]!
  const refused = await make()
  const names = Object.keys(machine.actions)
  const expected = (actor: Actor, action: string): string => {
    if (actor === 'anon') return '42501'
    if (actor === 'stranger') return machine.ofStranger?.(state, action) ?? 'not_found'
    return actor.startsWith('suspended') ? 'account_suspended' : machine.expected(state, action, actor as 'one')
  }
  const clients = { one, other, stranger, 'suspended one': one, 'suspended other': other, anon: { client: anon } }

  const refuses = async (of: Actor[]) => {
    const before = await stateOf(stack)
    for (const actor of of) {
      for (const action of names.filter((name) => expected(actor, name) !== 'done')) {
        const { error } = await machine.actions[action]!(clients[actor].client, refused)
        expect(error?.code, `${actor} ${action}`).toBe(expected(actor, action))
      }
    }
    expect(await stateOf(stack)).toEqual(before)
  }
  await refuses(['one', 'other', 'stranger', 'anon'])
  // Without the end of the sessions that an admin's suspension brings: the token is what is tried.
  await sql(stack)`insert into private.suspensions values (${one.id}, 'A test.'), (${other.id}, 'A test.')`
  await refuses(['suspended one', 'suspended other'])
  await sql(stack)`delete from private.suspensions where account_id in (${one.id}, ${other.id})`

  for (const side of ['one', 'other'] as const) {
    for (const action of names.filter((name) => expected(side, name) === 'done')) {
      const row = await make()
      const { error } = await machine.actions[action]!(clients[side].client, row)
      expect(error, `${side} ${action}`).toBeNull()
      await machine.arrived(state, action, side, row)
    }
  }
}

const resolve = (escrowId: string, toPayee: number) =>
  sql(stack)`select private.resolve_dispute(${escrowId}, ${toPayee}, 'Decided.')`

const as = (person: Person, call: string, ...values: (string | null)[]) =>
  actAs(stack, person, (tx) => tx.unsafe(`select id from public.${call}(${values.map((_, i) => `$${i + 1}`)})`, values))

async function escrow(id: string) {
  const [row] = await sql(stack)`
    select status, released::int, fee::int, refunded::int, held::int, refund_requested_at is not null as is_asked_for
    from private.escrows where id = ${id}
  `
  return row!
}

const whole = { released: 0, fee: 0, refunded: 0, held: 0, is_asked_for: false }
const money: Record<string, object> = {
  pending: { ...whole, status: 'pending' },
  funded: { ...whole, status: 'funded', held: 10_000 },
  disputed: { ...whole, status: 'disputed', held: 10_000 },
  released: { ...whole, status: 'released', released: 8500, fee: 1500 },
  refunded: { ...whole, status: 'refunded', refunded: 10_000 },
  cancelled: { ...whole, status: 'cancelled' },
}

test('the tables of transitions are those that were decided', async () => {
  const moves = async (table: string) => {
    const rows = await sql(stack)`
      select from_status || ' ' || to_status || ' ' || action || ' ' || actor as move from private.${sql(stack)(table)}
    `
    return rows.map((row) => row.move).sort()
  }
  expect(await moves('task_transitions')).toEqual([...taskTransitions].sort())
  expect(await moves('escrow_transitions')).toEqual([...escrowTransitions].sort())
  const rows = await sql(stack)`
    select from_status as from, to_status as to, action, actor, effect, deadline from private.order_transitions
  `
  const sorted = (list: object[]) => list.map((row) => JSON.stringify(row)).sort()
  expect(sorted([...rows])).toEqual(sorted(orderTransitions))
})

// Orders: one buys, the other sells -----------------------------------------------------------------------------------

interface Order {
  orderId: string
  escrowId: string
}

/** An order that has come to a stage, and what was done with it then. */
const order =
  (stage: Parameters<typeof makeOrder>[3], then?: (order: Order) => Promise<unknown>) => async (): Promise<Order> => {
    const made = await makeOrder(stack, one, other, stage)
    await then?.(made)
    return made
  }

const orders: Machine<Order> = {
  states: {
    pending: order('pending'),
    in_progress: order('in_progress'),
    begun: order('in_progress', ({ orderId }) => as(other, 'start_order', orderId)),
    delivered: order('delivered'),
    revision_requested: order('revision_requested'),
    completed: order('completed'),
    cancelled: order('in_progress', ({ orderId }) => as(other, 'cancel_order', orderId, 'No time.')),
    disputed: order('disputed'),
  },
  actions: {
    start: (client, { orderId }) => client.rpc('start_order', { order_id: orderId }),
    deliver: (client, { orderId }) => client.rpc('deliver_order', { order_id: orderId, message: 'Here.' }),
    approve: (client, { orderId }) => client.rpc('approve_order', { order_id: orderId }),
    request_revision: (client, { orderId }) => client.rpc('request_revision', { order_id: orderId, message: 'More.' }),
    cancel: (client, { orderId }) => client.rpc('cancel_order', { order_id: orderId, reason: 'So.' }),
    dispute: (client, { orderId }) => client.rpc('dispute_order', { order_id: orderId, reason: 'So.' }),
    pay: (client, { escrowId }) => client.rpc('pay_escrow', { escrow_id: escrowId }),
    'release the money': (client, { escrowId }) => client.rpc('release_escrow', { escrow_id: escrowId }),
    'refund the money': (client, { escrowId }) => client.rpc('refund_escrow', { escrow_id: escrowId }),
    'dispute the money': (client, { escrowId }) => client.rpc('dispute_escrow', { escrow_id: escrowId, reason: 'So.' }),
  },
  expected(state, action, side) {
    if (action.endsWith('the money')) return 'conflict'
    if (action === 'pay') {
      if (side === 'other') return 'permission_denied'
      return state === 'pending' ? 'done' : 'invalid_transition'
    }
    const from = statusOf(state)
    const actor = side === 'one' ? 'buyer' : 'seller'
    const moves = orderTransitions.filter((row) => row.from === from && row.action === action && row.actor !== 'system')
    if (moves.length === 0) return 'invalid_transition'
    if (!moves.some((row) => row.actor === actor)) return 'permission_denied'
    return state === 'begun' && action === 'cancel' && actor === 'buyer' ? 'conflict' : 'done'
  },
  async arrived(state, action, side, { orderId, escrowId }) {
    const actor = action === 'pay' ? 'system' : side === 'one' ? 'buyer' : 'seller'
    const name = action === 'pay' ? 'fund' : action
    const row = orderTransitions.find(
      (row) => row.from === statusOf(state) && row.action === name && row.actor === actor,
    )
    const [found] = await sql(stack)`select status from public.orders where id = ${orderId}`
    expect(found!.status, action).toBe(row!.to)
    const unpaid = state === 'pending' && action !== 'pay'
    const effect = { release: 'released', refund: unpaid ? 'cancelled' : 'refunded', dispute: 'disputed' }
    expect(await escrow(escrowId), action).toEqual(money[row!.effect === null ? 'funded' : effect[row!.effect]])
  },
}

const statusOf = (state: string) => (state === 'begun' ? 'in_progress' : state)

describe('19: orders', () => {
  test.each(Object.keys(orders.states))('%s, every action by everybody', (state) => tryAll(orders, state))

  test.each([
    [{ modifications_price: 300 }, 'delivered', null],
    [{ allows_modifications: false }, 'delivered', 'conflict'],
  ])('a revision that costs, or that there is none of: %o', async (service, status, code) => {
    const { orderId } = await makeOrder(stack, one, other, 'delivered', { service })
    const ask = () => one.client.rpc('request_revision', { order_id: orderId, message: 'More.' })
    expect((await ask()).error?.code ?? null).toBe(code)
    const found = async () => {
      const [row] = await sql(stack)`
        select status, revisions_count,
          array(select status || ' ' || amount from private.escrows where entity_id = o.id order by created_at) as money
        from public.orders o where id = ${orderId}
      `
      return { ...row }
    }
    const paid = code === null ? ['funded 10000', 'pending 300'] : ['funded 10000']
    expect(await found()).toEqual({ status, revisions_count: 0, money: paid })
    // A second one while the first waits, or still none.
    expect((await ask()).error?.code).toBe('conflict')
    expect(await found()).toEqual({ status, revisions_count: 0, money: paid })
  })
})

// Tasks: one posts, the other works -----------------------------------------------------------------------------------

interface Task {
  taskId: string
  applicationId: string
  escrowId: string
  /** Of the stranger, who still waits, whatever the task's state is. */
  waitingId: string
}

const task =
  (
    options: { funded?: boolean; started?: boolean } = { funded: true },
    then?: (task: { taskId: string; escrowId: string }) => Promise<unknown>,
  ) =>
  async (): Promise<Task> => {
    const made = await makeAgreedTask(stack, one, other, options)
    await then?.(made)
    return { ...made, waitingId: await makeApplication(stack, made.taskId, stranger) }
  }

const tasks: Machine<Task> = {
  states: {
    async open() {
      const taskId = await makeTask(stack, one)
      const applicationId = await makeApplication(stack, taskId, other)
      return { taskId, applicationId, escrowId: '', waitingId: await makeApplication(stack, taskId, stranger) }
    },
    unpaid: task({}),
    in_progress: task(),
    begun: task({ funded: true, started: true }),
    completed: task({ funded: true }, ({ taskId }) => as(one, 'complete_task', taskId)),
    cancelled: task({ funded: true }, ({ taskId }) => as(one, 'cancel_task', taskId)),
  },
  actions: {
    accept: (client, { waitingId }) => client.rpc('accept_application', { application_id: waitingId }),
    step_back: (client, { applicationId }) => client.rpc('withdraw_application', { application_id: applicationId }),
    start: (client, { taskId }) => client.rpc('start_task', { task_id: taskId }),
    complete: (client, { taskId }) => client.rpc('complete_task', { task_id: taskId }),
    cancel: (client, { taskId }) => client.rpc('cancel_task', { task_id: taskId }),
    delete: (client, { taskId }) => client.rpc('delete_task', { task_id: taskId }),
    split: (client, { taskId }) =>
      client.rpc('set_milestones', { task_id: taskId, milestones: [{ title: 'All', amount: 10_000 }] }),
    'apply again': (client, { taskId }) =>
      client.rpc('apply_to_task', { task_id: taskId, proposal: 'Me.', offered_price: 5 }),
  },
  expected(state, action, side) {
    const from = state === 'unpaid' || state === 'begun' ? 'in_progress' : state
    if (action === 'apply again') {
      if (side === 'one') return 'validation_failed'
      return state === 'open' ? 'duplicate' : 'conflict'
    }
    // The one's own are the other's not found, and the other way round.
    const owner = action !== 'start' && action !== 'step_back'
    if (owner !== (side === 'one')) return 'not_found'
    if (action === 'delete') return state === 'open' ? 'done' : 'conflict'
    if (action === 'split') return state === 'unpaid' ? 'done' : 'conflict'
    if (state === 'open' && action === 'start') return 'not_found'
    // Whoever only waits takes that back at any time.
    if (state === 'open' && action === 'step_back') return 'done'
    if (!taskTransitions.some((move) => move.startsWith(`${from} `) && move.split(' ')[2] === action)) {
      return 'invalid_transition'
    }
    return state === 'begun' && (action === 'cancel' || action === 'step_back') ? 'conflict' : 'done'
  },
  ofStranger(state, action) {
    if (action === 'apply again') return state === 'open' ? 'duplicate' : 'conflict'
    return 'not_found'
  },
  async arrived(state, action, _side, { taskId, applicationId, escrowId }) {
    const [found] = await sql(stack)`
      select t.status, t.started_at is not null as has_begun, a.status as application
      from public.tasks t join public.task_applications a on a.id = ${applicationId} where t.id = ${taskId}
    `
    if (action === 'delete') return expect(found).toBeUndefined()
    const from = state === 'unpaid' || state === 'begun' ? 'in_progress' : state
    const to = taskTransitions
      .map((move) => move.split(' '))
      .find((move) => move[0] === from && move[2] === action)?.[1]
    const applications: Record<string, string> = {
      step_back: 'withdrawn',
      accept: 'rejected',
      cancel: state === 'open' ? 'rejected' : 'accepted',
    }
    expect({ ...found }, action).toEqual({
      status: to ?? from,
      has_begun: action === 'start' || state === 'begun',
      application: applications[action] ?? 'accepted',
    })
    if (escrowId === '' || action === 'split') return
    const ended = { complete: 'released', cancel: 'refunded', step_back: 'refunded' }[action]
    const status = state === 'unpaid' ? (ended ? 'cancelled' : 'pending') : (ended ?? 'funded')
    expect(await escrow(escrowId), action).toEqual(money[status])
  },
}

describe('19: tasks', () => {
  test.each(Object.keys(tasks.states))('%s, every action by everybody', (state) => tryAll(tasks, state))
})

interface Application {
  taskId: string
  applicationId: string
}

const application = (call?: string, by?: () => Person) => async (): Promise<Application> => {
  const taskId = await makeTask(stack, one)
  const applicationId = await makeApplication(stack, taskId, other)
  if (call) await as(by!(), call, applicationId)
  return { taskId, applicationId }
}

const applicationMoves = [
  'pending accepted accept one',
  'rejected accepted accept one',
  'pending rejected reject one',
  'pending withdrawn withdraw other',
  'accepted withdrawn withdraw other',
]

const applications: Machine<Application> = {
  states: {
    pending: application(),
    accepted: application('accept_application', () => one),
    rejected: application('reject_application', () => one),
    withdrawn: application('withdraw_application', () => other),
  },
  actions: {
    accept: (client, { applicationId }) => client.rpc('accept_application', { application_id: applicationId }),
    reject: (client, { applicationId }) => client.rpc('reject_application', { application_id: applicationId }),
    withdraw: (client, { applicationId }) => client.rpc('withdraw_application', { application_id: applicationId }),
  },
  expected(state, action, side) {
    if ((action === 'withdraw') !== (side === 'other')) return 'not_found'
    const has = applicationMoves.some((move) => new RegExp(`^${state} .* ${action} ${side}$`).test(move))
    return has ? 'done' : 'invalid_transition'
  },
  async arrived(state, action, side, { taskId, applicationId }) {
    const [found] = await sql(stack)`
      select a.status, t.status as task, t.applications_count, t.accepted_application_id
      from public.task_applications a join public.tasks t on t.id = a.task_id where a.id = ${applicationId} and t.id = ${taskId}
    `
    const to = applicationMoves.find((move) => new RegExp(`^${state} .* ${action} ${side}$`).test(move))!.split(' ')[1]
    expect({ ...found }).toEqual({
      status: to,
      task: to === 'accepted' ? 'in_progress' : 'open',
      applications_count: to === 'withdrawn' ? 0 : 1,
      accepted_application_id: to === 'accepted' ? applicationId : null,
    })
  },
}

describe('19: applications', () => {
  test.each(Object.keys(applications.states))('%s, every action by everybody', (state) => tryAll(applications, state))
})

// Escrows of tasks: one pays, the other is paid -----------------------------------------------------------------------

interface Escrow {
  taskId: string
  escrowId: string
}

const held =
  (
    options: { funded?: boolean; started?: boolean },
    then?: (row: { escrowId: string; taskId: string }) => Promise<unknown>,
  ) =>
  async (): Promise<Escrow> => {
    const { taskId, escrowId } = await makeAgreedTask(stack, one, other, options)
    await then?.({ taskId, escrowId })
    return { taskId, escrowId }
  }

const disputed = async ({ escrowId }: { escrowId: string }, toPayee: number) => {
  await as(one, 'dispute_escrow', escrowId, 'So.')
  await resolve(escrowId, toPayee)
}

const escrows: Machine<Escrow> = {
  states: {
    pending: held({}),
    funded: held({ funded: true }),
    begun: held({ funded: true, started: true }),
    disputed: held({ funded: true }, ({ escrowId }) => as(other, 'dispute_escrow', escrowId, 'So.')),
    released: held({ funded: true }, ({ escrowId }) => as(one, 'release_escrow', escrowId)),
    refunded: held({ funded: true }, ({ escrowId }) => as(other, 'refund_escrow', escrowId)),
    'released by an admin': held({ funded: true }, (row) => disputed(row, 10_000)),
    'refunded by an admin': held({ funded: true }, (row) => disputed(row, 0)),
    settled: held({ funded: true }, (row) => disputed(row, 4_000)),
    cancelled: held({}, ({ taskId }) => as(one, 'cancel_task', taskId)),
  },
  actions: {
    fund: (client, { escrowId }) => client.rpc('pay_escrow', { escrow_id: escrowId }),
    release: (client, { escrowId }) => client.rpc('release_escrow', { escrow_id: escrowId }),
    refund: (client, { escrowId }) => client.rpc('refund_escrow', { escrow_id: escrowId }),
    dispute: (client, { escrowId }) => client.rpc('dispute_escrow', { escrow_id: escrowId, reason: 'So.' }),
  },
  expected(state, action, side) {
    if (side === 'other' && (action === 'fund' || action === 'release')) return 'permission_denied'
    const from = state === 'begun' ? 'funded' : state
    // Paying is what the payer does; it counts as a payment.
    const actor = action === 'fund' ? 'system' : side === 'one' ? 'payer' : 'payee'
    const has = escrowTransitions.some((move) => new RegExp(`^${from} \\w+ ${action} ${actor}$`).test(move))
    return has ? 'done' : 'invalid_transition'
  },
  async arrived(state, action, side, { escrowId }) {
    const asks = state === 'begun' && action === 'refund' && side === 'one'
    const to = { fund: 'funded', release: 'released', refund: asks ? 'funded' : 'refunded', dispute: 'disputed' }
    expect(await escrow(escrowId), action).toEqual({ ...money[to[action as 'fund']], is_asked_for: asks })
  },
}

describe('17, 19: held money of a task', () => {
  test.each(Object.keys(escrows.states))('%s, every action by everybody', (state) => tryAll(escrows, state))

  test.each(Object.keys(escrows.states))('%s, funded or decided once more', async (state) => {
    const { escrowId } = await escrows.states[state]!()
    const before = await stateOf(stack)
    if (state !== 'pending') await expect(fundEscrow(stack, escrowId)).rejects.toThrow('invalid_transition')
    if (state !== 'disputed') await expect(resolve(escrowId, 1)).rejects.toThrow('is not disputed')
    expect(await stateOf(stack)).toEqual(before)
  })

  test.each([-1, 10_001, null])('an admin cannot give %s of 10,000', async (toPayee) => {
    const { escrowId } = await escrows.states.disputed!()
    await expect(resolve(escrowId, toPayee as number)).rejects.toThrow('can go to the payee')
    expect(await escrow(escrowId)).toEqual(money.disputed)
  })
})

// Reviews of tasks: one writes, the other is reviewed -----------------------------------------------------------------

interface Review {
  taskId: string
  reviewId: string
}

const review = (then: 'waits' | 'published' | 'removed') => async (): Promise<Review> => {
  const { taskId } = await makeAgreedTask(stack, one, other)
  await as(one, 'complete_task', taskId)
  const [row] = await actAs(stack, one, (tx) => tx`select id from public.create_review('task', ${taskId}, 4)`)
  const reviewId: string = row!.id
  if (then !== 'waits') await actAs(stack, other, (tx) => tx`select id from public.create_review('task', ${taskId}, 3)`)
  if (then === 'removed') await sql(stack)`select private.remove_review(${reviewId}, 'Rude.')`
  return { taskId, reviewId }
}

const reviews: Machine<Review> = {
  states: { waits: review('waits'), published: review('published'), removed: review('removed') },
  actions: {
    create: (client, { taskId }) => client.rpc('create_review', { entity_type: 'task', entity_id: taskId, rating: 1 }),
    reply: (client, { reviewId }) => client.rpc('reply_to_review', { review_id: reviewId, reply: 'Thank you.' }),
  },
  expected(state, action, side) {
    if (action === 'create') return state === 'waits' && side === 'other' ? 'done' : 'duplicate'
    return state === 'published' && side === 'other' ? 'done' : 'not_found'
  },
  async arrived(_state, action, _side, { taskId, reviewId }) {
    const [row] = await sql(stack)`
      select rating, reply, published_at is not null as is_published, (
        select count(*)::int from public.reviews where entity_id = ${taskId} and published_at is not null
      ) as published
      from public.reviews where id = ${reviewId}
    `
    const reply = action === 'reply' ? 'Thank you.' : null
    expect({ ...row }).toEqual({ rating: 4, reply, is_published: true, published: 2 })
  },
}

describe('19: reviews', () => {
  test.each(Object.keys(reviews.states))('%s, every action by everybody', (state) => tryAll(reviews, state))

  test.each(Object.keys(orders.states).filter((state) => state !== 'completed'))(
    'none of an order that is %s',
    async (state) => {
      const { orderId } = await orders.states[state]!()
      const write = ({ client }: Person) =>
        client.rpc('create_review', { entity_type: 'order', entity_id: orderId, rating: 5 })
      expect((await write(one)).error?.code).toBe('conflict')
      expect((await write(other)).error?.code).toBe('not_found')
      expect(await sql(stack)`select from public.reviews where entity_id = ${orderId}`).toHaveLength(0)
    },
  )

  test.each(['open', 'in_progress', 'begun', 'cancelled'])('none of a task that is %s', async (state) => {
    const { taskId } = await tasks.states[state]!()
    for (const { client } of [one, other]) {
      const { error } = await client.rpc('create_review', { entity_type: 'task', entity_id: taskId, rating: 5 })
      expect(error?.code).toBe(state === 'open' ? 'not_found' : 'conflict')
    }
    expect(await sql(stack)`select from public.reviews where entity_id = ${taskId}`).toHaveLength(0)
  })
})
