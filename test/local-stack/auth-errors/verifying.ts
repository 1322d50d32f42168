import { signedIn } from '../auth-harness.ts'
import { type Cases, fromLocation, post } from './setting.ts'

export const verifyingCases = {
  verifyNeedsType: [400, 'validation_failed', 'api/verify.go', post('/verify', { email: 'a@example.com', token: '1' })],
  verifyNeedsToken: [400, 'validation_failed', 'api/verify.go', (s) => s.auth.request('/verify?type=signup')],
  verifyOneToken: [400, 'validation_failed', 'api/verify.go', post('/verify', { type: 'email' })],
  verifyNeedsAddress: [400, 'validation_failed', 'api/verify.go', post('/verify', { type: 'email', token: '1' })],
  verifyEmailInvalid: [
    422,
    'validation_failed',
    'api/verify.go',
    post('/verify', { type: 'email', token: '1', email: 'x' }),
  ],
  verifyHashAlone: [
    400,
    'validation_failed',
    'api/verify.go',
    post('/verify', { type: 'email', token_hash: 'x', email: 'a@example.com' }),
  ],
  verifyType: [400, 'validation_failed', 'api/verify.go', post('/verify', { type: 'nonsense', token_hash: 'x' })],
  codeInvalid: [
    403,
    'otp_expired',
    'api/verify.go',
    post('/verify', { type: 'email', token: '1', email: 'a@example.com' }),
  ],
  linkInvalid: [403, 'otp_expired', 'api/verify.go', post('/verify', { type: 'email', token_hash: 'x' })],
  linkWithoutFlow: [
    400,
    'flow_state_not_found',
    'api/verify.go',
    async (setting) => {
      const { email, id } = await signedIn(setting.auth)
      await setting.auth.client({ flowType: 'pkce' }).auth.signInWithOtp({ email })
      await setting.auth.sql`delete from auth.flow_state where user_id = ${id}`
      const { token_hash } = setting.auth.lastMail(email).email_data
      const response = await setting.auth.request(`/verify?token=${token_hash}&type=magiclink`)
      return fromLocation(response)
    },
  ],
} satisfies Cases
