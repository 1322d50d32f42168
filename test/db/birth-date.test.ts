import { afterAll, beforeAll, expect, test } from 'vitest'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { createPerson, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

// Ages are counted in UTC; dates are made in the statement that uses them, so that midnight does not come between.
const today = `(now() at time zone 'UTC')::date`
const years = (count: number) => `(${today} - interval '${count} years')::date`
const good: Record<string, string> = {
  '18 since today': years(18),
  '18 for a year tomorrow': `${years(19)} + 1`,
  '99 since today': years(99),
  '100 tomorrow': `${years(100)} + 1`,
}
const bad: Record<string, string> = {
  '18 tomorrow': `${years(18)} + 1`,
  '17 since today': years(17),
  'born today': today,
  'born tomorrow': `${today} + 1`,
  '100 since today': years(100),
  '101 since today': years(101),
  'never born': `'infinity'::date`,
  'always there': `'-infinity'::date`,
}

const newModel = () => createPerson(stack, { roles: ['model'] })

/** `done`, or the code of the refusal, of a statement in the model's name. */
async function ask(model: Person, text: string): Promise<string | undefined> {
  return codesOf(await atOnce(stack, [{ as: model, runs: [statement(text, model.id)] }]))[0]
}

const create = (model: Person, birthDate: string) =>
  ask(
    model,
    `insert into public.model_profiles (account_id, name, birth_date, gender) values ($1, 'Aisha', ${birthDate}, 'female')`,
  )
const update = (model: Person, birthDate: string) =>
  ask(model, `update public.model_profiles set birth_date = ${birthDate} where account_id = $1`)

const stored = async ({ id }: Person) => [
  ...(await sql(stack)`select *, birth_date::text from public.model_profiles where account_id = ${id}`),
]

/** Whether what is stored is this date. */
async function isStored({ id }: Person, birthDate: string): Promise<boolean> {
  const [row] = await sql(stack).unsafe(
    `select birth_date = ${birthDate} as same from public.model_profiles where account_id = $1`,
    [id],
  )
  return row?.same === true
}

test.each(Object.entries(good))('a model may be %s', async (_age, birthDate) => {
  const [first, second] = [await newModel(), await newModel()]
  expect(await create(first, birthDate)).toBe('done')
  expect(await isStored(first, birthDate)).toBe(true)
  await create(second, years(30))
  expect(await update(second, birthDate)).toBe('done')
  expect(await isStored(second, birthDate)).toBe(true)
})

test.each(Object.entries(bad))('a model may not be %s, nor become so', async (_age, birthDate) => {
  const model = await newModel()
  expect(await create(model, birthDate)).toBe('validation_failed')
  expect(await stored(model)).toEqual([])
  await create(model, years(30))
  const before = await stored(model)
  expect(before).toHaveLength(1)
  expect(await update(model, birthDate)).toBe('validation_failed')
  expect(await stored(model)).toEqual(before)
})

test('the refusal names the field', async () => {
  const { id, client } = await newModel()
  const child = {
    account_id: id,
    name: 'Aisha',
    birth_date: `${new Date().getUTCFullYear() - 10}-01-01`,
    gender: 'female',
  }
  const { error } = await client.from('model_profiles').insert(child)
  expect(error?.code).toBe('validation_failed')
  expect(JSON.parse(error!.details)).toEqual({ fields: { birth_date: 'range' } })
})
