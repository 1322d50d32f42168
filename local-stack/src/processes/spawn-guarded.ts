import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

export interface GuardOptions {
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** User and group to run as; the caller must be root. */
  uid?: number
  gid?: number
  /** What asks this command to end in order; SIGTERM unless told. */
  stopSignal?: NodeJS.Signals
  /** Every line of standard output and standard error. */
  onLine?(line: string): void
  /** It ended although nobody asked it to. */
  onUnexpectedEnd?(exit: Exit): void
}

/** One of the two is null. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface GuardedProcess {
  /** Answers once the process has ended and its last line was handed over. */
  exited: Promise<Exit>
  /** Asks it to end, makes it end after ten seconds, and answers once it has. */
  stop(): Promise<void>
}

// Its text, not its path: another user may be unable to read the project's folder.
const guardScript = readFileSync(new URL('guard.sh', import.meta.url), 'utf8')
const patienceMilliseconds = 10_000

/**
 * Starts a command that never outlives this process, not even when this process is killed: see guard.sh. It has a
 * process group of its own, so a Ctrl-C in the terminal reaches this process alone, which then stops things in order.
 */
export function spawnGuarded(command: string, args: string[], options: GuardOptions = {}): GuardedProcess {
  const stopSignal = options.stopSignal ?? 'SIGTERM'
  const child = spawn('/bin/sh', ['-c', guardScript, 'guard', stopSignal.slice(3), command, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr] as Readable[]) {
    createInterface({ input: stream }).on('line', (line) => options.onLine?.(line))
  }
  const pipe = child.stdio[3] as Writable
  // The guard may be gone before it is asked; nothing is lost then.
  pipe.on('error', () => undefined)
  child.once('exit', () => {
    pipe.destroy()
    // What the command started and left behind.
    killGroup(child)
  })

  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(exitOf(code, signal)))
  })
  let asked = false
  exited.then(
    (exit) => asked || options.onUnexpectedEnd?.(exit),
    // Whoever waits hears of it; nobody has to.
    () => undefined,
  )
  return {
    exited,
    stop() {
      asked = true
      return stop(child, pipe, exited)
    },
  }
}

// The guard tells a signal that ended the command as shells do: 128 and its number.
function exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
  const number = code === null ? 0 : code - 128
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
  return name === undefined ? { code, signal } : { code: null, signal: name as NodeJS.Signals }
}

async function stop(child: ChildProcess, pipe: Writable, exited: Promise<Exit>): Promise<void> {
  pipe.write('stop\n')
  const timer = setTimeout(() => killGroup(child), patienceMilliseconds)
  try {
    await exited
  } finally {
    clearTimeout(timer)
  }
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody is left in it.
  }
}

/** Runs a command to its end, or until the signal; the lines it printed are in the answer. */
export async function runGuarded(
  command: string,
  args: string[],
  options: GuardOptions,
  signal?: AbortSignal,
): Promise<Exit & { lines: string[] }> {
  signal?.throwIfAborted()
  const lines: string[] = []
  const running = spawnGuarded(command, args, {
    ...options,
    onLine(line) {
      lines.push(line)
      options.onLine?.(line)
    },
  })
  const stop = () => void running.stop()
  signal?.addEventListener('abort', stop)
  const exit = await running.exited
  signal?.removeEventListener('abort', stop)
  signal?.throwIfAborted()
  return { ...exit, lines }
}
