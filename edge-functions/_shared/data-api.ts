import { FunctionError } from './error.ts'

interface DataApiAnswer<T> {
  data: T | null
  error: { code: string; message: string; details: string } | null
  status: number
}

/**
 * The data of a Data API answer. Throws what the database refused under the database's own code, a right the caller
 * lacks as 403 `permission_denied`, a token that is not accepted as 401 `auth_required`, a database out of reach as 503
 * `service_unavailable`, and an ordinary Error for anything else.
 */
export function dataOf<T>({ data, error, status }: DataApiAnswer<T>): T | null {
  if (error === null) return data
  if (/^[a-z][a-z_]+$/.test(error.code) && status >= 400 && status < 500) {
    throw new FunctionError(status, error.code, error.message, error.details ? { details: error.details } : {})
  }
  if (error.code === '42501') throw new FunctionError(403, 'permission_denied', 'You may not do this.')
  if (status === 401) throw new FunctionError(401, 'auth_required', 'The key or token is not accepted.')
  if (status === 0 || status > 500) {
    throw new FunctionError(503, 'service_unavailable', 'The service cannot be reached right now.', { cause: error })
  }
  throw new Error(`The Data API answered ${status} ${error.code}: ${error.message}`)
}

/** As `dataOf`. What the Data API may not do for nobody it answers with 401, and for somebody with 403. */
export function dataOfCaller<T>(answer: DataApiAnswer<T>): T | null {
  if (answer.error?.code === '42501' && answer.status === 401) {
    throw new FunctionError(401, 'auth_required', 'Sign in first.')
  }
  return dataOf(answer)
}
