import { type Context, Hono } from 'hono'
import type { Providers } from './index.ts'

/** What tests and scripts in other processes ask the doubles; no provider has any of it. */
export function createControlApi(providers: Omit<Providers, 'close'>): Hono {
  const { stripe, kaspi, robokassa, fcm, openai, deliveries } = providers
  const app = new Hono()

  /** Does something with the JSON of the body, and answers what it answers. */
  function does(act: (given: Given, id: string) => unknown) {
    return async (context: Context) => {
      const text = await context.req.text()
      const answer = await act(text === '' ? {} : JSON.parse(text), context.req.param('id') ?? '')
      return answer === undefined ? context.body(null, 204) : context.json(answer as object)
    }
  }

  app.get('/payments', (context) => context.json(providers.payments()))
  app.post(
    '/pay',
    does(({ target, ...options }) => providers.pay(target, options)),
  )
  app.post(
    '/decline',
    does(({ target }) => providers.decline(target)),
  )
  app.post(
    '/expire',
    does(({ target }) => providers.expire(target)),
  )

  app.post(
    '/faults',
    does((fault) => providers.addFault(fault)),
  )
  app.delete(
    '/faults',
    does(() => providers.clearFaults()),
  )

  app.get('/deliveries', (context) => context.json(deliveries.list()))
  app.post(
    '/deliveries/hold',
    does(() => deliveries.hold()),
  )
  app.post(
    '/deliveries/release',
    does((options) => deliveries.release(options)),
  )
  app.post(
    '/deliveries/repeat',
    does(({ times }) => deliveries.repeat(times)),
  )
  app.post(
    '/deliveries/settled',
    does(() => deliveries.settled()),
  )
  app.post(
    '/deliveries/:id/send',
    does((options, id) => deliveries.sendAgain(id, options)),
  )
  app.delete(
    '/deliveries',
    does(() => deliveries.clear()),
  )

  app.get('/stripe', (context) => context.json(stripe.objects(context.req.query('object'))))
  app.post(
    '/stripe/settings',
    does((settings) => void Object.assign(stripe.settings, settings)),
  )
  app.post(
    '/stripe/balance',
    does(({ currency, amount }) => stripe.setBalance(currency, amount)),
  )
  app.post(
    '/stripe/accounts/:id',
    does((changes, id) => stripe.completeAccount(id, changes)),
  )
  app.post(
    '/stripe/refunds/:id',
    does(({ status }, id) => stripe.settleRefund(id, status)),
  )
  app.post(
    '/stripe/transfers/:id/reverse',
    does((_, id) => stripe.reverseTransfer(id)),
  )
  app.post(
    '/stripe/disputes',
    does(({ payment_intent }) => ({ id: stripe.dispute(payment_intent) })),
  )
  app.post(
    '/stripe/events',
    does(({ type, object, account }) => stripe.tell(type, object, account)),
  )
  app.delete(
    '/stripe/idempotency-keys',
    does(() => stripe.forgetIdempotencyKeys()),
  )

  app.get('/kaspi', (context) => context.json(kaspi.orders()))
  app.post(
    '/kaspi/:id/status',
    does(({ status }, id) => kaspi.setStatus(id, status)),
  )
  app.post(
    '/kaspi/:id/tell',
    does((changes, id) => kaspi.tell(id, changes)),
  )

  app.get('/robokassa', (context) => context.json(robokassa.invoices()))
  app.post(
    '/robokassa/:id/state',
    does(({ state }, id) => robokassa.setState(id, state)),
  )
  app.post(
    '/robokassa/:id/tell',
    does((changes, id) => robokassa.tell(id, changes)),
  )

  app.get('/fcm', (context) => {
    const token = context.req.query('token')
    return context.json(fcm.messages(token === undefined ? {} : { token }))
  })
  app.delete(
    '/fcm/tokens/:id',
    does((_, token) => fcm.unregister(token)),
  )

  app.get('/openai', (context) => context.json(openai.requests()))
  app.post(
    '/openai/answer',
    does(({ content }) => openai.answerWith(content)),
  )

  app.delete(
    '/',
    does(() => providers.clear()),
  )
  app.onError((error, context) => context.json({ message: error.message }, 400))
  return app
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of a test; what it is given to reads it.
type Given = any
