import { newEmail, password, signedIn } from '../auth-harness.ts'
import { type Cases, exchange, post } from './setting.ts'

export const tokensCases = {
  grantType: [400, 'invalid_credentials', 'api/token.go', post('/token?grant_type=constructor', {})],
  loginOneAddress: [
    400,
    'validation_failed',
    'api/token.go',
    post('/token?grant_type=password', { email: 'a@example.com', phone: '123456789', password }),
  ],
  loginNeedsAddress: [400, 'validation_failed', 'api/token.go', post('/token?grant_type=password', { password })],
  loginPhoneDisabled: [
    422,
    'phone_provider_disabled',
    'api/token.go',
    post('/token?grant_type=password', { phone: '123456789', password }),
  ],
  loginInvalid: [
    400,
    'invalid_credentials',
    'api/token.go',
    post('/token?grant_type=password', { email: newEmail(), password }),
  ],
  loginBanned: [
    400,
    'user_banned',
    'api/token.go',
    async (setting) => {
      const { email, id } = await signedIn(setting.auth)
      await setting.auth.admin.updateUserById(id, { ban_duration: '1h' })
      return post('/token?grant_type=password', { email, password })(setting)
    },
  ],
  loginUnconfirmed: [
    400,
    'email_not_confirmed',
    'api/token.go',
    (s) => post('/token?grant_type=password', { email: s.unconfirmed, password })(s),
  ],
  refreshInvalid: [
    400,
    'validation_failed',
    'api/token_refresh.go',
    post('/token?grant_type=refresh_token', { refresh_token: 'x' }),
  ],
  refreshUnknown: [
    400,
    'refresh_token_not_found',
    'tokens/service.go',
    post('/token?grant_type=refresh_token', { refresh_token: 'aaaaaaaaaaaa' }),
  ],
  refreshBanned: [
    400,
    'user_banned',
    'tokens/service.go',
    async (setting) => {
      const { id, session } = await signedIn(setting.auth)
      await setting.auth.admin.updateUserById(id, { ban_duration: '1h' })
      return post('/token?grant_type=refresh_token', { refresh_token: session.refresh_token })(setting)
    },
  ],
  refreshExpired: [
    400,
    'session_expired',
    'tokens/service.go',
    async (setting) => {
      const { id, session } = await signedIn(setting.auth)
      await setting.auth.sql`update auth.sessions set created_at = now() - interval '8 days' where user_id = ${id}`
      return post('/token?grant_type=refresh_token', { refresh_token: session.refresh_token })(setting)
    },
  ],
  refreshInactive: [
    400,
    'session_expired',
    'tokens/service.go',
    async (setting) => {
      const { id, session } = await signedIn(setting.auth)
      const refreshed = post('/token?grant_type=refresh_token', { refresh_token: session.refresh_token }, 'careful')
      await refreshed(setting)
      await setting.auth
        .sql`update auth.sessions set refreshed_at = refreshed_at - interval '2 hours' where user_id = ${id}`
      return refreshed(setting)
    },
  ],
  refreshUsed: [
    400,
    'refresh_token_already_used',
    'tokens/service.go',
    async (setting) => {
      const { id, session } = await signedIn(setting.auth)
      await setting.auth.sql`
        update auth.refresh_tokens set revoked = true, updated_at = now() - interval '1 minute' where user_id = ${id}`
      return post('/token?grant_type=refresh_token', { refresh_token: session.refresh_token })(setting)
    },
  ],
  pkceEmpty: [400, 'validation_failed', 'api/token.go', post('/token?grant_type=pkce', {})],
  flowUnknown: [
    404,
    'flow_state_not_found',
    'api/token.go',
    post('/token?grant_type=pkce', { auth_code: 'x', code_verifier: 'x' }),
  ],
  flowExpired: [422, 'flow_state_expired', 'api/token.go', (s) => exchange(s, 'v'.repeat(43), '301 seconds')],
  verifierWrong: [400, 'bad_code_verifier', 'security/pkce.go', (s) => exchange(s, 'w'.repeat(43), '0 seconds')],
} satisfies Cases
