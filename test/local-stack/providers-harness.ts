import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { type Providers, startProviders } from '../../local-stack/src/providers/index.ts'
import type { ProviderSettings } from '../../local-stack/src/providers/settings.ts'

interface Received {
  path: string
  headers: Record<string, string>
  body: string
}

/** The doubles, and webhooks that take what they send. */
export interface ProvidersHarness extends Providers {
  received: Received[]
  /** How the webhooks answer; as each provider wants it unless told. */
  answer: { with: ((request: Received) => { status: number; body: string }) | undefined }
  client: Stripe
  close(): Promise<void>
}

export const secrets = {
  STRIPE_WEBHOOK_SECRET: 'whsec_own|whsec_connected',
  KASPI_WEBHOOK_SECRET: 'k'.repeat(32),
  ROBOKASSA_PASSWORD_2: 'second',
}

export async function startHarness(settings: Partial<ProviderSettings> = {}): Promise<ProvidersHarness> {
  const received: Received[] = []
  const answer: ProvidersHarness['answer'] = { with: undefined }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const one = { path: request.url ?? '', headers: request.headers as Record<string, string>, body }
    received.push(one)
    const said = (answer.with ?? contentedly)(one)
    response.writeHead(said.status).end(said.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const providers = await startProviders({
    port: 0,
    webhooks: `http://127.0.0.1:${port}/webhooks`,
    back: 'http://127.0.0.1:3000/payments',
    settings: { ...secrets, ...settings },
    retryPausesMs: [10, 20],
    log: () => undefined,
  })
  return {
    ...providers,
    received,
    answer,
    client: stripeClient(providers),
    async close() {
      await providers.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function contentedly({ path, body }: Received): { status: number; body: string } {
  const invoice = path.endsWith('/robokassa') ? new URLSearchParams(body).get('InvId') : null
  return { status: 200, body: invoice === null ? '' : `OK${invoice}` }
}

/** The real client, led to the double as a function is. */
export function stripeClient({ environment }: Providers, key = environment.STRIPE_SECRET_KEY!): Stripe {
  const { protocol, hostname, port } = new URL(environment.STRIPE_BASE_URL!)
  const to = { protocol: protocol.slice(0, -1) as 'http', host: hostname, port: Number(port) }
  return new Stripe(key, { ...to, maxNetworkRetries: 0, telemetry: false })
}

/** Starts a payment of 5,000 KZT as `checkout` does. */
export function startSession(client: Stripe, changes: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  return client.checkout.sessions.create({
    mode: 'payment',
    line_items: [
      { quantity: 1, price_data: { currency: 'kzt', unit_amount: 500_000, product_data: { name: 'PRO, a month' } } },
    ],
    client_reference_id: 'payment-1',
    metadata: { payment_id: 'payment-1' },
    payment_intent_data: { metadata: { payment_id: 'payment-1' } },
    success_url: 'http://127.0.0.1:3000/payments/payment-1',
    cancel_url: 'http://127.0.0.1:3000/payments/payment-1',
    ...changes,
  })
}

/** A connected account that can be paid. */
export async function readyAccount({ client, stripe }: ProvidersHarness): Promise<string> {
  const { id } = await client.accounts.create({
    type: 'express',
    country: 'US',
    capabilities: { transfers: { requested: true } },
  })
  stripe.completeAccount(id)
  return id
}
