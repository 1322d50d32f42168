import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Exit, spawnGuarded } from '../processes/spawn-guarded.ts'

/** A Deno process that serves one function. */
export interface Worker {
  /** Such as http://127.0.0.1:40123 */
  url: string
  exited: Promise<Exit>
}

export interface WorkerOptions {
  entrypoint: string
  /** A deno.json, for its imports. */
  importMap: string
  environment: Record<string, string>
  /** Where Deno keeps what it compiled. */
  cacheFolder: string
  /** Ends the process, also one that is still starting. */
  signal: AbortSignal
  onLine(line: string): void
}

// Hosted gives a function this much.
const memoryLimitMegabytes = 256
const startTimeoutMs = 30_000

/** Rejects, with nothing left running, when the function ends instead of beginning to serve. */
export function startWorker(options: WorkerOptions): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const child = spawnGuarded(denoFile(), denoArguments(options), {
      cwd: dirname(options.entrypoint),
      env: {
        ...options.environment,
        DENO_DIR: options.cacheFolder,
        DENO_NO_UPDATE_CHECK: '1',
        NO_COLOR: '1',
        // Port 0: the system chooses a free one and Deno says which.
        DENO_SERVE_ADDRESS: 'tcp:127.0.0.1:0',
      },
      onLine(line) {
        const url = /^Listening on (http:\/\/127\.0\.0\.1:\d+)\//.exec(line)?.[1]
        if (url === undefined) {
          // The last word of one that was told to end is the shell's, not its own.
          if (!options.signal.aborted) options.onLine(line)
          return
        }
        clearTimeout(timer)
        resolve({ url, exited: child.exited })
      },
    })
    options.signal.addEventListener('abort', () => void child.stop(), { once: true })
    const timer = setTimeout(() => void child.stop(), startTimeoutMs)
    child.exited.then((exit) => reject(new Error(describeExit(exit))), reject).finally(() => clearTimeout(timer))
  })
}

export function describeExit({ code, signal }: Exit): string {
  return `ended with ${signal ?? `code ${code}`}`
}

// All a function may do is use the network and read its environment. Its modules need no permission, and nothing is
// downloaded: packages come from node_modules.
function denoArguments({ entrypoint, importMap }: WorkerOptions): string[] {
  return [
    'run',
    '--no-prompt',
    '--no-remote',
    '--no-lock',
    '--node-modules-dir=manual',
    `--config=${importMap}`,
    '--allow-net',
    '--allow-env',
    `--v8-flags=--max-old-space-size=${memoryLimitMegabytes}`,
    entrypoint,
  ]
}

function denoFile(): string {
  const folder = dirname(createRequire(import.meta.url).resolve('deno/package.json'))
  return join(folder, process.platform === 'win32' ? 'deno.exe' : 'deno')
}
