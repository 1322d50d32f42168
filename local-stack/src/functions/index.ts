import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FunctionConfig } from '../config.ts'
import type { Service, ServiceContext } from '../service.ts'
import { functionNotFound, unauthorized } from './answers.ts'
import { functionEnvironment } from './environment.ts'
import { createFunctionRunner } from './function-runner.ts'
import { sourceVersion } from './source-version.ts'
import { startWorker } from './worker.ts'

interface FunctionsOptions {
  /** The folder that paths in config.toml are relative to. */
  supabaseFolder?: string
  /** How long the process of an unused function is kept: 3 minutes unless told. */
  idleMs?: number
}

const threeMinutes = 3 * 60 * 1000

/**
 * The Edge Functions of config.toml, each in a Deno process of its own. `env` is what they find in their environment
 * besides what hosted Supabase gives: secrets, and the urls of doubles.
 */
export async function createFunctions(
  context: ServiceContext,
  env: Record<string, string>,
  { supabaseFolder = projectSupabaseFolder(), idleMs = threeMinutes }: FunctionsOptions = {},
): Promise<Service> {
  const developerFile = join(supabaseFolder, 'functions', '.env')
  const cacheFolder = join(context.dataFolder, 'deno')

  function runnerOf(name: string, config: FunctionConfig) {
    const entrypoint = resolve(supabaseFolder, config.entrypoint)
    const importMap = resolve(supabaseFolder, config.import_map)
    const log = (line: string) => context.log(`${name}: ${line}`)
    return createFunctionRunner({
      idleMs,
      log,
      version: () => sourceVersion(entrypoint, [importMap, developerFile]),
      start(signal) {
        const environment = {
          ...functionEnvironment(context, env, developerFile),
          SB_EXECUTION_ID: crypto.randomUUID(),
        }
        return startWorker({ entrypoint, importMap, cacheFolder, environment, signal, onLine: log })
      },
    })
  }

  const functions = new Map(
    Object.entries(context.config.functions)
      .filter(([, config]) => config.enabled)
      .map(([name, config]) => [name, { config, runner: runnerOf(name, config) }]),
  )

  return {
    async fetch(request) {
      const called = functions.get(new URL(request.url).pathname.split('/')[1] ?? '')
      if (called === undefined) return functionNotFound()
      const refusal = called.config.verify_jwt ? await refuseWithoutToken(context, request) : undefined
      return refusal ?? called.runner.handle(request)
    },
    async close() {
      await Promise.all([...functions.values()].map(({ runner }) => runner.close()))
    },
  }
}

async function refuseWithoutToken({ keys }: ServiceContext, request: Request): Promise<Response | undefined> {
  if (request.method === 'OPTIONS') return undefined
  const header = request.headers.get('authorization')
  if (header === null) return unauthorized('Missing authorization header')
  const token = /^Bearer (.+)$/.exec(header)?.[1] ?? ''
  return keys.verify(token).then(
    () => undefined,
    () => unauthorized('Invalid JWT'),
  )
}

function projectSupabaseFolder(): string {
  return fileURLToPath(new URL('../../../supabase', import.meta.url))
}
