import { readFileSync } from 'node:fs'
import { parse, type TomlTable } from 'smol-toml'

/** The part of supabase/config.toml that the local stack uses, with Supabase's own names. */
export interface StackConfig {
  project_id: string
  api: { port: number; schemas: string[]; extra_search_path: string[]; max_rows: number }
  db: { port: number; seed: { enabled: boolean; sql_paths: string[] } }
  local_smtp: { port: number }
  storage: { file_size_limit: string }
  auth: AuthConfig
  functions: Record<string, FunctionConfig>
}

export interface AuthConfig {
  site_url: string
  additional_redirect_urls: string[]
  jwt_expiry: number
  enable_refresh_token_rotation: boolean
  refresh_token_reuse_interval: number
  enable_signup: boolean
  minimum_password_length: number
  sessions: { timebox?: string; inactivity_timeout?: string }
  rate_limit: {
    email_sent: number
    sign_in_sign_ups: number
    token_verifications: number
    token_refresh: number
  }
  email: {
    /** The CLI's newer name for the next, which holds what either says. */
    enabled?: boolean
    enable_signup: boolean
    enable_confirmations: boolean
    double_confirm_changes: boolean
    secure_password_change: boolean
    require_current_password?: boolean
    max_frequency: string
    otp_length: number
    otp_expiry: number
  }
  hook: {
    send_email?: { enabled: boolean; uri: string; secrets: string }
    before_user_created?: { enabled: boolean; uri: string }
  }
}

export interface FunctionConfig {
  enabled: boolean
  verify_jwt: boolean
  entrypoint: string
  import_map: string
}

// What the Supabase CLI takes where the file is silent.
const defaults = {
  api: { port: 54321, schemas: ['public'], extra_search_path: ['public', 'extensions'], max_rows: 1000 },
  db: { port: 54322, seed: { enabled: true, sql_paths: ['./seed.sql'] } },
  local_smtp: { port: 54324 },
  storage: { file_size_limit: '50MiB' },
  auth: {
    site_url: 'http://127.0.0.1:3000',
    additional_redirect_urls: [],
    jwt_expiry: 3600,
    enable_refresh_token_rotation: true,
    refresh_token_reuse_interval: 10,
    enable_signup: true,
    minimum_password_length: 6,
    sessions: {},
    rate_limit: { email_sent: 2, sign_in_sign_ups: 30, token_verifications: 30, token_refresh: 150 },
    email: {
      enable_signup: true,
      enable_confirmations: false,
      double_confirm_changes: true,
      secure_password_change: false,
      max_frequency: '1s',
      otp_length: 6,
      otp_expiry: 3600,
    },
    hook: {},
  },
  functions: {},
} satisfies TomlTable

export interface ConfigSurroundings {
  /** Values of the file's env(NAME) references. */
  environment: Record<string, string | undefined>
  /** The gateway's url, which takes the place of the containers' name for this machine. */
  url: string
}

/** Reads supabase/config.toml; a reference to a variable that has no value stays as it is written. */
export function readConfig(file: string, surroundings: ConfigSurroundings): StackConfig {
  const given = parse(readFileSync(file, 'utf8'))
  const config = filledIn(merge(defaults, given), surroundings) as unknown as StackConfig
  const { email } = config.auth
  email.enable_signup = email.enabled ?? email.enable_signup
  return config
}

function merge(base: TomlTable, given: TomlTable): TomlTable {
  const merged: TomlTable = { ...base }
  for (const [name, value] of Object.entries(given)) {
    const under = merged[name]
    merged[name] = isTable(under) && isTable(value) ? merge(under, value) : value
  }
  return merged
}

function filledIn(value: unknown, surroundings: ConfigSurroundings): unknown {
  if (typeof value === 'string') {
    return value
      .replace(/^env\((\w+)\)$/, (reference, name: string) => surroundings.environment[name] ?? reference)
      .replace(/^http:\/\/host\.docker\.internal:\d+/, surroundings.url)
  }
  if (Array.isArray(value)) return value.map((item) => filledIn(item, surroundings))
  if (!isTable(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filledIn(item, surroundings)]))
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
