import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { meanwhile, statement } from '../helpers/at-once.ts'
import { anonClient, createPerson, liftRequestLimits, type Person, serviceClient, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { makeAgreedTask, makeApplication, makeTask } from '../helpers/work.ts'
import { expectUnchanged } from '../parity/refusals.ts'

// What must not work around tasks and applications: edits behind an agreement, where exactly, what others offer.

let stack: TestStack
let client: Person
let freelancer: Person
let rival: Person

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  ;[client, freelancer, rival] = await Promise.all([
    createPerson(stack, { roles: ['client'] }),
    createPerson(stack, { roles: ['freelancer', 'client'] }),
    createPerson(stack, { roles: ['freelancer', 'client'] }),
  ])
})
afterAll(() => stack.close())

const changesNothing = (attempts: () => Promise<unknown>) => expectUnchanged(() => stateOf(stack), attempts)

const codeOf = async (answer: PromiseLike<{ error: { code: string } | null }>) => (await answer).error?.code ?? 'done'

const somebody = (...roles: string[]) => createPerson(stack, { roles })

const other = '00000000-0000-4000-8000-000000000000'

test('5: a new task chooses no id, status, winner, counter or time', async () => {
  const row = { title: 'A task', description: 'x', category: 'design', task_type: 'digital', budget: 1 }
  await changesNothing(async () => {
    for (const chosen of [
      { id: other },
      { status: 'completed' },
      { applications_count: 5 },
      { accepted_application_id: other },
      { started_at: '2001-01-01T00:00:00Z' },
      { completed_at: '2001-01-01T00:00:00Z' },
      { cancellation_reason: 'x' },
      { created_at: '2001-01-01T00:00:00Z' },
      { owner_id: rival.id },
    ]) {
      const answer = client.client.from('tasks').insert({ ...row, ...chosen })
      expect(await codeOf(answer), JSON.stringify(chosen)).toBe('42501')
    }
  })
})

test('6 and 14: nobody hands a task over or acts for another', async () => {
  const task_id = await makeTask(stack, client)
  const application_id = await makeApplication(stack, task_id, freelancer)
  await changesNothing(async () => {
    expect(await codeOf(client.client.from('tasks').update({ owner_id: rival.id }).eq('id', task_id))).toBe('42501')
    const offer = { task_id, proposal: 'x', offered_price: 1 }
    for (const [name, args] of [
      ['apply_to_task', { ...offer, freelancer_id: freelancer.id }],
      ['apply_to_task', { ...offer, currency: 'KZT' }],
      ['apply_to_task', { ...offer, status: 'accepted' }],
      ['accept_application', { application_id, account_id: client.id }],
      ['withdraw_application', { application_id, freelancer_id: freelancer.id }],
      ['complete_task', { task_id, owner_id: client.id }],
      ['list_my_tasks', { owner_id: client.id }],
      ['list_my_applications', { freelancer_id: freelancer.id }],
    ] as const) {
      expect(await codeOf(rival.client.rpc(name, args)), name).toBe('PGRST202')
    }
  })
})

test('3: where exactly a task is done is nowhere but for its owner and who was accepted', async () => {
  const secret = 'Secretstreet 77'
  const made = () => makeTask(stack, client, { address: secret, task_type: 'physical', city: 'Almaty' })
  const [open, taken, left] = [await made(), await made(), await made()]
  const accepted = await makeApplication(stack, taken, freelancer)
  await makeApplication(stack, taken, rival)
  expect(await codeOf(client.client.rpc('accept_application', { application_id: accepted }))).toBe('done')
  // Was accepted and stepped back.
  const stepped = await makeApplication(stack, left, rival)
  expect(await codeOf(client.client.rpc('accept_application', { application_id: stepped }))).toBe('done')
  expect(await codeOf(rival.client.rpc('withdraw_application', { application_id: stepped }))).toBe('done')
  await makeApplication(stack, open, rival)
  const task_ids = [open, taken, left]
  const stranger = await somebody('freelancer', 'client')
  for (const viewer of [rival.client, stranger.client, anonClient(stack)]) {
    await viewer.rpc('add_favorite', { entity_type: 'task', entity_id: open })
    const answers = await Promise.all([
      viewer.from('tasks').select(),
      viewer.from('tasks').select('address').eq('address', secret),
      viewer.from('task_applications').select('*, tasks(*)'),
      viewer.from('task_applications').select('*, tasks!inner(address)').eq('tasks.address', secret),
      viewer.rpc('list_tasks', { owner_id: client.id }),
      viewer.rpc('list_tasks', { owner_id: client.id }).eq('address', secret),
      viewer.rpc('list_tasks', { search: secret }),
      viewer.rpc('get_tasks', { task_ids }),
      ...task_ids.map((task_id) => viewer.rpc('get_task', { task_id })),
      viewer.rpc('list_my_applications'),
      viewer.rpc('list_favorites', { entity_type: 'task' }),
      viewer.rpc('export_account'),
      viewer.from('notifications').select(),
    ])
    const answered = answers.filter(({ error }) => error === null)
    expect(answered.length).toBeGreaterThan(5)
    expect(JSON.stringify(answered.map(({ data }) => data))).not.toContain('Secretstreet')
    expect(answers[5]!.data).toEqual([])
    expect(answers[6]!.data).toEqual([])
  }
  const own = await freelancer.client.rpc('get_tasks', { task_ids })
  expect(own.data.map(({ address }: { address: string | null }) => address).filter(Boolean)).toEqual([secret])
})

test('3: what others offer is not read, counted or joined', async () => {
  const task_id = await makeTask(stack, client)
  const [mine, theirs] = [
    await makeApplication(stack, task_id, freelancer, 4_321),
    await makeApplication(stack, task_id, rival),
  ]
  const table = () => rival.client.from('task_applications')
  expect((await table().select('id').eq('task_id', task_id)).data).toEqual([{ id: theirs }])
  expect((await table().select('id', { count: 'exact', head: true }).eq('offered_price', 4_321)).count).toBe(0)
  expect((await table().select('id').eq('id', mine)).data).toEqual([])
  const embedded = await rival.client.from('accounts').select('id, task_applications(id)').eq('id', freelancer.id)
  expect(embedded.data).toEqual([{ id: freelancer.id, task_applications: [] }])
  await changesNothing(async () => {
    for (const name of ['accept_application', 'reject_application', 'withdraw_application']) {
      expect(await codeOf(rival.client.rpc(name, { application_id: mine })), name).toBe('not_found')
    }
    for (const writer of [rival.client, freelancer.client, client.client]) {
      expect(await codeOf(writer.from('task_applications').update({ offered_price: 1 }).eq('id', mine))).toBe('42501')
      expect(await codeOf(writer.from('task_applications').delete().eq('id', mine))).toBe('42501')
    }
    // The service role reads; it is not asked whose it is.
    const service = serviceClient(stack)
    expect(await codeOf(service.from('task_applications').update({ status: 'accepted' }).eq('id', mine))).toBe('42501')
  })
})

describe('12: who is suspended or blocked', () => {
  test('posts, changes and applies to nothing, and is not accepted', async () => {
    const gone = await somebody('client', 'freelancer')
    const own = await makeTask(stack, gone)
    const task = await makeTask(stack, client)
    const application_id = await makeApplication(stack, task, gone)
    const theirs = await makeApplication(stack, own, freelancer)
    await sql(stack)`select private.suspend_account(${gone.id}, 'for a test')`
    await changesNothing(async () => {
      const row = { title: 'A task', description: 'x', category: 'design', task_type: 'digital', budget: 1 }
      expect(await codeOf(gone.client.from('tasks').insert(row))).toBe('account_suspended')
      expect(await codeOf(gone.client.from('tasks').update({ budget: 1 }).eq('id', own))).toBe('account_suspended')
      for (const [name, args] of [
        ['apply_to_task', { task_id: task, proposal: 'x', offered_price: 1 }],
        ['accept_application', { application_id: theirs }],
        ['withdraw_application', { application_id }],
        ['delete_task', { task_id: own }],
      ] as const) {
        expect(await codeOf(gone.client.rpc(name, args)), name).toBe('account_suspended')
      }
      expect(await codeOf(client.client.rpc('accept_application', { application_id }))).toBe('conflict')
      const apply = rival.client.rpc('apply_to_task', { task_id: own, proposal: 'x', offered_price: 1 })
      expect(await codeOf(apply)).toBe('not_found')
      expect((await rival.client.rpc('list_tasks', { owner_id: gone.id })).data).toEqual([])
    })
  })

  test.each(['client', 'freelancer'])('is not accepted once the %s has blocked the other', async (side) => {
    const [owner, worker] = [await somebody('client'), await somebody('freelancer')]
    const task_id = await makeTask(stack, owner)
    const application_id = await makeApplication(stack, task_id, worker)
    const [blocker, blocked] = side === 'client' ? [owner, worker] : [worker, owner]
    expect(await codeOf(blocker.client.rpc('block_account', { account_id: blocked.id }))).toBe('done')
    await changesNothing(async () => {
      expect(await codeOf(owner.client.rpc('accept_application', { application_id }))).toBe('conflict')
      expect((await worker.client.rpc('get_task', { task_id })).data).toEqual([])
      expect((await worker.client.rpc('list_tasks', { owner_id: owner.id })).data).toEqual([])
    })
  })
})

test('50: deadlines, lists and words of a task beyond any sense', async () => {
  const task_id = await makeTask(stack, client)
  const values: [string, unknown[]][] = [
    ['deadline', ['infinity', '-infinity', '1999-12-31', '2200-01-02', '300000-01-01', '0001-01-01 BC', 'soon']],
    ['skill_ids', [Array(21).fill(other), [other], [null], ['x'], 'none', null, [[other]]]],
    ['currency', ['kzt', 'EURO', '', null]],
    ['task_type', ['remote', 'PHYSICAL', '', null, 'physical']],
    ['category', ['fashion', 'no_such_category', '', null]],
  ]
  await changesNothing(async () => {
    for (const [column, wrong] of values) {
      for (const value of wrong) {
        const { error, status } = await client.client
          .from('tasks')
          .update({ [column]: value })
          .eq('id', task_id)
        expect([error === null, status], `${column} ${JSON.stringify(value)}`).toEqual([false, 400])
      }
    }
  })
})

describe('50: milestones that are none', () => {
  const price = 100_000
  const part = { title: 'All', amount: price }
  const deep = JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`)
  const wrong: [string, unknown][] = [
    ['a word', 'x'],
    ['a number', 1],
    ['an object', part],
    ['nothing', []],
    ['null in it', [null]],
    ['a list in it', [[part]]],
    ['deep lists', deep],
    ['deep titles', [{ ...part, title: deep }]],
    ['21 of them', [...Array(20).fill({ title: 'x', amount: 1 }), { ...part, amount: price - 20 }]],
    ['100,000 of them', Array(100_000).fill({ title: 'x', amount: 1 })],
    ['no title', [{ amount: price }]],
    ['a blank title', [{ ...part, title: ' ' }]],
    ['a title that runs backwards', [{ ...part, title: 'x\u202Ey' }]],
    ['a long title', [{ ...part, title: 'x'.repeat(201) }]],
    ['a title of a megabyte', [{ ...part, title: 'x'.repeat(1_048_576) }]],
    ['text for an amount', [{ ...part, amount: `${price}` }]],
    ['a fraction', [{ ...part, amount: price + 0.5 }]],
    [
      'less than nothing',
      [
        { title: 'x', amount: -1 },
        { title: 'y', amount: price + 1 },
      ],
    ],
    ['a part for nothing', [{ title: 'x', amount: 0 }, part]],
    ['more than the price', [part, { title: 'x', amount: 1 }]],
    ['less than the price', [{ ...part, amount: price - 1 }]],
    ['beyond all numbers', [{ ...part, amount: 1e300 }]],
    ['far beyond the price together', Array(20).fill({ title: 'x', amount: 9_999_999_999_999 })],
  ]
  let task_id: string
  beforeAll(async () => {
    task_id = (await makeAgreedTask(stack, client, freelancer, { price })).taskId
  })

  test.each(wrong)('%s', async (_title, milestones) => {
    await changesNothing(async () => {
      const { error, status } = await client.client.rpc('set_milestones', { task_id, milestones })
      expect([error?.code, status]).toEqual(['validation_failed', 400])
    })
  })

  test('what else a part names is left out', async () => {
    const more = { id: other, status: 'funded', funded: price, payee_id: rival.id, currency: 'KZT', position: 9 }
    const { data } = await client.client.rpc('set_milestones', { task_id, milestones: [{ ...part, ...more }] })
    expect(data).toMatchObject([
      { title: 'All', amount: price, status: 'pending', payee_id: freelancer.id, currency: 'USD' },
    ])
    expect(data[0].id).not.toBe(other)
  })
})

describe('what is done while another’s transaction is open', () => {
  const taskOf = async (id: string) =>
    (await sql(stack)`select status, budget, currency, applications_count from public.tasks where id = ${id}`)[0]
  const apply = (task_id: string) => ({
    as: freelancer,
    runs: [statement('select id from public.apply_to_task($1, $2, 1)', task_id, 'Mine.')],
  })
  const asOwner = (text: string, ...values: string[]) => ({ as: client, runs: [statement(text, ...values)] })
  const accept = (id: string) => asOwner('select id from public.accept_application($1)', id)

  test('an edit behind an accept changes nothing', async () => {
    const task = await makeTask(stack, client)
    const application = await makeApplication(stack, task, freelancer)
    const edit = asOwner('update public.tasks set budget = 1, title = $2 where id = $1', task, 'Another title')
    expect(await meanwhile(stack, accept(application), edit)).toEqual(['done', 'done'])
    expect(await taskOf(task)).toMatchObject({ status: 'in_progress', budget: '10000' })
  })

  test('a deletion behind an accept is refused', async () => {
    const task = await makeTask(stack, client)
    const application = await makeApplication(stack, task, freelancer)
    const remove = asOwner('select public.delete_task($1)', task)
    expect(await meanwhile(stack, accept(application), remove)).toEqual(['done', 'conflict'])
    expect(await taskOf(task)).toMatchObject({ status: 'in_progress' })
  })

  test('another currency behind an application is refused, an application behind another currency has that one', async () => {
    const recur = (id: string) => asOwner(`update public.tasks set currency = 'KZT' where id = $1`, id)
    const currencies = async (id: string) =>
      (await sql(stack)`select currency from public.task_applications where task_id = ${id}`).map((row) => row.currency)
    const [one, two] = [await makeTask(stack, client), await makeTask(stack, client)]
    expect(await meanwhile(stack, apply(one), recur(one))).toEqual(['done', 'conflict'])
    expect([(await taskOf(one))!.currency, await currencies(one)]).toEqual(['USD', ['USD']])
    expect(await meanwhile(stack, recur(two), apply(two))).toEqual(['done', 'done'])
    expect([(await taskOf(two))!.currency, await currencies(two)]).toEqual(['KZT', ['KZT']])
  })

  test('nobody applies behind a cancel, a deletion or an accept, and twice is once', async () => {
    const [cancelled, deleted, taken, wanted] = await Promise.all([0, 1, 2, 3].map(() => makeTask(stack, client)))
    const application = await makeApplication(stack, taken!, rival)
    const cancel = asOwner('select id from public.cancel_task($1)', cancelled!)
    expect(await meanwhile(stack, cancel, apply(cancelled!))).toEqual(['done', 'conflict'])
    const remove = asOwner('select public.delete_task($1)', deleted!)
    expect(await meanwhile(stack, remove, apply(deleted!))).toEqual(['done', 'not_found'])
    expect(await meanwhile(stack, accept(application), apply(taken!))).toEqual(['done', 'conflict'])
    expect(await meanwhile(stack, apply(wanted!), apply(wanted!))).toEqual(['done', 'duplicate'])
    expect(await taskOf(wanted!)).toMatchObject({ applications_count: 1 })
    expect(await taskOf(cancelled!)).toMatchObject({ status: 'cancelled', applications_count: 0 })
  })

  test('a deletion behind an application takes it along and tells', async () => {
    const task = await makeTask(stack, client)
    const remove = asOwner('select public.delete_task($1)', task)
    expect(await meanwhile(stack, apply(task), remove)).toEqual(['done', 'done'])
    expect(await taskOf(task)).toBeUndefined()
    const told = await sql(stack)`
      select data ->> 'status' as status from public.notifications
      where account_id = ${freelancer.id} and data ->> 'task_id' = ${task}
    `
    expect(told).toEqual([{ status: 'deleted' }])
  })
})
