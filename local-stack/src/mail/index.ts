import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { createFaults, type Fault, type Faults, readFault } from './faults.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { createInboxApi } from './inbox-api.ts'
import type { Message } from './message.ts'
import { mailPage } from './page.ts'
import { createResendApi } from './resend-api.ts'
import { ResendError } from './resend-error.ts'

interface MailOptions {
  /** 0 takes a free one. */
  port: number
  /** One line for each mail. */
  log(line: string): void
}

export interface Mail {
  /** Resend's API, the page and its JSON: what RESEND_BASE_URL names. */
  url: string
  port: number
  /** The mails, for tests in the same process. */
  inbox: Inbox & {
    /** Lets the next mails go wrong, as `POST /api/faults` does. */
    addFault(fault: Partial<Fault>): void
  }
  close(): Promise<void>
}

/** A double of Resend that keeps mails instead of sending them. Rejects with EADDRINUSE when the port is taken. */
export async function startMail({ port, log }: MailOptions): Promise<Mail> {
  const [inbox, faults] = [createInbox(), createFaults()]
  const app = createApp(inbox, faults, log)
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    inbox: { ...inbox, addFault: (fault) => faults.add(readFault(fault)) },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}

function createApp(inbox: Inbox, faults: Faults, log: (line: string) => void): Hono {
  const app = new Hono()
  app.route('/emails', createResendApi(inbox, faults, log))
  app.route('/api', createInboxApi(inbox, faults))
  app.get('/', (context) => showPage(context, inbox, undefined))
  app.get('/messages/:id', (context) => {
    const message = inbox.find(context.req.param('id'))
    return message === undefined ? context.notFound() : showPage(context, inbox, message)
  })
  app.get('/messages/:id/html', (context) => showMail(context, inbox.find(context.req.param('id'))))
  app.notFound(() => new ResendError(404, 'not_found', 'The requested endpoint does not exist.').toResponse())
  return app
}

function showPage(context: Context, inbox: Inbox, opened: Message | undefined) {
  const nonce = randomBytes(16).toString('base64url')
  setPolicy(context, `connect-src 'self'; frame-src 'self'; script-src 'nonce-${nonce}'; frame-ancestors 'none'`)
  return context.html(mailPage(inbox.messages(), opened, nonce))
}

// Opened by itself, too, a mail can do no more than in its frame.
function showMail(context: Context, message: Message | undefined) {
  if (message === undefined || message.html === null) return context.notFound()
  setPolicy(
    context,
    "img-src data: http: https:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
  )
  return context.html(withLinksInNewTabs(message.html))
}

// Behind `<head>` where there is one: in front of the doctype it would change how the mail is laid out.
function withLinksInNewTabs(html: string): string {
  const base = '<base target="_blank">'
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + base) : base + html
}

function setPolicy(context: Context, policy: string): void {
  const common = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
  context.header('content-security-policy', `${common}; ${policy}`)
  context.header('cache-control', 'no-store')
}
