import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTexts, readKept } from './kept.ts'

const name = 'secrets.json'

// Letters and digits, as the providers make them.
const random = () => randomBytes(24).toString('hex')

// Stripe has two: that of an endpoint of its own sends what happens in connected accounts.
const made = {
  SEND_EMAIL_HOOK_SECRET: () => `v1,whsec_${randomBytes(32).toString('base64')}`,
  STRIPE_WEBHOOK_SECRET: () => `whsec_${random()}|whsec_${random()}`,
  KASPI_WEBHOOK_SECRET: random,
  ROBOKASSA_PASSWORD_2: random,
}

export type Secrets = Record<keyof typeof made, string>

/**
 * What supabase/config.toml refers to with env(…), and what webhooks are signed with: made up at the first start of a
 * data folder, kept between starts. A folder of an earlier version gets those that it lacks.
 */
export function loadSecrets(dataFolder: string): Secrets {
  const kept = readKept(dataFolder, name, isSecrets)
  const secrets = Object.fromEntries(Object.entries(made).map(([key, make]) => [key, kept?.[key] ?? make()])) as Secrets
  if (kept !== undefined && Object.keys(made).every((key) => key in kept)) return secrets
  mkdirSync(dataFolder, { recursive: true })
  writeFileSync(join(dataFolder, name), JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}

function isSecrets(value: unknown): value is Record<string, string> {
  return isTexts(value) && /^v1,whsec_[A-Za-z0-9+/=]+$/.test(value.SEND_EMAIL_HOOK_SECRET ?? '')
}
