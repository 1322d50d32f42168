import { setTimeout as delay } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import { errorOf, type Fault, type Faults } from './faults.ts'
import { createIdempotency } from './idempotency.ts'
import type { Inbox } from './inbox.ts'
import { addressOf, type Message } from './message.ts'
import { readEmail } from './read-email.ts'
import { ResendError } from './resend-error.ts'

const batchAtMost = 100

/** The part of https://resend.com/docs/api-reference that sends and reads mails. */
export function createResendApi(inbox: Inbox, faults: Faults, log: (line: string) => void): Hono {
  const app = new Hono()
  const once = createIdempotency()

  async function send<T>(context: Context, read: (body: unknown) => Message[], answer: (sent: Message[]) => T) {
    const body = await context.req.text()
    const messages = read(parse(body))
    const fault = faults.take(messages.flatMap(({ to }) => to.map(addressOf)))
    const key = context.req.header('idempotency-key')
    const result = await once(key, `${context.req.path} ${body}`, () => deliver(messages, fault, answer))
    const lost = fault && errorOf(fault)
    if (lost !== undefined) throw lost
    return context.json(result)
  }

  async function deliver<T>(messages: Message[], fault: Fault | undefined, answer: (sent: Message[]) => T): Promise<T> {
    if (fault !== undefined) {
      await delay(fault.delayMs)
      const error = errorOf(fault)
      if (error !== undefined && !fault.afterSending) throw error
    }
    for (const message of messages) {
      inbox.add(message)
      log(`${message.subject} → ${message.to.join(', ')}${message.code === null ? '' : ` (code ${message.code})`}`)
    }
    return answer(messages)
  }

  app.use(async (context, next) => {
    requireKey(context.req.header('authorization'))
    await next()
  })
  app.post('/', (context) =>
    send(
      context,
      (body) => [readEmail(body)],
      ([message]) => ({ id: message!.id }),
    ),
  )
  app.post('/batch', (context) => send(context, readBatch, (sent) => ({ data: sent.map(({ id }) => ({ id })) })))
  app.get('/:id', (context) => {
    const message = inbox.find(context.req.param('id'))
    if (message === undefined) throw new ResendError(404, 'not_found', 'Email not found')
    const { code: _code, attachments: _attachments, headers: _headers, ...email } = message
    return context.json({ object: 'email', ...email, last_event: 'delivered' })
  })
  app.all('*', () => {
    throw new ResendError(405, 'method_not_allowed', 'Method is not allowed for the requested path.')
  })
  app.onError((error, context) => {
    if (error instanceof ResendError) return error.toResponse()
    log(`${context.req.method} ${context.req.path} failed: ${error.stack}`)
    return new ResendError(500, 'internal_server_error', 'An unexpected error occurred.').toResponse()
  })
  return app
}

function readBatch(body: unknown): Message[] {
  if (!Array.isArray(body) || body.length === 0 || body.length > batchAtMost) {
    throw new ResendError(422, 'validation_error', `The request body must be an array of 1 to ${batchAtMost} emails.`)
  }
  return body.map(readEmail)
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new ResendError(422, 'validation_error', 'The request body must be valid JSON.')
  }
}

// Any key that looks like one will do.
function requireKey(header: string | undefined): void {
  const key = /^Bearer (.+)$/.exec(header ?? '')?.[1]
  if (key === undefined) throw new ResendError(401, 'missing_api_key', 'Missing API key in the authorization header.')
  if (!key.startsWith('re_')) throw new ResendError(403, 'invalid_api_key', 'API key is invalid.')
}
