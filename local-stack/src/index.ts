import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DefaultPrivileges } from './postgres/bootstrap.ts'
import { isRunning, portTaken, startCluster } from './postgres/cluster.ts'
import { explainDamage } from './postgres/damage.ts'
import { removePlace } from './postgres/place.ts'
import { prepareDatabase } from './postgres/prepare-database.ts'
import { isPortFree } from './processes/free-port.ts'
import { explainFileError, StackError } from './processes/stack-error.ts'
import type { DatabaseRole } from './service.ts'
import { type Services, startServices } from './services.ts'

export interface StackOptions {
  /** 0 takes a free port. */
  ports: { gateway: number; database: number; mail: number; providers: number }
  /** Keeps the database, files and keys between starts. */
  dataFolder: string
  /** For a new database; `newer` unless told. */
  defaultPrivileges?: DefaultPrivileges
  /** Whether supabase/migrations and the seed are applied; yes unless told. */
  migrations?: boolean
  /** One line before each step that takes a while. */
  onProgress(line: string): void
  /** A line of a service, its name in front. */
  log(line: string): void
  /** Gives the start up: it rejects with the signal's reason once everything it started has ended. */
  signal?: AbortSignal
}

export interface Stack extends Services {
  databaseUrl(role: DatabaseRole): string
}

const project = fileURLToPath(new URL('../..', import.meta.url))
const database = 'postgres'

/**
 * Starts a whole local Supabase and answers when it takes requests. When a start fails, everything it started has ended;
 * failures the user can act on are a StackError with one sentence.
 */
export function startStack(options: StackOptions): Promise<Stack> {
  return start(options).catch((error: unknown) => {
    throw explainFileError(error)
  })
}

async function start(options: StackOptions): Promise<Stack> {
  const { dataFolder, ports, onProgress, log, signal } = options
  for (const port of Object.values(ports)) {
    if (port !== 0 && !(await isPortFree(port))) throw portTaken(port)
  }
  onProgress('Starting Postgres')
  const cluster = await startCluster({
    dataFolder,
    port: ports.database,
    temporary: false,
    onProgress,
    log: (line) => log(`postgres  ${line}`),
    ...(signal === undefined ? {} : { signal }),
  })
  const databaseUrl = (role: DatabaseRole) => cluster.url(role, database)
  try {
    signal?.throwIfAborted()
    await prepareDatabase({ ...options, databaseUrl, project })
    signal?.throwIfAborted()
    onProgress('Starting PostgREST, Auth, Storage, Realtime, Functions, mail and payments')
    const services = await startServices({ project, dataFolder, databaseUrl, ports, ticks: true, log })
    const close = async () => {
      await services.close()
      await cluster.stop()
    }
    if (signal?.aborted) await services.close()
    signal?.throwIfAborted()
    return { ...services, databaseUrl, close }
  } catch (error) {
    await cluster.stop()
    throw explainDamage(error, dataFolder)
  }
}

/** Removes everything a stack keeps in its data folder. Throws a StackError while that stack runs. */
export function removeStackData(dataFolder: string): void {
  if (isRunning(dataFolder)) throw new StackError(`The stack is running on ${dataFolder}: stop it first.`)
  removePlace(dataFolder)
  rmSync(dataFolder, { recursive: true, force: true })
}
