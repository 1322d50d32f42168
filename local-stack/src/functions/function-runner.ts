import { setTimeout as delay } from 'node:timers/promises'
import type { Exit } from '../processes/spawn-guarded.ts'
import { bootFailed, functionFailed, outOfResources } from './answers.ts'
import { forward } from './forward.ts'
import { createInstance, type Instance } from './instance.ts'
import { describeExit, type Worker } from './worker.ts'

interface RunnerOptions {
  /** The state of the function's source, now. */
  version(): Promise<string>
  start(signal: AbortSignal): Promise<Worker>
  /** How long a process without requests is kept. */
  idleMs: number
  log(line: string): void
}

export interface FunctionRunner {
  handle(request: Request): Promise<Response>
  close(): Promise<void>
}

/** Runs one function: started when it is asked, again when its source changed or it ended, stopped when unused. */
export function createFunctionRunner({ version, start, idleMs, log }: RunnerOptions): FunctionRunner {
  const instances = new Set<Instance>()
  let current: Instance | undefined
  let closed = false

  // Marks the instance as used before anything is awaited, so that it cannot be retired in between.
  async function acquire(): Promise<Instance | undefined> {
    const wanted = await version()
    if (closed) return undefined
    if (current?.version !== wanted) {
      current?.retire()
      current = launch(wanted)
    }
    current.begin()
    return current
  }

  function launch(wanted: string): Instance {
    const instance = createInstance({
      version: wanted,
      start,
      idleMs,
      onIdle() {
        forget()
        instance.retire()
      },
    })
    const forget = () => {
      if (current === instance) current = undefined
    }
    instances.add(instance)
    instance.worker
      .then(({ exited }) => exited)
      .catch(() => undefined)
      .then(() => {
        forget()
        instances.delete(instance)
      })
    return instance
  }

  async function handle(request: Request): Promise<Response> {
    const instance = await acquire()
    if (instance === undefined) return bootFailed()
    const worker = await instance.worker.catch((error: Error) => {
      log(`failed to start: ${error.message}`)
      return undefined
    })
    if (worker !== undefined) return answerOf(worker, request, instance.end)
    instance.end()
    return bootFailed()
  }

  async function answerOf(worker: Worker, request: Request, done: () => void): Promise<Response> {
    try {
      return await forward(request, worker.url, done)
    } catch (error) {
      done()
      if (request.signal.aborted) return new Response(null, { status: 499 })
      // A connection that breaks is most often a process that ends: the next request must find that out first.
      const exit = await Promise.race([worker.exited, delay(1_000, undefined, { ref: false })])
      log(exit === undefined ? `no answer: ${reasonOf(error)}` : describeExit(exit))
      return isOutOfMemory(exit) ? outOfResources() : functionFailed()
    }
  }

  return {
    handle,
    async close() {
      closed = true
      await Promise.all([...instances].map((instance) => instance.stop()))
    },
  }
}

// How V8 ends a process whose heap is full depends on its build.
function isOutOfMemory(exit: Exit | undefined): boolean {
  return exit?.signal === 'SIGTRAP' || exit?.signal === 'SIGILL' || exit?.signal === 'SIGABRT'
}

function reasonOf(error: unknown): string {
  const cause = (error as Error).cause
  return cause instanceof Error ? cause.message : (error as Error).message
}
