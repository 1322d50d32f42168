import postgres from 'postgres'
import { bootstrap, type DefaultPrivileges } from './bootstrap.ts'
import type { Cluster } from './cluster.ts'
import { copySettings, keepSettingsToOneDatabase } from './role-settings.ts'

export interface TemplateOptions {
  defaultPrivileges: DefaultPrivileges
  /** Applies the project's migrations to a database, as postgres; undefined leaves them out. */
  migrate?: (url: string) => Promise<void>
}

// Any number; the same in every process that uses the cluster.
const buildingLock = 5_422_017

/**
 * Makes a fresh database for `use` from a template, which is built first where the cluster has none yet. Several
 * processes may ask at once. While `use` runs, no other process builds a template: the migrations' cluster-wide
 * settings would show in this database.
 */
export async function withFreshDatabase<Result>(
  cluster: Cluster,
  name: string,
  options: TemplateOptions,
  use: () => Promise<Result>,
): Promise<Result> {
  const admin = postgres(cluster.url('supabase_admin', 'postgres'), { max: 1, onnotice: () => undefined })
  try {
    const template = templateName(options)
    if (!(await exists(admin, template))) {
      await admin`select pg_advisory_lock(${buildingLock})`
      if (!(await exists(admin, template))) await build(cluster, admin, template, options)
      await admin`select pg_advisory_unlock(${buildingLock})`
    }
    await admin`select pg_advisory_lock_shared(${buildingLock})`
    // Copies files instead of logging every page: ten times as fast, and nothing has to survive a crash here.
    await admin`create database ${admin(name)} template ${admin(template)} owner postgres strategy file_copy`
    await copySettings(admin, template, name)
    return await use()
  } finally {
    // Gives the locks back too.
    await admin.end()
  }
}

export async function dropDatabase(cluster: Cluster, name: string): Promise<void> {
  const admin = postgres(cluster.url('supabase_admin', 'postgres'), { max: 1, onnotice: () => undefined })
  try {
    await admin`drop database if exists ${admin(name)} with (force)`
  } finally {
    await admin.end()
  }
}

function templateName({ defaultPrivileges, migrate }: TemplateOptions): string {
  return `template_${defaultPrivileges}_${migrate === undefined ? 'empty' : 'migrated'}`
}

async function exists(admin: postgres.Sql, name: string): Promise<boolean> {
  const rows = await admin`select from pg_database where datname = ${name}`
  return rows.length > 0
}

async function build(cluster: Cluster, admin: postgres.Sql, name: string, options: TemplateOptions): Promise<void> {
  // Renamed when it is whole: what a killed build leaves is never taken for a template.
  const unfinished = `${name}_unfinished`
  await admin`drop database if exists ${admin(unfinished)} with (force)`
  await admin`create database ${admin(unfinished)} template template0`
  await bootstrap(cluster.url('supabase_admin', unfinished), options.defaultPrivileges)
  if (options.migrate !== undefined) {
    const { migrate } = options
    await keepSettingsToOneDatabase(admin, unfinished, () => migrate(cluster.url('postgres', unfinished)))
  }
  await admin`alter database ${admin(unfinished)} rename to ${admin(name)}`
}
