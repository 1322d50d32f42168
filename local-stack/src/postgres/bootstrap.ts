import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'

/** What a Supabase project grants by itself on new objects in public: everything (older), nothing (newer). */
export type DefaultPrivileges = 'older' | 'newer'

const folder = fileURLToPath(new URL('bootstrap/', import.meta.url))
const serviceSchemas = ['auth', 'storage', 'realtime'].map((service) =>
  fileURLToPath(new URL(`../${service}/schema.sql`, import.meta.url)),
)
const refusals = '5-refusals.sql'

/**
 * Gives an empty database what a hosted project's has: roles, schemas, the services' tables, privileges, refusals. All
 * or nothing: a start that ends half-way leaves the database empty.
 * @param url of the database, as supabase_admin
 */
export async function bootstrap(url: string, defaultPrivileges: DefaultPrivileges): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    const [row] = await sql`select current_database() as name`
    await sql.begin(async (transaction) => {
      for (const file of bootstrapFiles(defaultPrivileges)) await transaction.unsafe(readFileSync(file, 'utf8'))
      await transaction`alter database ${sql(row!.name)} owner to postgres`
    })
  } finally {
    await sql.end()
  }
}

/** Whether bootstrap ran on this database. */
export async function isBootstrapped(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1 })
  try {
    const [row] = await sql`select to_regnamespace('auth') is not null as found`
    return row!.found
  } finally {
    await sql.end()
  }
}

/** Changes when a file of the bootstrap does. */
export function bootstrapFingerprint(defaultPrivileges: DefaultPrivileges): string {
  const hash = createHash('sha256')
  for (const file of bootstrapFiles(defaultPrivileges)) hash.update(readFileSync(file))
  return hash.digest('hex')
}

function bootstrapFiles(defaultPrivileges: DefaultPrivileges): string[] {
  const own = readdirSync(folder)
    .filter((name) => name !== refusals && (defaultPrivileges === 'older' || !name.includes('older')))
    .sort()
  // The refusals come last: they also bind what the services' files would do as another role.
  return [...own.map((name) => folder + name), ...serviceSchemas, folder + refusals]
}
