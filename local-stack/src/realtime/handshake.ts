import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocketServer } from 'ws'
import { serveConnection } from './connection.ts'
import type { Version } from './frames.ts'
import type { Server } from './server.ts'
import { checkToken } from './token.ts'

/** Opens a websocket for a request that brings a key, or refuses it with an HTTP status and a reason. */
export async function shakeHands(
  server: Server,
  sockets: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => socket.destroy())
  const parameters = new URL(request.url ?? '/', 'http://localhost').searchParams
  const headers = clientHeaders(request)
  const version = versionOf(parameters.get('vsn') ?? '1.0.0')
  if (version === undefined) return refuse(socket, '403 Forbidden', 'The protocol version is not supported')
  const token = headers['x-api-key'] ?? parameters.get('apikey')
  if (!token) return refuse(socket, '401 Unauthorized', 'API key is missing')
  const { failure } = await checkToken(server.keys, token)
  if (failure !== undefined) {
    // Here the real service does not say how long ago.
    const reason = failure.message.startsWith('Token has expired') ? 'Token has expired' : failure.message
    return refuse(socket, '401 Unauthorized', reason)
  }
  if (server.users.size >= server.options.maxConcurrentUsers) {
    return refuse(socket, '429 Too Many Requests', 'Too many connected users')
  }
  if (server.rates.joins.average() >= server.options.maxJoinsPerSecond) {
    return refuse(socket, '429 Too Many Requests', 'Too many joins per second')
  }
  sockets.handleUpgrade(request, socket, head, (opened) => serveConnection(server, opened, { version, token, headers }))
}

function versionOf(text: string): Version | undefined {
  if (text.startsWith('2.0.')) return 2
  return text.startsWith('1.0.') ? 1 : undefined
}

function clientHeaders({ headers }: IncomingMessage): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith('x-'))
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]))
}

function refuse(socket: Duplex, status: string, error: string): void {
  const body = JSON.stringify({ error })
  socket.end(
    [
      `HTTP/1.1 ${status}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
