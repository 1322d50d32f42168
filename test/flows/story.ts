import type { ErrorCode, Result, TalentbaseError } from '@talentbase/sdk'

/** Tells a story step by step: each is printed with what happened and how long it took, and holds what it claims. */
export interface Story {
  /** Runs a step; `tell` says what happened. A step that throws ends the story. */
  step<T>(title: string, run: () => Promise<T>, tell?: (result: T) => string): Promise<T>
  steps(): number
}

export function startStory(print: (line: string) => void = console.log): Story {
  let count = 0
  return {
    async step(title, run, tell) {
      count += 1
      const number = String(count).padStart(2)
      const begin = performance.now()
      try {
        const result = await run()
        const took = `${Math.round(performance.now() - begin)} ms`.padStart(8)
        print(`${number}. ${took}  ${title}${tell ? `\n              → ${tell(result)}` : ''}`)
        return result
      } catch (error) {
        print(`${number}.   FAILED  ${title}`)
        throw error
      }
    },
    steps: () => count,
  }
}

/** Holds a claim of the story. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`)
  }
}

/** The data of an answer that must not be an error. */
export async function must<T>(answer: Promise<Result<T>>): Promise<T> {
  const { data, error } = await answer
  if (error !== null) throw error
  return data
}

/** The error of an answer that must be one, of this code. */
export async function mustFail(answer: Promise<Result<unknown>>, code: ErrorCode): Promise<TalentbaseError> {
  const { data, error } = await answer
  if (error === null) throw new Error(`expected the error ${code}, got ${JSON.stringify(data)}`)
  if (error.code !== code) throw error
  return error
}
