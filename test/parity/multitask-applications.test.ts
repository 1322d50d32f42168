import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, statement } from '../helpers/at-once.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import {
  escrowOf,
  fundEscrow,
  makeAgreedTask,
  makeApplication,
  makeTask,
  moneyOf,
  wrongMoney,
} from '../helpers/work.ts'
import { expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let client: Member
let stranger: Member
let freelancer: Member
let another: Member
beforeAll(async () => {
  stack = await startParityStack()
  client = await member(stack, ['client'])
  stranger = await member(stack, ['client', 'freelancer'])
  freelancer = await member(stack, ['freelancer'], { first_name: 'Ermek', last_name: 'Sadykov' })
  another = await member(stack, ['freelancer'])
})
afterAll(async () => {
  expect(await wrongMoney(stack)).toEqual([])
  await stack.close()
})

const proposal = { proposal: 'I have a van and three friends.', offered_price: 12_000, estimated_duration: '2 days' }

/** The task, its applications and its money as they are stored. */
const stored = async (taskId: string) => [
  ...(await sql(stack)`select * from public.tasks where id = ${taskId}`),
  ...(await sql(stack)`select * from public.task_applications where task_id = ${taskId} order by id`),
  ...(await sql(stack)`select * from private.escrows where entity_id = ${taskId} order by id`),
]

const toldOf = async (account: Member, type: string, taskId: string) =>
  (
    await sql(stack)`
      select data ->> 'status' as status from public.notifications
      where account_id = ${account.id} and type = ${type} and data ->> 'task_id' = ${taskId} order by id
    `
  ).map(({ status }) => status)

it('MT17 tasks.apply: freelancers, to an open task of somebody else, once', async () => {
  const task = await makeTask(stack, client, { currency: 'KZT' })
  const application = await must(freelancer.tb.tasks.apply(task, proposal))
  expectTaken(proposal, {
    proposal: 'proposal',
    offered_price: 'offered_price',
    estimated_duration: 'estimated_duration',
  })
  expect(application).toMatchObject({
    ...proposal,
    currency: 'KZT',
    status: 'pending',
    task: { id: task, status: 'open', owner_id: client.id },
    freelancer: { id: freelancer.id, full_name: 'Ermek Sadykov', completed_tasks: 0 },
  })
  expect(await toldOf(client, 'new_application', task)).toEqual([null])
  const plain = await another.client.rpc('apply_to_task', { task_id: task, proposal: 'Me.', offered_price: 1 })
  expect(plain.data).toMatchObject([{ status: 'pending', offered_price: 1 }])

  const own = await makeTask(stack, stranger)
  const over = await makeTask(stack, client, { status: 'completed' })
  await expectUnchanged(
    async () => [await stored(task), await stored(own), await stored(over)],
    async () => {
      await expectRefusal(freelancer.tb.tasks.apply(task, proposal), 'duplicate')
      await expectRefusal(client.tb.tasks.apply(task, proposal), 'permission_denied')
      await expectRefusal(device(stack).tb.tasks.apply(task, proposal), 'auth_required')
      await expectRefusal(stranger.tb.tasks.apply(own, proposal), 'validation_failed', { task_id: ['other'] })
      await expectRefusal(stranger.tb.tasks.apply(over, proposal), 'conflict')
      const wrong = { proposal: '', offered_price: 0, estimated_duration: 'x'.repeat(101) }
      await expectRefusal(stranger.tb.tasks.apply(task, wrong), 'validation_failed', {
        proposal: ['length'],
        offered_price: ['range'],
        estimated_duration: ['length'],
      })
      const insert = { task_id: task, freelancer_id: stranger.id, proposal: 'Me.', offered_price: 1, currency: 'KZT' }
      expect((await stranger.client.from('task_applications').insert(insert)).error?.code).toBe('42501')
    },
  )
})

it('MT18 tasks.listApplications: to the task’s owner alone', async () => {
  const task = await makeTask(stack, client)
  const first = await must(freelancer.tb.tasks.apply(task, proposal))
  const second = await must(another.tb.tasks.apply(task, proposal))
  const { items, total } = await must(client.tb.tasks.listApplications(task))
  expect([items.map(({ id }) => id), total]).toEqual([[second.id, first.id], 2])
  await must(client.tb.tasks.rejectApplication(first.id))
  const rejected = await must(client.tb.tasks.listApplications(task, { status: 'rejected' }))
  expect(rejected.items.map(({ id }) => id)).toEqual([first.id])
  expect((await client.client.rpc('list_task_applications', { task_id: task })).data).toHaveLength(2)
  for (const { tb } of [stranger, freelancer]) await expectRefusal(tb.tasks.listApplications(task), 'not_found')
  await expectRefusal(device(stack).tb.tasks.listApplications(task), 'auth_required')
  await expectRefusal(client.tb.tasks.listApplications(task, { limit: 101 }), 'validation_failed', { limit: ['range'] })
  const seen = await freelancer.client.from('task_applications').select('id').eq('task_id', task)
  expect(seen.data).toEqual([{ id: first.id }])
})

it('MT19 tasks.acceptApplication: exactly one, also when two accepts race; the others are told', async () => {
  const task = await makeTask(stack, client)
  const [mine, theirs] = [
    await makeApplication(stack, task, freelancer, 9_900),
    await makeApplication(stack, task, another),
  ]
  await expectUnchanged(
    () => stored(task),
    async () => {
      for (const { tb } of [stranger, freelancer]) await expectRefusal(tb.tasks.acceptApplication(mine), 'not_found')
      await expectRefusal(device(stack).tb.tasks.acceptApplication(mine), 'auth_required')
      await expectRefusal(client.tb.tasks.acceptApplication('x'), 'validation_failed', { application_id: ['format'] })
    },
  )
  const race = [mine, theirs].map((id) => ({
    as: client,
    runs: [statement('select id from public.accept_application($1)', id)],
  }))
  const outcomes = await atOnce(stack, race)
  expect(outcomes.map((one) => ('code' in one ? one.code : 'done')).sort()).toEqual(['done', 'invalid_transition'])
  const rows = await sql(stack)`select id, status, freelancer_id from public.task_applications where task_id = ${task}`
  expect(rows.map(({ status }) => status).sort()).toEqual(['accepted', 'rejected'])
  const winner = rows.find(({ status }) => status === 'accepted')!
  expect(await must(client.tb.tasks.get(task))).toMatchObject({
    status: 'in_progress',
    accepted_application_id: winner.id,
  })
  const [held] = await must(client.tb.escrows.list({ entity_type: 'task', entity_id: task }))
  expect(held).toMatchObject({
    status: 'pending',
    amount: winner.id === mine ? 9_900 : 10_000,
    payee_id: winner.freelancer_id,
  })
  for (const person of [freelancer, another]) {
    const expected = person.id === winner.freelancer_id ? 'accepted' : 'rejected'
    expect(await toldOf(person, 'application_status', task)).toEqual([expected])
  }
  const other = await makeTask(stack, client)
  const plain = { application_id: await makeApplication(stack, other, freelancer) }
  expect((await client.client.rpc('accept_application', plain)).data).toMatchObject([{ status: 'accepted' }])
})

it('MT20 tasks.rejectApplication: the owner, of one that waits', async () => {
  const task = await makeTask(stack, client)
  const [mine, theirs] = [await makeApplication(stack, task, freelancer), await makeApplication(stack, task, another)]
  expect(await must(client.tb.tasks.rejectApplication(mine))).toMatchObject({ id: mine, status: 'rejected' })
  expect(await toldOf(freelancer, 'application_status', task)).toEqual(['rejected'])
  await expectUnchanged(
    () => stored(task),
    async () => {
      for (const { tb } of [stranger, another]) await expectRefusal(tb.tasks.rejectApplication(theirs), 'not_found')
      await expectRefusal(device(stack).tb.tasks.rejectApplication(theirs), 'auth_required')
      await expectRefusal(client.tb.tasks.rejectApplication(mine), 'invalid_transition')
      await expectRefusal(client.tb.tasks.rejectApplication(''), 'validation_failed', { application_id: ['format'] })
    },
  )
  const plain = await client.client.rpc('reject_application', { application_id: theirs })
  expect(plain.data).toMatchObject([{ status: 'rejected' }])
})

it('MT21 tasks.complete: the owner, in progress only; what is held is released', async () => {
  const agreed = await makeAgreedTask(stack, client, freelancer, { price: 9_999, funded: true, started: true })
  const open = await makeTask(stack, client)
  await expectUnchanged(
    async () => [await stored(agreed.taskId), await stored(open), await moneyOf(stack, freelancer)],
    async () => {
      for (const { tb } of [stranger, freelancer]) await expectRefusal(tb.tasks.complete(agreed.taskId), 'not_found')
      await expectRefusal(device(stack).tb.tasks.complete(agreed.taskId), 'auth_required')
      await expectRefusal(client.tb.tasks.complete(open), 'invalid_transition')
      await expectRefusal(client.tb.tasks.complete(''), 'validation_failed', { task_id: ['format'] })
    },
  )
  const before = await moneyOf(stack, freelancer)
  expect(await must(client.tb.tasks.complete(agreed.taskId))).toMatchObject({ status: 'completed' })
  // 15 % of 9,999 is 1,499.85.
  expect((await moneyOf(stack, freelancer)) - before).toBe(9_999 - 1_500)
  expect(await toldOf(freelancer, 'task_status', agreed.taskId)).toEqual(['completed'])
  await expectRefusal(client.tb.tasks.complete(agreed.taskId), 'invalid_transition')
  const other = await makeAgreedTask(stack, client, freelancer)
  const plain = await client.client.rpc('complete_task', { task_id: other.taskId })
  expect(plain.data).toMatchObject([{ status: 'completed' }])
  expect(await must(client.tb.escrows.get(other.escrowId))).toMatchObject({ status: 'cancelled' })
})

it('MT22 tasks.cancel: the owner; held money goes back until work has begun', async () => {
  const agreed = await makeAgreedTask(stack, client, freelancer, { funded: true })
  const begun = await makeAgreedTask(stack, client, freelancer, { funded: true, started: true })
  await expectUnchanged(
    async () => [await stored(agreed.taskId), await stored(begun.taskId), await moneyOf(stack, client)],
    async () => {
      for (const { tb } of [stranger, freelancer]) await expectRefusal(tb.tasks.cancel(agreed.taskId), 'not_found')
      await expectRefusal(device(stack).tb.tasks.cancel(agreed.taskId), 'auth_required')
      await expectRefusal(client.tb.tasks.cancel(begun.taskId), 'conflict')
      await expectRefusal(client.tb.tasks.cancel(agreed.taskId, { reason: '' }), 'validation_failed', {
        reason: ['length'],
      })
    },
  )
  const before = await moneyOf(stack, client)
  expect(await must(client.tb.tasks.cancel(agreed.taskId, { reason: 'Sold it.' }))).toMatchObject({
    status: 'cancelled',
    cancellation_reason: 'Sold it.',
  })
  expect((await moneyOf(stack, client)) - before).toBe(10_000)
  expect(await toldOf(freelancer, 'task_status', agreed.taskId)).toEqual(['cancelled'])
  expect((await must(freelancer.tb.tasks.get(agreed.taskId))).cancellation_reason).toBe('Sold it.')

  const open = await makeTask(stack, client)
  await makeApplication(stack, open, another)
  expect((await client.client.rpc('cancel_task', { task_id: open })).data).toMatchObject([{ status: 'cancelled' }])
  expect(await toldOf(another, 'application_status', open)).toEqual(['rejected'])
})

it('MT24 tasks.listMyApplications: one’s own', async () => {
  const worker = await member(stack, ['freelancer'])
  const [one, two] = [await makeTask(stack, client), await makeTask(stack, client)]
  const [first, second] = [await makeApplication(stack, one, worker), await makeApplication(stack, two, worker)]
  expect((await must(worker.tb.tasks.listMyApplications())).items.map(({ id }) => id)).toEqual([second, first])
  await must(worker.tb.tasks.withdrawApplication(first))
  expect((await must(worker.tb.tasks.listMyApplications({ status: 'withdrawn' }))).items).toMatchObject([{ id: first }])
  expect(await toldOf(client, 'application_status', one)).toEqual(['withdrawn'])
  expect((await worker.client.rpc('list_my_applications', {})).data).toHaveLength(2)
  expect((await must(stranger.tb.tasks.listMyApplications())).items).toEqual([])
  await expectRefusal(device(stack).tb.tasks.listMyApplications(), 'auth_required')
  await expectRefusal(worker.tb.tasks.listMyApplications({ offset: 1001 }), 'validation_failed', { offset: ['range'] })
})

it('who was accepted steps back until work begins: money goes back, the task is open again', async () => {
  const agreed = await makeAgreedTask(stack, client, freelancer, { funded: true })
  const before = await moneyOf(stack, client)
  await must(freelancer.tb.tasks.withdrawApplication(agreed.applicationId))
  expect(await must(client.tb.tasks.get(agreed.taskId))).toMatchObject({
    status: 'open',
    accepted_application_id: null,
  })
  expect((await moneyOf(stack, client)) - before).toBe(10_000)
  const next = await makeApplication(stack, agreed.taskId, another, 7_000)
  await must(client.tb.tasks.acceptApplication(next))
  const parts = await must(
    client.tb.tasks.setMilestones(agreed.taskId, [
      { title: 'Sketches', amount: 3_000 },
      { title: 'Final', amount: 4_000 },
    ]),
  )
  expect(parts.filter(({ payee_id }) => payee_id === another.id)).toMatchObject([
    { title: 'Sketches', amount: 3_000, purpose: 'milestone' },
    { title: 'Final', amount: 4_000 },
  ])
  await must(another.tb.tasks.start(agreed.taskId))
  await fundEscrow(stack, await escrowOf(stack, agreed.taskId))
  await expectUnchanged(
    () => stored(agreed.taskId),
    () => expectRefusal(another.tb.tasks.withdrawApplication(next), 'conflict'),
  )
})

it('milestones are the accepted price together, named before any is paid', async () => {
  const agreed = await makeAgreedTask(stack, client, freelancer)
  const set = (milestones: { title: string; amount: number }[]) =>
    client.tb.tasks.setMilestones(agreed.taskId, milestones)
  await expectUnchanged(
    () => stored(agreed.taskId),
    async () => {
      await expectRefusal(set([{ title: 'All', amount: 9_999 }]), 'validation_failed', { milestones: ['range'] })
      await expectRefusal(set([]), 'validation_failed')
      await expectRefusal(
        freelancer.tb.tasks.setMilestones(agreed.taskId, [{ title: 'All', amount: 10_000 }]),
        'not_found',
      )
      const rpc = (milestones: unknown) => client.client.rpc('set_milestones', { task_id: agreed.taskId, milestones })
      for (const wrong of [
        null,
        7,
        {},
        [1],
        [{ title: 'All' }],
        [{ title: 'All', amount: 1e30 }],
        [{ title: 7, amount: 10_000 }],
      ]) {
        expect((await rpc(wrong)).error?.code, JSON.stringify(wrong)).toBe('validation_failed')
      }
    },
  )
  const [first] = await must(
    set([
      { title: 'Half', amount: 5_000 },
      { title: 'Rest', amount: 5_000 },
    ]),
  )
  await fundEscrow(stack, first!.id)
  await expectUnchanged(
    () => stored(agreed.taskId),
    () => expectRefusal(set([{ title: 'All', amount: 10_000 }]), 'conflict'),
  )
  await must(client.tb.escrows.release(first!.id))
  await must(client.tb.tasks.complete(agreed.taskId))
  const parts = await must(freelancer.tb.escrows.list({ entity_type: 'task', entity_id: agreed.taskId }))
  expect(parts.map(({ status }) => status)).toEqual(['released', 'cancelled'])
})

it('what went back before work began is paid anew', async () => {
  const agreed = await makeAgreedTask(stack, client, freelancer, { funded: true })
  const whole = [{ title: 'All of it', amount: 10_000 }]
  await expectRefusal(client.tb.tasks.setMilestones(agreed.taskId, whole), 'conflict')
  await must(client.tb.escrows.refund(agreed.escrowId))
  await must(client.tb.tasks.setMilestones(agreed.taskId, whole))
  await fundEscrow(stack, await escrowOf(stack, agreed.taskId))
  const before = await moneyOf(stack, freelancer)
  await must(client.tb.tasks.complete(agreed.taskId))
  expect((await moneyOf(stack, freelancer)) - before).toBe(8_500)
})
