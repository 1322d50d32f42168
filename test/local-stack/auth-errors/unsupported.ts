import { randomUUID } from 'node:crypto'
import { asUser, type Cases, post } from './setting.ts'

export const unsupportedCases = {
  providerUnsupported: [
    400,
    'validation_failed',
    'api/external.go',
    (s) => s.auth.request('/authorize?provider=google'),
  ],
  idTokenProvider: [
    400,
    'provider_disabled',
    'api/token_oidc.go',
    post('/token?grant_type=id_token', { provider: 'google', id_token: 'x' }),
  ],
  web3Disabled: [422, 'web3_provider_disabled', 'api/web3.go', post('/token?grant_type=web3', {})],
  samlDisabled: [404, 'saml_provider_disabled', 'api/middleware.go', post('/sso', { domain: 'example.com' })],
  manualLinkingDisabled: [
    404,
    'manual_linking_disabled',
    'api/middleware.go',
    asUser('GET', '/user/identities/authorize?provider=google'),
  ],
  passkeysDisabled: [404, 'passkey_disabled', 'api/middleware.go', post('/passkeys/authentication/options', {})],
  oauthServerDisabled: [404, 'feature_disabled', 'api/middleware.go', (s) => s.auth.request('/oauth/authorize')],
  customProvidersDisabled: [
    404,
    'feature_disabled',
    'api/middleware.go',
    (s) => s.auth.request('/admin/custom-providers'),
  ],
  totpDisabled: [422, 'mfa_totp_enroll_not_enabled', 'api/mfa.go', asUser('POST', '/factors', { factor_type: 'totp' })],
  mfaPhoneDisabled: [
    422,
    'mfa_phone_enroll_not_enabled',
    'api/mfa.go',
    asUser('POST', '/factors', { factor_type: 'phone' }),
  ],
  webAuthnDisabled: [
    422,
    'mfa_webauthn_enroll_not_enabled',
    'api/mfa.go',
    asUser('POST', '/factors', { factor_type: 'webauthn' }),
  ],
  factorType: [400, 'validation_failed', 'api/mfa.go', asUser('POST', '/factors', { factor_type: 'x' })],
  factorUnknown: [404, 'mfa_factor_not_found', 'api/admin.go', asUser('POST', `/factors/${randomUUID()}/verify`, {})],
} satisfies Cases
