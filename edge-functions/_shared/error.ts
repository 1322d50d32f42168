interface FunctionErrorOptions {
  /** What a caller needs to act on the error, such as the fields that are wrong. */
  details?: unknown
  headers?: Record<string, string>
  /** What really happened; it is logged and never answered. */
  cause?: unknown
}

/** What a function answers instead of a result: throw it anywhere below `withBoundary`. */
export class FunctionError extends Error {
  override name = 'FunctionError'
  readonly status: number
  readonly code: string
  readonly details: unknown
  readonly headers: Record<string, string>

  constructor(status: number, code: string, message: string, options: FunctionErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.status = status
    this.code = code
    this.details = options.details
    this.headers = options.headers ?? {}
  }
}
