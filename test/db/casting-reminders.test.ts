import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { createPeople, createPerson, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let agency: Person
let models: Person[]

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  models = await createPeople(stack, 6, { roles: ['model'] })
})
beforeEach(async () => {
  agency = await createPerson(stack, { roles: ['agency'] })
})
afterAll(() => stack.close())

/** A casting whose shoot begins in so long, such as `23 hours`; null for no date. */
async function newCasting(shootIn: string | null, status = 'active'): Promise<string> {
  const [row] = await sql(stack)`
    insert into public.castings (owner_id, title, description, category, status, shoot_date)
    values (${agency.id}, 'A casting', 'x', 'fashion', ${status}, now() + ${shootIn}::interval) returning id
  `
  return row!.id
}

/** A response of this model to a casting. */
async function respond(casting: string, model: Person, status = 'accepted'): Promise<string> {
  const [row] = await sql(stack)`
    insert into public.casting_responses (casting_id, model_id, currency, status)
    values (${casting}, ${model.id}, 'KZT', ${status}) returning id
  `
  return row!.id
}

const remind = () => sql(stack)`select private.remind_of_castings()`

/** Whose turn it was, by their places in `models`, and how many there were of each. */
async function reminded(casting: string): Promise<number[]> {
  const rows = await sql(stack)`
    select account_id from public.notifications where type = 'casting_reminder' and data ->> 'casting_id' = ${casting}
  `
  return rows.map((row) => models.findIndex(({ id }) => id === row.account_id)).sort()
}

async function move(casting: string, hours: number): Promise<void> {
  const shoot_date = new Date(Date.now() + hours * 3_600_000).toISOString()
  const { error } = await agency.client.from('castings').update({ shoot_date }).eq('id', casting)
  expect(error).toBeNull()
}

test('23 hours before the shoot its models are reminded, 25 hours before they are not', async () => {
  const later = await newCasting('25 hours')
  const soon = await newCasting('23 hours')
  await respond(later, models[0]!)
  const response = await respond(soon, models[1]!)
  await remind()
  expect(await reminded(later)).toEqual([])
  expect(await reminded(soon)).toEqual([1])
  const { data } = await models[1]!.client.from('notifications').select('type, data, read_at').order('id')
  expect(data).toEqual([{ type: 'casting_reminder', data: { casting_id: soon, response_id: response }, read_at: null }])
})

test('only who is accepted is reminded', async () => {
  const casting = await newCasting('20 hours')
  const statuses = ['pending', 'viewed', 'shortlisted', 'accepted', 'rejected', 'withdrawn']
  for (const [index, status] of statuses.entries()) await respond(casting, models[index]!, status)
  await remind()
  expect(await reminded(casting)).toEqual([statuses.indexOf('accepted')])
})

test('nobody is reminded of a shoot that is over or has no date, nor of a casting that is not active', async () => {
  const castings = [
    await newCasting('-1 hour'),
    await newCasting(null),
    await newCasting('20 hours', 'draft'),
    await newCasting('20 hours', 'completed'),
    await newCasting('20 hours', 'cancelled'),
  ]
  for (const casting of castings) await respond(casting, models[0]!)
  await remind()
  for (const casting of castings) expect(await reminded(casting)).toEqual([])
})

test('each is reminded once, however often the job runs', async () => {
  const casting = await newCasting('23 hours')
  await respond(casting, models[0]!)
  await respond(casting, models[1]!)
  for (let run = 0; run < 3; run++) await remind()
  expect(await reminded(casting)).toEqual([0, 1])
})

test('each is reminded once when the job runs ten times at once', async () => {
  const casting = await newCasting('23 hours')
  for (const model of models) await respond(casting, model)
  const job = { runs: [statement('select private.remind_of_castings()')] }
  const outcomes = await atOnce(stack, Array(10).fill(job))
  expect(codesOf(outcomes)).toEqual(Array(10).fill('done'))
  expect(await reminded(casting)).toEqual([0, 1, 2, 3, 4, 5])
})

test('who is accepted after the others were reminded is reminded by the next run', async () => {
  const casting = await newCasting('20 hours')
  await respond(casting, models[0]!)
  const late = await respond(casting, models[1]!, 'pending')
  await remind()
  expect(await reminded(casting)).toEqual([0])

  const { error } = await agency.client.rpc('set_response_status', { response_id: late, status: 'accepted' })
  expect(error).toBeNull()
  await remind()
  expect(await reminded(casting)).toEqual([0, 1])
})

test('a shoot that moves is reminded of again, each once, when the new date is a day away', async () => {
  const casting = await newCasting('20 hours')
  await respond(casting, models[0]!)
  await respond(casting, models[1]!)
  await remind()

  await move(casting, 48)
  await remind()
  expect(await reminded(casting)).toEqual([0, 1])
  await move(casting, 22)
  for (let run = 0; run < 2; run++) await remind()
  expect(await reminded(casting)).toEqual([0, 0, 1, 1])
})

test('a casting that changes but for its shoot is not reminded of again', async () => {
  const casting = await newCasting('20 hours')
  await respond(casting, models[0]!)
  await remind()
  const { data } = await agency.client.from('castings').select('shoot_date').eq('id', casting).single()
  const changes = { title: 'Another title', city: 'Shymkent', shoot_date: data!.shoot_date }
  const { error } = await agency.client.from('castings').update(changes).eq('id', casting)
  expect(error).toBeNull()
  await remind()
  expect(await reminded(casting)).toEqual([0])
})
