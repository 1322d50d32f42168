import type { Context } from '../context.ts'
import type { TalentbaseError } from '../errors/talentbase-error.ts'
import { accountTopic, type Listening, listenToTopic } from '../realtime/topic.ts'
import { createFeed } from './feed.ts'
import { subscribeSchema } from './schemas.ts'
import type { Notification } from './types.ts'

export interface SubscribeOptions {
  /** Id of the newest notification that is known: later ones are handed over too. From the call on unless given. */
  since?: number
  /** Called once if listening ends for good, as for an account that was suspended. */
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
  const unsubscribe = async () => {
    feed.end()
    clearInterval(timer)
    await listening?.stop()
  }
  // A reading that fails is made up for by the next one.
  const catchUp = () => feed.catchUp().catch(() => undefined)

  try {
    await new Promise<void>((resolve, reject) => {
      listening = listenToTopic(context, accountTopic(accountId), {
        onEvent: (event) => event === 'notification' && void catchUp(),
        onJoined: () => (hasBegun ? void catchUp() : feed.catchUp().then(resolve, reject)),
        onFailed: (error) => {
          reject(error)
          void unsubscribe()
          if (hasBegun) onEnd?.(error)
        },
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
