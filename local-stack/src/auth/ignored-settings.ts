import type { AuthConfig } from '../config.ts'

const switches = [
  'enable_anonymous_sign_ins',
  'enable_manual_linking',
  'captcha.enabled',
  'sms.enable_signup',
  'email.smtp.enabled',
  'mfa.totp.enroll_enabled',
  'mfa.phone.enroll_enabled',
  'mfa.web_authn.enroll_enabled',
  'web3.solana.enabled',
  'web3.ethereum.enabled',
  'oauth_server.enabled',
  'passkey.enabled',
  'password_requirements',
]

/** What config.toml switches on although nothing here does it: names below [auth]. */
export function ignoredSettings(config: AuthConfig): string[] {
  return [
    ...switches.filter((name) => at(config, name)),
    ...enabledIn(config, 'external'),
    ...enabledIn(config, 'third_party'),
    ...enabledIn(config, 'email.notification'),
    ...enabledIn(config, 'hook').filter((name) => name !== 'hook.send_email' && name !== 'hook.before_user_created'),
  ]
}

function enabledIn(config: AuthConfig, table: string): string[] {
  const entries = Object.entries((at(config, table) ?? {}) as Record<string, { enabled?: boolean }>)
  return entries.filter(([, entry]) => entry.enabled).map(([name]) => `${table}.${name}`)
}

function at(config: AuthConfig, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], config)
}
