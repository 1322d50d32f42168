import { StripeError } from './errors.ts'

/** What was answered to a request, word for word. */
export interface Answer {
  status: number
  body: string
  requestId: string
}

interface Kept {
  path: string
  body: string
  /** Undefined while the first request is under way. */
  answer: Answer | undefined
  since: number
}

const keptForMs = 24 * 60 * 60 * 1000
const longestKey = 255

/**
 * Runs a request once for its key in 24 hours; later ones get the first answer, also when it was an error. What was
 * refused before it was begun frees the key.
 */
export function createIdempotency() {
  const kept = new Map<string, Kept>()

  async function once(
    key: string | undefined,
    request: { path: string; body: string },
    run: () => Promise<{ answer: Answer; begun: boolean }>,
  ): Promise<{ answer: Answer; replayed: boolean }> {
    if (key === undefined) return { answer: (await run()).answer, replayed: false }
    if (key.length > longestKey) {
      throw new StripeError(400, `Idempotency keys can be at most ${longestKey} characters long.`)
    }
    forgetOld(kept)
    const earlier = kept.get(key)
    if (earlier !== undefined) return { answer: again(key, earlier, request), replayed: true }

    const entry: Kept = { ...request, answer: undefined, since: Date.now() }
    kept.set(key, entry)
    try {
      const { answer, begun } = await run()
      entry.answer = answer
      if (!begun) kept.delete(key)
      return { answer, replayed: false }
    } catch (error) {
      kept.delete(key)
      throw error
    }
  }

  return { once, clear: () => kept.clear() }
}

function again(key: string, earlier: Kept, { path, body }: { path: string; body: string }): Answer {
  const advice = `Try using a key other than '${key}' if you meant to execute a different request.`
  const refuse = (what: string) =>
    new StripeError(400, `Keys for idempotent requests can only be used ${what}. ${advice}`, {}, mismatch)
  if (earlier.path !== path) {
    throw refuse(`for the same endpoint they were first used for ('${path}' vs '${earlier.path}')`)
  }
  if (earlier.body !== body) throw refuse('with the same parameters they were first used with')
  if (earlier.answer !== undefined) return earlier.answer
  const message = `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`
  throw new StripeError(409, message, { code: 'idempotency_key_in_use' })
}

const mismatch = { type: 'idempotency_error' }

// Entries are in the order they came in.
function forgetOld(kept: Map<string, Kept>): void {
  for (const [key, { since }] of kept) {
    if (Date.now() - since < keptForMs) return
    kept.delete(key)
  }
}
