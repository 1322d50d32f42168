import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { runGuarded } from '../processes/spawn-guarded.ts'
import { StackError } from '../processes/stack-error.ts'

export interface MigrationOptions {
  /** The folder that holds supabase/. */
  project: string
  /** The database, as postgres: what hosted would refuse fails here too. */
  url: string
  /** Values of the env(…) references in supabase/config.toml. */
  environment: Record<string, string>
  /** The CLI keeps a settings file of its own there. */
  dataFolder: string
  signal?: AbortSignal
}

/** Applies pending migrations and the seed with the Supabase CLI. A migration that fails leaves nothing of itself. */
export async function applyMigrations(options: MigrationOptions): Promise<void> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('supabase/package.json')), 'dist', 'supabase.js')
  const { code, lines } = await runGuarded(
    process.execPath,
    [
      cli,
      'db',
      'push',
      '--include-seed',
      `--remote=${options.url}`,
      '--workdir',
      options.project,
      '--yes',
      '--agent',
      'no',
    ],
    {
      env: {
        ...options.environment,
        PATH: process.env.PATH,
        PGSSLMODE: 'disable',
        SUPABASE_HOME: join(options.dataFolder, 'cli'),
        SUPABASE_TELEMETRY_DISABLED: '1',
        SUPABASE_NO_UPDATE_NOTIFIER: '1',
        SUPABASE_NO_KEYRING: '1',
      },
    },
    options.signal,
  )
  if (code !== 0) throw new StackError(`A migration failed.\n${explanation(lines)}`)
}

/** The migration files' fingerprints by name. */
export function migrationFingerprints(project: string): Record<string, string> {
  const folder = join(project, 'supabase', 'migrations')
  if (!existsSync(folder)) return {}
  const files = readdirSync(folder).filter((name) => /^\d+_.*\.sql$/.test(name))
  return Object.fromEntries(
    files.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  )
}

// From the migration it was at to the end, without the CLI's advice.
function explanation(lines: string[]): string {
  const start = lines.findLastIndex((line) => /^(Applying|Seeding) /.test(line))
  return lines
    .slice(Math.max(start, 0))
    .filter((line) => !line.startsWith('Try rerunning') && line.trim() !== '')
    .join('\n')
}
