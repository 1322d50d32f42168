import { AuthRefreshDiscardedError, type SupabaseClient } from '@supabase/supabase-js'
import { expect, test } from 'vitest'
import {
  type Answer,
  authAnswer,
  databaseAnswer,
  functionAnswer,
  realtimeAnswer,
  storageAnswer,
} from '../../sdk/src/errors/answer.ts'
import { errorFrom } from '../../sdk/src/errors/from-answer.ts'
import { type ErrorRow, errorTable, findRow } from '../../sdk/src/errors/table.ts'
import { answering, unreachable } from './fake-supabase.ts'

type Fields = Record<string, string[]>
type Provocation = { row: string; answer: () => Promise<Answer>; fields?: Fields }

/** How a row is called here: its source and whatever else it asks for. */
function nameOf({ source, name, code, status, message }: ErrorRow): string {
  const range = Array.isArray(status) ? status.join('-') : status
  return [source, name, code, range, message].filter((part) => part !== undefined).join(' ')
}

// Each client library makes its own error of what the service answers: nothing here is made by hand where it can be had.

async function fromDatabase(client: SupabaseClient): Promise<Answer> {
  const { error, status } = await client.rpc('add_role', { role: 'model' })
  return databaseAnswer(error!, status)
}

async function fromAuth(client: SupabaseClient): Promise<Answer> {
  const { error } = await client.auth.signInWithPassword({ email: 'somebody@example.com', password: 'secret-123' })
  return authAnswer(error!)
}

async function fromStorage(client: SupabaseClient): Promise<Answer> {
  const { error } = await client.storage.from('photos').upload('a/b.png', new Blob(['x']))
  return storageAnswer(error!)
}

async function fromFunction(client: SupabaseClient): Promise<Answer> {
  const { error } = await client.functions.invoke('sign-in', { body: {} })
  return functionAnswer(error)
}

const database = (row: string, status: number, code: string, message = 'refused', fields?: Fields): Provocation => ({
  row: `database ${row}`,
  answer: () => fromDatabase(answering(status, { code, message, details: null, hint: null })),
  ...(fields === undefined ? {} : { fields }),
})

/** As Auth answers clients that ask for its newer API. */
const auth = (row: string, status: number, code: string, message = 'refused', fields?: Fields): Provocation => ({
  row: `auth ${row}`,
  answer: () => fromAuth(answering(status, { code, message }, { 'x-supabase-api-version': '2024-01-01' })),
  ...(fields === undefined ? {} : { fields }),
})

const authClient = (row: string, answer: () => Promise<{ error: object | null }>): Provocation => ({
  row: `auth ${row}`,
  answer: async () => authAnswer((await answer()).error!),
})

/** As Storage answers: HTTP 400 with the real status in the body. */
const storage = (row: string, statusCode: number, code: string, message: string, fields?: Fields): Provocation => ({
  row: `storage ${row}`,
  answer: () => fromStorage(answering(400, { statusCode: String(statusCode), error: code, message, code })),
  ...(fields === undefined ? {} : { fields }),
})

const realtime = (message: string, rest = ''): Provocation => ({
  row: `realtime ${message}`,
  answer: async () => realtimeAnswer(new Error(`${message}${rest}`)),
})

const anyStatus = (row: string, status: number): Provocation => ({
  row: `any ${row}`,
  answer: () => fromDatabase(answering(status, { message: 'refused' })),
})

const relation = (message: string) => `${message} of relation "castings" violates not-null constraint`

const provocations: Provocation[] = [
  {
    row: 'any 429',
    answer: () => fromAuth(answering(429, { code: 'over_request_rate_limit', message: 'Request rate limit reached' })),
  },

  database('PGRST116', 406, 'PGRST116', 'JSON object requested, multiple (or no) rows returned'),
  database('PGRST301', 401, 'PGRST301', 'JWT expired'),
  database('PGRST303', 401, 'PGRST303', 'JWT expired'),
  database('PGRST302', 401, 'PGRST302', 'Anonymous access is disabled'),
  database('PGRST003', 504, 'PGRST003', 'Timed out acquiring connection from connection pool.'),
  database('PGRST0*', 503, 'PGRST001', 'Database client error. Retrying the connection.'),
  database('PGRST1*', 400, 'PGRST102', 'Empty or invalid json'),
  database('PGRST*', 404, 'PGRST202', 'Could not find the function public.add_role(role) in the schema cache'),
  database('08*', 503, '08006', 'connection failure'),
  database('22*', 400, '22P02', 'invalid input syntax for type uuid: "x"'),
  database('23502', 400, '23502', relation('null value in column "title"'), { title: ['required'] }),
  database(
    '23514',
    400,
    '23514',
    'new row for relation "castings" violates check constraint "castings_max_age_order"',
    { max_age: ['order'] },
  ),
  database('23505', 409, '23505', 'duplicate key value violates unique constraint "accounts_username_key"', {
    username: ['taken'],
  }),
  database(
    '23503 insert or update',
    409,
    '23503',
    'insert or update on table "castings" violates foreign key constraint "castings_owner_id_fkey"',
    { owner_id: ['known'] },
  ),
  database(
    '23*',
    409,
    '23503',
    'update or delete on table "plans" violates RESTRICT setting of foreign key constraint',
  ),
  database('40*', 500, '40P01', 'deadlock detected'),
  database('42501 401', 401, '42501', 'permission denied for table castings'),
  database('42501', 403, '42501', 'new row violates row-level security policy for table "castings"'),
  database('42*', 404, '42P01', 'relation "public.nothing" does not exist'),
  database('53*', 503, '53300', 'too many connections'),
  database('55P03', 500, '55P03', 'canceling statement due to lock timeout'),
  database('57014', 500, '57014', 'canceling statement due to statement timeout'),
  database('57*', 503, '57P01', 'terminating connection due to administrator command'),
  database('P0*', 400, 'P0001', 'unexpected'),

  // The before-user-created hook's own words come without a code that Auth knows.
  auth('duplicate:', 422, 'unknown', 'duplicate:username', { username: ['taken'] }),
  auth('validation_failed:', 422, 'unknown', 'validation_failed:username', { username: ['format'] }),
  auth('role_conflict:', 422, 'unknown', 'role_conflict:role', { role: ['conflict'] }),
  authClient('AuthSessionMissingError', () => answering(200, {}).auth.getUser()),
  auth('no_authorization', 401, 'no_authorization', 'This endpoint requires a valid Bearer token'),
  authClient('AuthInvalidJwtError', () => answering(200, {}).auth.getClaims('no.jwt')),
  authClient('AuthRefreshDiscardedError', async () => ({ error: new AuthRefreshDiscardedError() })),
  auth('bad_jwt', 403, 'bad_jwt', 'invalid JWT: unable to parse or verify signature'),
  auth('refresh_token_*', 400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found'),
  auth('user_not_found', 403, 'user_not_found', 'User from sub claim in JWT does not exist'),
  auth('user_already_exists', 422, 'user_already_exists', 'User already registered', { email: ['taken'] }),
  auth('email_exists', 422, 'email_exists', 'A user with this email address has already been registered', {
    email: ['taken'],
  }),
  auth('email_address_invalid', 400, 'email_address_invalid', 'Email address is invalid', { email: ['format'] }),
  auth('email_address_not_authorized', 400, 'email_address_not_authorized', 'Email address not authorized'),
  auth('user_banned', 400, 'user_banned', 'User is banned'),
  {
    row: 'auth weak_password',
    answer: () =>
      fromAuth(
        answering(
          422,
          {
            code: 'weak_password',
            message: 'Password should be at least 8 characters.',
            weak_password: { reasons: ['length'] },
          },
          { 'x-supabase-api-version': '2024-01-01' },
        ),
      ),
    fields: { password: ['length'] },
  },
  auth('same_password', 422, 'same_password', 'New password should be different from the old password.', {
    password: ['same'],
  }),
  auth(
    'current_password_required',
    400,
    'current_password_required',
    'Current password required when setting new password.',
    {
      old_password: ['required'],
    },
  ),
  auth(
    'current_password_invalid',
    400,
    'current_password_invalid',
    'Current password required when setting new password.',
    {
      old_password: ['wrong'],
    },
  ),
  auth('otp_expired', 403, 'otp_expired', 'Token has expired or is invalid', { code: ['wrong'] }),
  auth('reauthentication_not_valid', 422, 'reauthentication_not_valid', 'Nonce has expired or is invalid', {
    code: ['wrong'],
  }),
  auth('reauthentication_needed', 400, 'reauthentication_needed', 'Password update requires reauthentication'),
  auth('signup_disabled', 422, 'signup_disabled', 'Signups not allowed for this instance'),
  auth('email_provider_disabled', 422, 'email_provider_disabled', 'Email logins are disabled'),
  auth('otp_disabled', 422, 'otp_disabled', 'Signups not allowed for otp'),
  auth('captcha_failed', 400, 'captcha_failed', 'captcha protection: request disallowed'),
  auth('insufficient_aal', 401, 'insufficient_aal', 'AAL2 session is required'),
  auth('hook_*', 422, 'hook_timeout', 'Failed to reach hook within maximum time of 5.000000 seconds'),
  { row: 'auth AuthUnknownError', answer: () => fromAuth(answering(418, 'no JSON')) },
  { row: 'auth AuthInvalidTokenResponseError', answer: () => fromAuth(answering(200, {})) },

  storage('quota_exceeded', 403, 'AccessDenied', 'quota_exceeded'),
  storage('rate_limit_exceeded', 403, 'AccessDenied', 'rate_limit_exceeded'),
  storage('validation_failed', 403, 'AccessDenied', 'validation_failed', { file: ['format'] }),
  storage('permission_denied', 403, 'AccessDenied', 'permission_denied'),
  storage('account_suspended', 403, 'AccessDenied', 'account_suspended'),
  storage('415', 415, 'InvalidMimeType', 'mime type text/html is not supported', { file: ['type'] }),
  storage('413', 413, 'EntityTooLarge', 'The object exceeded the maximum allowed size', { file: ['size'] }),
  storage('409', 409, 'KeyAlreadyExists', 'The resource already exists'),
  storage('InvalidJWT', 400, 'InvalidJWT', 'jwt expired'),
  storage('SlowDown', 400, 'SlowDown', 'Please reduce your request rate.'),

  { row: 'functions FunctionsFetchError', answer: () => fromFunction(unreachable()) },
  {
    row: 'functions FunctionsRelayError',
    answer: () => fromFunction(answering(500, 'relay error', { 'x-relay-error': 'true' })),
  },
  {
    row: 'functions NOT_FOUND',
    answer: () => fromFunction(answering(404, { code: 'NOT_FOUND', message: 'Requested function was not found' })),
  },

  realtime('Unauthorized', ': You do not have permissions to read from this Channel topic: account:1'),
  realtime('InvalidJWTToken', ': Token has expired'),
  realtime('MalformedJWT', ': The token provided is not a valid JWT'),
  realtime('JwtSignatureError', ': Failed to validate JWT signature'),
  realtime('ChannelRateLimitReached', ': Too many channels'),
  realtime('ConnectionRateLimitReached', ': Too many connected users'),
  realtime('ClientJoinRateLimitReached', ': Too many joins per second'),
  realtime('TIMED_OUT'),

  { row: 'any 0 TimeoutError', answer: () => fromDatabase(unreachable(new DOMException('timed out', 'TimeoutError'))) },
  { row: 'any 0', answer: () => fromDatabase(unreachable()) },
  anyStatus('401', 401),
  anyStatus('403', 403),
  anyStatus('404', 404),
  anyStatus('405', 405),
  anyStatus('408', 408),
  anyStatus('409', 409),
  anyStatus('413', 413),
  anyStatus('400-499', 422),
  anyStatus('500', 500),
  anyStatus('504', 504),
  anyStatus('544', 544),
  anyStatus('501-599', 502),
]

test.each(errorTable.map((row) => [nameOf(row), row] as const))('%s', async (name, row) => {
  const provocation = provocations.find((one) => one.row === name)
  expect(provocation, 'a provocation').toBeDefined()
  const answer = await provocation!.answer()
  expect(findRow(answer)).toBe(row)

  const error = errorFrom(answer, 'en')
  expect(error.code).toBe(row.to)
  expect(error.fields).toEqual(provocation!.fields)
})

test('no provocation is of a row that is gone', () => {
  const rows = new Set(errorTable.map(nameOf))
  expect(rows.size).toBe(errorTable.length)
  expect(provocations.map(({ row }) => row).filter((row) => !rows.has(row))).toEqual([])
})

test.each([
  ['Auth', () => fromAuth(unreachable())],
  ['Storage', () => fromStorage(unreachable())],
  ['Functions', () => fromFunction(unreachable())],
  ['database', () => fromDatabase(unreachable())],
] as const)('network_error when the %s cannot be reached', async (_name, answer) => {
  expect(errorFrom(await answer(), 'en')).toMatchObject({ code: 'network_error', status: 0 })
})

test.each([
  ['Auth', () => fromAuth(answering(502, '<html>Bad gateway</html>'))],
  ['Storage', () => fromStorage(answering(502, '<html>Bad gateway</html>'))],
  ['Functions', () => fromFunction(answering(502, '<html>Bad gateway</html>'))],
  ['database', () => fromDatabase(answering(502, '<html>Bad gateway</html>'))],
] as const)('service_unavailable when a proxy stands before a dead %s', async (_name, answer) => {
  expect(errorFrom(await answer(), 'en')).toMatchObject({ code: 'service_unavailable', status: 503 })
})

test.each([
  ['Auth', () => fromAuth(answering(403, { message: 'no', code: 'something_new' }))],
  ['Storage', () => fromStorage(answering(400, { statusCode: '403', code: 'SomethingNew', message: 'no' }))],
  ['Functions', () => fromFunction(answering(403, { code: 'something_new', message: 'no' }))],
  ['database', () => fromDatabase(answering(403, { code: 'ZZ999', message: 'no' }))],
] as const)('a code of the %s that nobody knows goes by its status', async (_name, answer) => {
  expect(errorFrom(await answer(), 'en')).toMatchObject({ code: 'permission_denied', status: 403 })
})

test('whatever is no refusal at all is an internal_error', () => {
  const answer: Answer = { source: 'database', name: '', code: '', status: 200, message: '<html>', cause: null }
  expect(errorFrom(answer, 'en').code).toBe('internal_error')
})
