import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPerson, liftRequestLimits, type Person, setRequestLimits, sql, unique } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  await setRequestLimits(stack, { sign_ins: 3 })
})
afterAll(async () => {
  await liftRequestLimits(stack)
  await stack.close()
})
beforeEach(() => sql(stack)`delete from private.request_log where kind = 'sign_ins'`)

interface Answer {
  status: number
  body: { code?: string; access_token?: string }
}

/** Signs in by username over a connection from one of this machine's own addresses. */
async function signIn(localAddress: string, username: string, password = 'wrong'): Promise<Answer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { apikey: stack.publishableKey, 'content-type': 'application/json' }
    const asked = request(`${stack.url}/functions/v1/sign-in`, { method: 'POST', headers, localAddress }, resolve)
    asked.on('error', reject).end(JSON.stringify({ username, password }))
  })
  const chunks = await answer.setEncoding('utf8').toArray()
  return { status: answer.statusCode!, body: JSON.parse(chunks.join('')) }
}

const statuses = async (answers: Promise<Answer>[]) => (await Promise.all(answers)).map(({ status }) => status).sort()
const addresses = (count: number) => Array.from({ length: count }, (_, i) => `127.0.0.${i + 20}`)

// Another Supabase sees the one address that this machine has.
describe.skipIf(process.env.TALENTBASE_URL !== undefined)('sign-ins by username', () => {
  test('attack 47: many usernames from one address end in its limit, others go on', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => createPerson(stack)))
    const names = [...people.map(({ username }) => username!), unique('nobody'), unique('nobody')]
    expect(await statuses(names.map((name) => signIn('127.0.0.9', name)))).toEqual([400, 400, 400, 429, 429, 429, 429])

    const { username, password } = people[0]!
    const limited = await signIn('127.0.0.9', username!, password)
    expect(limited).toMatchObject({ status: 429, body: { code: 'rate_limit_exceeded' } })
    expect(limited.body.access_token).toBeUndefined()
    expect((await signIn('127.0.0.10', username!, password)).status).toBe(200)
  })

  /** A name in as many spellings: no two of them alike. */
  const spellings = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) =>
      [...name].map((letter, at) => ((i >> at) & 1 ? letter.toUpperCase() : letter.toLowerCase())).join(''),
    )

  test('attack 47: one username, however it is written, from many addresses ends in its limit', async () => {
    const person = await createPerson(stack, { username: `abc_${unique()}` })
    const written = spellings(person.username!, 7)
    expect(new Set(written).size).toBe(7)
    const guesses = addresses(7).map((address, i) => signIn(address, written[i]!))
    expect(await statuses(guesses)).toEqual([400, 400, 400, 429, 429, 429, 429])

    const limited = await signIn('127.0.0.40', person.username!, person.password)
    expect(limited).toMatchObject({ status: 429, body: { code: 'rate_limit_exceeded' } })
    expect(limited.body.access_token).toBeUndefined()
    const other: Person = await createPerson(stack)
    expect((await signIn('127.0.0.40', other.username!, other.password)).status).toBe(200)
  })

  test('attack 47: a username that nobody has ends in the same limit', async () => {
    const written = spellings(`abc_${unique()}`, 5)
    const guesses = addresses(5).map((address, i) => signIn(address, written[i]!))
    expect(await statuses(guesses)).toEqual([400, 400, 400, 429, 429])
  })
})

describe('the address that is counted', () => {
  const of = async (headers: object | null) =>
    sql(stack).begin(async (transaction) => {
      const text = headers === null ? '' : JSON.stringify(headers)
      await transaction`select set_config('request.headers', ${text}, true)`
      const [row] = await transaction`select private.client_address() as address`
      return row!.address
    })

  test.each([
    ['203.0.113.1', '203.0.113.1'],
    ['198.51.100.1, 203.0.113.1', '203.0.113.1'],
    ['198.51.100.1,198.51.100.2,203.0.113.1', '203.0.113.1'],
    ['nonsense, 203.0.113.1 ', '203.0.113.1'],
  ])('attack 47: of x-forwarded-for "%s" it is what the last proxy added', async (forwarded, address) => {
    expect(await of({ 'x-forwarded-for': forwarded })).toBe(address)
  })

  test("attack 47: a proxy's own header goes before x-forwarded-for", async () => {
    const forwarded = { 'x-forwarded-for': '198.51.100.1, 198.51.100.2' }
    expect(await of({ ...forwarded, 'x-real-ip': '203.0.113.1' })).toBe('203.0.113.1')
    const both = { ...forwarded, 'x-real-ip': '198.51.100.3', 'cf-connecting-ip': '203.0.113.1' }
    expect(await of(both)).toBe('203.0.113.1')
  })

  test('a request that does not say where it comes from is counted with its like', async () => {
    expect([await of({}), await of(null)]).toEqual(['unknown', 'unknown'])
  })
})
