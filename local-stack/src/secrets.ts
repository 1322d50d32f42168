import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What supabase/config.toml refers to with env(…): made up at the first start of a data folder, kept between starts. */
export function loadSecrets(dataFolder: string): Record<string, string> {
  const file = join(dataFolder, 'secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  const secrets = { SEND_EMAIL_HOOK_SECRET: `v1,whsec_${randomBytes(32).toString('base64')}` }
  mkdirSync(dataFolder, { recursive: true })
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}
