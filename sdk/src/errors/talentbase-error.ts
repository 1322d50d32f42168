import { type ErrorCode, errorCodes } from './codes.ts'

/** What is wrong with each field, as rules such as `required`, `length` or `taken`; `fieldMessages` has words for them. */
export type FieldErrors = Record<string, string[]>

interface Options {
  /** What the code alone does not say, such as `{ upgrade_plan_id, resets_at }` of quota_exceeded. */
  details?: Record<string, unknown>
  fields?: FieldErrors
  retryAfter?: number
  cause?: unknown
}

/** What every call of the SDK answers instead of data. The codes are in docs/error-codes.md. */
export class TalentbaseError extends Error {
  override readonly name = 'TalentbaseError'
  readonly code: ErrorCode
  /** The code's HTTP status; 0 when there was no answer. */
  readonly status: number
  readonly details: Record<string, unknown> | undefined
  readonly fields: FieldErrors | undefined
  /** Seconds to wait before trying again. */
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, options: Options = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.status = errorCodes[code]
    this.details = options.details
    this.fields = options.fields
    this.retryAfter = options.retryAfter
  }

  toJSON(): Record<string, unknown> {
    const { name, code, status, message, details, fields, retryAfter } = this
    return { name, code, status, message, details, fields, retryAfter }
  }
}
