import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres, { type Sql } from 'postgres'
import { databaseFailureOf } from './authorization.ts'
import { fetchMessages, type StoredMessage } from './messages.ts'

/** Hears of every message that is committed to the database, once and in the order of the commits. */
export interface Listener {
  /** Whether messages arrive, tried until the time is over. */
  isReady(timeoutMs: number): Promise<boolean>
  close(): Promise<void>
}

interface ListenerOptions {
  url: string
  /** Reads the messages; the listening connection does nothing else. */
  sql: Sql
  onMessage(message: StoredMessage): void
  log(line: string): void
}

const channel = 'realtime_messages'
const pingPrefix = 'ping '
const messagesPerFetch = 100
const retryMs = 250

/** Answers when it listens. When Postgres goes away it tries four times a second to listen again. */
export async function startListener({ url, sql, onMessage, log }: ListenerOptions): Promise<Listener> {
  const pings = new Map<string, () => void>()
  const ids: string[] = []
  let isFetching = false
  let isClosed = false

  const listening = postgres(url, {
    max: 1,
    backoff: () => retryMs / 1000,
    connection: { application_name: 'realtime_listener' },
  })
  try {
    await listening.listen(channel, hear)
  } catch (error) {
    // Else it would try to listen for ever.
    await listening.end({ timeout: 0 })
    throw error
  }

  function hear(payload: string): void {
    if (payload.startsWith(pingPrefix)) {
      pings.get(payload)?.()
      return
    }
    ids.push(payload)
    void fetchAll()
  }

  // One fetch at a time keeps the order; what arrives meanwhile is fetched together.
  async function fetchAll(): Promise<void> {
    if (isFetching) return
    isFetching = true
    while (ids.length > 0 && !isClosed) {
      const messages = await fetchNext()
      if (isClosed) break
      messages.forEach(handOver)
    }
    isFetching = false
  }

  function handOver(message: StoredMessage): void {
    try {
      onMessage(message)
    } catch (error) {
      log(`message ${message.meta.id} could not be delivered: ${(error as Error).message}`)
    }
  }

  async function fetchNext(): Promise<StoredMessage[]> {
    const next = ids.slice(0, messagesPerFetch)
    try {
      const messages = await fetchMessages(sql, next)
      ids.splice(0, next.length)
      return messages
    } catch (error) {
      if (isClosed) return []
      // With the database away the ids wait; what the database refuses would be refused again.
      if (databaseFailureOf(error) === 'refused') {
        ids.splice(0, next.length)
        log(`${next.length} messages could not be read: ${(error as Error).message}`)
      } else {
        await sleep(retryMs)
      }
      return []
    }
  }

  return {
    async isReady(timeoutMs) {
      const ping = `${pingPrefix}${randomUUID()}`
      const heard = new Promise<true>((resolve) => pings.set(ping, () => resolve(true)))
      const deadline = performance.now() + timeoutMs
      let isReady = false
      while (!isReady && !isClosed && performance.now() < deadline) {
        await sql.notify(channel, ping).catch(() => undefined)
        isReady = await Promise.race([heard, sleep(retryMs, false)])
      }
      pings.delete(ping)
      return isReady
    },
    async close() {
      isClosed = true
      await listening.end({ timeout: 1 })
    },
  }
}
