import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPeople, createPerson, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

describe('mark_notifications_read', () => {
  async function notified(person: Person, count: number): Promise<number[]> {
    for (let i = 0; i < count; i++) await sql(stack)`select private.notify(${person.id}, 'general', '{}')`
    const rows = await sql(stack)`select id from public.notifications where account_id = ${person.id} order by id`
    return rows.map(({ id }) => Number(id))
  }

  /** When each was read, to the microsecond. */
  const readAt = async ({ id }: Person): Promise<(string | null)[]> => {
    const rows = await sql(stack)`select read_at::text from public.notifications where account_id = ${id} order by id`
    return rows.map((row) => row.read_at)
  }

  test('says how many it newly marked, and leaves when the others were read', async () => {
    const person = await createPerson(stack)
    const ids = await notified(person, 5)
    const mark = async (args: object = {}) => (await person.client.rpc('mark_notifications_read', args)).data
    expect(await mark({ ids: ids.slice(0, 2) })).toBe(2)
    const first = await readAt(person)
    expect(first.map((at) => at !== null)).toEqual([true, true, false, false, false])

    expect(await mark({ ids: ids.slice(0, 3) })).toBe(1)
    const second = await readAt(person)
    expect(second.map((at) => at !== null)).toEqual([true, true, true, false, false])
    expect(second.slice(0, 2)).toEqual(first.slice(0, 2))

    expect(await mark()).toBe(2)
    const third = await readAt(person)
    expect(third).not.toContain(null)
    expect(third.slice(0, 3)).toEqual(second.slice(0, 3))

    expect(await mark()).toBe(0)
    expect(await mark({ ids })).toBe(0)
    expect(await readAt(person)).toEqual(third)
  })

  test('counts an id that is named twice once, and marks nothing of others or for no ids', async () => {
    const [person, other] = (await createPeople(stack, 2)) as [Person, Person]
    const [own] = await notified(person, 2)
    const [foreign] = await notified(other, 1)
    const { data } = await person.client.rpc('mark_notifications_read', { ids: [own, own, foreign] })
    expect(data).toBe(1)
    expect((await person.client.rpc('mark_notifications_read', { ids: [] })).data).toBe(0)
    expect((await readAt(person)).map((at) => at !== null)).toEqual([true, false])
    expect(await readAt(other)).toEqual([null])
  })
})

describe('who is told', () => {
  const statuses = ['pending', 'viewed', 'shortlisted', 'accepted', 'rejected', 'withdrawn']
  let agency: Person
  let models: Person[]

  beforeAll(async () => {
    agency = await createPerson(stack, { roles: ['agency'] })
    models = await createPeople(stack, statuses.length, { roles: ['model'] })
  })

  /** An active casting with a response of each status, each of another model. */
  async function newCasting(): Promise<{ casting: string; responses: string[] }> {
    const [row] = await sql(stack)`
      insert into public.castings (owner_id, title, description, category, status)
      values (${agency.id}, 'A casting', 'x', 'fashion', 'active') returning id
    `
    const responses: string[] = []
    for (const [index, status] of statuses.entries()) {
      const [response] = await sql(stack)`
        insert into public.casting_responses (casting_id, model_id, currency, status)
        values (${row!.id}, ${models[index]!.id}, 'KZT', ${status}) returning id
      `
      responses.push(response!.id)
    }
    return { casting: row!.id, responses }
  }

  /** Everything that anybody was told of a casting. */
  const told = async (casting: string) => {
    const rows = await sql(stack)`
      select account_id, type, data from public.notifications where data ->> 'casting_id' = ${casting} order by id
    `
    return [...rows]
  }

  test.each(statuses.slice(0, 4))('a model who withdraws what was %s tells the owner and nobody else', async (from) => {
    const { casting, responses } = await newCasting()
    const index = statuses.indexOf(from)
    const { error } = await models[index]!.client.rpc('withdraw_response', { response_id: responses[index] })
    expect(error).toBeNull()
    const data = { casting_id: casting, response_id: responses[index], status: 'withdrawn' }
    expect(await told(casting)).toEqual([{ account_id: agency.id, type: 'response_status_change', data }])
  })

  test.each(['viewed', 'shortlisted', 'accepted', 'rejected'])(
    'an owner who makes a response %s tells its model and nobody else',
    async (status) => {
      const { casting, responses } = await newCasting()
      const { error } = await agency.client.rpc('set_response_status', { response_id: responses[0], status })
      expect(error).toBeNull()
      const data = { casting_id: casting, response_id: responses[0], status }
      expect(await told(casting)).toEqual([{ account_id: models[0]!.id, type: 'response_status_change', data }])
    },
  )

  test.each(['completed', 'cancelled'])('a casting that is %s tells those who wait or are accepted', async (status) => {
    const { casting, responses } = await newCasting()
    const { error } = await agency.client.rpc('set_casting_status', { casting_id: casting, status })
    expect(error).toBeNull()
    const expected = [0, 1, 2, 3].map((index) => ({
      account_id: models[index]!.id,
      type: 'response_status_change',
      data: { casting_id: casting, response_id: responses[index], status: statuses[index], casting_status: status },
    }))
    const rows = await told(casting)
    expect(rows).toHaveLength(4)
    expect(rows).toEqual(expect.arrayContaining(expected))
  })

  test('a casting that begins tells nobody', async () => {
    const { casting } = await newCasting()
    await sql(stack)`update public.castings set status = 'draft' where id = ${casting}`
    const { error } = await agency.client.rpc('set_casting_status', { casting_id: casting, status: 'active' })
    expect(error).toBeNull()
    expect(await told(casting)).toEqual([])
  })
})
