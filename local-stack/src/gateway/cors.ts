import type { IncomingMessage } from 'node:http'
import { type HeaderList, valuesOf, without } from './headers.ts'

/** Whether a browser asks what it may send, rather than sending it. */
export function isPreflight(request: IncomingMessage): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headers.origin !== undefined &&
    request.headers['access-control-request-method'] !== undefined
  )
}

/** Every header that was asked for is allowed, for an hour. */
export function preflightHeaders(request: IncomingMessage): HeaderList {
  const asked = request.headers['access-control-request-headers']
  return [
    ['access-control-allow-origin', '*'],
    ['access-control-allow-methods', 'GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT'],
    ...(asked === undefined ? [] : ([['access-control-allow-headers', asked]] satisfies HeaderList)),
    ['access-control-max-age', '3600'],
    ['content-length', '0'],
  ]
}

const decidedHere = new Set(['access-control-allow-origin', 'access-control-allow-credentials'])

/** Any origin may read the answer. Which headers it may read is the service's word, else the given list. */
export function withCors(headers: HeaderList, exposed: string | undefined): HeaderList {
  const list: HeaderList = [...without(headers, decidedHere), ['access-control-allow-origin', '*']]
  if (exposed !== undefined && valuesOf(headers, 'access-control-expose-headers').length === 0) {
    list.push(['access-control-expose-headers', exposed])
  }
  return list
}
