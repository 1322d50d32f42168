interface Details {
  code?: string
  param?: string
  /** For a refused card: why, and what it was tried for. */
  decline_code?: string
  charge?: string
  payment_intent?: unknown
  payment_method?: unknown
}

/** An error as Stripe's API answers it. */
export class StripeError extends Error {
  readonly status: number
  readonly details: Details
  readonly type: string
  /** Whether the request was begun: only then the idempotency key stands for this error, too. */
  readonly begun: boolean

  constructor(status: number, message: string, details: Details = {}, { type = typeOf(status), begun = false } = {}) {
    super(message)
    this.status = status
    this.details = details
    this.type = type
    this.begun = begun
  }

  get body(): unknown {
    return { error: { ...this.details, message: this.message, type: this.type } }
  }
}

function typeOf(status: number): string {
  if (status >= 500) return 'api_error'
  return status === 402 ? 'card_error' : 'invalid_request_error'
}

export function missingResource(what: string, id: string, param = 'id', status = 404): StripeError {
  return new StripeError(status, `No such ${what}: '${id}'`, { code: 'resource_missing', param })
}

/** What the API cannot do and the double will not pretend. */
export function notImitated(what: string, param: string): StripeError {
  return new StripeError(400, `The local double of Stripe does not imitate ${what}.`, { param })
}
