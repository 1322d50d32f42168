import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ReadableStream } from 'node:stream/web'
import type { Service } from '../service.ts'
import type { HeaderList } from './headers.ts'

/** Lets a service answer a Node request; bodies stream both ways. Rejects with what the service threw. */
export async function answerWith(
  service: Service,
  incoming: { request: IncomingMessage; url: string; headers: HeaderList },
  answer: { response: ServerResponse; headers(given: HeaderList): HeaderList },
): Promise<void> {
  const gone = new AbortController()
  answer.response.once('close', () => gone.abort())
  const reply = await service.fetch(toRequest(incoming, gone.signal))
  if (answer.response.destroyed) {
    await reply.body?.cancel()
    return
  }
  const headers = answer.headers([...reply.headers])
  answer.response.writeHead(reply.status, headers.flat())
  if (reply.body === null || incoming.request.method === 'HEAD') {
    await reply.body?.cancel()
    answer.response.end()
    return
  }
  // A stream may take a while to its first piece; that it has begun is told at once.
  answer.response.flushHeaders()
  await pipeline(Readable.fromWeb(reply.body as ReadableStream), answer.response)
}

function toRequest(
  incoming: { request: IncomingMessage; url: string; headers: HeaderList },
  signal: AbortSignal,
): Request {
  const method = incoming.request.method ?? 'GET'
  const headers = new Headers(incoming.headers)
  if (method === 'GET' || method === 'HEAD') return new Request(incoming.url, { method, headers, signal })
  // The types of browsers do not know that a streamed body needs it said.
  const streamed: RequestInit & { duplex: 'half' } = { body: bodyOf(incoming.request), duplex: 'half' }
  return new Request(incoming.url, { method, headers, signal, ...streamed })
}

// Through a stream of its own: a service may stop reading, and the gateway can then still read the rest away.
function bodyOf(request: IncomingMessage): globalThis.ReadableStream {
  const body = new PassThrough()
  // Somebody who no longer reads is not interested in why it ended.
  body.on('error', () => undefined)
  request.once('close', () => {
    if (!request.complete) body.destroy(new Error('The client went away before it had sent everything.'))
  })
  request.pipe(body)
  // Not Readable.toWeb, whose stream throws outside of any request when it is cancelled at a bad moment.
  return ReadableStream.from(body) as globalThis.ReadableStream
}
