import { type Context, Hono } from 'hono'
import { cutConnection, type Faults, mayGoOn } from '../faults.ts'
import { type AccountLink, createAccount, createAccountLink, createTransfer, reverseTransfer } from './connect.ts'
import { attachMethod, createCustomer } from './customers.ts'
import { notImitated, StripeError } from './errors.ts'
import type { Answer, createIdempotency } from './idempotency.ts'
import { cancelIntent, confirmIntent, createIntent } from './intents.ts'
import { known } from './known.ts'
import type { Session } from './objects.ts'
import { onlyKnown, type Params, parseForm } from './params.ts'
import { expanded, listOf, retrieve } from './reading.ts'
import { createRefund } from './refunds.ts'
import { createSession, expireSession } from './sessions.ts'
import { balanceOf, find, newId, type State } from './state.ts'

interface ApiOptions {
  state: State
  links: Map<string, AccountLink>
  apiKey: string
  apiVersion: string
  faults: Faults
  idempotency: ReturnType<typeof createIdempotency>
  log(line: string): void
}

type Handle = (params: Params, id: string) => unknown

/** The part of https://docs.stripe.com/api that talentbase uses, mounted at /v1. */
export function createApi({ state, links, apiKey, apiVersion, faults, idempotency, log }: ApiOptions): Hono {
  const app = new Hono()

  /** Answers what `handle` makes of the parameters, or its error. */
  function run(params: Params, id: string, names: string[], handle: Handle): { answer: Answer; begun: boolean } {
    const requestId = newId('req', 14)
    try {
      onlyKnown(params, names)
      const body = JSON.stringify(expanded(state, handle(params, id), params), null, 2)
      return { answer: { status: 200, body, requestId }, begun: true }
    } catch (error) {
      const refusal = error instanceof StripeError ? error : internal(error, log)
      const body = JSON.stringify(refusal.body, null, 2)
      return { answer: { status: refusal.status, body, requestId }, begun: refusal.begun }
    }
  }

  function on(names: string[], handle: Handle) {
    return async (context: Context): Promise<Response> => {
      const { method, path } = context.req
      const isPost = method === 'POST'
      const body = isPost ? await context.req.text() : new URL(context.req.url).search.slice(1)
      const key = isPost ? context.req.header('idempotency-key') : undefined
      const fault = faults.take('stripe', method, path)
      const { answer, replayed } = await idempotency.once(key, { path, body }, async () => {
        if (!(await mayGoOn(fault))) throw faultError(fault!)
        return run(parseForm(body), context.req.param('id') ?? '', names, handle)
      })
      if (fault?.status !== undefined) throw faultError(fault)
      if (fault?.afterDoing) return cutConnection(context)
      return context.body(answer.body, answer.status as 200, {
        'content-type': 'application/json',
        'request-id': replayed ? newId('req', 14) : answer.requestId,
        'stripe-version': context.req.header('stripe-version') ?? apiVersion,
        ...(key === undefined ? {} : { 'idempotency-key': key, 'original-request': answer.requestId }),
        ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
      })
    }
  }

  app.use(async (context, next) => {
    requireKey(context.req.header('authorization'), apiKey)
    if (context.req.header('stripe-account') !== undefined) throw notImitated('calls for another account', 'account')
    await next()
  })
  const session = (id: string) => find<Session>(state, 'checkout.session', id, 'checkout.session')
  app.post(
    '/customers',
    on(known.customer, (params) => createCustomer(state, params)),
  )
  app.post(
    '/payment_methods/:id/attach',
    on(known.attach, (params, id) => attachMethod(state, params, id)),
  )
  app.post(
    '/checkout/sessions',
    on(known.session, (params) => createSession(state, params)),
  )
  app.post(
    '/checkout/sessions/:id/expire',
    on(known.nothing, (_, id) => expireSession(state, session(id))),
  )
  app.post(
    '/payment_intents',
    on(known.intent, (params) => createIntent(state, params)),
  )
  app.post(
    '/payment_intents/:id/confirm',
    on(known.confirm, (params, id) => confirmIntent(state, params, id)),
  )
  app.post(
    '/payment_intents/:id/cancel',
    on(known.cancel, (params, id) => cancelIntent(state, params, id)),
  )
  app.post(
    '/refunds',
    on(known.refund, (params) => createRefund(state, params)),
  )
  app.post(
    '/accounts',
    on(known.account, (params) => createAccount(state, params)),
  )
  app.post(
    '/account_links',
    on(known.accountLink, (params) => createAccountLink(state, links, params)),
  )
  app.post(
    '/transfers',
    on(known.transfer, (params) => createTransfer(state, params)),
  )
  app.post(
    '/transfers/:id/reversals',
    on(known.reversal, (params, id) => reverseTransfer(state, params, id)),
  )
  app.get(
    '/balance',
    on(known.nothing, () => balance(state)),
  )
  for (const [path, object, what] of readable) {
    app.get(
      `/${path}/:id`,
      on(known.nothing, (_, id) => retrieve(state, object, id, what)),
    )
    app.get(
      `/${path}`,
      on(known.list, (params) => listOf(state, object, `/v1/${path}`, params)),
    )
  }
  app.all('*', (context) => {
    const message = `Unrecognized request URL (${context.req.method}: ${context.req.path}). Please see https://stripe.com/docs.`
    throw new StripeError(404, message)
  })
  app.onError((error) => {
    const refusal = error instanceof StripeError ? error : internal(error, log)
    return Response.json(refusal.body, { status: refusal.status, headers: { 'request-id': newId('req', 14) } })
  })
  return app
}

// Path, kind of object, and what Stripe calls it when there is none.
const readable = [
  ['customers', 'customer', 'customer'],
  ['payment_methods', 'payment_method', 'PaymentMethod'],
  ['checkout/sessions', 'checkout.session', 'checkout.session'],
  ['payment_intents', 'payment_intent', 'payment_intent'],
  ['charges', 'charge', 'charge'],
  ['refunds', 'refund', 'refund'],
  ['accounts', 'account', 'account'],
  ['transfers', 'transfer', 'transfer'],
  ['disputes', 'dispute', 'dispute'],
  ['events', 'event', 'event'],
] as const

function balance(state: State): unknown {
  const currencies = state.balance.size === 0 ? ['kzt'] : [...state.balance.keys()]
  const available = currencies.map((currency) => {
    const amount = balanceOf(state, currency)
    return { amount, currency, source_types: { card: amount } }
  })
  const pending = currencies.map((currency) => ({ amount: 0, currency, source_types: { card: 0 } }))
  return { object: 'balance', available, livemode: false, pending }
}

function requireKey(header: string | undefined, apiKey: string): void {
  const key = /^Bearer (.+)$/.exec(header ?? '')?.[1]
  if (key === undefined) {
    throw new StripeError(
      401,
      'You did not provide an API key. You need to provide your API key in the Authorization header.',
    )
  }
  if (key !== apiKey) throw new StripeError(401, `Invalid API Key provided: ${key.slice(0, 8)}***`)
}

function faultError({ status, code, message }: { status?: number; code?: string; message: string }): StripeError {
  return new StripeError(status ?? 500, message, code === undefined ? {} : { code })
}

function internal(error: unknown, log: (line: string) => void): StripeError {
  log(`stripe failed: ${(error as Error).stack}`)
  return new StripeError(500, 'An unknown error occurred')
}
