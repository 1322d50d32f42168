import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { expect, test } from 'vitest'
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
  const seen: { url: string; body: string; headers: Headers }[] = []
  let tokens = 0
  const fetch = (async (url: string, init: RequestInit) => {
    seen.push({ url, body: String(init.body), headers: new Headers(init.headers) })
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
