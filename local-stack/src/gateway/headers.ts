import type { IncomingMessage } from 'node:http'

/** Headers as they came over the wire: in order, with repeated ones kept apart. */
export type HeaderList = [name: string, value: string][]

export function headersOf(message: IncomingMessage): HeaderList {
  const list: HeaderList = []
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    list.push([message.rawHeaders[i]!, message.rawHeaders[i + 1]!])
  }
  return list
}

/** Every value of one header; the name is given in lower case. */
export function valuesOf(headers: HeaderList, name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
}

/** The list without some headers; their names are given in lower case. */
export function without(headers: HeaderList, names: ReadonlySet<string>): HeaderList {
  return headers.filter(([name]) => !names.has(name.toLowerCase()))
}

/** The list with one value for a header in place of all it had. */
export function withHeader(headers: HeaderList, name: string, value: string): HeaderList {
  return [...without(headers, new Set([name])), [name, value]]
}

// Of one connection, not of the request (RFC 9110, 7.6.1).
const hopByHop = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'upgrade']

/** What an intermediary passes on: the list without the headers of the connection it came by. */
export function endToEnd(headers: HeaderList): HeaderList {
  const named = valuesOf(headers, 'connection').flatMap((value) => value.toLowerCase().split(/\s*,\s*/))
  return without(headers, new Set([...hopByHop, ...named]))
}

/** Says where the request came from. What a client claims of that is dropped, but for the start of x-forwarded-for. */
export function withOrigin(request: IncomingMessage, headers: HeaderList): HeaderList {
  const address = request.socket.remoteAddress ?? '127.0.0.1'
  const origin: HeaderList = [
    ['cf-connecting-ip', address],
    ['x-real-ip', address],
    ['x-forwarded-for', [...valuesOf(headers, 'x-forwarded-for'), address].join(', ')],
    ['x-forwarded-proto', 'http'],
    ['x-forwarded-host', request.headers.host ?? 'localhost'],
    ['x-forwarded-port', String(request.socket.localPort ?? '')],
  ]
  // Without the connection's own first: naming ours in Connection must not take them off later.
  return [...without(endToEnd(headers), new Set(['connection', ...origin.map(([name]) => name)])), ...origin]
}
