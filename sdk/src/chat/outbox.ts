import type { Context } from '../context.ts'
import type { TalentbaseError } from '../errors/talentbase-error.ts'
import { newId } from '../new-id.ts'
import { isTransient, secondsBefore } from '../realtime/backoff.ts'
import type { Result } from '../result.ts'
import type { Message, MessageContent } from './types.ts'

/** A message on its way. */
export interface Outgoing {
  client_id: string
  content: MessageContent
  created_at: string
  status: 'sending' | 'sent' | 'failed'
  error: TalentbaseError | null
}

/** Sends one's own messages in their order, each until it is sent or refused. */
export interface Outbox {
  /** Those that are not among what was read, in the order in which they were sent. */
  items(): Outgoing[]
  /** Takes a message; the answer comes when it is sent or refused. */
  add(content: MessageContent): Promise<Result<Message>>
  /** Sends one that failed again, behind those that wait; undefined when there is none. */
  retry(clientId: string): Promise<Result<Message>> | undefined
  /** Takes back one that failed or has not been tried; false when it may have been sent. */
  discard(clientId: string): boolean
  /** A message of one's own was read: it has been sent, whatever its answer says. */
  confirm(message: Message): void
  /** Whoever waits to try again does it now. */
  wake(): void
  /** Refuses all that waits, and whatever comes. */
  end(error: TalentbaseError): void
}

interface Entry extends Outgoing {
  tries: number
  settle: (result: Result<Message>) => void
  answer: Promise<Result<Message>>
}

interface OutboxOptions {
  context: Context
  send: (clientId: string, content: MessageContent) => Promise<Message>
  /** The server has it. */
  onSent: (message: Message) => void
  onChange: () => void
}

// What nobody has refused, but will not get better for ever either.
const mostTries: Partial<Record<string, number>> = { internal_error: 5, session_expired: 5 }

export function createOutbox({ context, send, onSent, onChange }: OutboxOptions): Outbox {
  let entries: Entry[] = []
  let ended: TalentbaseError | undefined
  let isPumping = false
  let wakeUp: () => void = () => undefined

  const find = (clientId: string) => entries.find(({ client_id }) => client_id === clientId)
  const next = () => entries.find(({ status }) => status === 'sending')

  function pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function pump(): Promise<void> {
    if (isPumping) return
    isPumping = true
    for (let entry = next(); entry !== undefined && ended === undefined; entry = next()) await attempt(entry)
    isPumping = false
  }

  async function attempt(entry: Entry): Promise<void> {
    entry.tries += 1
    const sent = context.run(() => send(entry.client_id, entry.content))
    // It may be read before it is answered.
    const { data, error } = await Promise.race([sent, entry.answer])
    // It may have been read meanwhile, or all may be over.
    if (entry.status !== 'sending' || !entries.includes(entry)) return
    if (error === null) {
      entry.status = 'sent'
      entry.settle({ data, error: null })
      onChange()
      onSent(data)
    } else if (isTransient(error) && entry.tries < (mostTries[error.code] ?? Number.POSITIVE_INFINITY)) {
      await pause(Math.max(secondsBefore(entry.tries), error.retryAfter ?? 0))
    } else {
      refuse(entry, error)
      onChange()
    }
  }

  function refuse(entry: Entry, error: TalentbaseError): void {
    entry.status = 'failed'
    entry.error = error
    entry.settle({ data: null, error })
  }

  function enter(client_id: string, content: MessageContent): Promise<Result<Message>> {
    if (ended !== undefined) return Promise.resolve({ data: null, error: ended })
    let settle: Entry['settle'] = () => undefined
    const answer = new Promise<Result<Message>>((resolve) => {
      settle = resolve
    })
    const created_at = new Date().toISOString()
    entries.push({ client_id, content, created_at, status: 'sending', error: null, tries: 0, settle, answer })
    onChange()
    void pump()
    return answer
  }

  function remove(entry: Entry): void {
    entries = entries.filter((other) => other !== entry)
    onChange()
  }

  return {
    items: () =>
      entries.map(({ client_id, content, created_at, status, error }) => ({
        client_id,
        content,
        created_at,
        status,
        error,
      })),
    add: (content) => enter(newId(), content),
    retry(clientId) {
      const entry = find(clientId)
      if (entry === undefined || entry.status === 'sent') return undefined
      if (entry.status === 'sending') return entry.answer
      if (ended !== undefined) return Promise.resolve({ data: null, error: ended })
      remove(entry)
      return enter(entry.client_id, entry.content)
    },
    discard(clientId) {
      const entry = find(clientId)
      if (entry === undefined || entry.status === 'sent' || (entry.status === 'sending' && entry.tries > 0))
        return false
      if (entry.status === 'sending') refuse(entry, context.error('conflict'))
      remove(entry)
      return true
    },
    confirm(message) {
      const entry = message.is_own && message.client_id !== null ? find(message.client_id) : undefined
      if (entry === undefined) return
      entry.status = 'sent'
      entry.settle({ data: message, error: null })
      remove(entry)
      wakeUp()
    },
    wake: () => wakeUp(),
    end(error) {
      if (ended !== undefined) return
      ended = error
      for (const entry of entries) if (entry.status === 'sending') refuse(entry, error)
      wakeUp()
      onChange()
    },
  }
}
