import type { Worker } from './worker.ts'

/** One version of a function that is starting or running, and the requests it has. */
export interface Instance {
  version: string
  worker: Promise<Worker>
  /** A request is about to use it. */
  begin(): void
  /** That request, body included, is done. */
  end(): void
  /** Gets no more requests: stops as soon as it has none. */
  retire(): void
  /** Ends it, whatever it is doing, and answers once it has. */
  stop(): Promise<void>
}

interface InstanceOptions {
  version: string
  start(signal: AbortSignal): Promise<Worker>
  idleMs: number
  /** It had no request for so long. */
  onIdle(): void
}

export function createInstance({ version, start, idleMs, onIdle }: InstanceOptions): Instance {
  const ending = new AbortController()
  const worker = start(ending.signal)
  let [requests, retired] = [0, false]
  let timer: NodeJS.Timeout | undefined

  function stopIfUnused(): void {
    if (requests === 0 && retired) ending.abort()
  }

  return {
    version,
    worker,
    begin() {
      requests += 1
      clearTimeout(timer)
    },
    end() {
      requests -= 1
      if (requests === 0 && !retired) timer = setTimeout(onIdle, idleMs).unref()
      stopIfUnused()
    },
    retire() {
      retired = true
      clearTimeout(timer)
      stopIfUnused()
    },
    async stop() {
      clearTimeout(timer)
      ending.abort()
      await worker.then(({ exited }) => exited).catch(() => undefined)
    },
  }
}
