/**
 * Every code an error can have, with its HTTP status; 0 is no answer at all. `docs/error-codes.md` says what each means
 * and what to do about it.
 */
export const errorCodes = {
  auth_required: 401,
  session_expired: 401,
  invalid_credentials: 400,
  code_invalid: 403,
  email_not_confirmed: 400,
  account_suspended: 403,
  permission_denied: 403,
  verification_required: 403,
  not_found: 404,
  validation_failed: 400,
  payload_too_large: 413,
  duplicate: 409,
  conflict: 409,
  role_conflict: 409,
  invalid_transition: 409,
  idempotency_conflict: 409,
  casting_closed: 409,
  casting_full: 409,
  quota_exceeded: 403,
  insufficient_credits: 402,
  insufficient_funds: 402,
  no_payment_source: 402,
  rate_limit_exceeded: 429,
  timeout: 504,
  network_error: 0,
  service_unavailable: 503,
  internal_error: 500,
  method_not_allowed: 405,
  invalid_signature: 401,
  provider_unavailable: 503,
  email_failed: 500,
  email_unavailable: 503,
} as const

export type ErrorCode = keyof typeof errorCodes

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text)
}
