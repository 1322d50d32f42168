import { z } from 'zod'
import { type Handler, withBoundary } from '../_shared/boundary.ts'
import { withCors } from '../_shared/cors.ts'
import { FunctionError } from '../_shared/error.ts'
import { json, readJson, requirePost } from '../_shared/http.ts'
import { type Caller, callerOf } from '../_shared/payments/caller.ts'
import type { PaymentInput } from '../_shared/payments/database.ts'
import type { Payment, Started } from '../_shared/payments/provider.ts'
import { providerNames, providerUnavailable, purposes } from '../_shared/payments/provider.ts'
import { type Providers, providerOf } from '../_shared/payments/providers.ts'

export interface Dependencies {
  providers: Providers
  /** Where people come back to, without a slash at its end. */
  appUrl: string | undefined
  /** Begins a payment with the caller's own rights, or finds the one that is pending for the same. */
  startPayment(caller: Caller, input: PaymentInput): Promise<Payment>
  saveSession(payment_id: string, session: string): Promise<void>
}

const bodyLimit = 8 * 1024

// Which of them a purpose needs, and what they cost, the database knows.
const fields = {
  purpose: z.enum(purposes),
  provider: z.enum([...providerNames, 'manual']),
  plan_id: z.string().max(100).optional(),
  period: z.enum(['month', 'quarter', 'year']).optional(),
  credits: z.int().min(1).optional(),
  pack_id: z.string().max(100).optional(),
  escrow_id: z.guid().optional(),
  auto_renew: z.boolean().optional(),
  idempotency_key: z.guid().optional(),
}
const inputShape = z.looseObject(fields)

/**
 * `POST { purpose, provider, … }` begins a payment and answers where it is paid. What it costs is the database's word;
 * a manual payment is approved by an admin and has no url.
 */
export function createHandler({ providers, appUrl, startPayment, saveSession }: Dependencies): Handler {
  return withCors(
    withBoundary(async (request) => {
      requirePost(request)
      const caller = callerOf(request)
      const input = await readJson(request, inputShape, bodyLimit)
      refuseUnknown(input)
      // First: a payment that nobody can pay is not begun.
      const provider = input.provider === 'manual' ? null : providerOf(providers, input.provider)
      if (provider !== null && appUrl === undefined) throw providerUnavailable()
      const { currencies } = provider ?? {}
      const payment = await startPayment(caller, currencies === undefined ? input : { ...input, currencies })
      const started =
        provider === null ? nowhere : await provider.start(payment, `${appUrl}/payments/${payment.payment_id}`)
      const { url, client_secret, provider_session } = started
      if (provider_session !== null && provider_session !== payment.provider_session) {
        await saveSession(payment.payment_id, provider_session)
      }
      const { payment_id, order_number, amount, currency } = payment
      return json({
        payment_id,
        order_number,
        provider: payment.provider,
        amount,
        currency,
        status: payment.status,
        url,
        client_secret,
      })
    }),
  )
}

const nowhere: Started = { url: null, client_secret: null, provider_session: null }

/** An amount, above all: whoever sends one believes that it counts. */
function refuseUnknown(input: object): void {
  const unknown = Object.keys(input).filter((name) => !Object.hasOwn(fields, name))
  if (unknown.length === 0) return
  throw new FunctionError(400, 'validation_failed', 'The request has fields that are not known.', {
    details: { fields: Object.fromEntries(unknown.map((name) => [name, 'unknown'])) },
  })
}
