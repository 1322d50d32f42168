import type { Answer, Source } from './answer.ts'
import type { ErrorCode } from './codes.ts'

/** What has to be true of an answer, and the code it then has. Whatever is not named matches everything. */
export interface ErrorRow {
  source: Source | 'any'
  /** The client library's class of error. */
  name?: string
  /** A service's own code, an SQLSTATE or a PostgREST code; with `*` at the end, whatever begins so. */
  code?: string
  /** HTTP status, or the lowest and the highest. */
  status?: number | readonly [number, number]
  /** How the message begins. Never used for the database: PostgREST's versions differ in their texts. */
  message?: string
  to: ErrorCode
  /** The field that is to blame, where the answer does not name one. */
  field?: string
  /** What is wrong with that field, or with the one that the message names after a colon. */
  rule?: string
}

/** The first row that matches counts. A code that is one of ours already stands for itself and needs no row. */
export const errorTable: readonly ErrorRow[] = [
  { source: 'any', status: 429, to: 'rate_limit_exceeded' },

  // Postgres and PostgREST
  { source: 'database', code: 'PGRST116', to: 'not_found' },
  { source: 'database', code: 'PGRST301', to: 'session_expired' },
  { source: 'database', code: 'PGRST303', to: 'session_expired' },
  { source: 'database', code: 'PGRST302', to: 'auth_required' },
  { source: 'database', code: 'PGRST003', to: 'timeout' },
  { source: 'database', code: 'PGRST0*', to: 'service_unavailable' },
  { source: 'database', code: 'PGRST1*', to: 'validation_failed' },
  { source: 'database', code: 'PGRST*', to: 'internal_error' },
  { source: 'database', code: '08*', to: 'service_unavailable' },
  { source: 'database', code: '22*', to: 'validation_failed' },
  { source: 'database', code: '23502', to: 'validation_failed', rule: 'required' },
  { source: 'database', code: '23514', to: 'validation_failed' },
  { source: 'database', code: '23505', to: 'duplicate', rule: 'taken' },
  { source: 'database', code: '23503', message: 'insert or update', to: 'not_found', rule: 'known' },
  { source: 'database', code: '23*', to: 'conflict' },
  { source: 'database', code: '40*', to: 'service_unavailable' },
  { source: 'database', code: '42501', status: 401, to: 'auth_required' },
  { source: 'database', code: '42501', to: 'permission_denied' },
  { source: 'database', code: '42*', to: 'internal_error' },
  { source: 'database', code: '53*', to: 'service_unavailable' },
  { source: 'database', code: '55P03', to: 'service_unavailable' },
  { source: 'database', code: '57014', to: 'timeout' },
  { source: 'database', code: '57*', to: 'service_unavailable' },
  { source: 'database', code: 'P0*', to: 'internal_error' },

  // Auth: what the before-user-created hook refuses
  { source: 'auth', message: 'duplicate:', to: 'duplicate', rule: 'taken' },
  { source: 'auth', message: 'validation_failed:', to: 'validation_failed', rule: 'format' },
  { source: 'auth', message: 'role_conflict:', to: 'role_conflict', rule: 'conflict' },
  // Auth: what it refuses itself
  { source: 'auth', name: 'AuthSessionMissingError', to: 'auth_required' },
  { source: 'auth', code: 'no_authorization', to: 'auth_required' },
  { source: 'auth', name: 'AuthInvalidJwtError', to: 'session_expired' },
  { source: 'auth', name: 'AuthRefreshDiscardedError', to: 'session_expired' },
  { source: 'auth', code: 'bad_jwt', to: 'session_expired' },
  { source: 'auth', code: 'refresh_token_*', to: 'session_expired' },
  { source: 'auth', code: 'user_not_found', to: 'session_expired' },
  { source: 'auth', code: 'user_already_exists', to: 'duplicate', field: 'email', rule: 'taken' },
  { source: 'auth', code: 'email_exists', to: 'duplicate', field: 'email', rule: 'taken' },
  { source: 'auth', code: 'email_address_invalid', to: 'validation_failed', field: 'email', rule: 'format' },
  { source: 'auth', code: 'email_address_not_authorized', to: 'service_unavailable' },
  { source: 'auth', code: 'user_banned', to: 'account_suspended' },
  { source: 'auth', code: 'weak_password', to: 'validation_failed' },
  { source: 'auth', code: 'same_password', to: 'validation_failed', field: 'password', rule: 'same' },
  {
    source: 'auth',
    code: 'current_password_required',
    to: 'validation_failed',
    field: 'old_password',
    rule: 'required',
  },
  { source: 'auth', code: 'current_password_invalid', to: 'invalid_credentials', field: 'old_password', rule: 'wrong' },
  { source: 'auth', code: 'otp_expired', to: 'code_invalid', field: 'code', rule: 'wrong' },
  { source: 'auth', code: 'reauthentication_not_valid', to: 'code_invalid', field: 'code', rule: 'wrong' },
  { source: 'auth', code: 'reauthentication_needed', to: 'permission_denied' },
  { source: 'auth', code: 'signup_disabled', to: 'permission_denied' },
  { source: 'auth', code: 'email_provider_disabled', to: 'permission_denied' },
  { source: 'auth', code: 'otp_disabled', to: 'permission_denied' },
  { source: 'auth', code: 'captcha_failed', to: 'permission_denied' },
  { source: 'auth', code: 'insufficient_aal', to: 'permission_denied' },
  { source: 'auth', code: 'hook_*', to: 'service_unavailable' },
  { source: 'auth', name: 'AuthUnknownError', to: 'internal_error' },
  { source: 'auth', name: 'AuthInvalidTokenResponseError', to: 'internal_error' },

  // Storage: what our triggers say, in the one text it passes on
  { source: 'storage', message: 'quota_exceeded', to: 'quota_exceeded' },
  { source: 'storage', message: 'rate_limit_exceeded', to: 'rate_limit_exceeded' },
  { source: 'storage', message: 'validation_failed', to: 'validation_failed', field: 'file', rule: 'format' },
  { source: 'storage', message: 'permission_denied', to: 'permission_denied' },
  { source: 'storage', message: 'account_suspended', to: 'account_suspended' },
  // Storage: what it refuses itself
  { source: 'storage', status: 415, to: 'validation_failed', field: 'file', rule: 'type' },
  { source: 'storage', status: 413, to: 'payload_too_large', field: 'file', rule: 'size' },
  { source: 'storage', status: 409, to: 'duplicate' },
  { source: 'storage', code: 'InvalidJWT', to: 'session_expired' },
  { source: 'storage', code: 'SlowDown', to: 'service_unavailable' },

  // Edge Functions
  { source: 'functions', name: 'FunctionsFetchError', to: 'network_error' },
  { source: 'functions', name: 'FunctionsRelayError', to: 'service_unavailable' },
  { source: 'functions', code: 'NOT_FOUND', to: 'service_unavailable' },

  // Realtime
  { source: 'realtime', message: 'Unauthorized', to: 'permission_denied' },
  { source: 'realtime', message: 'InvalidJWTToken', to: 'session_expired' },
  { source: 'realtime', message: 'MalformedJWT', to: 'session_expired' },
  { source: 'realtime', message: 'JwtSignatureError', to: 'session_expired' },
  { source: 'realtime', message: 'ChannelRateLimitReached', to: 'rate_limit_exceeded' },
  { source: 'realtime', message: 'ConnectionRateLimitReached', to: 'rate_limit_exceeded' },
  { source: 'realtime', message: 'ClientJoinRateLimitReached', to: 'rate_limit_exceeded' },
  { source: 'realtime', message: 'TIMED_OUT', to: 'timeout' },

  // Whatever is left says enough by its status
  { source: 'any', status: 0, message: 'TimeoutError', to: 'timeout' },
  { source: 'any', status: 0, to: 'network_error' },
  { source: 'any', status: 401, to: 'auth_required' },
  { source: 'any', status: 403, to: 'permission_denied' },
  { source: 'any', status: 404, to: 'not_found' },
  { source: 'any', status: 405, to: 'method_not_allowed' },
  { source: 'any', status: 408, to: 'timeout' },
  { source: 'any', status: 409, to: 'conflict' },
  { source: 'any', status: 413, to: 'payload_too_large' },
  { source: 'any', status: [400, 499], to: 'validation_failed' },
  { source: 'any', status: 500, to: 'internal_error' },
  { source: 'any', status: 504, to: 'timeout' },
  { source: 'any', status: 544, to: 'timeout' },
  { source: 'any', status: [501, 599], to: 'service_unavailable' },
]

/** The row that an answer falls under; undefined for an answer that is no refusal at all. */
export function findRow(answer: Answer): ErrorRow | undefined {
  return errorTable.find(
    (row) =>
      (row.source === 'any' || row.source === answer.source) &&
      fits(row.name, answer.name) &&
      fits(row.code, answer.code) &&
      (row.message === undefined || answer.message.startsWith(row.message)) &&
      isWithin(row.status, answer.status),
  )
}

function fits(pattern: string | undefined, value: string): boolean {
  if (pattern === undefined) return true
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern
}

function isWithin(wanted: ErrorRow['status'], status: number): boolean {
  if (wanted === undefined) return true
  const [lowest, highest] = typeof wanted === 'number' ? [wanted, wanted] : wanted
  return status >= lowest && status <= highest
}
