import postgres from 'postgres'
import type { Service, ServiceContext } from '../service.ts'
import { createApp } from './http/app.ts'
import { ignoredSettings } from './ignored-settings.ts'
import { createLimits } from './limits/limits.ts'
import { readSettings } from './settings.ts'

/** The stack's Auth. Throws when config.toml has a setting it cannot read. */
export async function createAuth(context: ServiceContext): Promise<Service> {
  const url = `${context.url}/auth/v1`
  const settings = readSettings(context.config.auth)
  for (const name of ignoredSettings(context.config.auth)) {
    context.log(`auth.${name} is set in config.toml; this Auth does not imitate it`)
  }
  const sql = postgres(context.databaseUrl('supabase_auth_admin'), {
    max: 5,
    idle_timeout: 30,
    onnotice: () => {},
    connection: { application_name: 'auth' },
  })
  const app = createApp({
    sql,
    settings,
    keys: context.keys,
    url,
    limits: createLimits(settings),
    log: context.log,
  })
  return {
    fetch: (request) => app.fetch(request),
    close: () => sql.end({ timeout: 5 }),
  }
}
