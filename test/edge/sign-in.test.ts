import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createHandler, type Session } from '../../edge-functions/sign-in/handler.ts'
import { type FakeAnswer, type SeenRequest, startFakeSupabase } from './fake-supabase.ts'
import { hostFunctions, projectFunction } from './host-functions.ts'

let supabase: Awaited<ReturnType<typeof startFakeSupabase>>
let hosted: Awaited<ReturnType<typeof hostFunctions>>

const email = 'ada@example.com'
const session: Session = {
  access_token: 'access',
  refresh_token: 'refresh',
  token_type: 'bearer',
  expires_in: 900,
  expires_at: 2_000_000_000,
  user: {
    id: '8484b834-f29e-4af2-bf42-80644d154f76',
    aud: 'authenticated',
    app_metadata: {},
    user_metadata: {},
    created_at: '',
  },
}
const wrong = { code: 'invalid_credentials', message: expect.any(String) }

beforeAll(async () => {
  supabase = await startFakeSupabase()
  hosted = await hostFunctions({ functions: { 'sign-in': projectFunction('sign-in') }, url: supabase.url })
})
beforeEach(() => {
  supabase.seen.splice(0)
  answer({})
})
afterAll(async () => {
  await hosted.close()
  await supabase.close()
})

interface Answers {
  lookUp?: (username: unknown) => FakeAnswer
  grant?: (asked: SeenRequest) => FakeAnswer
}

/** Ada's username is ada and her password `right`, unless a test wants other answers. */
function answer({ lookUp, grant }: Answers) {
  supabase.answer = (asked) => {
    if (asked.path === '/rest/v1/rpc/email_for_sign_in') {
      // Postgres' texts have no NUL.
      if (String(asked.body.username).includes('\u0000'))
        return { status: 400, body: { code: '22P05', message: 'NUL' } }
      return lookUp?.(asked.body.username) ?? { body: asked.body.username === 'ada' ? email : null }
    }
    if (asked.path !== '/auth/v1/token?grant_type=password') return { status: 404 }
    if (grant !== undefined) return grant(asked)
    return asked.body.email === email && asked.body.password === 'right'
      ? { body: session }
      : refused('invalid_credentials')
  }
}

const error = (status: number, code: string) => ({ status, body: { code, message: `about ${email}`, msg: 'x' } })
const refused = (error_code: string) => ({ status: 400, body: { code: 400, error_code, msg: `about ${email}` } })

function signIn(body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return hosted.call('/sign-in', {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

const grants = () => supabase.seen.filter(({ path }) => path.startsWith('/auth/v1/token'))

test('a username and its password give the session that Auth gave, and nothing else', async () => {
  answer({ grant: () => ({ body: { ...session, weak_password: null, provider_token: 'x' } }) })
  const reply = await signIn({ username: 'ada', password: 'right' })
  expect(reply.status).toBe(200)
  expect(reply.headers.get('cache-control')).toBe('no-store')
  expect(await reply.json()).toEqual(session)
  expect(grants()[0]!.body).toMatchObject({ email, password: 'right' })
})

test("asks with the secret key, and passes the caller's address on", async () => {
  await signIn(
    { username: 'ada', password: 'right' },
    { 'cf-connecting-ip': '203.0.113.7', 'x-forwarded-for': '198.51.100.1, 203.0.113.7' },
  )
  const [lookUp, grant] = supabase.seen
  expect([lookUp!.headers.apikey, grant!.headers.apikey]).toEqual([hosted.keys.secretKey, hosted.keys.secretKey])
  expect(lookUp!.body).toEqual({ username: 'ada', client_ip: '203.0.113.7' })
  expect(grant!.headers).toMatchObject({ 'sb-forwarded-for': '203.0.113.7', 'x-forwarded-for': '203.0.113.7' })
})

test.each([
  [{ 'x-real-ip': '203.0.113.8' }, '203.0.113.8'],
  [{ 'x-forwarded-for': '10.0.0.1, 203.0.113.9' }, '203.0.113.9'],
  [{ 'x-real-ip': "'; drop table" }, 'unknown'],
  [{}, 'unknown'],
])('the address of %o is %s', async (headers, ip) => {
  await signIn({ username: 'ada', password: 'right' }, headers)
  expect(supabase.seen[0]!.body).toMatchObject({ client_ip: ip })
})

test('attack 45: whatever is wrong, the answer is the same and Auth was asked once', async () => {
  const wrongs = [
    { username: 'nobody', password: 'right' },
    { username: 'ada', password: 'wrong' },
    { username: 'ada', password: '' },
    { username: '', password: 'right' },
    { username: 'a', password: 'right' },
    { username: email, password: 'right' },
    { username: 'ada\u0000', password: 'right' },
    { username: 'x'.repeat(151), password: 'right' },
  ]
  const right = { username: 'ada', password: 'right' }
  const ofAda = (error_code: string) => (asked: SeenRequest) =>
    refused(asked.body.email === email ? error_code : 'invalid_credentials')
  const rounds: [object[], Answers][] = [
    [wrongs, {}],
    [[right], { grant: ofAda('user_banned') }],
    [[right], { grant: ofAda('email_not_confirmed') }],
  ]
  const answers = new Set<string>()
  for (const [bodies, round] of rounds) {
    supabase.seen.splice(0)
    answer(round)
    for (const reply of await Promise.all(bodies.map((body) => signIn(body)))) {
      const headers = [...reply.headers].filter(([name]) => name !== 'date')
      answers.add(JSON.stringify([reply.status, headers, await reply.text()]))
    }
    expect(grants()).toHaveLength(bodies.length)
  }
  expect(answers.size).toBe(1)
  expect([...answers][0]).not.toContain(email)
})

test('an unknown username is tried against an address that cannot exist, each time another', async () => {
  await signIn({ username: 'nobody', password: 'right' })
  await signIn({ username: 'nobody', password: 'right' })
  const [first, second] = grants().map(({ body }) => body.email)
  expect(first).toMatch(/@[a-z.-]+\.invalid$/)
  expect(second).not.toBe(first)
})

test('even a session for that address would not be given out', async () => {
  answer({ grant: () => ({ body: session }) })
  expect((await signIn({ username: 'nobody', password: 'right' })).status).toBe(400)
})

test('attack 45: a refusal waits until its time is up, a session does not', async () => {
  const waited: number[] = []
  let timeIsUp: () => void = () => undefined
  const handler = createHandler({
    findEmail: async () => email,
    signIn: async (_, password) => (password === 'right' ? session : null),
    wait: (milliseconds) => {
      waited.push(milliseconds)
      return new Promise((resolve) => {
        timeIsUp = resolve
      })
    },
  })
  const ask = async (password: string) =>
    handler(
      new Request('http://functions/sign-in', { method: 'POST', body: JSON.stringify({ username: 'ada', password }) }),
    )
  expect((await ask('right')).status).toBe(200)
  const refusal = ask('wrong')
  // As long as anything may take that has nothing to wait for.
  const first = await Promise.race([refusal, new Promise((resolve) => setTimeout(resolve, 50, 'still waiting'))])
  expect(first).toBe('still waiting')
  timeIsUp()
  expect((await refusal).status).toBe(400)
  expect(waited).toEqual([500, 500])
})

test("the database's limit is passed on, and Auth is not asked", async () => {
  const details = '{"retry_after": 30}'
  answer({
    lookUp: () => ({
      status: 429,
      body: { code: 'rate_limit_exceeded', message: 'Too many attempts.', details, hint: null },
    }),
  })
  const reply = await signIn({ username: 'ada', password: 'right' })
  expect([reply.status, await reply.json()]).toEqual([
    429,
    { code: 'rate_limit_exceeded', message: 'Too many attempts.', details },
  ])
  expect(grants()).toEqual([])
})

test("Auth's limit is passed on, for known and unknown alike", async () => {
  answer({ grant: () => ({ status: 429, body: { error_code: 'over_request_rate_limit', msg: `about ${email}` } }) })
  for (const username of ['ada', 'nobody']) {
    const reply = await signIn({ username, password: 'right' })
    expect([reply.status, await reply.json()]).toEqual([
      429,
      { code: 'rate_limit_exceeded', message: expect.any(String) },
    ])
  }
})

test.each<[string, Answers, number, string]>([
  ['the database is away', { lookUp: () => error(503, 'PGRST001') }, 503, 'service_unavailable'],
  ['Auth is away', { grant: () => error(503, '') }, 503, 'service_unavailable'],
  ['the database fails', { lookUp: () => error(500, 'XX000') }, 500, 'internal_error'],
  ['the function is missing', { lookUp: () => error(404, 'PGRST202') }, 500, 'internal_error'],
])('says that it is not possible when %s, and no more', async (_, answers, status, code) => {
  answer(answers)
  const reply = await signIn({ username: 'ada', password: 'right' })
  const text = await reply.text()
  expect([reply.status, JSON.parse(text)]).toEqual([status, { code, message: expect.any(String) }])
  expect(text).not.toContain(email)
})

test.each([
  ['no JSON', 'username=ada', {}],
  ['no fields', {}, { details: { fields: { username: 'required', password: 'required' } } }],
  [
    'fields of other types',
    { username: 7, password: ['x'] },
    { details: { fields: { username: 'type', password: 'type' } } },
  ],
])('a body with %s is refused before anything is asked', async (_, body, more) => {
  const reply = await signIn(body)
  expect([reply.status, await reply.json()]).toMatchObject([400, { code: 'validation_failed', ...more }])
  expect(supabase.seen).toEqual([])
})

test('a body without end and other methods are refused', async () => {
  const large = await signIn({ username: 'ada', password: 'x'.repeat(10_000) })
  expect([large.status, await large.json()]).toMatchObject([413, { code: 'payload_too_large' }])
  const read = await hosted.call('/sign-in')
  expect([read.status, read.headers.get('allow'), await read.json()]).toMatchObject([
    405,
    'POST',
    { code: 'method_not_allowed' },
  ])
  expect(supabase.seen).toEqual([])
})

test('browsers may call it, and read its errors', async () => {
  const preflight = await hosted.call('/sign-in', { method: 'OPTIONS' })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')).toContain('apikey')
  for (const reply of [preflight, await signIn({ username: 'ada', password: 'wrong' })]) {
    expect(reply.headers.get('access-control-allow-origin')).toBe('*')
  }
  expect(await (await signIn({ username: 'ada', password: 'wrong' })).json()).toEqual(wrong)
})
