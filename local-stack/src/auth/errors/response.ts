import { randomUUID } from 'node:crypto'
import { AuthError, authError } from './auth-error.ts'

const versionHeader = 'x-supabase-api-version'

/** The answer to a thrown error, in the form of the API version that the client asks for. */
export function errorResponse(error: unknown, askedVersion: string | null, log: (line: string) => void): Response {
  const refusal = error instanceof AuthError ? error : authError('unexpected')
  if (refusal.status >= 500) log(describe(refusal === error ? refusal : error))

  const headers = new Headers({ 'content-type': 'application/json' })
  const reasons = refusal.reasons && { weak_password: { reasons: refusal.reasons } }
  const code = refusal.code || (refusal.status === 500 ? 'unexpected_failure' : 'unknown')
  const isNew = /^\d{4}-\d\d-\d\d$/.test(askedVersion ?? '') && askedVersion! >= '2024-01-01'
  if (refusal.code && !(isNew && reasons)) headers.set('x-sb-error-code', refusal.code)
  if (isNew) headers.set(versionHeader, '2024-01-01')
  const body = isNew
    ? { code, message: refusal.message, ...reasons }
    : {
        code: refusal.status,
        error_code: code,
        msg: refusal.message,
        ...reasons,
        ...(refusal.status >= 500 && { error_id: randomUUID() }),
      }
  return new Response(JSON.stringify(body), { status: refusal.status, headers })
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause)})`
}
