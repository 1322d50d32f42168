import { askWrite, databaseFailureOf } from './authorization.ts'
import { deliver, hasTooManyEvents, isTooLargePayload } from './broadcast.ts'
import type { UserBroadcast } from './frames.ts'
import { type BatchMessage, readBatch } from './rest-batch.ts'
import type { Server } from './server.ts'
import { type Claims, checkToken } from './token.ts'

interface Caller {
  claims: Claims
  headers: Record<string, string>
}

const largestBodyBytes = 8_000_000

/** Broadcasts over HTTP: `POST /api/broadcast` and `POST /api/broadcast/<topic>/events/<event>`. */
export async function handleRequest(server: Server, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const single = /^\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/.exec(url.pathname)
  if (request.method !== 'POST' || (url.pathname !== '/api/broadcast' && single === null)) {
    return answer(404, { message: 'Not Found' })
  }
  const contentType = (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  if (single !== null && !['', 'application/json', 'application/octet-stream'].includes(contentType)) {
    return answer(415, { error: 'Unsupported Media Type. Use application/json or application/octet-stream' })
  }
  const claims = await claimsOf(server, request.headers)
  if (claims === undefined) return answer(401, { message: 'Unauthorized' })
  const caller = { claims, headers: Object.fromEntries(request.headers) }
  const body = Buffer.from(await request.arrayBuffer())
  if (body.length > largestBodyBytes) return answer(413, { message: 'Request Entity Too Large' })
  if (single === null) return sendBatch(server, caller, body)
  const topic = decodeURIComponent(single[1]!)
  const event = decodeURIComponent(single[2]!)
  const isPrivate = url.searchParams.get('private') === 'true'
  return sendSingle(server, caller, { topic, event, isPrivate, contentType, body })
}

async function claimsOf(server: Server, headers: Headers): Promise<Claims | undefined> {
  const authorization = headers.get('authorization')
  const token = authorization ? /^bearer (\S+)$/i.exec(authorization)?.[1] : headers.get('apikey')
  return token ? (await checkToken(server.keys, token)).claims : undefined
}

async function sendBatch(server: Server, caller: Caller, body: Buffer): Promise<Response> {
  const batch = readBatch(body, (payload) => isTooLargePayload(server, payload))
  if (batch === undefined) return answer(400, { message: 'Bad Request' })
  if (batch.errors !== undefined) return answer(422, { errors: batch.errors })
  const average = server.rates.events.average()
  if (average > server.options.maxEventsPerSecond) return tooManyRequests('You have exceeded your rate limit')
  if (batch.messages.length + average > server.options.maxEventsPerSecond) {
    return tooManyRequests('Too many messages to broadcast, please reduce the batch size')
  }
  const allowedTopics = new Map<string, boolean>()
  for (const message of batch.messages) {
    if (message.isPrivate && !allowedTopics.has(message.topic)) {
      allowedTopics.set(message.topic, await mayWriteOrLog(server, caller, message.topic))
    }
    // What may not be sent is dropped without a word, as the real service does.
    if (!message.isPrivate || allowedTopics.get(message.topic) === true) deliverBatched(server, message)
  }
  return answer(202)
}

function deliverBatched(server: Server, { topic, isPrivate, text, id }: BatchMessage): void {
  server.rates.events.add()
  deliver(server, { isPrivate, name: topic }, { text, ...(id === undefined ? {} : { id }) })
}

interface SingleMessage {
  topic: string
  event: string
  isPrivate: boolean
  contentType: string
  body: Buffer
}

async function sendSingle(server: Server, caller: Caller, message: SingleMessage): Promise<Response> {
  const { topic, event, isPrivate, contentType } = message
  const isBinary = contentType === 'application/octet-stream'
  const payload = isBinary ? message.body : toObjectText(message.body)
  if (payload === undefined) return answer(400, { message: 'Bad Request' })
  if (isTooLargePayload(server, payload)) {
    return answer(422, { errors: { payload: ['Payload size exceeds tenant limit'] } })
  }
  if (hasTooManyEvents(server)) return tooManyRequests('You have exceeded your rate limit')
  if (isPrivate) {
    const refusal = await refuseSingle(server, caller, topic)
    if (refusal !== undefined) return refusal
  }
  server.rates.events.add()
  const broadcast: UserBroadcast = { event, encoding: isBinary ? 'binary' : 'json', payload }
  deliver(server, { isPrivate, name: topic }, broadcast)
  return answer(202)
}

async function refuseSingle(server: Server, caller: Caller, topic: string): Promise<Response | undefined> {
  try {
    return (await mayWrite(server, caller, topic)) ? undefined : answer(403, { message: 'Unauthorized' })
  } catch (error) {
    server.log(`${topic}: ${(error as Error).message}`)
    const messages = {
      refused: 'RLS policy error',
      canceled: 'Query canceled',
      unavailable: 'Tenant database unavailable',
    }
    return answer(422, { message: messages[databaseFailureOf(error)] })
  }
}

async function mayWriteOrLog(server: Server, caller: Caller, topic: string): Promise<boolean> {
  try {
    return await mayWrite(server, caller, topic)
  } catch (error) {
    server.log(`${topic}: ${(error as Error).message}`)
    return false
  }
}

async function mayWrite(server: Server, caller: Caller, topic: string): Promise<boolean> {
  return (await askWrite(server.sql, { topic, ...caller })).get('broadcast') === true
}

/** An object as it was written; anything else in an object of its own; nothing for what is no JSON. */
function toObjectText(body: Buffer): Buffer | undefined {
  if (body.length === 0) return Buffer.from('{}')
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? body : Buffer.from(JSON.stringify({ _json: value }))
  } catch {
    return undefined
  }
}

function tooManyRequests(message: string): Response {
  return answer(429, { message })
}

function answer(status: number, body?: object): Response {
  return body === undefined ? new Response(null, { status }) : Response.json(body, { status })
}
