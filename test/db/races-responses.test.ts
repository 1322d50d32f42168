import { afterAll, beforeAll, expect, test } from 'vitest'
import { atOnce, codesOf, type Outcome, type Runner, statement } from '../helpers/at-once.ts'
import { createPerson, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let agency: Person
let model: Person

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  agency = await createPerson(stack, { roles: ['agency'] })
  model = await createPerson(stack, { roles: ['model'] })
})
afterAll(() => stack.close())

interface Response {
  id: string
  casting_id: string
}

/** A pending response of the model to a casting of the agency that needs one model. */
async function newResponse(): Promise<Response> {
  const [row] = await sql(stack)`
    with casting as (
      insert into public.castings (owner_id, title, description, category, status, models_needed)
      values (${agency.id}, 'A casting', 'x', 'fashion', 'active', 1) returning id
    )
    insert into public.casting_responses (casting_id, model_id, currency)
    select id, ${model.id}, 'KZT' from casting returning id, casting_id
  `
  return row as unknown as Response
}

const set = (status: string, { id }: Response): Runner => ({
  as: agency,
  runs: [statement(`select public.set_response_status($1, $2)`, id, status)],
})
const withdraw = ({ id }: Response): Runner => ({
  as: model,
  runs: [statement('select public.withdraw_response($1)', id)],
})

/** What became of a response: its status, its casting's counters, and who was told of which status. */
async function resultOf({ id, casting_id }: Response) {
  const [row] = await sql(stack)`
    select r.status, c.responses_count, c.accepted_count
    from public.casting_responses r join public.castings c on c.id = r.casting_id where r.id = ${id}
  `
  const told = await sql(stack)`
    select account_id, data ->> 'status' as status from public.notifications
    where data ->> 'casting_id' = ${casting_id} order by id
  `
  return { ...row, told: told.map((one) => `${one.account_id === agency.id ? 'agency' : 'model'} ${one.status}`) }
}

/**
 * Starts the calls on connections of their own while their casting is locked, each when the one before waits for the
 * lock: all of them began with what was there before any of them, and go on in this order.
 */
async function inOrder({ casting_id }: Response, runners: Runner[]): Promise<Outcome[]> {
  const running = await sql(stack).begin(async (tx) => {
    await tx`select from public.castings where id = ${casting_id} for update`
    const started: Promise<Outcome[]>[] = []
    for (const runner of runners) {
      started.push(atOnce(stack, [runner]))
      await areWaiting(started.length)
    }
    return started.map((one) => ({ one }))
  })
  return (await Promise.all(running.map(({ one }) => one))).flat()
}

async function areWaiting(count: number): Promise<void> {
  for (let tried = 0; tried < 500; tried++) {
    const [row] = await sql(stack)`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and wait_event in ('transactionid', 'tuple')
    `
    if (row!.waiting === count) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('Not every call came to wait for its casting.')
}

const codes = (outcomes: Outcome[]) => outcomes.map((one) => ('code' in one ? one.code : 'done'))

test('a response that is withdrawn just before it is accepted stays withdrawn', async () => {
  const response = await newResponse()
  const outcomes = await inOrder(response, [withdraw(response), set('accepted', response)])
  expect(codes(outcomes)).toEqual(['done', 'invalid_transition'])
  expect(await resultOf(response)).toEqual({
    status: 'withdrawn',
    responses_count: 0,
    accepted_count: 0,
    told: ['agency withdrawn'],
  })
})

test('a response that is accepted just before it is withdrawn was accepted, and its place is free', async () => {
  const response = await newResponse()
  const outcomes = await inOrder(response, [set('accepted', response), withdraw(response)])
  expect(codes(outcomes)).toEqual(['done', 'done'])
  expect(await resultOf(response)).toEqual({
    status: 'withdrawn',
    responses_count: 0,
    accepted_count: 0,
    told: ['model accepted', 'agency withdrawn'],
  })
})

test('a response that is rejected just before it is withdrawn stays rejected', async () => {
  const response = await newResponse()
  const outcomes = await inOrder(response, [set('rejected', response), withdraw(response)])
  expect(codes(outcomes)).toEqual(['done', 'invalid_transition'])
  expect(await resultOf(response)).toEqual({
    status: 'rejected',
    responses_count: 1,
    accepted_count: 0,
    told: ['model rejected'],
  })
})

test('accepted or withdrawn twice at once, it is so once', async () => {
  const accepted = await newResponse()
  const twice = await inOrder(accepted, [set('accepted', accepted), set('accepted', accepted)])
  expect(codes(twice)).toEqual(['done', 'invalid_transition'])
  expect(await resultOf(accepted)).toEqual({
    status: 'accepted',
    responses_count: 1,
    accepted_count: 1,
    told: ['model accepted'],
  })

  const withdrawn = await newResponse()
  expect(codes(await inOrder(withdrawn, [withdraw(withdrawn), withdraw(withdrawn)]))).toEqual([
    'done',
    'invalid_transition',
  ])
  expect(await resultOf(withdrawn)).toEqual({
    status: 'withdrawn',
    responses_count: 0,
    accepted_count: 0,
    told: ['agency withdrawn'],
  })
})

test('of a casting that is completed just before, nothing is accepted or withdrawn any more', async () => {
  const response = await newResponse()
  const complete = statement(`select public.set_casting_status($1, 'completed')`, response.casting_id)
  const runners = [{ as: agency, runs: [complete] }, set('accepted', response), withdraw(response)]
  expect(codes(await inOrder(response, runners))).toEqual(['done', 'casting_closed', 'casting_closed'])
  expect(await resultOf(response)).toMatchObject({ status: 'pending', responses_count: 1, accepted_count: 0 })
})

test('accepted and withdrawn from twenty connections at once, it ends withdrawn and everything is told that was done', async () => {
  for (let round = 0; round < 5; round++) {
    const response = await newResponse()
    const runners = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? set('accepted', response) : withdraw(response)))
    const outcomes = await atOnce(stack, runners)
    const done = outcomes.map((one, i) => ('code' in one ? null : i % 2 === 0 ? 'model accepted' : 'agency withdrawn'))
    expect(new Set(codesOf(outcomes))).toEqual(new Set(['done', 'invalid_transition']))
    const { told, ...result } = await resultOf(response)
    expect(result).toEqual({ status: 'withdrawn', responses_count: 0, accepted_count: 0 })
    expect(told.filter((one) => one === 'agency withdrawn')).toHaveLength(1)
    expect([...told].sort()).toEqual(done.filter((one) => one !== null).sort())
  }
})
