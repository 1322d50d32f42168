import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { makeAgreedTask, makeTask } from '../helpers/work.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let client: Member
let stranger: Member
let freelancer: Member
beforeAll(async () => {
  stack = await startParityStack()
  client = await member(stack, ['client'])
  stranger = await member(stack, ['client'])
  freelancer = await member(stack, ['freelancer'])
})
afterAll(() => stack.close())

const input = () => ({
  title: `Move a piano ${unique()}`,
  description: 'Third floor, no lift.',
  category: 'it-help',
  budget: 15_000,
  currency: 'KZT',
  deadline: '2030-12-31',
  city: 'Almaty',
  country: 'Kazakhstan',
  address: 'Abay avenue 1, flat 12',
  task_type: 'physical' as const,
})

const tasksOf = (...owners: Member[]) =>
  sql(stack)`select * from public.tasks where owner_id = any (${owners.map(({ id }) => id)}) order by id`

it('MT12 tasks.list: filters by status, category, text, city and budget, orders, pages', async () => {
  const word = unique('word')
  const owner = await member(stack, ['client'])
  const make = (fields: Record<string, unknown>) => makeTask(stack, owner, { title: word, ...fields })
  const [skill] = await sql(stack)`select id from public.skills order by name desc limit 1`
  const cheap = await make({ budget: 100, city: 'Almaty', category: 'logo-design', title: `${word}, 4K` })
  const dear = await make({
    budget: 900,
    city: 'astana',
    category: 'podcasts',
    task_type: 'physical',
    skill_ids: [skill!.id],
  })
  const middle = await make({ budget: 500, currency: 'KZT', status: 'completed', description: 'A 4K needle in it.' })

  const ids = async (filters: Parameters<Member['tb']['tasks']['list']>[0] = {}) =>
    (await must(device(stack).tb.tasks.list({ owner_id: owner.id, ...filters }))).items.map(({ id }) => id)
  expect(await ids()).toEqual([middle, dear, cheap])
  expect(await ids({ sort: 'oldest' })).toEqual([cheap, dear, middle])
  expect(await ids({ sort: 'highest_budget', currency: 'USD' })).toEqual([dear, cheap])
  expect(await ids({ sort: 'lowest_budget', currency: 'USD' })).toEqual([cheap, dear])
  expect(await ids({ status: 'completed' })).toEqual([middle])
  expect(await ids({ category: 'design' }), 'with what is below it').toEqual([middle, cheap])
  expect(await ids({ category: 'podcasts' })).toEqual([dear])
  expect(await ids({ city: 'Astana' })).toEqual([dear])
  expect(await ids({ min_budget: 100, max_budget: 500, currency: 'USD' })).toEqual([cheap])
  expect(await ids({ task_type: 'physical' })).toEqual([dear])
  expect(await ids({ skill_id: skill!.id as string })).toEqual([dear])
  expect(await ids({ search: 'NEEDLE' })).toEqual([middle])
  expect(await ids({ search: '4k needle' })).toEqual([middle])
  expect(await ids({ search: '4k' }), 'too short for descriptions').toEqual([cheap])
  expect(await ids({ search: word })).toHaveLength(3)

  const first = await must(client.tb.tasks.list({ owner_id: owner.id, limit: 2 }))
  expect(first).toMatchObject({ total: 3, has_more: true })
  const second = await must(client.tb.tasks.list({ owner_id: owner.id, limit: 2, cursor: first.next_cursor! }))
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([middle, dear, cheap])

  const suspended = await member(stack, ['client'])
  const hidden = await makeTask(stack, suspended, { title: word })
  await sql(stack)`select private.suspend_account(${suspended.id}, 'for a test')`
  for (const { tb } of [device(stack), client]) {
    expect((await must(tb.tasks.list({ search: word }))).items.map(({ id }) => id)).toEqual([middle, dear, cheap])
    await expectRefusal(tb.tasks.get(hidden), 'not_found')
  }

  const plain = await device(stack).client.rpc('list_tasks', { search: word, min_budget: 900, currency: 'USD' })
  expect(plain.data?.map(({ id }: { id: string }) => id)).toEqual([dear])
  const { tb } = device(stack)
  await expectRefusal(tb.tasks.list({ min_budget: 5, max_budget: 1, currency: 'USD' }), 'validation_failed', {
    max_budget: ['order'],
  })
  await expectRefusal(tb.tasks.list({ min_budget: 5 }), 'validation_failed', { currency: ['required'] })
  await expectRefusal(tb.tasks.list({ status: 'lost' as 'open', limit: 101 }), 'validation_failed', {
    status: ['known'],
    limit: ['range'],
  })
  expect((await client.client.rpc('list_tasks', { sort: 'cheapest' })).error?.code).toBe('validation_failed')
})

it('MT13 tasks.create: by clients, budget above 0, a physical one has a place', async () => {
  const [skill] = await sql(stack)`select id from public.skills order by name limit 1`
  const full = { ...input(), skill_ids: [skill!.id as string] }
  const created = await must(client.tb.tasks.create(full))
  expectTaken(full, {
    title: 'title',
    description: 'description',
    category: 'category',
    budget: 'budget',
    deadline: 'deadline',
    city: 'city',
    address: 'address',
    task_type: 'task_type',
  })
  expect(created).toMatchObject({ ...full, status: 'open', applications_count: 0, owner: { id: client.id } })
  expect(created.skills).toHaveLength(1)

  const insert = (person: Pick<Member, 'client'>, owner: Member, changes = {}) =>
    person.client.from('tasks').insert({ owner_id: owner.id, ...input(), ...changes })
  expect((await insert(client, client)).error).toBeNull()
  await expectUnchanged(
    () => tasksOf(client, stranger, freelancer),
    async () => {
      await expectRefusal(freelancer.tb.tasks.create(input()), 'permission_denied')
      await expectRefusal(device(stack).tb.tasks.create(input()), 'auth_required')
      await expectRefusal(
        client.tb.tasks.create({ ...input(), title: 'ab', budget: 0, currency: 'tenge', city: null }),
        'validation_failed',
        { title: ['length'], budget: ['range'], currency: ['format'], city: ['required'] },
      )
      await expectRefusal(client.tb.tasks.create({ ...input(), category: 'fashion' }), 'validation_failed', {
        category: ['known'],
      })
      const unknown = ['00000000-0000-4000-8000-000000000000']
      await expectRefusal(client.tb.tasks.create({ ...input(), skill_ids: unknown }), 'validation_failed', {
        skill_ids: ['known'],
      })
      expect((await insert(client, stranger)).error?.code).toBe('42501')
      expect((await insert(client, client, { status: 'completed' })).error?.code).toBe('42501')
      expect((await insert(client, client, { budget: 0 })).error?.code).toBe('23514')
      expect((await insert(client, client, { city: null })).error?.code).toBe('23514')
    },
  )
})

it('MT14 tasks.get: to everybody, where exactly to the owner and who was accepted', async () => {
  const { id } = await must(client.tb.tasks.create(input()))
  expect(await must(client.tb.tasks.get(id))).toMatchObject({ id, address: 'Abay avenue 1, flat 12' })
  for (const { tb } of [device(stack), stranger, freelancer]) {
    expect(await must(tb.tasks.get(id))).toMatchObject({ id, city: 'Almaty', address: null })
  }
  const application = await must(freelancer.tb.tasks.apply(id, { proposal: 'Four of us.', offered_price: 14_000 }))
  expect((await must(freelancer.tb.tasks.get(id))).address).toBeNull()
  expect((await must(freelancer.tb.tasks.get(id))).my_application_status).toBe('pending')
  await must(client.tb.tasks.acceptApplication(application.id))
  expect((await must(freelancer.tb.tasks.get(id))).address).toBe('Abay avenue 1, flat 12')
  const plain = await device(stack).client.rpc('get_task', { task_id: id }).single()
  expect(plain.data).toMatchObject({ id, address: null, accepted_application_id: null })
  expect((await stranger.client.from('tasks').select().eq('id', id)).data).toEqual([])
  await expectRefusal(stranger.tb.tasks.get('00000000-0000-4000-8000-000000000000'), 'not_found')
  await expectRefusal(stranger.tb.tasks.get('7'), 'validation_failed', { task_id: ['format'] })
})

it('MT15 tasks.update: the owner, until an application is accepted', async () => {
  const task = await must(client.tb.tasks.create(input()))
  const updated = await must(client.tb.tasks.update(task.id, { budget: 20_000, deadline: null }))
  expect(updated).toEqual({ ...task, budget: 20_000, deadline: null, updated_at: updated.updated_at })
  const update = (person: Pick<Member, 'client'>, id: string, changes: object) =>
    person.client.from('tasks').update(changes).eq('id', id).select('id')
  expect((await update(client, task.id, { budget: 21_000 })).data).toHaveLength(1)

  const agreed = await makeAgreedTask(stack, client, freelancer)
  const applied = await must(client.tb.tasks.create(input()))
  await must(freelancer.tb.tasks.apply(applied.id, { proposal: 'Mine.', offered_price: 1 }))
  await expectUnchanged(
    () => tasksOf(client),
    async () => {
      await expectRefusal(stranger.tb.tasks.update(task.id, { budget: 1 }), 'not_found')
      await expectRefusal(device(stack).tb.tasks.update(task.id, { budget: 1 }), 'auth_required')
      await expectRefusal(client.tb.tasks.update(agreed.taskId, { budget: 1 }), 'conflict')
      await expectRefusal(client.tb.tasks.update(applied.id, { currency: 'USD' }), 'conflict')
      await expectRefusal(client.tb.tasks.update(task.id, { budget: -1 }), 'validation_failed', { budget: ['range'] })
      await expectRefusal(client.tb.tasks.update(task.id, {}), 'validation_failed')
      expect((await update(stranger, task.id, { budget: 1 })).data).toEqual([])
      expect((await update(client, agreed.taskId, { budget: 1 })).data).toEqual([])
      expect((await update(client, task.id, { status: 'completed' })).error?.code).toBe('42501')
    },
  )
})

it('MT16 tasks.delete: the owner; not once somebody was accepted or money was in it', async () => {
  const { id } = await must(client.tb.tasks.create(input()))
  await must(freelancer.tb.tasks.apply(id, { proposal: 'Mine.', offered_price: 1 }))
  const agreed = await makeAgreedTask(stack, client, freelancer, { funded: true })
  const reopened = await makeAgreedTask(stack, client, freelancer, { funded: true })
  await must(freelancer.tb.tasks.withdrawApplication(reopened.applicationId))
  await expectUnchanged(
    () => tasksOf(client),
    async () => {
      await expectRefusal(stranger.tb.tasks.delete(id), 'not_found')
      await expectRefusal(device(stack).tb.tasks.delete(id), 'auth_required')
      await expectRefusal(client.tb.tasks.delete(agreed.taskId), 'conflict')
      await expectRefusal(client.tb.tasks.delete(reopened.taskId), 'conflict')
      await client.client.from('tasks').delete().eq('id', id)
    },
  )
  await must(client.tb.tasks.delete(id))
  await expectRefusal(client.tb.tasks.get(id), 'not_found')
  const told = await sql(stack)`
    select data ->> 'status' as status from public.notifications
    where account_id = ${freelancer.id} and data ->> 'task_id' = ${id}
  `
  expect(told.map(({ status }) => status)).toEqual(['deleted'])
  const other = await must(client.tb.tasks.create(input()))
  expect((await client.client.rpc('delete_task', { task_id: other.id })).error).toBeNull()
})

it('MT23 tasks.listMine: one’s own, of one status or all', async () => {
  const owner = await member(stack, ['client'])
  const open = await makeTask(stack, owner)
  const done = await makeTask(stack, owner, { status: 'completed' })
  expect((await must(owner.tb.tasks.listMine())).items.map(({ id }) => id)).toEqual([done, open])
  expect((await must(owner.tb.tasks.listMine({ status: 'open' }))).items.map(({ id }) => id)).toEqual([open])
  expect((await owner.client.rpc('list_my_tasks', { status: 'completed' })).data).toMatchObject([{ id: done }])
  expect((await must(freelancer.tb.tasks.listMine())).items).toEqual([])
  await expectRefusal(device(stack).tb.tasks.listMine(), 'auth_required')
  await expectRefusal(owner.tb.tasks.listMine({ limit: 0 }), 'validation_failed', { limit: ['range'] })
})

it('MT29 tasks.statistics: totals for everybody', async () => {
  const { tb, client: anon } = device(stack)
  const before = await must(tb.tasks.statistics())
  expectFields(before, {
    open: 'open_tasks',
    in_progress: 'in_progress_tasks',
    completed: 'completed_tasks',
    freelancers: 'freelancers',
    clients: 'clients',
    average_budget: 'average_budgets',
  })
  await makeTask(stack, client, { budget: 100, currency: 'EUR' })
  await makeTask(stack, client, { budget: 201, currency: 'EUR', status: 'completed' })
  await makeTask(stack, client, { budget: 900, currency: 'EUR', status: 'cancelled' })
  await makeTask(stack, client, { budget: 50, currency: 'RUB', status: 'in_progress' })
  await member(stack, ['client'])
  await member(stack, ['freelancer'])
  const after = await must(tb.tasks.statistics())
  expect(after).toMatchObject({
    open_tasks: before.open_tasks + 1,
    in_progress_tasks: before.in_progress_tasks + 1,
    completed_tasks: before.completed_tasks + 1,
    freelancers: before.freelancers + 1,
    clients: before.clients + 1,
  })
  const averages = Object.fromEntries(after.average_budgets.map(({ currency, ...rest }) => [currency, rest]))
  expect(averages.EUR, 'rounded, without cancelled ones').toEqual({ amount: 151, tasks: 2 })
  expect(averages.RUB).toEqual({ amount: 50, tasks: 1 })
  expect((await anon.rpc('task_statistics')).data).toEqual(after)
})

it('MT30 tasks.myStatistics: as client and as freelancer', async () => {
  const [poster, worker] = [await member(stack, ['client']), await member(stack, ['freelancer', 'client'])]
  const agreed = await makeAgreedTask(stack, poster, worker, { funded: true })
  await must(poster.tb.tasks.complete(agreed.taskId))
  await makeAgreedTask(stack, poster, worker)
  const waiting = await makeTask(stack, poster)
  await must(worker.tb.tasks.apply(waiting, { proposal: 'Mine.', offered_price: 1 }))
  await makeTask(stack, worker, { status: 'cancelled' })
  expect(await must(poster.tb.tasks.myStatistics())).toMatchObject({
    tasks_posted: 3,
    tasks_open: 1,
    tasks_in_progress: 1,
    tasks_completed: 1,
    tasks_cancelled: 0,
    applications_received: 3,
    applications_sent: 0,
  })
  const own = await must(worker.tb.tasks.myStatistics())
  expect(own).toEqual({
    tasks_posted: 1,
    tasks_open: 0,
    tasks_in_progress: 0,
    tasks_completed: 0,
    tasks_cancelled: 1,
    applications_received: 0,
    applications_sent: 3,
    applications_pending: 1,
    applications_accepted: 2,
    jobs_in_progress: 1,
    jobs_completed: 1,
    rating_as_client: null,
    rating_as_freelancer: null,
  })
  expect((await worker.client.rpc('my_task_statistics')).data).toEqual(own)
  await expectRefusal(device(stack).tb.tasks.myStatistics(), 'auth_required')
})
