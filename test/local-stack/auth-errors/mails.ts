import { newEmail } from '../auth-harness.ts'
import { type Cases, post } from './setting.ts'

export const mailsCases = {
  otpNeedsAddress: [400, 'validation_failed', 'api/otp.go', post('/otp', {})],
  otpOneAddress: [400, 'validation_failed', 'api/otp.go', post('/otp', { email: 'a@example.com', phone: '123456789' })],
  otpChannel: [400, 'validation_failed', 'api/otp.go', post('/otp', { email: 'a@example.com', channel: 'sms' })],
  otpNoSignup: [422, 'otp_disabled', 'api/otp.go', post('/otp', { email: newEmail(), create_user: false })],
  otpPhoneDisabled: [400, 'phone_provider_disabled', 'api/otp.go', post('/otp', { phone: '123456789' })],
  emailLoginsDisabled: [
    422,
    'email_provider_disabled',
    'api/magic_link.go',
    post('/otp', { email: 'a@example.com' }, 'mailOff'),
  ],
  emailProviderDisabled: [
    400,
    'email_provider_disabled',
    'api/middleware.go',
    post('/recover', { email: 'a@example.com' }, 'mailOff'),
  ],
  recoveryNeedsEmail: [400, 'validation_failed', 'api/recover.go', post('/recover', {})],
  resendType: [
    400,
    'validation_failed',
    'api/resend.go',
    post('/resend', { type: 'recovery', email: 'a@example.com' }),
  ],
  resendNeedsEmail: [400, 'validation_failed', 'api/resend.go', post('/resend', { type: 'signup' })],
  resendNeedsPhone: [400, 'validation_failed', 'api/resend.go', post('/resend', { type: 'sms' })],
  resendOneAddress: [
    400,
    'validation_failed',
    'api/resend.go',
    post('/resend', { type: 'signup', email: 'a@example.com', phone: '123456789' }),
  ],
  resendNeedsAddress: [400, 'validation_failed', 'api/resend.go', post('/resend', { type: 'email_change' })],
  resendPhoneDisabled: [
    400,
    'phone_provider_disabled',
    'api/resend.go',
    post('/resend', { type: 'sms', phone: '123456789' }),
  ],
  mailTooSoon: [
    429,
    'over_email_send_rate_limit',
    'api/errors.go',
    async (setting) => {
      const body = { email: newEmail() }
      await post('/otp', body, 'slow')(setting)
      return post('/otp', body, 'slow')(setting)
    },
  ],
  mailLimit: [429, 'over_email_send_rate_limit', 'api/mail.go', post('/otp', { email: newEmail() }, 'poor')],
  confirmationMailFailed: [500, 'unexpected_failure', 'api/mail.go', post('/otp', { email: newEmail() }, 'hookless')],
  inviteMailFailed: [
    500,
    'unexpected_failure',
    'api/mail.go',
    (s) =>
      s.hookless.request('/invite', {
        method: 'POST',
        token: s.auth.keys.serviceRoleToken,
        body: JSON.stringify({ email: newEmail() }),
      }),
  ],
  recoveryMailFailed: [
    500,
    'unexpected_failure',
    'api/mail.go',
    (s) => post('/recover', { email: s.person.email }, 'hookless')(s),
  ],
  magicLinkMailFailed: [
    500,
    'unexpected_failure',
    'api/mail.go',
    (s) => post('/otp', { email: s.person.email }, 'hookless')(s),
  ],
  reauthenticationMailFailed: [
    500,
    'unexpected_failure',
    'api/mail.go',
    (s) => s.hookless.request('/reauthenticate', { token: s.person.session.access_token }),
  ],
  emailChangeMailFailed: [
    500,
    'unexpected_failure',
    'api/mail.go',
    (s) =>
      s.hookless.request('/user', {
        method: 'PUT',
        token: s.person.session.access_token,
        body: JSON.stringify({ email: newEmail() }),
      }),
  ],
} satisfies Cases
