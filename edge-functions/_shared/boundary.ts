import { FunctionError } from './error.ts'
import { json } from './http.ts'

export type Handler = (request: Request) => Response | Promise<Response>

/**
 * The one place where a function turns what was thrown into an answer. A FunctionError becomes its status and, unless
 * `body` says otherwise, `{ code, message, details? }`; anything else a 500 that tells the caller nothing. Whatever is
 * the function's own failure, and every cause, goes into the log.
 */
export function withBoundary(handler: Handler, body: (error: FunctionError) => unknown = codeAndMessage): Handler {
  return async (request) => {
    try {
      return await handler(request)
    } catch (thrown) {
      const error = asFunctionError(thrown)
      if (error.status >= 500 || error.cause !== undefined) {
        console.error(`${error.status} ${error.code}: ${error.message}`, error.cause ?? '')
      }
      return json(body(error), error.status, error.headers)
    }
  }
}

function codeAndMessage({ code, message, details }: FunctionError): unknown {
  return { code, message, ...(details === undefined ? {} : { details }) }
}

function asFunctionError(thrown: unknown): FunctionError {
  if (thrown instanceof FunctionError) return thrown
  return new FunctionError(500, 'internal_error', 'Something went wrong.', { cause: thrown })
}
