import { password, signedIn } from '../auth-harness.ts'
import { asUser, type Cases, oldSession, put } from './setting.ts'

export const userCases = {
  logoutScope: [400, 'validation_failed', 'api/logout.go', asUser('POST', '/logout?scope=x')],
  appMetadata: [403, 'not_admin', 'api/user.go', put({ app_metadata: {} })],
  reauthenticationNeeded: [400, 'reauthentication_needed', 'api/user.go', (s) => oldSession(s, {})],
  reauthenticationInvalid: [
    422,
    'reauthentication_not_valid',
    'api/reauthenticate.go',
    (s) => oldSession(s, { nonce: '1' }),
  ],
  reauthenticationUnconfirmed: [
    422,
    'email_not_confirmed',
    'api/reauthenticate.go',
    async (setting) => {
      const { id, session } = await signedIn(setting.auth)
      await setting.auth.sql`update auth.users set email_confirmed_at = null where id = ${id}`
      return setting.auth.request('/reauthenticate', { token: session.access_token })
    },
  ],
  currentPasswordMissing: [
    400,
    'current_password_required',
    'api/user.go',
    put({ password: 'another long one' }, 'careful'),
  ],
  currentPasswordWrong: [
    400,
    'current_password_invalid',
    'api/user.go',
    put({ password: 'another long one', current_password: 'x' }, 'careful'),
  ],
  samePassword: [422, 'same_password', 'api/user.go', put({ password })],
  smsProvider: [500, 'unexpected_failure', 'api/phone.go', put({ phone: '123456789' })],
} satisfies Cases
