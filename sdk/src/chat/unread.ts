import type { Context } from '../context.ts'
import type { TalentbaseError } from '../errors/talentbase-error.ts'
import { isTransient } from '../realtime/backoff.ts'
import { createTask } from '../realtime/one-at-a-time.ts'
import { watchSession } from '../realtime/session.ts'
import { stayOn } from '../realtime/stay-on.ts'
import { accountTopic, type Listening } from '../realtime/topic.ts'
import { onWake } from '../realtime/wake.ts'
import { countUnread } from './requests.ts'
import type { UnreadCount } from './types.ts'

const betweenCountsMs = 60_000

/** Counts what is unread when it is connected, and after whatever may have changed it; calls back when it has. */
export async function subscribeToUnread(
  context: Context,
  callback: (count: UnreadCount) => void,
  { onEnd }: { onEnd?: (error: TalentbaseError) => void } = {},
): Promise<{ unsubscribe: () => Promise<void> }> {
  const accountId = await context.accountId()
  let told: UnreadCount | undefined
  let account: Listening | undefined
  let hasBegun = false
  let isOver = false
  let stopWatching: (() => void)[] = []

  const task = createTask(async () => {
    const count = await countUnread(context, accountId)
    if (isOver || (told?.messages === count.messages && told.conversations === count.conversations)) return
    told = count
    // What a callback throws is its own affair and stops nothing here.
    void Promise.resolve(count).then(callback)
  })
  const count = () => task.run().catch(failed)

  function failed(error: unknown): void {
    if (!isTransient(error) && hasBegun) void end(error as TalentbaseError)
  }

  async function unsubscribe(): Promise<void> {
    isOver = true
    task.end()
    for (const stop of stopWatching) stop()
    stopWatching = []
    await account?.stop()
  }

  async function end(error: TalentbaseError): Promise<void> {
    if (isOver) return
    await unsubscribe()
    if (hasBegun) onEnd?.(error)
  }

  try {
    await new Promise<void>((resolve, reject) => {
      const onOver = () => void end(context.error('auth_required'))
      const timer = setInterval(count, betweenCountsMs)
      stopWatching = [
        () => clearInterval(timer),
        onWake(count),
        watchSession(context, accountId, { onRefreshed: count, onOver }),
      ]
      account = stayOn(context, accountTopic(accountId), {
        onEvent: (event) => event === 'conversation' && void count(),
        onJoined: () => (hasBegun ? void count() : task.run().then(resolve, reject)),
        // Of an account that was suspended, counting says so.
        onFailed: (error) => (hasBegun ? void count() : reject(error)),
      })
    })
  } catch (error) {
    await unsubscribe()
    throw error
  }
  hasBegun = true
  return { unsubscribe }
}
