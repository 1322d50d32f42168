import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { createControlApi } from './control-api.ts'
import { createDeliveries, type Deliveries } from './deliveries.ts'
import { createFaults, type Fault } from './faults.ts'
import { createFcm, type Fcm, serviceAccount } from './fcm.ts'
import { createKaspi, type Kaspi } from './kaspi.ts'
import { createOpenAi, type OpenAi } from './openai.ts'
import { createPages, showPayable, type Tills } from './pages.ts'
import { createRobokassa, type Robokassa } from './robokassa/index.ts'
import { defaultSettings, type ProviderSecrets, type ProviderSettings } from './settings.ts'
import { createStripe, type Stripe } from './stripe/index.ts'
import type { Payable, PayOptions } from './till.ts'

interface ProvidersOptions {
  /** 0 takes a free one. */
  port: number
  /** Where webhooks go: `/stripe`, `/kaspi` or `/robokassa` is put behind it. */
  webhooks: string
  /** Where payers of Robokassa go back to; the others are told with each payment. */
  back: string
  settings: ProviderSecrets & Partial<ProviderSettings>
  /** Pauses before a webhook that was not taken is sent again. */
  retryPausesMs?: number[]
  /** One line for each thing that happens. */
  log(line: string): void
}

/** The doubles of Stripe, Kaspi, Robokassa, FCM and OpenAI. */
export interface Providers {
  /** Shows the payments as a page. */
  url: string
  port: number
  /** What functions find in their environment. */
  environment: Record<string, string>
  /** All payments that were started. */
  payments(): Payable[]
  /**
   * Pays, as a person at the page. The target is the url that a start gave, or the provider's id or client secret.
   * Resolves when the webhooks that follow were answered, or are held. Throws for what cannot be paid.
   */
  pay(target: string, options?: PayOptions): Promise<Payable>
  decline(target: string): Promise<Payable>
  expire(target: string): Promise<Payable>
  /** Lets the next requests go wrong, as `POST /api/faults` does. */
  addFault(fault: Partial<Fault>): void
  clearFaults(): void
  deliveries: Deliveries
  stripe: Stripe
  kaspi: Kaspi
  robokassa: Robokassa
  fcm: Fcm
  openai: OpenAi
  /** Forgets everything that was made and asked for. */
  clear(): void
  close(): Promise<void>
}

const defaultPausesMs = [200, 500, 1000, 2000]

/** Starts the doubles on one port. Rejects with EADDRINUSE when it is taken. */
export async function startProviders(options: ProvidersOptions): Promise<Providers> {
  let app = new Hono()
  const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const { providers, app: made, stop } = createProviders(options, port)
  app = made
  return {
    ...providers,
    async close() {
      await stop()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
    },
  }
}

function createProviders(options: ProvidersOptions, port: number) {
  const { webhooks, back, log, retryPausesMs = defaultPausesMs } = options
  const settings: ProviderSettings = { ...defaultSettings, ...options.settings }
  const base = `http://127.0.0.1:${port}`
  const faults = createFaults()
  const { deliveries, deliver, close } = createDeliveries({ webhooks, retryPausesMs, log })
  const common = { base, faults, deliver, log }
  const [apiKey, webhookSecret] = [settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET]
  const stripe = createStripe({ ...common, apiKey, webhookSecret })
  const [secret] = settings.KASPI_WEBHOOK_SECRET.split('|')
  const kaspi = createKaspi({ ...common, apiKey: settings.KASPI_API_KEY, secret: secret! })
  const shop = {
    login: settings.ROBOKASSA_LOGIN,
    password1: settings.ROBOKASSA_PASSWORD_1,
    password2: settings.ROBOKASSA_PASSWORD_2,
    hash: settings.ROBOKASSA_HASH,
  }
  const robokassa = createRobokassa({ ...common, shop, currency: settings.ROBOKASSA_CURRENCY, back }, showPayable)
  const fcm = createFcm({ faults, log })
  const openai = createOpenAi({ base, faults, log })
  const tills: Tills = { stripe: stripe.till, kaspi: kaspi.till, robokassa: robokassa.till }

  function found(target: string): { provider: Payable['provider']; id: string } {
    const path = URL.canParse(target) ? new URL(target).pathname : ''
    if (path === '/robokassa/Merchant/Index.aspx') return { provider: 'robokassa', id: robokassa.control.open(target) }
    const id = path === '' ? target : decodeURIComponent(path.split('/').at(-1)!)
    const payable = Object.values(tills).flatMap((till) => till.find(id) ?? [])[0]
    if (payable === undefined) throw new Error(`No provider has a payment ${target}.`)
    return payable
  }

  async function act(target: string, action: 'pay' | 'decline' | 'expire', payOptions: PayOptions = {}) {
    const { provider, id } = found(target)
    tills[provider][action](id, payOptions)
    await deliveries.settled()
    return tills[provider].find(id)!
  }

  const providers: Omit<Providers, 'close'> = {
    url: base,
    port,
    environment: {
      ...settings,
      STRIPE_BASE_URL: base,
      KASPI_BASE_URL: `${base}/kaspi`,
      ROBOKASSA_BASE_URL: `${base}/robokassa`,
      FCM_BASE_URL: `${base}/fcm`,
      FCM_SERVICE_ACCOUNT: serviceAccount(`${base}/fcm`),
    },
    payments: () => Object.values(tills).flatMap((till) => till.list()),
    pay: (target, payOptions) => act(target, 'pay', payOptions),
    decline: (target) => act(target, 'decline'),
    expire: (target) => act(target, 'expire'),
    addFault: faults.add,
    clearFaults: faults.clear,
    deliveries,
    stripe: stripe.control,
    kaspi: kaspi.control,
    robokassa: robokassa.control,
    fcm: fcm.control,
    openai: openai.control,
    clear() {
      const controls = [stripe.control, kaspi.control, robokassa.control, fcm.control, openai.control]
      for (const one of [faults, deliveries, ...controls]) one.clear()
    },
  }

  const app = new Hono()
  app.route('/v1', stripe.app)
  app.route('/kaspi', kaspi.app)
  app.route('/robokassa', robokassa.app)
  app.route('/fcm', fcm.app)
  app.route('/openai', openai.app)
  app.route('/api', createControlApi(providers))
  app.route('/', createPages({ tills, deliveries, stripe }))
  return { providers, app, stop: close }
}
