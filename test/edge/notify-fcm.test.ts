import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { type Delivery, retryAfterOf } from '../../edge-functions/notify/delivery.ts'
import { createPushSend } from '../../edge-functions/notify/fcm.ts'
import { serviceAccountShape } from '../../edge-functions/notify/google.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

const account = serviceAccountShape.parse({
  type: 'service_account',
  project_id: 'my-project',
  client_email: 'push@my-project.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
})

const delivery = {
  id: 1,
  channel: 'push',
  token: 't',
  locale: 'en',
  type: 'general',
  data: {},
  count: 1,
  names: {},
} as Delivery

/** Google and FCM, of which each test says what it needs. */
function google(answers: { token?: () => Response; send?: () => Response } = {}) {
  const seen: { url: string; body: string; headers: Headers; init: RequestInit }[] = []
  let tokens = 0
  const fetch = (async (url: string, init: RequestInit) => {
    seen.push({ url, body: String(init.body), headers: new Headers(init.headers), init })
    if (url === account.token_uri) {
      tokens += 1
      return answers.token?.() ?? Response.json({ access_token: `access-${tokens}`, expires_in: 3600 })
    }
    return answers.send?.() ?? Response.json({ name: 'projects/my-project/messages/1' })
  }) as typeof globalThis.fetch
  return { seen, send: createPushSend({ account, baseUrl: 'https://fcm.googleapis.com', fetch }) }
}

test('signs as the service account, and asks for one access token for all pushes', async () => {
  const { seen, send } = google()
  expect(await Promise.all([send(delivery), send(delivery)])).toEqual([{ is: 'sent' }, { is: 'sent' }])
  expect(await send(delivery)).toEqual({ is: 'sent' })
  const [asked, ...more] = seen.filter(({ url }) => url === 'https://oauth2.googleapis.com/token')
  expect(more).toEqual([])
  const form = new URLSearchParams(asked!.body)
  expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
  const [header, claims, signature] = form.get('assertion')!.split('.') as [string, string, string]
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT' })
  expect(read(claims)).toMatchObject({
    iss: account.client_email,
    aud: account.token_uri,
    scope: 'https://www.googleapis.com/auth/firebase.messaging',
  })
  expect(read(claims).exp - read(claims).iat).toBe(3600)
  const signed = Buffer.from(`${header}.${claims}`)
  const isSigned = verify(
    'sha256',
    signed,
    createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
    Buffer.from(signature, 'base64url'),
  )
  expect(isSigned).toBe(true)

  const sends = seen.filter(({ url }) => url === 'https://fcm.googleapis.com/v1/projects/my-project/messages:send')
  expect(sends.map(({ headers }) => headers.get('authorization'))).toEqual(Array(3).fill('Bearer access-1'))
})

test('an access token that is not accepted is not used again', async () => {
  const refusals = [new Response('{}', { status: 401 })]
  const { seen, send } = google({ send: () => refusals.pop() ?? Response.json({}) })
  expect(await send(delivery)).toMatchObject({ is: 'failed' })
  expect(await send(delivery)).toEqual({ is: 'sent' })
  expect(seen.at(-1)!.headers.get('authorization')).toBe('Bearer access-2')
})

test('an access token is asked for again a minute before it ends', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const { seen, send } = google()
    await send(delivery)
    vi.setSystemTime(Date.now() + 3_600_000 - 59_000)
    await send(delivery)
    expect(seen.at(-1)!.headers.get('authorization')).toBe('Bearer access-2')
  } finally {
    vi.useRealTimers()
  }
})

test('a late refusal of an access token does not take away the one after it', async () => {
  const held: ((response: Response) => void)[] = []
  let answer: (() => Promise<Response>) | undefined = () => new Promise((resolve) => void held.push(resolve))
  const { seen, send } = google({ send: () => (answer?.() ?? Response.json({})) as Response })
  const both = [send(delivery), send(delivery)]
  await vi.waitFor(() => expect(held).toHaveLength(2))
  answer = undefined
  held[0]!(new Response('{}', { status: 401 }))
  await both[0]
  await send(delivery)
  held[1]!(new Response('{}', { status: 401 }))
  await both[1]
  await send(delivery)
  expect(seen.at(-1)!.headers.get('authorization')).toBe('Bearer access-2')
})

test('no request is without an end, and no redirect has the token sent elsewhere', async () => {
  const { seen, send } = google()
  await send(delivery)
  expect(seen.map(({ init }) => [init.redirect, init.signal instanceof AbortSignal])).toEqual([
    ['manual', true],
    ['manual', true],
  ])
})

test('a project that is not there loses nobody their device', async () => {
  const { send } = google({
    send: () => Response.json({ error: { status: 'NOT_FOUND', details: [] } }, { status: 404 }),
  })
  expect(await send(delivery)).toMatchObject({ is: 'refused' })
})

test('without an access token no push counts as tried', async () => {
  const { seen, send } = google({ token: () => Response.json({ error: 'invalid_grant' }, { status: 400 }) })
  expect(await send(delivery)).toMatchObject({ is: 'unavailable', retryAfter: 60 })
  expect(seen.map(({ url }) => url)).toEqual([account.token_uri])
})

test('honours retry-after, in seconds and as a date', async () => {
  const { send } = google({ send: () => new Response('{}', { status: 429, headers: { 'retry-after': '120' } }) })
  expect(await send(delivery)).toMatchObject({ is: 'failed', retryAfter: 120 })
  expect(retryAfterOf('Mon, 02 Mar 2026 12:00:30 GMT', Date.parse('2026-03-02T12:00:00Z'))).toBe(30)
  expect(retryAfterOf('Mon, 02 Mar 2026 11:00:00 GMT', Date.parse('2026-03-02T12:00:00Z'))).toBe(0)
  expect([retryAfterOf('999999999'), retryAfterOf('soon'), retryAfterOf(null)]).toEqual([86_400, undefined, undefined])
})

test('a service account that is none is refused by name', () => {
  const { success, error } = serviceAccountShape.safeParse({ ...account, private_key: 'secret words' })
  expect(success).toBe(false)
  expect(error!.issues.map(({ path }) => path.join('.'))).toEqual(['private_key'])
  expect(JSON.stringify(error!.issues)).not.toContain('secret words')
})
