import { Hono } from 'hono'
import { type Faults, readFault } from './faults.ts'
import type { Inbox } from './inbox.ts'

/** What tests and scripts ask the double itself; Resend has none of it. */
export function createInboxApi(inbox: Inbox, faults: Faults): Hono {
  const app = new Hono()
  const filterOf = (to: string | undefined) => (to === undefined ? {} : { to })

  app.get('/messages', (context) => context.json(inbox.messages(filterOf(context.req.query('to')))))
  app.delete('/messages', (context) => {
    inbox.clear(filterOf(context.req.query('to')))
    return context.body(null, 204)
  })
  app.get('/messages/:id', (context) => {
    const message = inbox.find(context.req.param('id'))
    return message === undefined ? context.json({ message: 'There is no such mail.' }, 404) : context.json(message)
  })
  app.get('/newer', (context) => {
    const messages = inbox.messages()
    const index = messages.findIndex(({ id }) => id === context.req.query('than'))
    return context.json({ count: index < 0 ? messages.length : index, newest: messages[0]?.id ?? null })
  })
  app.post('/faults', async (context) => {
    faults.add(readFault(await context.req.json()))
    return context.body(null, 204)
  })
  app.delete('/faults', (context) => {
    faults.clear()
    return context.body(null, 204)
  })
  app.onError((error, context) => context.json({ message: error.message }, 400))
  return app
}
