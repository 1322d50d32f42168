import type postgres from 'postgres'

// PostgREST reads its settings from the role it logs in with.
const role = 'authenticator'

/**
 * Runs what changes the settings of `authenticator` for the whole cluster, as migrations do, and moves what it added to
 * one database: the cluster's other databases may not have what those settings name.
 */
export async function keepSettingsToOneDatabase(
  admin: postgres.Sql,
  database: string,
  change: () => Promise<void>,
): Promise<void> {
  const before = await clusterSettings(admin)
  try {
    await change()
  } finally {
    const added = (await clusterSettings(admin)).filter((setting) => !before.includes(setting))
    await admin`
      update pg_db_role_setting set setconfig = ${before}
      where setdatabase = 0 and setrole = ${role}::regrole
    `
    if (added.length > 0) {
      await admin`
        with target as (
          select oid, ${role}::regrole as role from pg_database where datname = ${database}
        ), updated as (
          update pg_db_role_setting set setconfig = setconfig || ${added}
          from target where setdatabase = target.oid and setrole = target.role
          returning setdatabase
        )
        insert into pg_db_role_setting (setdatabase, setrole, setconfig)
        select oid, role, ${added}::text[] from target where not exists (select from updated)
      `
    }
  }
}

/** Copies the settings that belong to a database, which CREATE DATABASE … TEMPLATE leaves out. */
export async function copySettings(admin: postgres.Sql, from: string, to: string): Promise<void> {
  await admin`
    insert into pg_db_role_setting (setdatabase, setrole, setconfig)
    select target.oid, setting.setrole, setting.setconfig
    from pg_db_role_setting as setting
    join pg_database as source on source.oid = setting.setdatabase and source.datname = ${from}
    cross join pg_database as target
    where target.datname = ${to}
  `
}

async function clusterSettings(admin: postgres.Sql): Promise<string[]> {
  const [row] = await admin<{ setconfig: string[] }[]>`
    select setconfig from pg_db_role_setting where setdatabase = 0 and setrole = ${role}::regrole
  `
  return row?.setconfig ?? []
}
