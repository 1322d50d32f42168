import { mkdtempSync, rmSync } from 'node:fs'
import { type Agent, createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../../local-stack/src/gateway/start-gateway.ts'
import { type Keys, loadKeys } from '../../local-stack/src/keys.ts'
import { freePort } from '../../local-stack/src/processes/free-port.ts'
import type { Service, ServiceContext } from '../../local-stack/src/service.ts'

/** What reached a service. */
export interface Echo {
  service: string
  method: string
  path: string
  headers: [string, string][]
  body: string
}

interface Raw {
  status: number
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  text: string
}

interface RawOptions {
  method?: string
  body?: string | Buffer
  localAddress?: string
  agent?: Agent
}

export const serviceNames = ['rest', 'auth', 'storage', 'realtime', 'functions']

/** A gateway in front of services that answer what reached them. */
export async function startEchoGateway() {
  const folder = mkdtempSync(join(tmpdir(), 'talentbase-gateway-'))
  const keys = await loadKeys(folder)
  const rest = echoServer()
  await new Promise<void>((resolve) => rest.listen(0, '127.0.0.1', resolve))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const logged: string[] = []
  let onGone: () => void = () => undefined
  const callerGone = new Promise<void>((resolve) => {
    onGone = resolve
  })
  const context = contextFor(url, keys, folder, logged)
  const gateway = await startGateway({
    port,
    context,
    services: {
      auth: echoService('auth'),
      storage: echoService('storage'),
      functions: echoService('functions', onGone),
      realtime: { ...echoService('realtime'), upgrade: echoUpgrade },
      postgrest: { url: `http://127.0.0.1:${(rest.address() as AddressInfo).port}` },
    },
  })

  return {
    url,
    port,
    keys,
    rest,
    context,
    /** Answers when the caller of /functions/v1/endless has gone. */
    callerGone,
    /** What the gateway wrote to the terminal. */
    logged,
    async get(path: string, headers: Record<string, string> = {}) {
      const response = await fetch(`${url}${path}`, { headers })
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
    /** fetch merges repeated headers and decides some itself; this sends what it is given. */
    raw: (path: string, headers: string[], options: RawOptions = {}) => raw(`${url}${path}`, headers, options),
    /** What is answered to a request for a websocket. */
    upgrade: (path: string, headers: string[] = []) => upgrade(port, path, headers),
    async close() {
      await gateway.close()
      await new Promise((resolve) => rest.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
}

function contextFor(url: string, keys: Keys, dataFolder: string, logged: string[]): ServiceContext {
  return {
    config: { project_id: 'gateway-test', functions: {} } as unknown as ServiceContext['config'],
    keys,
    url,
    databaseUrl: (role) => `postgresql://${role}@127.0.0.1/test`,
    dataFolder,
    log: (line) => logged.push(line),
  }
}

/** Answers what reached it, but for three paths: it throws, leaves the body unread, never gets to its first byte. */
function echoService(service: string, onGone: () => void = () => undefined): Service {
  return {
    async fetch(incoming) {
      const { pathname, search } = new URL(incoming.url)
      if (pathname === '/throws') throw new Error('thrown on purpose')
      if (pathname === '/unread') return new Response('enough', { status: 413 })
      if (pathname === '/endless') return endless(incoming, onGone)
      const answer: Echo = {
        service,
        method: incoming.method,
        path: `${pathname}${search}`,
        headers: [...incoming.headers],
        body: await incoming.text(),
      }
      return Response.json(answer)
    },
    close: async () => undefined,
  }
}

function endless(incoming: Request, onGone: () => void): Response {
  incoming.signal.addEventListener('abort', onGone)
  return new Response(new ReadableStream({}))
}

const echoUpgrade: Service['upgrade'] = (incoming, socket) => {
  socket.end(`HTTP/1.1 418 Echo\r\nconnection: close\r\n\r\n${incoming.url}`)
}

/** Stands for PostgREST: says what reached it, with repeated headers, as PostgREST answers them too. */
function echoServer(): Server {
  return createServer(async (incoming, response) => {
    let body = ''
    for await (const chunk of incoming) body += chunk
    const headers: [string, string][] = []
    for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
      headers.push([incoming.rawHeaders[i]!.toLowerCase(), incoming.rawHeaders[i + 1]!])
    }
    const answer: Echo = { service: 'rest', method: incoming.method ?? '', path: incoming.url ?? '', headers, body }
    response.writeHead(206, [
      ...[
        'content-type',
        'application/json',
        'content-range',
        '0-1/2',
        'access-control-allow-origin',
        'https://a.example',
      ],
      ...['access-control-expose-headers', 'Content-Range', 'access-control-expose-headers', 'X-RateLimit-Limit'],
      ...['x-ratelimit-limit', '100'],
    ])
    response.end(JSON.stringify(answer))
  })
}

function raw(url: string, headers: string[], { method = 'GET', body, ...connection }: RawOptions): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const options = { ...connection, method, headers: ['Host', 'localhost', ...headers] }
    const outgoing = request(url, options, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode ?? 0, headers: response.headers, rawHeaders: response.rawHeaders, text })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function upgrade(port: number, path: string, headers: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
    const lines = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', ...headers]
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  })
}
