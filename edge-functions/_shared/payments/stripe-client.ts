import Stripe from 'stripe'

export interface StripeSettings {
  /** `sk_…` or `rk_…` */
  secretKey: string
  /** `whsec_…`; several while one is replaced, and for the endpoint of connected accounts. */
  webhookSecrets: string[]
  /** Reaches something else than Stripe. */
  baseUrl?: string | undefined
  fetch?: typeof fetch
}

// A drain claims tasks for two minutes: both tries and what stands around them fit in.
const timeoutMs = 20_000

export function connectStripe({ secretKey, baseUrl, fetch }: StripeSettings): Stripe {
  return new Stripe(secretKey, {
    httpClient: Stripe.createFetchHttpClient(fetch),
    timeout: timeoutMs,
    maxNetworkRetries: 1,
    telemetry: false,
    ...(baseUrl === undefined ? {} : addressOf(new URL(baseUrl))),
  })
}

function addressOf({ protocol, hostname, port }: URL) {
  const isPlain = protocol === 'http:'
  const scheme: 'http' | 'https' = isPlain ? 'http' : 'https'
  return { protocol: scheme, host: hostname, port: port || (isPlain ? '80' : '443') }
}
