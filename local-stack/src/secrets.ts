import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTexts, readKept } from './kept.ts'

const name = 'secrets.json'

/** What supabase/config.toml refers to with env(…): made up at the first start of a data folder, kept between starts. */
export function loadSecrets(dataFolder: string): Record<string, string> {
  const kept = readKept(dataFolder, name, isSecrets)
  if (kept !== undefined) return kept
  const secrets = { SEND_EMAIL_HOOK_SECRET: `v1,whsec_${randomBytes(32).toString('base64')}` }
  mkdirSync(dataFolder, { recursive: true })
  writeFileSync(join(dataFolder, name), JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}

function isSecrets(value: unknown): value is Record<string, string> {
  return isTexts(value) && /^v1,whsec_[A-Za-z0-9+/=]+$/.test(value.SEND_EMAIL_HOOK_SECRET ?? '')
}
