import type { Context } from '../context.ts'
import { secondsBefore } from './backoff.ts'
import { type Listening, listenToTopic, type TopicListener, type TopicOptions } from './topic.ts'

/** Listens to a topic until it is stopped: also after it could not be joined, of which `onFailed` tells each time. */
export function stayOn(context: Context, name: string, listener: TopicListener, options: TopicOptions = {}): Listening {
  let listening: Listening | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let isOver = false

  function listen(): void {
    listening = listenToTopic(
      context,
      name,
      {
        ...listener,
        onJoined() {
          failures = 0
          listener.onJoined()
        },
        onFailed(error) {
          listening = undefined
          if (isOver) return
          failures += 1
          timer = setTimeout(listen, secondsBefore(failures, 30) * 1000)
          listener.onFailed(error)
        },
      },
      options,
    )
  }

  listen()
  return {
    send: (event, payload) => listening?.send(event, payload) ?? false,
    async stop() {
      isOver = true
      clearTimeout(timer)
      await listening?.stop()
    },
  }
}
