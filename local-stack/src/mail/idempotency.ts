import { ResendError } from './resend-error.ts'

interface Kept {
  request: string
  /** Undefined while the first request is still under way. */
  answer: unknown
  since: number
}

const keptForMs = 24 * 60 * 60 * 1000
const longestKey = 256

/**
 * Runs what a key stands for once in 24 hours; later requests with the key get the same answer. A request that failed
 * is forgotten. Throws Resend's 400 for a bad key and its 409 for another request or one that is not finished.
 */
export function createIdempotency() {
  const kept = new Map<string, Kept>()

  return async function once<T>(key: string | undefined, request: string, send: () => Promise<T>): Promise<T> {
    if (key === undefined) return send()
    if (key.length < 1 || key.length > longestKey) {
      throw new ResendError(400, 'invalid_idempotency_key', `The key must be between 1-${longestKey} chars.`)
    }
    forgetOld(kept)
    const earlier = kept.get(key)
    if (earlier !== undefined) return answerAgain<T>(earlier, request)
    const entry: Kept = { request, answer: undefined, since: Date.now() }
    kept.set(key, entry)
    try {
      const answer = await send()
      entry.answer = answer
      return answer
    } catch (error) {
      kept.delete(key)
      throw error
    }
  }
}

function answerAgain<T>(earlier: Kept, request: string): T {
  if (earlier.request !== request) {
    throw new ResendError(
      409,
      'invalid_idempotent_request',
      'Same idempotency key used with a different request payload.',
    )
  }
  if (earlier.answer === undefined) {
    throw new ResendError(
      409,
      'concurrent_idempotent_requests',
      'Same idempotency key used while original request is still in progress.',
    )
  }
  return earlier.answer as T
}

// Entries are in the order they came in.
function forgetOld(kept: Map<string, Kept>): void {
  for (const [key, { since }] of kept) {
    if (Date.now() - since < keptForMs) return
    kept.delete(key)
  }
}
