import { createTask } from '../realtime/one-at-a-time.ts'
import type { Message } from './types.ts'

/** Reads from the table what has changed, each change once, in the order of versions. */
export interface Sync {
  /** The newest version that was handed over. */
  version(): number
  /** Ends when whatever was there at the call is handed over. */
  catchUp(): Promise<void>
  /** Somebody says that there is this version: reads, unless it is known. */
  hint(version: number): void
  end(): void
}

const pageSize = 100

interface SyncOptions {
  /** What is known already. */
  since: number
  /** At most so many changes after a version, in the order of versions. */
  read: (afterVersion: number, limit: number) => Promise<Message[]>
  deliver: (changes: Message[]) => void
  /** A reading that nobody waits for has failed; what fails for the time being is tried again. */
  onFailed: (error: unknown) => void
}

export function createSync({ since, read, deliver, onFailed }: SyncOptions): Sync {
  let delivered = since
  let wanted = since
  let isOver = false
  // Pages that are read but not handed over: half of a reading would leave gaps in what is shown.
  let pending: Message[] = []

  const task = createTask(async () => {
    for (;;) {
      const page = await read(pending.at(-1)?.version ?? delivered, pageSize)
      if (isOver) return
      pending.push(...page)
      if (page.length < pageSize) break
    }
    const changes = pending
    pending = []
    if (changes.length === 0) return
    delivered = changes.at(-1)!.version
    deliver(changes)
  })

  return {
    version: () => delivered,
    catchUp: () => (isOver ? Promise.resolve() : task.run()),
    hint(version) {
      if (isOver || version <= Math.max(delivered, wanted)) return
      wanted = version
      task.run().catch((error) => {
        // The next hint asks again.
        wanted = delivered
        onFailed(error)
      })
    },
    end() {
      isOver = true
      task.end()
    },
  }
}
