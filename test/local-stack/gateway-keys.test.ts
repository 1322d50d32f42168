import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Echo, serviceNames, startEchoGateway } from './echo-gateway.ts'

let gateway: Awaited<ReturnType<typeof startEchoGateway>>

beforeAll(async () => {
  gateway = await startEchoGateway()
})

afterAll(() => gateway.close())

async function seen(path: string, headers: Record<string, string>): Promise<Record<string, string>> {
  const { body } = await gateway.get(path, headers)
  return Object.fromEntries((body as Echo).headers)
}

describe('keys', () => {
  test.each(serviceNames)('%s sees the JWT of the key’s role', async (service) => {
    const anon = await seen(`/${service}/v1/api/x`, { apikey: gateway.keys.publishableKey })
    const admin = await seen(`/${service}/v1/api/x`, {
      apikey: gateway.keys.secretKey,
      authorization: `Bearer ${gateway.keys.secretKey}`,
    })
    expect(anon.authorization).toBe(`Bearer ${gateway.keys.anonToken}`)
    expect(admin.authorization).toBe(`Bearer ${gateway.keys.serviceRoleToken}`)
    expect(await gateway.keys.verify(gateway.keys.serviceRoleToken)).toMatchObject({ role: 'service_role' })
  })

  test('a token of the caller’s own passes as it is, and so does another key in its place', async () => {
    const apikey = gateway.keys.publishableKey
    for (const authorization of ['Bearer users.own.token', `Bearer ${gateway.keys.secretKey}`, 'Basic abc']) {
      expect((await seen('/rest/v1/t', { apikey, authorization })).authorization).toBe(authorization)
      expect((await seen('/auth/v1/user', { apikey, authorization })).authorization).toBe(authorization)
    }
  })

  test.each(['rest/v1/t', 'auth/v1/user', 'realtime/v1/api/broadcast'])('%s is refused without a key', async (path) => {
    const { status, headers, body } = await gateway.get(`/${path}`, {
      authorization: `Bearer ${gateway.keys.anonToken}`,
    })
    expect(status).toBe(401)
    expect(body).toEqual({
      message: 'No API key found in request',
      hint: 'No `apikey` request header or url param was found.',
    })
    expect(headers.get('sb-error-code')).toBe('UNAUTHORIZED_MISSING_API_KEY')
    expect(headers.get('access-control-allow-origin')).toBe('*')
  })

  test.each([
    ['sb_secret_of_another_project', 'UNAUTHORIZED_UNREGISTERED_API_KEY', 'Unregistered API key'],
    ['sb_publishable_typo', 'UNAUTHORIZED_UNREGISTERED_API_KEY', 'Unregistered API key'],
    ['nonsense', 'UNAUTHORIZED_INVALID_API_KEY', 'Invalid API key'],
  ])('the wrong key %s is refused', async (apikey, code, message) => {
    for (const path of ['/rest/v1/t', '/auth/v1/user']) {
      const { status, headers, body } = await gateway.get(path, { apikey })
      expect([status, headers.get('sb-error-code'), body.message]).toEqual([401, code, message])
    }
    const call = await gateway.get('/functions/v1/hello', { apikey })
    expect([call.status, call.body]).toEqual([401, { message: 'Invalid API key' }])
  })

  test('a user’s token is no key', async () => {
    const token = await gateway.keys.sign({ role: 'service_role', exp: 4_000_000_000 })
    expect((await gateway.get('/rest/v1/t', { apikey: token })).status).toBe(401)
  })

  test('two keys at once are refused', async () => {
    const { status } = await gateway.raw('/rest/v1/t', [
      'apikey',
      gateway.keys.publishableKey,
      'apikey',
      gateway.keys.secretKey,
    ])
    expect(status).toBe(401)
  })

  test('a secret key is refused from a browser, a publishable one is not', async () => {
    const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0' }
    for (const service of serviceNames) {
      const { status, headers, body } = await gateway.get(`/${service}/v1/x`, {
        apikey: gateway.keys.secretKey,
        ...browser,
      })
      expect([status, headers.get('sb-error-code')]).toEqual([401, 'UNAUTHORIZED_INVALID_API_KEY_TYPE'])
      expect(body.message).toBe('Forbidden use of secret API key in browser')
      expect(
        (await gateway.get(`/${service}/v1/x`, { apikey: gateway.keys.publishableKey, ...browser })).body.service,
      ).toBe(service)
    }
  })

  test('the root of the Data API is for the secret key alone', async () => {
    for (const path of ['/rest/v1', '/rest/v1/', '/rest/v1/?select=x']) {
      const { status, body } = await gateway.get(path, { apikey: gateway.keys.publishableKey })
      expect([status, body.hint]).toEqual([401, 'Only the `service_role` API key can be used for this endpoint.'])
      expect((await gateway.get(path, { apikey: gateway.keys.secretKey })).body.service).toBe('rest')
    }
  })

  test('the key may be in the url and does not go further there', async () => {
    const { body } = await gateway.get(`/rest/v1/t?select=a%2Cb&apikey=${gateway.keys.publishableKey}&b=eq.1`)
    expect(body.path).toBe('/t?select=a%2Cb&b=eq.1')
    expect(Object.fromEntries(body.headers).authorization).toBe(`Bearer ${gateway.keys.anonToken}`)
  })

  test.each([
    '/auth/v1/verify?token=x&type=signup',
    '/auth/v1/callback',
    '/auth/v1/authorize?provider=x',
    '/auth/v1/.well-known/jwks.json',
    '/storage/v1/object/public/a/b.png',
    '/storage/v1/object/sign/a/b.png?token=x',
    '/functions/v1/payment-webhooks/stripe?apikey=theirs',
  ])('%s is open', async (path) => {
    const { status, body } = await gateway.get(path)
    expect(status).toBe(200)
    expect(body.path).toBe(path.replace(/^\/\w+\/v1/, ''))
  })

  test.each(['/auth/v1/verify/../admin/users', '/auth/v1/verifyx', '/auth/v1/admin/users?/verify', '/auth/v1//verify'])(
    '%s is not open',
    async (path) => {
      expect((await gateway.raw(path, [])).status).toBe(401)
    },
  )
})

describe('websockets', () => {
  test('Realtime gets the key’s JWT', async () => {
    const answer = await gateway.upgrade(`/realtime/v1/websocket?apikey=${gateway.keys.publishableKey}&vsn=2.0.0`)
    expect(answer).toContain(`/websocket?vsn=2.0.0&apikey=${gateway.keys.anonToken}`)
    expect(await gateway.upgrade(`/realtime/v1/websocket?apikey=${gateway.keys.secretKey}`)).toContain(
      gateway.keys.serviceRoleToken,
    )
  })

  test('Realtime itself refuses a missing and a wrong key', async () => {
    expect(await gateway.upgrade('/realtime/v1/websocket')).toMatch(/\n\/websocket$/)
    expect(await gateway.upgrade('/realtime/v1/websocket?apikey=a%26b')).toMatch(/\n\/websocket\?apikey=a%26b$/)
  })

  test('a secret key is refused from a browser', async () => {
    const answer = await gateway.upgrade(`/realtime/v1/websocket?apikey=${gateway.keys.secretKey}`, [
      'User-Agent: Mozilla/5.0',
    ])
    expect(answer).toContain('401 Unauthorized')
    expect(answer).not.toContain(gateway.keys.serviceRoleToken)
  })

  test('no other path takes one', async () => {
    const key = `apikey=${gateway.keys.publishableKey}`
    for (const path of [`/rest/v1/t?${key}`, `/realtime/v1/api?${key}`, '/']) {
      expect(await gateway.upgrade(path)).toContain('404 Not Found')
    }
  })
})
