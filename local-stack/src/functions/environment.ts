import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { ServiceContext } from '../service.ts'

/**
 * What a function finds in its environment, without what tells one process from another: what hosted Supabase gives
 * every function, what the stack gives, and what the developer's file says.
 */
export function functionEnvironment(
  context: ServiceContext,
  stack: Record<string, string>,
  developerFile: string,
): Record<string, string> {
  return { ...withoutReserved(merge(stack, readDeveloperFile(developerFile))), ...supabaseEnvironment(context) }
}

function supabaseEnvironment({ url, keys, databaseUrl }: ServiceContext): Record<string, string> {
  return {
    SUPABASE_URL: url,
    SUPABASE_ANON_KEY: keys.anonToken,
    SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleToken,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
    SUPABASE_JWKS: JSON.stringify(keys.jwks),
    SUPABASE_DB_URL: databaseUrl('postgres'),
    SB_REGION: 'local',
  }
}

// What a provider knows its customer by.
const keyNames = ['API_KEY', 'SECRET_KEY', 'PASSWORD_1', 'SERVICE_ACCOUNT']

/**
 * The stack's values win, so that a file with the values of a hosted project does not break the local one. A provider's
 * own key is different: whoever gives `X_API_KEY`, `X_SECRET_KEY`, `X_PASSWORD_1` or `X_SERVICE_ACCOUNT` wants the real provider, so all that
 * the stack gives for its double, each name that begins with `X_`, is taken back.
 */
function merge(stack: Record<string, string>, developer: Record<string, string>): Record<string, string> {
  const merged = { ...developer, ...stack }
  for (const name of Object.keys(stack).filter((key) => key.endsWith('_BASE_URL'))) {
    const prefix = name.slice(0, -'BASE_URL'.length)
    if (!keyNames.some((key) => developer[prefix + key])) continue
    for (const key of Object.keys(stack).filter((one) => one.startsWith(prefix))) {
      delete merged[key]
      if (developer[key]) merged[key] = developer[key]
    }
  }
  return merged
}

// Hosted refuses secrets with this prefix, too.
function withoutReserved(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith('SUPABASE_')))
}

function readDeveloperFile(file: string): Record<string, string> {
  try {
    return parseEnv(readFileSync(file, 'utf8')) as Record<string, string>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
