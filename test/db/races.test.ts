import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { createPeople, createPerson, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let agency: Person

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  agency = await createPerson(stack, { roles: ['agency'] })
})
afterAll(() => stack.close())

const newModel = () => createPerson(stack, { roles: ['model'] })

async function newCastings(count: number, modelsNeeded: number | null = null): Promise<string[]> {
  const rows = await sql(stack)`
    insert into public.castings (owner_id, title, description, category, status, models_needed)
    select ${agency.id}, 'A casting', 'x', 'fashion', 'active', ${modelsNeeded} from generate_series(1, ${count}::int) returning id
  `
  return rows.map((row) => row.id)
}

const times = (count: number, code: string): string[] => Array(count).fill(code)

const respond = (casting: string) => statement('select public.respond_to_casting($1)', casting)

const responsesOf = async ({ id }: Person) => sql(stack)`select * from public.casting_responses where model_id = ${id}`

const used = async ({ id }: Person, entitlement: string) => {
  const rows = await sql(stack)`
    select used from private.entitlement_usage where account_id = ${id} and entitlement_id = ${entitlement}
  `
  return Number(rows[0]?.used ?? 0)
}

describe('49: a hundred responses with quota for one', () => {
  test('on twenty connections: exactly one is in', async () => {
    const model = await newModel()
    for (const casting of await newCastings(2)) await model.client.rpc('respond_to_casting', { casting_id: casting })
    const castings = await newCastings(100)
    const runners = Array.from({ length: 20 }, (_, i) => ({
      as: model,
      runs: castings.filter((_casting, index) => index % 20 === i).map(respond),
    }))
    expect(codesOf(await atOnce(stack, runners))).toEqual(['done', ...times(99, 'quota_exceeded')])
    expect(await responsesOf(model)).toHaveLength(3)
    expect(await used(model, 'casting_responses')).toBe(3)
  })

  test('over HTTP: exactly one is in', async () => {
    const model = await newModel()
    for (const casting of await newCastings(2)) await model.client.rpc('respond_to_casting', { casting_id: casting })
    const castings = await newCastings(100)
    const answers = await Promise.all(castings.map((id) => model.client.rpc('respond_to_casting', { casting_id: id })))
    expect(answers.filter(({ error }) => error === null)).toHaveLength(1)
    expect(answers.filter(({ error }) => error?.code === 'quota_exceeded')).toHaveLength(99)
    expect(await responsesOf(model)).toHaveLength(3)
  })
})

test('of twenty first responses to one casting one is in, and of fifty second ones none', async () => {
  const model = await newModel()
  const [casting] = await newCastings(1)
  const first = await atOnce(
    stack,
    Array.from({ length: 20 }, () => ({ as: model, runs: [respond(casting!)] })),
  )
  expect(codesOf(first)).toEqual(['done', ...times(19, 'duplicate')])
  const second = Array.from({ length: 10 }, () => ({
    as: model,
    runs: Array.from({ length: 5 }, () => respond(casting!)),
  }))
  expect(codesOf(await atOnce(stack, second))).toEqual(times(50, 'duplicate'))
  expect(await responsesOf(model)).toHaveLength(1)
  expect(await used(model, 'casting_responses')).toBe(1)
  const [row] = await sql(stack)`select responses_count from public.castings where id = ${casting!}`
  expect(row!.responses_count).toBe(1)
})

test('of two accepts with one model needed one is done', async () => {
  const models = await createPeople(stack, 2, { roles: ['model'] })
  for (const casting of await newCastings(3, 1)) {
    const rows = await sql(stack)`
      insert into public.casting_responses (casting_id, model_id, currency)
      select ${casting}, m, 'KZT' from unnest(${models.map(({ id }) => id)}::uuid[]) as m returning id
    `
    const runners = rows.map(({ id }) => ({
      as: agency,
      runs: [statement(`select public.set_response_status($1, 'accepted')`, id)],
    }))
    expect(codesOf(await atOnce(stack, runners))).toEqual(['casting_full', 'done'])
    const [row] = await sql(stack)`select accepted_count from public.castings where id = ${casting}`
    expect(row!.accepted_count).toBe(1)
  }
})
describe('18: one idempotency key, twenty times at once', () => {
  test('with the same request: one response, one answer', async () => {
    const model = await newModel()
    const [casting] = await newCastings(1)
    const key = crypto.randomUUID()
    const ask = () => model.client.rpc('respond_to_casting', { casting_id: casting, idempotency_key: key })
    const answers = await Promise.all(Array.from({ length: 20 }, ask))
    expect(answers.map(({ error }) => error)).toEqual(Array(20).fill(null))
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1)
    expect(await responsesOf(model)).toHaveLength(1)
    expect(await used(model, 'casting_responses')).toBe(1)
  })

  test('with twenty requests: one response, nineteen conflicts', async () => {
    const model = await newModel()
    const key = crypto.randomUUID()
    const runners = (await newCastings(20)).map((casting) => ({
      as: model,
      runs: [statement('select public.respond_to_casting($1, idempotency_key => $2)', casting, key)],
    }))
    expect(codesOf(await atOnce(stack, runners))).toEqual(['done', ...times(19, 'idempotency_conflict')])
    expect(await responsesOf(model)).toHaveLength(1)
  })
})
