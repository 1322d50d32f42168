import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTexts, readKept } from '../kept.ts'
import { loadSecrets } from '../secrets.ts'
import type { DatabaseRole } from '../service.ts'
import { bootstrap, bootstrapFingerprint, type DefaultPrivileges, isBootstrapped } from './bootstrap.ts'
import { applyMigrations, migrationFingerprints } from './migrations.ts'

// The fingerprints of what is in the database.
const appliedName = 'applied.json'

export interface PrepareOptions {
  /** The folder that holds supabase/. */
  project: string
  dataFolder: string
  databaseUrl(role: DatabaseRole): string
  defaultPrivileges?: DefaultPrivileges
  migrations?: boolean
  onProgress(line: string): void
  signal?: AbortSignal
}

/** Brings a kept database up to date: bootstrap once, then the migrations and the seed that are not in it yet. */
export async function prepareDatabase(options: PrepareOptions): Promise<void> {
  const { dataFolder, defaultPrivileges = 'newer', migrations = true, onProgress, project } = options
  const admin = options.databaseUrl('supabase_admin')
  if (!(await isBootstrapped(admin))) {
    onProgress('Giving the database what Supabase gives')
    await bootstrap(admin, defaultPrivileges)
  }
  options.signal?.throwIfAborted()

  const files: Record<string, string> = { 'The bootstrap': bootstrapFingerprint(defaultPrivileges) }
  if (migrations) Object.assign(files, migrationFingerprints(project))
  const applied = readKept(dataFolder, appliedName, isTexts) ?? {}
  const changed = Object.keys(applied).filter((name) => files[name] !== applied[name])
  if (changed.length > 0) {
    onProgress(`Changed since it was applied to this database: ${changed.join(', ')}; npm run reset makes a new one`)
  }
  if (migrations) {
    onProgress('Applying migrations and seed')
    await applyMigrations({
      project,
      url: options.databaseUrl('postgres'),
      environment: loadSecrets(dataFolder),
      dataFolder,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  }
  writeFileSync(join(dataFolder, appliedName), JSON.stringify({ ...files, ...applied }, undefined, 2))
}
