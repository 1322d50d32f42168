import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import type { StackConfig } from '../../local-stack/src/config.ts'
import type { DefaultPrivileges } from '../../local-stack/src/postgres/bootstrap.ts'
import { attachCluster } from '../../local-stack/src/postgres/cluster.ts'
import { applyMigrations } from '../../local-stack/src/postgres/migrations.ts'
import { dropDatabase, withFreshDatabase } from '../../local-stack/src/postgres/template.ts'
import { loadSecrets } from '../../local-stack/src/secrets.ts'
import type { DatabaseRole } from '../../local-stack/src/service.ts'
import { type Services, startServices } from '../../local-stack/src/services.ts'

export interface TestStackOptions {
  /** Whether the project's migrations and seed are in the database; yes unless told. */
  migrations?: boolean
  /** What the database grants by itself; TALENTBASE_DEFAULT_PRIVILEGES or `newer` unless told. */
  defaultPrivileges?: DefaultPrivileges
  /** Whether jobs run every five seconds; no unless told. */
  ticks?: boolean
  /** Whether Auth limits requests as supabase/config.toml says; no unless told: every test comes from one address. */
  limits?: boolean
}

export interface TestStack {
  url: string
  publishableKey: string
  secretKey: string
  databaseUrl(role: DatabaseRole): string
  /** The mails that were sent; null when the tests run against another Supabase. */
  mail: Services['mail'] | null
  /** The page that shows them; null likewise. */
  mailUrl: string | null
  /** The doubles of payment providers and of FCM; null likewise. */
  providers: Services['providers'] | null
  close(): Promise<void>
}

const project = fileURLToPath(new URL('../..', import.meta.url))

/** A whole stack on free ports with a fresh database, or a handle to the Supabase that the environment names. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const run = inject('cluster')
  if (run === null) return remoteStack()

  const { port, folder } = run
  const { migrations = true, ticks = false, limits = false } = options
  const cluster = attachCluster(port)
  const name = `test_${randomUUID().slice(0, 8)}`
  const dataFolder = join(folder, name)
  const databaseUrl = (role: DatabaseRole) => cluster.url(role, name)
  const migrate = (url: string) =>
    applyMigrations({ project, url, environment: loadSecrets(folder), dataFolder: folder })
  const template = {
    defaultPrivileges: options.defaultPrivileges ?? defaultPrivileges(),
    ...(migrations ? { migrate } : {}),
  }
  const services = await withFreshDatabase(cluster, name, template, () =>
    startServices({
      project,
      dataFolder,
      databaseUrl,
      ports: { gateway: 0, mail: 0, providers: 0 },
      ticks,
      ...(limits ? {} : { adjust: liftLimits }),
      log: (line) => process.env.TALENTBASE_LOG && console.error(line),
    }),
  )
  return {
    url: services.url,
    publishableKey: services.publishableKey,
    secretKey: services.secretKey,
    databaseUrl,
    mail: services.mail,
    mailUrl: services.mailUrl,
    providers: services.providers,
    async close() {
      await services.close()
      await dropDatabase(cluster, name)
    },
  }
}

function liftLimits({ auth }: StackConfig): void {
  auth.rate_limit = {
    email_sent: 100_000,
    sign_in_sign_ups: 100_000,
    token_verifications: 100_000,
    token_refresh: 100_000,
  }
  auth.email.max_frequency = '1ms'
}

function defaultPrivileges(): DefaultPrivileges {
  const named = process.env.TALENTBASE_DEFAULT_PRIVILEGES ?? 'newer'
  if (named === 'older' || named === 'newer') return named
  throw new Error(`TALENTBASE_DEFAULT_PRIVILEGES is ${named}; it takes older or newer.`)
}

function remoteStack(): TestStack {
  const database = required('TALENTBASE_DB_URL')
  return {
    url: required('TALENTBASE_URL'),
    publishableKey: required('TALENTBASE_PUBLISHABLE_KEY'),
    secretKey: required('TALENTBASE_SECRET_KEY'),
    // A hosted project gives out the login of postgres alone.
    databaseUrl(role) {
      if (role !== 'postgres') throw new Error(`This Supabase has no login for ${role}.`)
      return database
    },
    mail: null,
    mailUrl: null,
    providers: null,
    close: async () => undefined,
  }
}

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set, but TALENTBASE_URL is: the tests need both.`)
  return value
}
