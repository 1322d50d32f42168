import type { WebSocket } from 'ws'
import { changeToken } from './access-token.ts'
import { handleBroadcast } from './broadcast.ts'
import { type Channel, endChannel, reply } from './channel.ts'
import { type ClientMessage, decodeFrame, type Version } from './frames.ts'
import { join } from './join.ts'
import { handlePresence } from './presence.ts'
import type { Server } from './server.ts'

/** One websocket. */
export interface Connection {
  version: Version
  /** The key or token it was opened with: a channel that brings none uses this one. */
  token: string
  /** The `x-…` headers it was opened with, which policies see in `request.headers`. */
  headers: Record<string, string>
  /** By topic. */
  channels: Map<string, Channel>
  isOpen: boolean
  send(frame: string | Buffer): void
  disconnect(): void
}

export function serveConnection(
  server: Server,
  socket: WebSocket,
  { version, token, headers }: Pick<Connection, 'version' | 'token' | 'headers'>,
): void {
  const connection: Connection = {
    version,
    token,
    headers,
    channels: new Map(),
    isOpen: true,
    send(frame) {
      if (connection.isOpen) socket.send(frame)
    },
    disconnect: () => socket.close(),
  }
  const idle = setTimeout(() => socket.terminate(), server.options.idleTimeoutMs)
  // One message after the other: an answer of the database must not let a later message overtake.
  let previous = Promise.resolve()

  socket.on('message', (data: Buffer, isBinary) => {
    idle.refresh()
    const message = decodeFrame(version, data, isBinary)
    if (message === undefined) {
      server.log('MalformedWebSocketMessage: a frame was ignored')
      return
    }
    if (message.topic === 'phoenix' && message.event === 'heartbeat') {
      reply(connection, message, 'ok')
      return
    }
    previous = previous
      .then(() => (connection.isOpen ? handleMessage(server, connection, message) : undefined))
      .catch((error: Error) => server.log(`UnknownErrorOnWebSocketMessage: ${error.message}`))
  })
  // A frame that is too large, or a broken one: the close that follows is what matters.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    connection.isOpen = false
    clearTimeout(idle)
    server.users.delete(connection)
    for (const channel of [...connection.channels.values()]) endChannel(server, channel)
  })
}

async function handleMessage(server: Server, connection: Connection, message: ClientMessage): Promise<void> {
  const channel = connection.channels.get(message.topic)
  if (message.event === 'phx_join') return join(server, connection, message)
  if (message.event === 'phx_leave') return leave(server, connection, channel, message)
  if (channel === undefined) return reply(connection, message, 'error', { reason: 'unmatched topic' })
  switch (message.event) {
    case 'broadcast':
      return handleBroadcast(server, channel, message)
    case 'presence':
      return handlePresence(server, channel, message)
    case 'access_token':
      return changeToken(server, channel, message)
    default:
      server.rates.events.add()
  }
}

function leave(server: Server, connection: Connection, channel: Channel | undefined, message: ClientMessage): void {
  // Meant for an earlier join of the topic, which has ended already.
  if (channel !== undefined && message.joinRef !== null && message.joinRef !== channel.joinRef) return
  reply(connection, message, 'ok')
  if (channel !== undefined) endChannel(server, channel)
}
