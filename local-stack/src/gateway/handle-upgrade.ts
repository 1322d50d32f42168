import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Service, ServiceContext } from '../service.ts'
import { checkKey } from './api-keys.ts'
import { routeOf } from './routes.ts'

/** Hands a websocket to Realtime with the key in its url replaced by the key's JWT. */
export function handleUpgrade(
  { context, realtime }: { context: ServiceContext; realtime: Service },
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => socket.destroy())
  const route = routeOf(request.url ?? '/')
  if (realtime.upgrade === undefined || route?.service !== 'realtime' || !/^\/websocket(\?|$)/.test(route.path)) {
    refuse(socket, '404 Not Found', { error: 'requested path is invalid' })
    return
  }
  // A missing or wrong key is Realtime's to refuse: its client knows these answers.
  const { key, refusal } = checkKey(context.keys, 'passed', route.keyParameter, request.headers['user-agent'])
  if (refusal !== undefined) {
    refuse(socket, '401 Unauthorized', { message: refusal.message, hint: refusal.hint })
    return
  }
  const token = key?.token ?? route.keyParameter
  const parameter =
    token === undefined ? '' : `${route.path.includes('?') ? '&' : '?'}apikey=${encodeURIComponent(token)}`
  request.url = `${route.path}${parameter}`
  realtime.upgrade(request, socket, head)
}

function refuse(socket: Duplex, status: string, body: object): void {
  const text = JSON.stringify(body)
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n` +
      `connection: close\r\n\r\n${text}`,
  )
}
