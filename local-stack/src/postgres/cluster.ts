import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, isPortFree } from '../processes/free-port.ts'
import { type GuardedProcess, type GuardOptions, runGuarded, spawnGuarded } from '../processes/spawn-guarded.ts'
import { StackError } from '../processes/stack-error.ts'
import type { DatabaseRole } from '../service.ts'
import { checkData, startFailure } from './damage.ts'
import { type Place, preparePlace } from './place.ts'
import { settingArguments } from './settings.ts'

export interface ClusterOptions {
  /** The stack's data folder; the cluster's own place is found from it. */
  dataFolder: string
  /** 0 takes a free one. */
  port: number
  /** For tests: nothing has to survive a crash of the machine. */
  temporary: boolean
  /** One line of progress, before what takes long. */
  onProgress(line: string): void
  /** What Postgres itself reports from warnings upwards. */
  log(line: string): void
  signal?: AbortSignal
}

export interface Cluster {
  port: number
  url(role: DatabaseRole, database: string): string
  stop(): Promise<void>
}

const leftoverPatienceMilliseconds = 10_000

/** Starts Postgres on 127.0.0.1, on a new cluster where there is none, and answers when it takes connections. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  if (options.port !== 0 && !(await isPortFree(options.port))) throw portTaken(options.port)
  const place = preparePlace(options.dataFolder)
  const data = join(place.folder, 'data')
  if (existsSync(data)) checkData(data, place.version, options.dataFolder)
  else await initialize(place, data, options)

  const port = options.port === 0 ? await freePort() : options.port
  const server = await startServer(place, data, port, options)
  return { ...attachCluster(port), stop: () => server.stop() }
}

async function initialize(place: Place, data: string, options: ClusterOptions): Promise<void> {
  options.onProgress('Making a new Postgres cluster')
  // Renamed when it is whole: a start that ends half-way leaves no data folder that only looks like one.
  const unfinished = join(place.folder, 'data.unfinished')
  rmSync(unfinished, { recursive: true, force: true })
  // Supabase's databases sort by C.UTF-8; macOS does not know that name but is asked for character classes only.
  const characters = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'
  const { code, lines } = await runGuarded(
    join(place.binaries, 'bin', 'initdb'),
    [
      `--pgdata=${unfinished}`,
      '--username=supabase_admin',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      `--lc-ctype=${characters}`,
      '--no-instructions',
      '--no-sync',
    ],
    processOptions(place),
    options.signal,
  )
  if (code !== 0)
    throw new StackError(`Postgres could not make its data folder: ${lines.at(-1) ?? `initdb ended with ${code}`}`)
  renameSync(unfinished, data)
}

async function startServer(place: Place, data: string, port: number, options: ClusterOptions): Promise<GuardedProcess> {
  const owner = join(place.folder, 'owner.pid')
  const deadline = Date.now() + leftoverPatienceMilliseconds
  for (;;) {
    const lines: string[] = []
    const server = await tryServer(place, data, port, options, lines)
    if (server !== undefined) {
      writeFileSync(owner, String(process.pid))
      return server
    }
    if (!lines.some((line) => line.includes('lock file "postmaster.pid" already exists'))) {
      if (!(await isPortFree(port))) throw portTaken(port)
      throw startFailure(lines, options.dataFolder)
    }
    // Postgres itself says that a server runs on these data: another stack's, or one that its stack left behind.
    if (signal(owner, 0) || Date.now() > deadline) {
      throw new StackError(`The stack is already running on ${options.dataFolder}: stop it first.`)
    }
    signal(join(data, 'postmaster.pid'), 'SIGINT')
    await sleep(200)
  }
}

/** Nothing when the server ended before it was ready; its words are then in `lines`. */
async function tryServer(
  place: Place,
  data: string,
  port: number,
  options: ClusterOptions,
  lines: string[],
): Promise<GuardedProcess | undefined> {
  let ready = false
  let tellReady: (value: true) => void = () => undefined
  const started = new Promise<true>((resolve) => {
    tellReady = resolve
  })
  const server = spawnGuarded(
    join(place.binaries, 'bin', 'postgres'),
    ['-D', data, '-p', String(port), ...settingArguments(options.temporary)],
    {
      ...processOptions(place),
      // "Fast": clients are disconnected, the data are written, no recovery is needed at the next start.
      stopSignal: 'SIGINT',
      onLine(line) {
        if (ready) {
          if (/\b(WARNING|FATAL|PANIC):/.test(line)) options.log(line)
          return
        }
        lines.push(line)
        if (line.includes('database system is ready to accept connections')) tellReady(true)
      },
      onUnexpectedEnd() {
        if (ready) options.log('Postgres has ended: stop the stack and start it again')
      },
    },
  )
  ready = await Promise.race([started, server.exited.then(() => false)])
  return ready ? server : undefined
}

function processOptions(place: Place): GuardOptions {
  return {
    cwd: place.folder,
    // Nothing of the caller's environment (PGDATA, PGPORT, LC_ALL, …) may change what this server does.
    env: { PATH: process.env.PATH, TZ: 'UTC' },
    ...(place.account === undefined ? {} : { uid: place.account.uid, gid: place.account.gid }),
  }
}

export function portTaken(port: number): StackError {
  return new StackError(`Port ${port} is taken: stop what uses it, or choose another block with --port.`)
}

function signal(pidFile: string, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), name)
  } catch {
    return false
  }
}

/** Whether a stack has the cluster of this data folder open. */
export function isRunning(dataFolder: string): boolean {
  const { folder } = preparePlace(dataFolder)
  return signal(join(folder, 'data', 'postmaster.pid'), 0) && signal(join(folder, 'owner.pid'), 0)
}

/** A cluster that another process started and will stop. */
export function attachCluster(port: number): Cluster {
  return {
    port,
    url: (role, database) => `postgresql://${role}:postgres@127.0.0.1:${port}/${database}`,
    stop: async () => undefined,
  }
}
