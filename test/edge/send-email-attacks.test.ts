import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { authPayload, newHookSecret, signatureOf } from './auth-payload.ts'
import { hostSendEmail } from './send-email-host.ts'

let hook: Awaited<ReturnType<typeof hostSendEmail>>

beforeAll(async () => {
  hook = await hostSendEmail()
})
beforeEach(() => hook.reset())
afterAll(() => hook.close())

const body = JSON.stringify(authPayload())
const minutes = (count: number) => new Date(Date.now() + count * 60_000)
const signed = (options = {}) => signatureOf(body, [hook.secrets[0]!], options)

const unsigned: [string, () => [string, Record<string, string>]][] = [
  ['no signature', () => [body, { 'content-type': 'application/json' }]],
  ['an empty signature', () => [body, { ...signed(), 'webhook-signature': '' }]],
  [
    'a signature of another version',
    () => [body, { ...signed(), 'webhook-signature': signed()['webhook-signature'].replace('v1,', 'v2,') }],
  ],
  ["a stranger's secret", () => [body, signatureOf(body, [newHookSecret()])]],
  ['another body', () => [body.replace('ada@example.com', 'eve@example.com'), signed()]],
  ['a body that was serialized again', () => [JSON.stringify(JSON.parse(body), null, 1), signed()]],
  ['a byte order mark more', () => [`\uFEFF${body}`, signed()]],
  ["another request's id", () => [body, { ...signed(), 'webhook-id': 'other' }]],
  [
    'another time than was signed',
    () => [body, { ...signed(), 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 10) }],
  ],
  ['a time that is no number', () => [body, { ...signed(), 'webhook-timestamp': 'now' }]],
  ['a signature of six minutes ago', () => [body, signed({ at: minutes(-6) })]],
  ['a signature of in six minutes', () => [body, signed({ at: minutes(6) })]],
]

test.each(unsigned)('attack 46: the hook called with %s', async (_, request) => {
  const answer = await hook.post(...request())
  expect([answer.status, await answer.json()]).toEqual([
    401,
    { error: { http_code: 401, message: expect.any(String) } },
  ])
  expect(hook.inbox.messages()).toEqual([])
})

test('while secrets are changed, a signature with either of them, or with both, is accepted', async () => {
  const payload = () => authPayload()
  expect((await hook.send(payload(), hook.secrets[0])).status).toBe(200)
  expect((await hook.send(payload(), hook.secrets[1])).status).toBe(200)
  const text = JSON.stringify(payload())
  expect((await hook.post(text, signatureOf(text, [newHookSecret(), hook.secrets[1]!]))).status).toBe(200)
  expect(hook.inbox.messages()).toHaveLength(3)
})

test('attack 46: a request that is replayed, byte for byte, sends nothing more', async () => {
  const text = JSON.stringify(authPayload())
  const headers = signatureOf(text, [hook.secrets[0]!])
  for (let times = 0; times < 3; times++) expect((await hook.post(text, headers)).status).toBe(200)
  expect(hook.inbox.messages()).toHaveLength(1)
})

test('attack 46: a hook that is retried, each time with another webhook-id, sends once', async () => {
  const change = authPayload({
    user: { new_email: 'new@example.com' },
    email_data: { email_action_type: 'email_change', token_new: '22222222', token_hash_new: 'other' },
  })
  const notice = authPayload({ email_data: { email_action_type: 'password_changed_notification', token_hash: '' } })
  for (const [payload, mails] of [
    [authPayload(), 1],
    [change, 2],
    [notice, 1],
  ] as const) {
    hook.inbox.clear()
    for (let times = 0; times < 3; times++) expect((await hook.send(payload)).status).toBe(200)
    expect(hook.inbox.messages()).toHaveLength(mails)
  }
})

test('a new code is a new mail, and so is a second change of the password', async () => {
  const user = authPayload().user
  await hook.send(authPayload({ user }))
  await hook.send(authPayload({ user }))
  const notice = { email_action_type: 'password_changed_notification', token: '', token_hash: '' }
  await hook.send(authPayload({ user, email_data: notice }))
  await hook.send(authPayload({ user, email_data: notice }))
  expect(hook.inbox.messages()).toHaveLength(4)
})

test('attack 46: tries that overlap send once, and whoever comes too early is asked to try again', async () => {
  await hook.addFault({ delayMs: 500 })
  const payload = authPayload()
  const answers = await Promise.all([hook.send(payload), hook.send(payload), hook.send(payload)])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 503, 503])
  expect((await hook.send(payload)).status).toBe(200)
  expect(hook.inbox.messages()).toHaveLength(1)
})

test('attack 46: when Resend sent the mail and its answer was lost, the retry does not send it again', async () => {
  await hook.addFault({ status: 500, afterSending: true })
  const payload = authPayload()
  const lost = await hook.send(payload)
  expect([lost.status, lost.headers.get('retry-after'), await lost.json()]).toEqual([
    503,
    '1',
    { error: { http_code: 503, message: expect.any(String) } },
  ])
  expect((await hook.send(payload)).status).toBe(200)
  expect(hook.inbox.messages()).toHaveLength(1)
})

test('of two mails only the one that failed is sent by the retry', async () => {
  await hook.addFault({ status: 503, to: 'new@example.com' })
  const payload = authPayload({
    user: { new_email: 'new@example.com' },
    email_data: { email_action_type: 'email_change', token_new: '22222222', token_hash_new: 'other' },
  })
  expect((await hook.send(payload)).status).toBe(503)
  expect((await hook.send(payload)).status).toBe(200)
  expect(hook.inbox.messages().map(({ to }) => to[0])).toEqual(['new@example.com', 'ada@example.com'])
})

test.each([
  ['a rate limit', { status: 429, name: 'rate_limit_exceeded' }],
  ['an error of its own', { status: 500, name: 'internal_server_error' }],
])('Auth may try again after %s of Resend', async (_, fault) => {
  await hook.addFault(fault)
  const answer = await hook.send(authPayload())
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
})

test.each([
  ['a key that is not accepted', { status: 403, name: 'invalid_api_key' }],
  ['a sender that is not verified', { status: 403, name: 'validation_error' }],
  ['a used-up quota', { status: 429, name: 'daily_quota_exceeded' }],
])('Auth need not try again after %s; the log says why and the answer does not', async (_, fault) => {
  await hook.addFault({ ...fault, message: 'because of the plan' })
  const answer = await hook.send(authPayload())
  const text = await answer.text()
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([500, null])
  expect(text).not.toContain('plan')
  expect(hook.lines.join('\n')).toContain('because of the plan')
  expect(hook.inbox.messages()).toEqual([])
})

test('a mail that went out before its texts were changed is not sent again', async () => {
  await hook.addFault({ status: 409, name: 'invalid_idempotent_request' })
  expect((await hook.send(authPayload())).status).toBe(200)
})

test('attack 46: a mail that Resend sends after its time is up is not sent again by the retry', async () => {
  const payload = authPayload({ user: { email: 'slow@example.com' } })
  await hook.addFault({ delayMs: 3_000, to: 'slow@example.com' })
  const late = await hook.send(payload)
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1'])
  await hook.inbox.waitFor({ to: 'slow@example.com' })
  expect((await hook.send(payload)).status).toBe(200)
  expect(hook.inbox.messages({ to: 'slow@example.com' })).toHaveLength(1)
})
