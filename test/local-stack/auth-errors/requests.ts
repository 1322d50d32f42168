import { randomUUID } from 'node:crypto'
import { password, signedIn } from '../auth-harness.ts'
import { admin, bearer, burstThen, type Cases, create, post, put } from './setting.ts'

export const requestsCases = {
  badJson: [400, 'bad_json', 'api/helpers.go', post('/otp', '{"email": 1}')],
  bodyTooLarge: [413, 'request_entity_too_large', 'api/helpers.go', post('/otp', 'x'.repeat((1 << 20) + 1))],
  unexpected: [
    500,
    'unexpected_failure',
    'api/errors.go',
    async (setting) => {
      await setting.auth.sql`alter table auth.sessions rename to sessions_away`
      try {
        return await post('/token?grant_type=password', { email: setting.person.email, password })(setting)
      } finally {
        await setting.auth.sql`alter table auth.sessions_away rename to sessions`
      }
    },
  ],
  requestRateLimit: [
    429,
    'over_request_rate_limit',
    'api/middleware.go',
    burstThen((setting) =>
      setting.slow.request('/verify', {
        method: 'POST',
        body: '{}',
        headers: { 'cf-connecting-ip': '198.51.100.99' },
      }),
    ),
  ],

  bearerMissing: [
    401,
    'no_authorization',
    'api/auth.go',
    (s) => s.auth.request('/user', { headers: { authorization: '' } }),
  ],
  jwtInvalid: [403, 'bad_jwt', 'api/auth.go', bearer(() => 'a.b.c')],
  subMissing: [403, 'bad_jwt', 'api/auth.go', bearer((s) => s.auth.keys.anonToken)],
  subNotUuid: [400, 'bad_jwt', 'api/auth.go', bearer((s) => s.auth.keys.sign({ sub: 'x' }))],
  subUnknown: [403, 'user_not_found', 'api/auth.go', bearer((s) => s.auth.keys.sign({ sub: randomUUID() }))],
  sessionNotUuid: [
    403,
    'bad_jwt',
    'api/auth.go',
    bearer((s) => s.auth.keys.sign({ sub: s.person.id, session_id: 'x' })),
  ],
  sessionUnknown: [
    403,
    'session_not_found',
    'api/auth.go',
    bearer((s) => s.auth.keys.sign({ sub: s.person.id, session_id: randomUUID() })),
  ],
  sessionOver: [
    403,
    'session_expired',
    'api/middleware.go',
    async (setting) => {
      const { id, session } = await signedIn(setting.auth)
      await setting.auth.sql`update auth.sessions set created_at = now() - interval '8 days' where user_id = ${id}`
      return setting.auth.request('/admin/users', { token: session.access_token })
    },
  ],
  banned: [
    403,
    'user_banned',
    'api/auth.go',
    async (setting) => {
      const { id, session } = await signedIn(setting.auth)
      await setting.auth.admin.updateUserById(id, { ban_duration: '1h' })
      return setting.auth.request('/user', { token: session.access_token })
    },
  ],
  notAdmin: [403, 'not_admin', 'api/auth.go', bearer((s) => s.auth.keys.anonToken, '/admin/users')],

  emailMissing: [
    400,
    'validation_failed',
    'api/mail.go',
    admin(
      'POST',
      () => '/invite',
      () => ({}),
    ),
  ],
  emailTooLong: [400, 'validation_failed', 'api/mail.go', post('/otp', { email: `${'x'.repeat(250)}@example.com` })],
  emailInvalid: [400, 'validation_failed', 'api/mail.go', post('/otp', { email: 'nobody' })],
  emailExists: [422, 'email_exists', 'api/errors.go', (s) => create({ email: s.person.email })(s)],
  phoneInvalid: [400, 'validation_failed', 'api/phone.go', put({ phone: 'x' })],
  passwordTooLong: [400, 'validation_failed', 'api/password.go', put({ password: 'x'.repeat(73) })],
  passwordWeak: [422, 'weak_password', 'api/password.go', put({ password: 'x' })],
  pkceIncomplete: [
    400,
    'validation_failed',
    'api/pkce.go',
    post('/otp', { email: 'a@example.com', code_challenge: 'x' }),
  ],
  challengeLength: [
    400,
    'validation_failed',
    'api/pkce.go',
    post('/otp', { email: 'a@example.com', code_challenge: 'x', code_challenge_method: 's256' }),
  ],
  challengeLetters: [
    400,
    'validation_failed',
    'api/pkce.go',
    post('/otp', { email: 'a@example.com', code_challenge: '!'.repeat(43), code_challenge_method: 's256' }),
  ],
} satisfies Cases
