import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { StackError } from '../processes/stack-error.ts'
import type { Service, ServiceContext } from '../service.ts'
import { handleRequest } from './handle-request.ts'
import { handleUpgrade } from './handle-upgrade.ts'

export interface GatewayServices {
  auth: Service
  storage: Service
  realtime: Service
  functions: Service
  postgrest: { url: string }
}

export interface GatewayOptions {
  /** 0 takes any free one. */
  port: number
  context: ServiceContext
  services: GatewayServices
}

export interface Gateway {
  port: number
  /** Ends open websockets at once, open requests after two seconds. */
  close(): Promise<void>
}

const graceMilliseconds = 2_000

/** The one port clients talk to: 127.0.0.1 only. */
export async function startGateway({ port, context, services }: GatewayOptions): Promise<Gateway> {
  // PostgREST ends idle connections after 30 s; ours are given up before, so that no request meets a closed one.
  const agent = new Agent({ keepAlive: true, timeout: 20_000 })
  const server = createServer({ maxHeaderSize: 32_768 })
  const websockets = new Set<Duplex>()
  server.keepAliveTimeout = 65_000
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    handleRequest({ agent, context, services }, request, response).catch((error) => context.log(String(error)))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    websockets.add(socket)
    socket.once('close', () => websockets.delete(socket))
    handleUpgrade({ context, realtime: services.realtime }, request, socket, head)
  })
  await listen(server, port)
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of websockets) socket.destroy()
      await closeServer(server)
      agent.destroy()
    },
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(asStackError(error, port)))
    server.listen(port, '127.0.0.1', resolve)
  })
}

function asStackError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new StackError(`Port ${port} is taken: stop what uses it, or choose another block with --port.`)
  }
  return error.code === 'EACCES' ? new StackError(`This user may not listen on port ${port}.`) : error
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMilliseconds)
  await closed
  clearTimeout(timer)
}
