import { type Context, Hono } from 'hono'
import type { Deliveries } from './deliveries.ts'
import { onboardingPage, overviewPage, payPage } from './page.ts'
import type { createStripe } from './stripe/index.ts'
import type { Account } from './stripe/objects.ts'
import type { Payable, Till } from './till.ts'

export type Tills = Record<Payable['provider'], Till>

interface PagesOptions {
  tills: Tills
  deliveries: Deliveries
  stripe: Pick<ReturnType<typeof createStripe>, 'control' | 'links'>
}

const shownDeliveries = 50

/** The pages where people pay by hand. */
export function createPages({ tills, deliveries, stripe }: PagesOptions): Hono {
  const app = new Hono()

  app.get('/', (context) => {
    const payables = Object.values(tills).flatMap((till) => till.list())
    payables.sort((a, b) => b.created_at.localeCompare(a.created_at))
    return show(context, overviewPage(payables, deliveries.list().slice(-shownDeliveries).reverse()))
  })

  app.on(['GET', 'POST'], '/pay/:provider/:id', async (context) => {
    const { provider, id } = context.req.param()
    const till = tills[provider as Payable['provider']]
    const payable = till?.find(id)
    if (till === undefined || payable === undefined) return context.notFound()
    if (context.req.method === 'GET') return showPayable(context, payable)
    const form = await context.req.formData()
    const done = act(till, id, form)
    return showPayable(context, till.find(id) ?? payable, done)
  })

  app.on(['GET', 'POST'], '/connect/:token', (context) => {
    const token = context.req.param('token')
    const link = stripe.links.get(token)
    const account = stripe.control.objects('account').find(({ id }) => id === link?.account) as Account | undefined
    if (link === undefined || account === undefined) return context.notFound()
    const isFresh = context.req.method === 'POST' || (!link.used && link.expires_at * 1000 > Date.now())
    // As with Stripe: a link opens once, and the app makes another.
    if (!isFresh) return context.redirect(link.refresh_url)
    link.used = true
    if (context.req.method === 'POST' && !account.details_submitted) stripe.control.completeAccount(account.id)
    return show(context, onboardingPage(account, link, token))
  })
  return app
}

function act(till: Till, id: string, form: FormData): { sentence: string; failed: boolean } {
  try {
    const action = form.get('action')
    if (action === 'pay') till.pay(id, form.get('laterCharges') === 'decline' ? { laterCharges: 'decline' } : {})
    else if (action === 'decline') till.decline(id)
    else till.expire(id)
    const sentences = { pay: 'The payment was made.', decline: 'The payment was declined.' }
    return { sentence: sentences[action as 'pay'] ?? 'The payment has expired.', failed: action !== 'pay' }
  } catch (error) {
    return { sentence: (error as Error).message, failed: true }
  }
}

export function showPayable(context: Context, payable: Payable, done?: Parameters<typeof payPage>[1]) {
  return show(context, payPage(payable, done))
}

function show(context: Context, page: ReturnType<typeof payPage>) {
  const policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
  context.header('content-security-policy', policy)
  context.header('cache-control', 'no-store')
  return context.html(page)
}
