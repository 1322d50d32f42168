import type { AuthConfig } from '../config.ts'
import { parseDuration } from './durations.ts'
import { globToRegExp } from './redirects.ts'

export interface HttpHook {
  uri: string
  secrets: string[]
}

interface PostgresHook {
  uri: string
  schema: string
  name: string
}

/** [auth] of config.toml with the real service's defaults and lower limits; durations in milliseconds. */
export interface Settings {
  siteUrl: string
  redirectPatterns: RegExp[]
  jwtExpirySeconds: number
  refreshTokenRotation: boolean
  refreshTokenReuseInterval: number
  signupEnabled: boolean
  emailEnabled: boolean
  autoconfirm: boolean
  doubleConfirmChanges: boolean
  securePasswordChange: boolean
  requireCurrentPassword: boolean
  maxFrequency: number
  otpLength: number
  otpExpiry: number
  minimumPasswordLength: number
  timebox: number
  inactivityTimeout: number
  rateLimit: AuthConfig['rate_limit']
  sendEmailHook?: HttpHook
  beforeUserCreatedHook?: PostgresHook
}

export function readSettings(config: AuthConfig): Settings {
  const { email } = config
  return {
    siteUrl: config.site_url,
    redirectPatterns: config.additional_redirect_urls.map(globToRegExp),
    jwtExpirySeconds: config.jwt_expiry || 3600,
    refreshTokenRotation: config.enable_refresh_token_rotation,
    refreshTokenReuseInterval: config.refresh_token_reuse_interval * 1000,
    signupEnabled: config.enable_signup,
    emailEnabled: email.enable_signup,
    autoconfirm: !email.enable_confirmations,
    doubleConfirmChanges: email.double_confirm_changes,
    securePasswordChange: email.secure_password_change,
    requireCurrentPassword: email.require_current_password ?? false,
    maxFrequency: duration('auth.email.max_frequency', email.max_frequency) || 60_000,
    otpLength: email.otp_length >= 6 && email.otp_length <= 10 ? email.otp_length : 6,
    otpExpiry: (email.otp_expiry || 86_400) * 1000,
    minimumPasswordLength: Math.max(6, config.minimum_password_length),
    timebox: duration('auth.sessions.timebox', config.sessions.timebox),
    inactivityTimeout: duration('auth.sessions.inactivity_timeout', config.sessions.inactivity_timeout),
    rateLimit: config.rate_limit,
    ...readHooks(config.hook),
  }
}

function readHooks(hooks: AuthConfig['hook']): Pick<Settings, 'sendEmailHook' | 'beforeUserCreatedHook'> {
  const read: ReturnType<typeof readHooks> = {}
  if (hooks.send_email?.enabled) {
    const { uri, secrets } = hooks.send_email
    if (!/^https?:\/\//.test(uri)) throw new Error(`auth.hook.send_email.uri "${uri}" is not an http or https url.`)
    read.sendEmailHook = { uri, secrets: readSecrets(secrets) }
  }
  if (hooks.before_user_created?.enabled) {
    const { uri } = hooks.before_user_created
    const match = /^pg-functions:\/\/[^/]*\/([a-zA-Z_]\w{0,62})\/([a-zA-Z_]\w{0,62})$/.exec(uri)
    if (!match) {
      throw new Error(
        `auth.hook.before_user_created.uri "${uri}" is not like pg-functions://postgres/<schema>/<function>.`,
      )
    }
    read.beforeUserCreatedHook = { uri, schema: match[1]!, name: match[2]! }
  }
  return read
}

/** Several secrets have `|` between them: each signs, so that one can take the place of the other. */
function readSecrets(configured: string): string[] {
  const secrets = configured.split('|')
  if (secrets.some((secret) => !/^v1,whsec_[A-Za-z0-9+/=]+$/.test(secret))) {
    throw new Error('auth.hook.send_email.secrets is not like v1,whsec_<base64>, or its variable is not set.')
  }
  return secrets
}

function duration(name: string, text: string | undefined): number {
  if (!text) return 0
  const milliseconds = parseDuration(text)
  if (milliseconds === undefined || milliseconds < 0)
    throw new Error(`${name} "${text}" is not a duration such as 168h.`)
  return milliseconds
}
