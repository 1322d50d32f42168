import { Resend } from 'resend'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Mail, startMail } from '../../local-stack/src/mail/index.ts'

let mail: Mail
let resend: Resend
const lines: string[] = []
const sample = { from: 'Talentbase <hello@example.com>', to: 'ada@example.com', subject: 'Hello', text: 'Hi' }

beforeAll(async () => {
  mail = await startMail({ port: 0, log: (line) => lines.push(line) })
  // Nothing but the environment leads the package here, as in a function.
  vi.stubEnv('RESEND_BASE_URL', mail.url)
  resend = new Resend('re_test')
})

beforeEach(async () => {
  mail.inbox.clear()
  lines.splice(0)
  await fetch(`${mail.url}/api/faults`, { method: 'DELETE' })
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await mail.close()
})

function addFault(fault: object) {
  return fetch(`${mail.url}/api/faults`, { method: 'POST', body: JSON.stringify(fault) })
}

test('keeps a mail that the resend package sends, and gives it back', async () => {
  const { data, error } = await resend.emails.send({
    ...sample,
    to: ['Ada <Ada@example.com>', 'bob@example.com'],
    cc: 'carl@example.com',
    replyTo: 'help@example.com',
    html: '<p>Hi</p>',
    tags: [{ name: 'kind', value: 'test' }],
  })
  expect(error).toBeNull()
  expect(mail.inbox.messages()).toMatchObject([
    { id: data?.id, to: ['Ada <Ada@example.com>', 'bob@example.com'], cc: ['carl@example.com'], subject: 'Hello' },
  ])
  expect((await resend.emails.get(data?.id ?? '')).data).toMatchObject({
    object: 'email',
    id: data?.id,
    from: sample.from,
    html: '<p>Hi</p>',
    text: 'Hi',
    reply_to: ['help@example.com'],
    last_event: 'delivered',
  })
  expect(lines).toEqual(['Hello → Ada <Ada@example.com>, bob@example.com'])
})

test('sends a batch as a whole or not at all', async () => {
  const sent = await resend.batch.send([sample, { ...sample, to: 'bob@example.com' }])
  expect(sent.data?.data).toHaveLength(2)
  expect(mail.inbox.messages()).toHaveLength(2)

  const refused = await resend.batch.send([sample, { ...sample, to: 'nowhere' }])
  expect(refused.error).toMatchObject({ statusCode: 422, name: 'validation_error' })
  expect(mail.inbox.messages()).toHaveLength(2)
})

test.each([
  ['no recipient', { to: [] }, 'missing_required_field'],
  ['a recipient that is no address', { to: 'ada' }, 'validation_error'],
  ['a recipient with a line break', { to: 'Ada\nBcc: x@example.com <ada@example.com>' }, 'validation_error'],
  ['too many recipients', { to: Array.from({ length: 51 }, (_, i) => `a${i}@example.com`) }, 'validation_error'],
  ['a sender that is no address', { from: 'Talentbase' }, 'validation_error'],
  ['no subject', { subject: '' }, 'missing_required_field'],
  ['no content', { text: undefined as unknown as string }, 'validation_error'],
  ['an empty attachment', { attachments: [{ filename: 'a.txt' }] }, 'invalid_attachment'],
])('refuses %s as Resend does, and keeps nothing', async (_, change, name) => {
  const { error } = await resend.emails.send({ ...sample, ...change })
  expect(error).toMatchObject({ statusCode: 422, name })
  expect(error?.message).toBeTypeOf('string')
  expect(mail.inbox.messages()).toEqual([])
})

test('wants an API key', async () => {
  const without = await fetch(`${mail.url}/emails`, { method: 'POST', body: JSON.stringify(sample) })
  expect([without.status, await without.json()]).toEqual([
    401,
    { statusCode: 401, name: 'missing_api_key', message: expect.any(String) },
  ])
  expect((await new Resend('wrong').emails.send(sample)).error).toMatchObject({
    statusCode: 403,
    name: 'invalid_api_key',
  })
  expect(mail.inbox.messages()).toEqual([])
})

test('answers unknown mails, paths and methods as Resend does', async () => {
  expect((await resend.emails.get('0')).error).toMatchObject({ statusCode: 404, name: 'not_found' })
  expect((await resend.domains.list()).error).toMatchObject({ statusCode: 404, name: 'not_found' })
  expect((await resend.emails.update({ id: '0', scheduledAt: 'in 1 hour' })).error).toMatchObject({
    statusCode: 405,
    name: 'method_not_allowed',
  })
})

test('an idempotency key sends once, and belongs to one request', async () => {
  const first = await resend.emails.send(sample, { idempotencyKey: 'welcome/1' })
  const second = await resend.emails.send(sample, { idempotencyKey: 'welcome/1' })
  expect(second.data).toEqual(first.data)
  const other = await resend.emails.send({ ...sample, subject: 'Other' }, { idempotencyKey: 'welcome/1' })
  expect(other.error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' })
  const long = await resend.emails.send(sample, { idempotencyKey: 'k'.repeat(257) })
  expect(long.error).toMatchObject({ statusCode: 400, name: 'invalid_idempotency_key' })
  expect(mail.inbox.messages()).toHaveLength(1)
})

test('a key is free again after 24 hours, and at once when its request failed', async () => {
  await addFault({ status: 500 })
  expect((await resend.emails.send(sample, { idempotencyKey: 'day/1' })).error).toMatchObject({ statusCode: 500 })
  expect((await resend.emails.send(sample, { idempotencyKey: 'day/1' })).error).toBeNull()

  const now = Date.now()
  const clock = vi.spyOn(Date, 'now')
  clock.mockReturnValue(now + 24 * 3600 * 1000 - 1000)
  await resend.emails.send(sample, { idempotencyKey: 'day/1' })
  expect(mail.inbox.messages()).toHaveLength(1)
  clock.mockReturnValue(now + 24 * 3600 * 1000 + 1000)
  await resend.emails.send(sample, { idempotencyKey: 'day/1' })
  clock.mockRestore()
  expect(mail.inbox.messages()).toHaveLength(2)
})

test('a second request with a key whose first is under way is told so', async () => {
  await addFault({ delayMs: 300 })
  const [first, second] = await Promise.all([
    resend.emails.send(sample, { idempotencyKey: 'slow/1' }),
    resend.emails.send(sample, { idempotencyKey: 'slow/1' }),
  ])
  const errors = [first.error, second.error].filter((error) => error !== null)
  expect(errors).toMatchObject([{ statusCode: 409, name: 'concurrent_idempotent_requests' }])
  expect(mail.inbox.messages()).toHaveLength(1)
})

test('a fault hits as many mails as it says, to whom it says', async () => {
  await addFault({
    status: 429,
    name: 'rate_limit_exceeded',
    times: 2,
    to: 'Ada@example.com',
    headers: { 'retry-after': '1' },
  })
  expect((await resend.emails.send({ ...sample, to: 'bob@example.com' })).error).toBeNull()
  const limited = await resend.emails.send(sample)
  expect(limited.error).toMatchObject({ statusCode: 429, name: 'rate_limit_exceeded' })
  expect(limited.headers).toMatchObject({ 'retry-after': '1' })
  expect((await resend.emails.send(sample)).error).not.toBeNull()
  expect((await resend.emails.send(sample)).error).toBeNull()
  expect(mail.inbox.messages()).toHaveLength(2)
})

test('a lost answer is an error although the mail was sent', async () => {
  await addFault({ status: 500, afterSending: true })
  const lost = await resend.emails.send(sample, { idempotencyKey: 'lost/1' })
  expect(lost.error).toMatchObject({ statusCode: 500 })
  expect((await resend.emails.send(sample, { idempotencyKey: 'lost/1' })).data?.id).toBe(mail.inbox.messages()[0]?.id)
  expect(mail.inbox.messages()).toHaveLength(1)
})

test('refuses a fault that makes no sense', async () => {
  for (const fault of [{ times: 0 }, { status: 200 }, { delayMs: -1 }]) {
    expect((await addFault(fault)).status).toBe(400)
  }
})

test('finds the code that stands alone in a mail', async () => {
  const codes: [object, string | null][] = [
    [{ text: 'Your code: 12345678. Order 1234.' }, '12345678'],
    [{ text: 'https://example.com/verify?token=99999999\nYour code: 12345678' }, '12345678'],
    [{ text: undefined, html: '<style>p{color:#123456}</style><p>Code <b>12345678</b></p>' }, '12345678'],
    [{ text: 'Account 12345678-aaaa and 2026.123456' }, null],
  ]
  for (const [content, code] of codes) {
    await resend.emails.send({ ...sample, ...content })
    expect(mail.inbox.messages()[0]?.code).toBe(code)
  }
})

test('the inbox waits for what is not there yet, and says what did not come', async () => {
  const waited = mail.inbox.waitFor({ to: 'Ada@example.com', subject: /code/ })
  const code = mail.inbox.codeFor('ada@example.com')
  await resend.emails.send(sample)
  await resend.emails.send({ ...sample, subject: 'Your code', text: 'Your code: 12345678' })
  expect((await waited).subject).toBe('Your code')
  expect(await code).toBe('12345678')
  await resend.emails.send({ ...sample, text: 'Your code: 87654321' })
  await resend.emails.send(sample)
  expect(await mail.inbox.codeFor('ada@example.com')).toBe('87654321')
  await expect(mail.inbox.waitFor({ to: 'nobody@example.com', timeoutMs: 10 })).rejects.toThrow('nobody@example.com')
})

test('keeps the newest 500 mails', async () => {
  for (let batch = 0; batch < 6; batch++) {
    const mails = Array.from({ length: 100 }, (_, i) => ({ ...sample, subject: String(batch * 100 + i) }))
    await resend.batch.send(mails)
  }
  const subjects = mail.inbox.messages().map(({ subject }) => subject)
  expect([subjects.length, subjects[0], subjects.at(-1)]).toEqual([500, '599', '100'])
})

test('shows mails as JSON, by recipient, and forgets them', async () => {
  await resend.emails.send(sample)
  await resend.emails.send({ ...sample, to: 'Bob <bob@example.com>' })
  const to = async (address: string) => (await fetch(`${mail.url}/api/messages?to=${address}`)).json()
  expect(await to('bob@example.com')).toMatchObject([{ to: ['Bob <bob@example.com>'], text: 'Hi' }])
  expect((await fetch(`${mail.url}/api/messages?to=bob@example.com`, { method: 'DELETE' })).status).toBe(204)
  expect(await to('bob@example.com')).toEqual([])
  expect(await to('ada@example.com')).toHaveLength(1)
  await fetch(`${mail.url}/api/messages`, { method: 'DELETE' })
  expect(mail.inbox.messages()).toEqual([])
})

test('shows mails at a page that a hostile mail cannot use', async () => {
  const evil = '<script>alert(1)</script>'
  await resend.emails.send({ ...sample, subject: `${evil}"'`, text: evil, html: `<p>Hi</p>${evil}` })
  const { id } = mail.inbox.messages()[0]!
  for (const path of ['/', `/messages/${id}`]) {
    const page = await fetch(mail.url + path)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const html = await page.text()
    expect(html).toContain('&lt;script&gt;')
    expect(html).not.toContain(evil)
  }
  const frame = await fetch(`${mail.url}/messages/${id}/html`)
  expect(frame.headers.get('content-security-policy')).toMatch(/sandbox allow-popups(?!.*allow-(scripts|same-origin))/)
  expect((await fetch(`${mail.url}/messages/${'0'.repeat(8)}`)).status).toBe(404)
})

test('a taken port is an error', async () => {
  await expect(startMail({ port: mail.port, log: () => undefined })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
