import { Agent } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway } from '../../local-stack/src/gateway/start-gateway.ts'
import { StackError } from '../../local-stack/src/processes/stack-error.ts'
import { type Echo, serviceNames, startEchoGateway } from './echo-gateway.ts'

let gateway: Awaited<ReturnType<typeof startEchoGateway>>

beforeAll(async () => {
  gateway = await startEchoGateway()
})

afterAll(() => gateway.close())

describe('what services are told of the caller', () => {
  test.each(serviceNames)('%s sees the address of the connection, not what the client says', async (service) => {
    const claims = ['cf-connecting-ip', '6.6.6.6', 'x-real-ip', '6.6.6.6', 'x-forwarded-for', '6.6.6.6']
    const hosts = ['x-forwarded-host', 'evil.example', 'x-forwarded-proto', 'https', 'X-Forwarded-Port', '1']
    const sent = ['apikey', gateway.keys.publishableKey, 'CF-Connecting-IP', '7.7.7.7', ...claims, ...hosts]
    const { text } = await gateway.raw(`/${service}/v1/x`, sent, { localAddress: '127.0.0.9' })
    const headers = (JSON.parse(text) as Echo).headers.filter(([name]) => /^(cf-|x-real|x-forwarded)/.test(name))
    expect(Object.fromEntries(headers)).toEqual({
      'cf-connecting-ip': '127.0.0.9',
      'x-real-ip': '127.0.0.9',
      'x-forwarded-for': '6.6.6.6, 127.0.0.9',
      'x-forwarded-host': 'localhost',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(gateway.port),
    })
    expect(headers).toHaveLength(6)
  })

  test('repeated headers reach the Data API and come back repeated', async () => {
    const prefer = ['Prefer', 'count=exact', 'Prefer', 'count=planned']
    const { text, rawHeaders, status } = await gateway.raw('/rest/v1/t', [
      'apikey',
      gateway.keys.publishableKey,
      ...prefer,
    ])
    const values = (JSON.parse(text) as Echo).headers.filter(([name]) => name === 'prefer').map(([, value]) => value)
    expect(values).toEqual(['count=exact', 'count=planned'])
    expect(rawHeaders.filter((name) => name.toLowerCase() === 'access-control-expose-headers')).toHaveLength(2)
    expect(status).toBe(206)
  })

  test('headers of the connection stop at the gateway', async () => {
    const sent = ['apikey', gateway.keys.publishableKey, 'Connection', 'close, x-hop', 'x-hop', '1', 'x-end', '1']
    const headers = Object.fromEntries((JSON.parse((await gateway.raw('/rest/v1/t', sent)).text) as Echo).headers)
    expect(headers['x-end']).toBe('1')
    expect(headers['x-hop']).toBeUndefined()
  })
})

describe('changes without a filter', () => {
  const send = (method: string, path: string) =>
    gateway.raw(
      `/rest/v1${path}`,
      ['apikey', gateway.keys.publishableKey],
      method === 'DELETE' ? { method } : { method, body: '{}' },
    )

  test.each([
    ['PATCH', '/t', 'UPDATE'],
    ['DELETE', '/t?select=id&order=id&limit=1', 'DELETE'],
  ])('%s %s is refused as hosted’s Postgres would', async (method, path, command) => {
    const { status, text } = await send(method, path)
    expect(status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({ code: '21000', message: `${command} requires a WHERE clause` })
  })

  test.each([
    ['PATCH', '/t?id=eq.1'],
    ['DELETE', '/t?or=(a.eq.1,b.eq.2)'],
    ['POST', '/t'],
    ['DELETE', '/rpc/f'],
  ])('%s %s reaches the Data API', async (method, path) => {
    expect(JSON.parse((await send(method, path)).text)).toMatchObject({ service: 'rest', method })
  })
})

describe('bodies', () => {
  test.each(serviceNames)('%s gets method and body', async (service) => {
    for (const chunked of [[], ['transfer-encoding', 'chunked']]) {
      const headers = ['apikey', gateway.keys.publishableKey, ...chunked]
      const { text } = await gateway.raw(`/${service}/v1/x`, headers, { method: 'PUT', body: '{"a":"ä"}' })
      expect(JSON.parse(text)).toMatchObject({ service, method: 'PUT', path: '/x', body: '{"a":"ä"}' })
    }
  })

  test('an upload that nobody reads to its end leaves the connection usable', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const headers = ['apikey', gateway.keys.publishableKey]
    const upload = { method: 'POST', body: Buffer.alloc(20_000_000), agent }
    expect(await gateway.raw('/storage/v1/unread', [...headers, 'content-length', '20000000'], upload)).toMatchObject({
      status: 413,
      text: 'enough',
    })
    expect((await gateway.raw('/storage/v1/x', headers, { agent })).status).toBe(200)
    agent.destroy()
  })

  test('an answer that streams begins before its first byte, and the service hears when the client leaves', async () => {
    const client = new AbortController()
    const response = await fetch(`${gateway.url}/functions/v1/endless`, { signal: client.signal })
    expect(response.status).toBe(200)
    client.abort()
    await gateway.callerGone
  })

  test('connections to the Data API are used again', async () => {
    let opened = 0
    const count = () => {
      opened++
    }
    gateway.rest.on('connection', count)
    for (let i = 0; i < 20; i++) await gateway.get('/rest/v1/t', { apikey: gateway.keys.publishableKey })
    gateway.rest.off('connection', count)
    expect(opened).toBeLessThan(2)
  })

  test('HEAD is answered without a body', async () => {
    for (const service of serviceNames) {
      const headers = { apikey: gateway.keys.publishableKey }
      const response = await fetch(`${gateway.url}/${service}/v1/x`, { method: 'HEAD', headers })
      expect([response.ok, await response.text()]).toEqual([true, ''])
    }
  })
})

describe('CORS', () => {
  const preflight = {
    Origin: 'https://app.example',
    'Access-Control-Request-Method': 'PATCH',
    'Access-Control-Request-Headers': 'apikey,authorization,x-anything',
  }

  test('a preflight is answered without a key, for any header', async () => {
    for (const service of serviceNames.filter((name) => name !== 'functions')) {
      const { status, headers, text } = await gateway.raw(`/${service}/v1/x`, Object.entries(preflight).flat(), {
        method: 'OPTIONS',
      })
      expect([status, text]).toEqual([200, ''])
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(headers['access-control-allow-headers']).toBe('apikey,authorization,x-anything')
      expect(headers['access-control-allow-methods']).toContain('PATCH')
    }
  })

  test('a function answers its preflight itself and decides who may read it', async () => {
    const { text, headers } = await gateway.raw('/functions/v1/hello', Object.entries(preflight).flat(), {
      method: 'OPTIONS',
    })
    expect(JSON.parse(text)).toMatchObject({ service: 'functions', method: 'OPTIONS' })
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  test('any origin may read the answer, and the headers PostgREST names', async () => {
    const response = await fetch(`${gateway.url}/rest/v1/t`, { headers: { apikey: gateway.keys.publishableKey } })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-expose-headers')).toBe('Content-Range, X-RateLimit-Limit')
    expect(response.headers.get('x-ratelimit-limit')).toBe('100')
    expect(response.headers.get('content-range')).toBe('0-1/2')
  })

  test('Auth lets a browser read the count of a list', async () => {
    const { headers } = await gateway.get('/auth/v1/admin/users', { apikey: gateway.keys.secretKey })
    expect(headers.get('access-control-expose-headers')).toContain('X-Total-Count')
  })
})

describe('what is no service', () => {
  test.each(['/nowhere', '/rest', '/rest/v2/t', '/restx/v1', '/auth/v1x', '/REST/v1/t'])('%s is 404', async (path) => {
    const { status, body } = await gateway.get(path, { apikey: gateway.keys.publishableKey })
    expect([status, body.error]).toEqual([404, 'requested path is invalid'])
  })

  test('the root is a page with the urls', async () => {
    const response = await fetch(gateway.url)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain(`${gateway.url}/rest/v1`)
  })

  test('a service that throws is a 500 that tells nothing, and the terminal has the reason', async () => {
    const { status, body } = await gateway.get('/auth/v1/throws', { apikey: gateway.keys.publishableKey })
    expect([status, JSON.stringify(body)]).toEqual([500, expect.not.stringContaining('on purpose')])
    expect(gateway.logged.join('\n')).toContain('thrown on purpose')
  })

  test('a path with two slashes stays on this host', async () => {
    const { text } = await gateway.raw('/storage/v1//evil.example/x', ['apikey', gateway.keys.publishableKey])
    expect(JSON.parse(text)).toMatchObject({ path: '//evil.example/x' })
  })

  test('a taken port is one sentence', async () => {
    const { context, port } = gateway
    const sentence = `Port ${port} is taken: stop what uses it, or choose another block with --port.`
    const again = startGateway({ port, context, services: {} as never })
    await expect(again).rejects.toThrow(new StackError(sentence))
  })
})
