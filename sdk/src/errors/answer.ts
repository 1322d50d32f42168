export type Source = 'database' | 'auth' | 'storage' | 'functions' | 'realtime'

/** What a service of Supabase answered when it refused, in one form for all of them. */
export interface Answer {
  source: Source
  /** The class the client library gave it, such as AuthSessionMissingError. */
  name: string
  code: string
  /** HTTP status; 0 when there was no answer. */
  status: number
  message: string
  details?: unknown
  /** Seconds. */
  retryAfter?: number
  cause: unknown
}

/** An error of supabase-js, whichever of its parts made it. */
type Thrown = Partial<Record<'name' | 'code' | 'status' | 'statusCode' | 'message' | 'details' | 'reasons', unknown>>

export function databaseAnswer(error: Thrown, status: number): Answer {
  return { ...plain('database', error), status, details: parsed(error.details) }
}

export function authAnswer(error: Thrown): Answer {
  const answer = plain('auth', error)
  const wait = /after (\d+) seconds/.exec(answer.message)?.[1]
  const reasons = Array.isArray(error.reasons) && error.reasons.length > 0 ? error.reasons : ['weak']
  if (answer.code === 'weak_password') return { ...answer, details: { fields: { password: reasons } } }
  return wait === undefined ? answer : { ...answer, retryAfter: Number(wait) }
}

export function storageAnswer(error: Thrown): Answer {
  const answer = plain('storage', error)
  // Storage answers most refusals with HTTP 400 and says the real status in the body.
  const inBody = Number(error.statusCode)
  return { ...answer, status: inBody >= 400 && inBody < 600 ? inBody : answer.status }
}

/** An Edge Function's answer is read here, for functions-js leaves its body to the caller. */
export async function functionAnswer(error: Thrown & { context?: unknown }): Promise<Answer> {
  const answer = plain('functions', error)
  const response = error.context
  if (!isResponse(response)) return answer
  const body: unknown = await response.json().catch(() => null)
  const { code, message, details } = (body ?? {}) as Thrown
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN)
  return {
    ...answer,
    code: text(code),
    status: response.status,
    message: text(message) || answer.message,
    details: parsed(details),
    ...(wait > 0 ? { retryAfter: wait } : {}),
  }
}

export function realtimeAnswer(error: unknown): Answer {
  return plain('realtime', error as Thrown)
}

function plain(source: Source, error: Thrown): Answer {
  return {
    source,
    name: text(error.name),
    code: text(error.code),
    status: typeof error.status === 'number' ? error.status : 0,
    message: text(error.message),
    cause: error,
  }
}

/** Details of the database come as JSON text. */
function parsed(details: unknown): unknown {
  if (typeof details !== 'string') return details
  try {
    return JSON.parse(details)
  } catch {
    return undefined
  }
}

// functions-js may run with a fetch of its own, whose answers are no instances of the global Response.
function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'headers' in value && 'json' in value
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
