import { invalidRequest, isStorageError, type StorageError, storageError } from '../errors.ts'

export function answerError(error: unknown, request: Request, log: (line: string) => void): Response {
  if (isStorageError(error)) {
    // The answer has Postgres' code alone; what it said is for whoever wrote the trigger or policy.
    if (error.cause instanceof Error) log(`${error.message}: ${error.cause.message}`)
    return answerFailure(error)
  }
  // Nobody is there to read an answer, and nothing failed here.
  if (request.signal.aborted) return new Response(null, { status: 499 })
  log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return answerFailure(
    storageError('Internal Server Error', { code: 'InternalError', statusCode: 500, error: 'Internal' }),
  )
}

function answerFailure({ message, failure }: StorageError): Response {
  const { code, statusCode, httpStatus, error } = failure
  return Response.json(
    { statusCode: String(statusCode), code, error: error ?? code, message },
    { status: httpStatus ?? (statusCode === 500 ? 500 : 400) },
  )
}

export function answerUnknownRoute(request: Request): Response {
  const { pathname, search } = new URL(request.url)
  const failure = {
    statusCode: '404',
    error: 'Not Found',
    message: `Route ${request.method}:${pathname}${search} not found`,
    code: 'InvalidRequest',
  }
  return Response.json(failure, { status: 404 })
}

/** The row is there and its bytes are not. */
export function answerMissingFile(): Response {
  const failure = { error: 'Not found', message: 'The resource was not found', statusCode: '404', code: 'NoSuchKey' }
  return Response.json(failure, { status: 400, headers: { 'cache-control': 'no-store' } })
}

/** Headers of an answer. What a client stored may not fit into a header, then the answer is a refusal. */
export function answerHeaders(values: Record<string, string | undefined>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      const { message, failure } = invalidRequest(
        `Invalid character in response header "${name}": ${value.slice(0, 50)}`,
      )
      throw storageError(message, { ...failure, error: 'invalid_header_char' })
    }
    headers.set(name, value)
  }
  return headers
}
