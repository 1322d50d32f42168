import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPerson, liftRequestLimits, type Person, setRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

// The limits themselves, as decision 35 has them: another Supabase may have had them lifted by other tests.
let stack: TestStack
let person: Person

beforeAll(async () => {
  stack = await startTestStack()
  await setRequestLimits(stack, { writes: 100, account_checks: 5 })
  person = await createPerson(stack)
})
beforeEach(() => sql(stack)`delete from private.request_log where kind is not null`)
afterAll(async () => {
  await liftRequestLimits(stack)
  await stack.close()
})

function check(name: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${stack.url}/rest/v1/rpc/${name}`, {
    method: 'POST',
    headers: { apikey: stack.publishableKey, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

const statuses = async (answers: Promise<Response>[]) =>
  (await Promise.all(answers)).map((answer) => answer.status).sort((one, other) => one - other)

// 204: nobody has it, 409: somebody has.
const fiveOfTwenty = [...Array(5).fill(204), ...Array(15).fill(429)]
const fiveTaken = [...Array(5).fill(409), ...Array(15).fill(429)]

test('47: of twenty username checks at once five are answered', async () => {
  const answers = Array.from({ length: 20 }, (_, i) => check('check_username', { username: `name_${i}` }))
  expect(await statuses(answers)).toEqual(fiveOfTwenty)
})

test('47: email checks count together with them', async () => {
  const answers = Array.from({ length: 20 }, (_, i) =>
    i % 2 ? check('check_email', { email: `a${i}@example.test` }) : check('check_username', { username: `n_${i}` }),
  )
  expect(await statuses(answers)).toEqual(fiveOfTwenty)
})

test('47: headers that claim another address, and a token, do not help', async () => {
  const answers = Array.from({ length: 20 }, (_, i) =>
    check(
      'check_username',
      { username: person.username },
      {
        'x-forwarded-for': `203.0.113.${i}`,
        'x-real-ip': `203.0.113.${i}`,
        'cf-connecting-ip': `203.0.113.${i}`,
        forwarded: `for=203.0.113.${i}`,
        ...(i % 2 ? { authorization: `Bearer ${person.token}` } : {}),
      },
    ),
  )
  expect(await statuses(answers)).toEqual(fiveTaken)
})

test('47: a refusal says when to ask again', async () => {
  for (let i = 0; i < 5; i++) await check('check_username', { username: 'someone' })
  const refused = await check('check_username', { username: 'someone' })
  const { code, details } = (await refused.json()) as { code: string; details: string }
  const { retry_after } = JSON.parse(details)
  expect([refused.status, code]).toEqual([429, 'rate_limit_exceeded'])
  expect(retry_after).toBeGreaterThan(0)
  expect(retry_after).toBeLessThanOrEqual(60)
  expect(refused.headers.get('retry-after')).toBe(String(retry_after))
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
})

test('47: no way of asking shows an answer and takes its count back', async () => {
  const answers = async (username: string) => {
    await sql(stack)`delete from private.request_log`
    const shown: string[] = []
    for (const query of [
      '',
      '?select=pgrst_scalar::int',
      '?select=pgrst_scalar->>0::int',
      '?select=check_username::int',
      '?limit=0',
    ]) {
      const counted = async () =>
        (await sql(stack)`select from private.request_log where kind = 'account_checks'`).length
      const before = await counted()
      const answer = await check(`check_username${query}`, { username }, { prefer: 'tx=rollback' })
      // What was not counted must look the same whoever has the name.
      shown.push((await counted()) > before ? 'counted' : `${answer.status} ${await answer.text()}`)
    }
    return shown
  }
  const taken = await answers(person.username!)
  expect(taken).toEqual(await answers('nobody_has_this'))
  expect(taken).toContain('counted')
})

test('47: a username that somebody has is told by set_username alone, and counted', async () => {
  const other = await createPerson(stack)
  const tries = async (username: string) => {
    const direct = await other.client.from('accounts').update({ username, city: '\u0007' }).eq('id', other.id)
    return [direct.error?.code, direct.error?.message]
  }
  expect(await tries(person.username!)).toEqual(await tries('nobody_has_this'))
  const statuses: number[] = []
  for (let i = 0; i < 7; i++)
    statuses.push((await other.client.rpc('set_username', { username: person.username! })).status)
  expect(statuses).toEqual([409, 409, 409, 409, 409, 429, 429])
  expect(await sql(stack)`select username from public.accounts where id = ${other.id}`).toEqual([
    { username: other.username },
  ])
})

test('47: addresses of one IPv6 network share a limit', async () => {
  const refusals = await sql(stack).begin(async (transaction) => {
    await transaction`delete from private.request_log`
    let refused = 0
    for (let i = 1; i <= 8; i++) {
      const headers = JSON.stringify({ 'cf-connecting-ip': `2001:db8:1:2::${i}` })
      await transaction`select set_config('request.headers', ${headers}, true)`
      const [row] = await transaction`
        select (private.requests_left('account_checks', private.client_address())).remaining as remaining`
      if (row!.remaining < 0) refused += 1
    }
    return refused
  })
  expect(refusals).toBe(3)
})

test('47: a check that cannot be counted is not answered', async () => {
  const url = `${stack.url}/rest/v1/rpc/check_username?username=someone`
  expect((await fetch(url, { headers: { apikey: stack.publishableKey } })).status).toBe(405)
})

test('47: writes are counted by account, a hundred a minute', async () => {
  const other = await createPerson(stack)
  const write = (one: Person) => one.client.rpc('set_notification_preferences', { preferences: { general: true } })
  for (let i = 0; i < 100; i++) expect((await write(person)).error).toBeNull()
  expect((await write(person)).error?.code).toBe('rate_limit_exceeded')
  expect((await write(other)).error).toBeNull()
  expect((await person.client.rpc('me')).error).toBeNull()
})

test('50: rows of one request count as many writes', async () => {
  const agency = await createPerson(stack, { roles: ['agency'] })
  const rows = (count: number) =>
    Array.from({ length: count }, () => ({
      owner_id: agency.id,
      title: 'A casting',
      description: 'x',
      category: 'fashion',
    }))
  const stored = async () => (await sql(stack)`select from public.castings where owner_id = ${agency.id}`).length
  expect((await agency.client.from('castings').insert(rows(101))).error?.code).toBe('rate_limit_exceeded')
  expect(await stored()).toBe(0)
  expect((await agency.client.from('castings').insert(rows(60))).error).toBeNull()
  expect((await agency.client.from('castings').insert(rows(60))).error?.code).toBe('rate_limit_exceeded')
  expect(await stored()).toBe(60)
})
