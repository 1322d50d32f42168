import { type ErrorName, errorTable } from './table.ts'

/** A refusal. What a request wrote is rolled back with it. */
export class AuthError extends Error {
  override name = 'AuthError'
  readonly status: number
  readonly code: string
  /** Why a password is weak. */
  readonly reasons: string[] | undefined

  constructor(status: number, code: string, message: string, options: { reasons?: string[]; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.status = status
    this.code = code
    this.reasons = options.reasons
  }
}

export function authError(name: ErrorName, ...values: (string | number)[]): AuthError {
  const [status, code, message] = errorTable[name]
  const filled = values.reduce<string>((text, value) => text.replace('{}', () => String(value)), message)
  return new AuthError(status, code, filled, code === 'weak_password' ? { reasons: ['length'] } : {})
}

/** Runs a step whose unexpected failure the real service reports in words of its own; refusals pass. */
export async function orElse<T>(name: ErrorName, step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (cause) {
    if (cause instanceof AuthError) throw cause
    const [status, code, message] = errorTable[name]
    throw new AuthError(status, code, message, { cause })
  }
}
