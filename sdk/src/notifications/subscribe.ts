import type { Context } from '../context.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { isTransient } from '../realtime/backoff.ts'
import { watchSession } from '../realtime/session.ts'
import { accountTopic, type Listening, listenToTopic } from '../realtime/topic.ts'
import { createFeed } from './feed.ts'
import { subscribeSchema } from './schemas.ts'
import type { Notification } from './types.ts'

export interface SubscribeOptions {
  /** Id of the newest notification that is known: later ones are handed over too. From the call on unless given. */
  since?: number
  /** Called once if listening ends for good, as for an account that was suspended, or after a sign-out. */
  onEnd?: (error: TalentbaseError) => void
}

// A broadcast can get lost on its way; whatever it was about is in the table.
const betweenCatchUpsMs = 60_000

export async function subscribe(
  context: Context,
  callback: (notification: Notification) => void,
  { onEnd, ...options }: SubscribeOptions,
): Promise<{ unsubscribe: () => Promise<void> }> {
  const { since } = context.parse(subscribeSchema, options)
  const accountId = await context.accountId()
  const feed = createFeed(context, callback)
  await feed.begin(since)

  let timer: ReturnType<typeof setInterval> | undefined
  let listening: Listening | undefined
  let hasBegun = false
  let isOver = false
  let stopWatching: () => void = () => undefined
  const unsubscribe = async () => {
    isOver = true
    feed.end()
    stopWatching()
    clearInterval(timer)
    await listening?.stop()
  }
  let refuse: (error: TalentbaseError) => void = () => undefined
  const end = (error: TalentbaseError) => {
    if (isOver) return
    refuse(error)
    void unsubscribe()
    if (hasBegun) onEnd?.(error)
  }
  // A reading that fails for the time being is made up for by the next one.
  const catchUp = () =>
    feed.catchUp().catch((error) => {
      if (error instanceof TalentbaseError && !isTransient(error)) end(error)
    })

  try {
    await new Promise<void>((resolve, reject) => {
      refuse = reject
      // Whoever signs in next has notifications of their own.
      const onOver = () => end(context.error('auth_required'))
      stopWatching = watchSession(context, accountId, { onRefreshed: () => void catchUp(), onOver })
      listening = listenToTopic(context, accountTopic(accountId), {
        onEvent: (event) => event === 'notification' && void catchUp(),
        onJoined: () => (hasBegun ? void catchUp() : feed.catchUp().then(resolve, reject)),
        onFailed: end,
      })
    })
  } catch (error) {
    await unsubscribe()
    throw error
  }
  hasBegun = true
  timer = setInterval(catchUp, betweenCatchUpsMs)
  return { unsubscribe }
}
