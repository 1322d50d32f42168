import { isAlive, processOf } from './process-table.ts'

export interface Lifetime {
  /** Aborts once the stack is to stop. */
  signal: AbortSignal
  /** Answers once the stack is to stop, with the error that makes it stop or nothing. */
  end: Promise<Error | undefined>
}

/** What a process ends with that was interrupted before it was ready. */
export const interrupted = 130

const pollMilliseconds = 500
// A process that does not end by itself is made to after ten seconds, so this is more.
const stopMilliseconds = 25_000
// One Ctrl-C can come twice: from the terminal, and passed on by npm.
const echoMilliseconds = 500

/**
 * Watches for what ends the stack: Ctrl-C, SIGTERM, a closed terminal, the end of the process that started this one, an
 * error nobody caught. A second signal ends this process at once; what it started then ends by itself.
 */
export function watchLifetime(say: (line: string) => void): Lifetime {
  const controller = new AbortController()
  let resolveEnd: (error: Error | undefined) => void = () => undefined
  const end = new Promise<Error | undefined>((resolve) => {
    resolveEnd = resolve
  })
  let since = 0
  const stop = (line: string, error?: Error) => {
    if (controller.signal.aborted) return
    since = Date.now()
    say(line)
    controller.abort()
    resolveEnd(error)
    setTimeout(() => {
      say('Something did not stop in time; ending everything at once')
      process.exit(1)
    }, stopMilliseconds).unref()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted && Date.now() - since > echoMilliseconds) process.exit(interrupted)
      stop('Stopping; Ctrl-C again ends everything at once')
    })
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => stop('Stopping after an error', asError(error)))
  }
  const isParentAlive = watchParent()
  const poll = () => isParentAlive() || stop('Stopping, since what started the stack has ended')
  setInterval(poll, pollMilliseconds).unref()
  return { signal: controller.signal, end }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

// npm runs a script through a shell, which outlives an npm that was killed.
function watchParent(): () => boolean {
  const parent = process.ppid
  const npm = process.env.npm_lifecycle_event === undefined ? undefined : parentOfShell(parent)
  return () => process.ppid === parent && (npm === undefined || isAlive(npm))
}

function parentOfShell(pid: number): number | undefined {
  const shell = processOf(pid)
  return shell !== undefined && /^\S*sh\s/.test(shell.command) && shell.parent > 1 ? shell.parent : undefined
}
