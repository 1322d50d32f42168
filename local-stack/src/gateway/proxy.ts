import { type Agent, type IncomingMessage, request as requestUpstream, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { endToEnd, type HeaderList, headersOf, withHeader } from './headers.ts'

/**
 * Streams a request to an HTTP server and its answer back, byte for byte: repeated headers stay repeated, encodings stay
 * as they are. Rejects when the server cannot be reached; the answer has not begun then.
 */
export function proxy(
  agent: Agent,
  target: URL,
  path: string,
  incoming: { request: IncomingMessage; headers: HeaderList },
  answer: { response: ServerResponse; headers(given: HeaderList): HeaderList },
): Promise<void> {
  const { request } = incoming
  const { response } = answer
  const upstream = requestUpstream({
    agent,
    host: target.hostname,
    port: target.port,
    method: request.method ?? 'GET',
    path,
    headers: withHeader(endToEnd(incoming.headers), 'host', target.host).flat(),
  })
  // A caller that went away needs no answer computed.
  response.once('close', () => upstream.destroy())
  request.pipe(upstream)
  return new Promise((resolve, reject) => {
    upstream.once('error', (error) => {
      // Once the answer began, its own pipeline tells of the failure.
      if (!response.headersSent) reject(error)
    })
    upstream.once('response', (reply) => {
      const headers = answer.headers(endToEnd(headersOf(reply)))
      response.writeHead(reply.statusCode ?? 502, reply.statusMessage, headers.flat())
      pipeline(reply, response).then(resolve, reject)
    })
  })
}
