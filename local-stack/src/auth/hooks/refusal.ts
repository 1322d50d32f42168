import { AuthError } from '../errors/auth-error.ts'

/** What a hook refuses by `{ error: { http_code, message } }`; without a message it refuses nothing. */
export function refusalIn(answer: unknown): AuthError | undefined {
  const error = (answer as { error?: { http_code?: unknown; message?: unknown } } | null)?.error
  if (typeof error?.message !== 'string' || error.message === '') return undefined
  const status = typeof error.http_code === 'number' && error.http_code !== 0 ? error.http_code : 500
  return new AuthError(status, '', error.message)
}
