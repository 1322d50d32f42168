import Stripe from 'stripe'
import { FunctionError } from '../error.ts'
import { providerUnavailable } from './provider.ts'

// Refusals of Stripe's that say nothing about the request itself: another try may do.
const temporaryCodes = ['balance_insufficient', 'idempotency_key_in_use', 'lock_timeout', 'rate_limit']

/** Why Stripe will not do this however often it is asked, or null where another try may do. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof Stripe.errors.StripeError)) return null
  const isRefusal =
    error instanceof Stripe.errors.StripeCardError || error instanceof Stripe.errors.StripeInvalidRequestError
  if (!isRefusal || temporaryCodes.includes(error.code ?? '')) return null
  return error.message.slice(0, 500)
}

/**
 * What a caller is told when Stripe fails: 400 `validation_failed` with the field for what the caller chose, else 503
 * `provider_unavailable`. `fields` names ours by Stripe's own parameters and codes.
 */
export function asFunctionError(error: unknown, fields: Record<string, [field: string, rule: string]>): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error
  const [field, rule] = fields[error.code ?? ''] ?? fields[error.param ?? ''] ?? []
  if (field === undefined || refusalOf(error) === null) return providerUnavailable(error)
  return new FunctionError(400, 'validation_failed', 'The payment provider does not take this.', {
    details: { fields: { [field]: rule } },
    cause: error,
  })
}
