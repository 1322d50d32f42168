import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FunctionConfig, StackConfig } from '../../local-stack/src/config.ts'
import { createFunctions } from '../../local-stack/src/functions/index.ts'
import { loadKeys } from '../../local-stack/src/keys.ts'

interface HostOptions {
  functions: Record<string, FunctionConfig>
  env?: Record<string, string>
  /** What functions find as SUPABASE_URL. */
  url?: string
  supabaseFolder?: string
  idleMs?: number
}

/** Edge functions in real Deno, without the rest of a stack. */
export async function hostFunctions({ functions, env = {}, url = 'http://127.0.0.1:9', ...options }: HostOptions) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'talentbase-functions-'))
  const keys = await loadKeys(dataFolder)
  const lines: string[] = []
  const service = await createFunctions(
    {
      config: { functions } as unknown as StackConfig,
      keys,
      url,
      databaseUrl: (role) => `postgres://${role}@127.0.0.1:9/postgres`,
      dataFolder,
      log: (line) => lines.push(line),
    },
    env,
    options,
  )
  return {
    keys,
    /** What functions and the platform wrote to the terminal. */
    lines,
    call: async (path: string, init?: RequestInit) => service.fetch(new Request(`http://functions${path}`, init)),
    async close() {
      await service.close()
      rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}

/** A function of this project, as config.toml has it. */
export function projectFunction(name: string): FunctionConfig {
  return {
    enabled: true,
    verify_jwt: false,
    entrypoint: `../edge-functions/${name}/index.ts`,
    import_map: '../edge-functions/deno.json',
  }
}
