import { isTransient, secondsBefore } from './backoff.ts'

export interface Task {
  /** Ends when what there was to do at the call is done; fails as the work does. */
  run(): Promise<void>
  end(): void
}

/** Work that runs one at a time: one more run after the one that is under way serves all who asked during it. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let queued: Promise<void> | undefined

  function run(): Promise<void> {
    running = work().finally(() => {
      running = undefined
    })
    return running
  }

  return () => {
    if (queued !== undefined) return queued
    if (running === undefined) return run()
    queued = running
      .catch(() => undefined)
      .then(() => {
        queued = undefined
        return run()
      })
    return queued
  }
}

/** The same, and what fails for the time being is tried again by itself. */
export function createTask(work: () => Promise<void>): Task {
  let failures = 0
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const run = oneAtATime(async () => {
    if (isOver) return
    clearTimeout(timer)
    try {
      await work()
      failures = 0
    } catch (error) {
      if (isTransient(error) && !isOver) {
        failures += 1
        const seconds = Math.max(secondsBefore(failures), error.retryAfter ?? 0)
        timer = setTimeout(() => void run().catch(() => undefined), seconds * 1000)
      }
      throw error
    }
  })

  return {
    run,
    end() {
      isOver = true
      clearTimeout(timer)
    },
  }
}
