import type { Auth } from '../auth.ts'
import { json } from '../http/respond.ts'

const providers = [
  'anonymous_users',
  ...['apple', 'azure', 'bitbucket', 'discord', 'facebook', 'snapchat', 'figma', 'fly', 'github', 'gitlab', 'google'],
  ...['keycloak', 'kakao', 'linkedin', 'linkedin_oidc', 'notion', 'spotify', 'slack', 'slack_oidc', 'workos', 'twitch'],
  ...['twitter', 'phone', 'zoom'],
]

/** GET /settings */
export async function settings({ settings }: Auth): Promise<Response> {
  const off = Object.fromEntries(providers.map((provider) => [provider, false]))
  return json({
    external: { ...off, email: settings.emailEnabled },
    disable_signup: !settings.signupEnabled,
    mailer_autoconfirm: settings.autoconfirm,
    phone_autoconfirm: false,
    sms_provider: '',
    saml_enabled: false,
    saml_private_key_next_configured: false,
    passkeys_enabled: false,
  })
}

/** GET /health */
export async function health({ sql }: Auth): Promise<Response> {
  await sql`select 1`
  return json({ version: 'local-stack', name: 'GoTrue', description: 'Stand-in for Supabase Auth' })
}

/** GET /.well-known/jwks.json */
export async function jwks({ keys }: Auth): Promise<Response> {
  return json(keys.jwks, { 'cache-control': 'public, max-age=600' })
}
