import postgres from 'postgres'
import { WebSocketServer } from 'ws'
import type { Service, ServiceContext } from '../service.ts'
import { deliver, hasTooManyEvents, isTooLargePayload } from './broadcast.ts'
import { shakeHands } from './handshake.ts'
import { startListener } from './listener.ts'
import type { StoredMessage } from './messages.ts'
import { defaultOptions, type RealtimeOptions } from './options.ts'
import { maintainPartitions } from './partitions.ts'
import { createRate } from './rate.ts'
import { handleRequest } from './rest.ts'
import type { Server } from './server.ts'

const largestFrameBytes = 5_000_000
const partitionCheckMs = 60_000

/** Starts Realtime; what is committed to `realtime.messages` from now on is delivered. */
export async function createRealtime(context: ServiceContext, given: Partial<RealtimeOptions> = {}): Promise<Service> {
  const options = { ...defaultOptions, ...given }
  const url = context.databaseUrl('supabase_admin')
  const sql = postgres(url, {
    max: 5,
    idle_timeout: 30,
    backoff: () => 0.25,
    connection: { application_name: 'realtime', statement_timeout: 15_000 },
  })
  const listener = await startListener({ url, sql, onMessage, log: context.log })
  const server: Server = {
    sql,
    keys: context.keys,
    options,
    rooms: new Map(),
    users: new Set(),
    rates: {
      events: createRate(options.rateTickMs),
      presence: createRate(options.rateTickMs),
      joins: createRate(options.rateTickMs),
    },
    listener,
    log: context.log,
  }
  const partitions = await keepPartitions(server)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestFrameBytes })

  function onMessage(message: StoredMessage): void {
    if (isTooLargePayload(server, message.payload) || hasTooManyEvents(server)) {
      context.log(`UnableToBroadcastChanges: message ${message.meta.id} is too large or one too many`)
      return
    }
    server.rates.events.add()
    deliver(server, { isPrivate: message.isPrivate, name: message.topic }, message)
  }

  return {
    fetch: (request) => handleRequest(server, request),
    upgrade(request, socket, head) {
      shakeHands(server, sockets, request, socket, head).catch((error: Error) => {
        context.log(`ErrorConnectingToWebsocket: ${error.message}`)
        socket.destroy()
      })
    },
    async close() {
      clearInterval(partitions)
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      await listener.close()
      await sql.end({ timeout: 1 })
    },
  }
}

/** Looks at the clock instead of counting hours: a timer does not run on while the machine sleeps. */
async function keepPartitions({ sql, log }: Server): Promise<NodeJS.Timeout> {
  let lastDay = ''
  async function check(): Promise<void> {
    const day = new Date().toISOString().slice(0, 10)
    if (day === lastDay) return
    try {
      await maintainPartitions(sql)
      lastDay = day
    } catch (error) {
      log(`Partitions of realtime.messages: ${(error as Error).message}`)
    }
  }
  await check()
  return setInterval(check, partitionCheckMs).unref()
}
