import { generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startProviders } from '../../local-stack/src/providers/index.ts'
import { type ProvidersHarness, secrets, startHarness, startSession } from './providers-harness.ts'

let harness: ProvidersHarness

beforeAll(async () => {
  harness = await startHarness()
})

beforeEach(async () => {
  await harness.deliveries.settled()
  harness.clear()
  harness.received.splice(0)
  harness.answer.with = undefined
})

afterAll(() => harness.close())

const types = () => harness.received.map(({ body }) => JSON.parse(body).type)
const tell = (type: string) => harness.stripe.tell(type, { id: 'obj_1', object: 'thing' })

async function api(method: string, path: string, body?: unknown) {
  const response = await fetch(`${harness.url}/api${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: response.status === 204 ? undefined : await response.json() }
}

describe('webhooks', () => {
  test('are sent again until they are taken, signed anew', async () => {
    harness.answer.with = () => ({ status: harness.received.length < 3 ? 500 : 200, body: '' })
    tell('a')
    await harness.deliveries.settled()
    expect(harness.deliveries.list()).toMatchObject([
      { state: 'taken', attempts: [{ status: 500 }, { status: 500 }, {}] },
    ])
    for (const { body, headers } of harness.received) {
      expect(harness.client.webhooks.constructEvent(body, headers['stripe-signature']!, 'whsec_own').type).toBe('a')
    }
    harness.answer.with = () => ({ status: 503, body: 'not now' })
    const { id } = tell('b')
    await harness.deliveries.settled()
    const refused = harness.deliveries.list().find((one) => one.id === id)
    expect(refused).toMatchObject({ state: 'refused', attempts: Array(3).fill({ status: 503, answer: 'not now' }) })
  })

  test('can be held, and released in another order and more than once', async () => {
    harness.deliveries.hold()
    const [a, b, c] = ['a', 'b', 'c'].map((type) => tell(type).id)
    await harness.deliveries.settled()
    expect(harness.received).toEqual([])
    await harness.deliveries.release({ order: 'reversed' })
    expect(types()).toEqual(['c', 'b', 'a'])

    harness.deliveries.hold()
    const [d, e] = ['d', 'e'].map((type) => tell(type).id)
    harness.received.splice(0)
    await harness.deliveries.release({ order: [e!, b!, d!], times: 2 })
    expect(types()).toEqual(['e', 'e', 'b', 'b', 'd', 'd'])
    expect([a, c].every((id) => harness.deliveries.list().find((one) => one.id === id)!.attempts.length === 1)).toBe(
      true,
    )
  })

  test('can be repeated, also all at the same time', async () => {
    harness.deliveries.repeat(3)
    const { id } = tell('a')
    await harness.deliveries.settled()
    expect(types()).toEqual(['a', 'a', 'a'])
    await harness.deliveries.sendAgain(id, { times: 50, atOnce: true })
    expect(new Set(harness.received.map(({ body }) => body)).size).toBe(1)
    expect(harness.received).toHaveLength(53)
  })
})

describe('the API for tests in other processes', () => {
  test('pays, declines and expires, and lists what was made', async () => {
    const urls = await Promise.all([1, 2, 3].map(async () => (await startSession(harness.client)).url))
    expect((await api('POST', '/pay', { target: urls[0] })).json).toMatchObject({ state: 'paid', provider: 'stripe' })
    expect((await api('POST', '/decline', { target: urls[1] })).json).toMatchObject({ state: 'declined' })
    expect((await api('POST', '/expire', { target: urls[2] })).json).toMatchObject({ state: 'closed' })
    const { json: payments } = await api('GET', '/payments')
    expect(payments.map((one: { state: string }) => one.state)).toEqual(['paid', 'declined', 'closed'])
    expect((await api('GET', '/stripe?object=checkout.session')).json).toHaveLength(3)
    expect((await api('GET', '/deliveries')).json).toHaveLength(4)
    expect(await api('POST', '/pay', { target: 'nothing' })).toMatchObject({ status: 400 })
    expect((await api('DELETE', '')).status).toBe(204)
    expect((await api('GET', '/payments')).json).toEqual([])
  })

  test('lets requests go wrong, as often and where it says', async () => {
    expect(
      (await api('POST', '/faults', { provider: 'stripe', path: '/v1/refunds', status: 503, times: 2 })).status,
    ).toBe(204)
    const refund = () =>
      harness.client.refunds.create({ payment_intent: 'pi_none' }).catch(({ statusCode }) => statusCode)
    await harness.client.balance.retrieve()
    expect([await refund(), await refund(), await refund()]).toEqual([503, 503, 400])
    for (const fault of [{ times: 0 }, { status: 200 }, { delayMs: -1 }, { provider: 'paypal' }]) {
      expect((await api('POST', '/faults', fault)).status).toBe(400)
    }
  })

  test('holds webhooks and releases them', async () => {
    await api('POST', '/deliveries/hold')
    await api('POST', '/stripe/events', { type: 'a', object: {} })
    await api('POST', '/stripe/events', { type: 'b', object: {} })
    expect((await api('GET', '/deliveries')).json).toMatchObject([{ state: 'held' }, { state: 'held' }])
    await api('POST', '/deliveries/release', { order: 'reversed' })
    expect(types()).toEqual(['b', 'a'])
  })
})

describe('the pages', () => {
  const form = (url: string, fields: Record<string, string>) =>
    fetch(url, { method: 'POST', body: new URLSearchParams(fields) }).then((response) => response.text())

  test('let people pay by hand', async () => {
    const { url, id } = await startSession(harness.client)
    const page = await fetch(url!)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('5000.00 KZT')
    expect(await form(url!, { action: 'decline' })).toContain('The payment was declined.')
    const paid = await form(url!, { action: 'pay' })
    expect(paid).toContain('The payment was made.')
    expect(paid).toContain('href="http://127.0.0.1:3000/payments/payment-1"')
    expect(paid).not.toContain('<form')
    expect(await form(url!, { action: 'pay' })).toContain('complete')
    expect(await (await fetch(harness.url)).text()).toContain(`/pay/stripe/${id}`)
    expect((await fetch(`${harness.url}/pay/stripe/none`)).status).toBe(404)
    expect((await fetch(`${harness.url}/pay/other/none`)).status).toBe(404)
  })

  test('cannot be used by what a start says', async () => {
    const evil = '<script>alert(1)</script>'
    const { url } = await startSession(harness.client, {
      payment_intent_data: { description: evil },
      success_url: 'javascript://%0aalert(1)',
    })
    for (const shown of [url!, harness.url]) {
      const html = await (await fetch(shown)).text()
      expect(html).toContain('&lt;script&gt;')
      expect(html).not.toContain(evil)
      expect(html).not.toContain('javascript:')
    }
  })
})

describe('FCM', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

  function assertion(change: object = {}): string {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: 'sender@project.iam.gserviceaccount.com',
      aud: 'https://oauth2.googleapis.com/token',
      scope: 'https://www.googleapis.com/auth/firebase.messaging',
      iat: now,
      exp: now + 3600,
      ...change,
    }
    const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const text = parts.join('.')
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
  }

  async function accessToken(given = assertion()) {
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    const body = new URLSearchParams({ grant_type, assertion: given })
    const response = await fetch(`${harness.url}/fcm/token`, { method: 'POST', body })
    return response.json() as Promise<{ access_token?: string; error?: string; expires_in?: number }>
  }

  async function send(message: object, token: string | undefined) {
    const response = await fetch(`${harness.url}/fcm/v1/projects/demo/messages:send`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ message }),
    })
    return { status: response.status, json: await response.json() }
  }

  test('gives a token for a signed assertion, and keeps what is sent with it', async () => {
    const { access_token, expires_in } = await accessToken()
    expect(expires_in).toBe(3599)
    const sent = await send({ token: 'device-1', notification: { title: 'Hello' } }, access_token)
    expect(sent).toEqual({ status: 200, json: { name: expect.stringMatching(/^projects\/demo\/messages\//) } })
    expect(harness.fcm.messages({ token: 'device-1' })).toMatchObject([
      { message: { notification: { title: 'Hello' } } },
    ])
    expect((await api('GET', '/fcm?token=device-2')).json).toEqual([])
  })

  test('refuses as FCM does', async () => {
    expect(await accessToken(assertion({ exp: 1 }))).toMatchObject({ error: 'invalid_grant' })
    expect(await accessToken('nonsense')).toMatchObject({ error: 'invalid_grant' })
    const { access_token } = await accessToken()
    expect((await send({ token: 'device-1' }, 'other')).status).toBe(401)
    expect(await send({}, access_token)).toMatchObject({ status: 400, json: { error: { status: 'INVALID_ARGUMENT' } } })
    await api('DELETE', '/fcm/tokens/device-1')
    expect(await send({ token: 'device-1' }, access_token)).toMatchObject({
      status: 404,
      json: { error: { status: 'NOT_FOUND', details: [{ errorCode: 'UNREGISTERED' }] } },
    })
    harness.addFault({ provider: 'fcm', path: '/v1/projects', status: 429, code: 'QUOTA_EXCEEDED' })
    expect(await send({ token: 'device-2' }, access_token)).toMatchObject({
      status: 429,
      json: { error: { details: [{ errorCode: 'QUOTA_EXCEEDED' }] } },
    })
  })
})

test('a taken port is an error', async () => {
  const options = { webhooks: '', back: '', settings: secrets, log: () => undefined }
  await expect(startProviders({ ...options, port: harness.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
