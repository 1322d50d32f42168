import { z } from 'zod'
import { baseUrl, setting } from '../env.ts'
import { createKaspi } from './kaspi.ts'
import { type Provider, type ProviderName, providerUnavailable } from './provider.ts'
import { createRobokassa } from './robokassa.ts'
import { createStripe } from './stripe.ts'
import type { StripeSettings } from './stripe-client.ts'

/** The providers that are configured. */
export type Providers = Partial<Record<ProviderName, Provider>>

const word = z.string().min(1).optional()
const flag = z.enum(['true', 'false']).default('false')

/** What docs/payments.md says of each. */
export const paymentEnv = {
  STRIPE_SECRET_KEY: setting(
    z
      .string()
      .regex(/^(sk|rk)_(test|live)_\w+$/)
      .optional(),
  ),
  STRIPE_WEBHOOK_SECRET: setting(
    z
      .string()
      .regex(/^whsec_[\w+/=-]+(\|whsec_[\w+/=-]+)*$/)
      .optional(),
  ),
  STRIPE_BASE_URL: setting(baseUrl),
  KASPI_WEBHOOK_SECRET: setting(
    z
      .string()
      .regex(/^[^|]{32,}(\|[^|]{32,})*$/)
      .optional(),
  ),
  KASPI_API_KEY: setting(word),
  KASPI_BASE_URL: setting(baseUrl),
  ROBOKASSA_LOGIN: setting(word),
  ROBOKASSA_PASSWORD_1: setting(word),
  ROBOKASSA_PASSWORD_2: setting(word),
  ROBOKASSA_HASH: setting(
    z
      .string()
      .toLowerCase()
      .pipe(z.enum(['md5', 'sha256', 'sha512']))
      .default('sha256'),
  ),
  ROBOKASSA_CURRENCY: setting(z.enum(['RUB', 'KZT']).default('RUB')),
  ROBOKASSA_RECURRING: setting(flag),
  ROBOKASSA_TEST: setting(flag),
  ROBOKASSA_TAX: setting(
    z
      .string()
      .regex(/^[a-z0-9_]+$/)
      .default('none'),
  ),
  ROBOKASSA_BASE_URL: setting(baseUrl),
}

export type PaymentSettings = z.output<z.ZodObject<typeof paymentEnv>>

/** The providers whose settings are all there. */
export function createProviders(settings: PaymentSettings, send: typeof fetch = fetch): Providers {
  const stripe = stripeSettings(settings, send)
  const robokassa = robokassaOf(settings, send)
  const kaspi = kaspiOf(settings, send)
  return {
    ...(stripe === null ? {} : { stripe: createStripe(stripe) }),
    ...(kaspi === null ? {} : { kaspi }),
    ...(robokassa === null ? {} : { robokassa }),
  }
}

/** Throws 503 `provider_unavailable` for one that is not configured. */
export function providerOf(providers: Providers, name: ProviderName): Provider {
  const provider = providers[name]
  if (provider === undefined) throw providerUnavailable()
  return provider
}

export function stripeSettings(env: PaymentSettings, send: typeof fetch = fetch): StripeSettings | null {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: secrets, STRIPE_BASE_URL: base } = env
  if (secretKey === undefined || secrets === undefined) return null
  return { secretKey, webhookSecrets: secrets.split('|'), baseUrl: base, fetch: send }
}

function kaspiOf(env: PaymentSettings, send: typeof fetch): Provider | null {
  const { KASPI_WEBHOOK_SECRET: secrets, KASPI_API_KEY: apiKey, KASPI_BASE_URL: base } = env
  if (secrets === undefined || apiKey === undefined || base === undefined) return null
  return createKaspi({ webhookSecrets: secrets.split('|'), apiKey, baseUrl: base, fetch: send })
}

function robokassaOf(env: PaymentSettings, send: typeof fetch): Provider | null {
  const { ROBOKASSA_LOGIN: login, ROBOKASSA_PASSWORD_1: password1, ROBOKASSA_PASSWORD_2: password2 } = env
  if (login === undefined || password1 === undefined || password2 === undefined) return null
  const country = env.ROBOKASSA_CURRENCY === 'KZT' ? 'kz' : 'ru'
  return createRobokassa({
    login,
    password1,
    password2,
    algorithm: env.ROBOKASSA_HASH,
    currency: env.ROBOKASSA_CURRENCY,
    recurring: env.ROBOKASSA_RECURRING === 'true',
    test: env.ROBOKASSA_TEST === 'true',
    tax: env.ROBOKASSA_TAX,
    baseUrl: env.ROBOKASSA_BASE_URL ?? `https://auth.robokassa.${country}`,
    fetch: send,
  })
}
