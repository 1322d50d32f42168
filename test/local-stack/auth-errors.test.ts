import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ErrorName, errorTable } from '../../local-stack/src/auth/errors/table.ts'
import { adminCases } from './auth-errors/admin.ts'
import { hooksCases } from './auth-errors/hooks.ts'
import { mailsCases } from './auth-errors/mails.ts'
import { requestsCases } from './auth-errors/requests.ts'
import type { Setting } from './auth-errors/setting.ts'
import { signUpCases } from './auth-errors/sign-up.ts'
import { tokensCases } from './auth-errors/tokens.ts'
import { unsupportedCases } from './auth-errors/unsupported.ts'
import { userCases } from './auth-errors/user.ts'
import { verifyingCases } from './auth-errors/verifying.ts'
import { isLocal, newEmail, password, signedIn, startAuth } from './auth-harness.ts'

const cases = {
  ...requestsCases,
  ...signUpCases,
  ...mailsCases,
  ...verifyingCases,
  ...tokensCases,
  ...userCases,
  ...adminCases,
  ...hooksCases,
  ...unsupportedCases,
} satisfies Record<ErrorName, unknown>

describe.runIf(isLocal)('Auth: every refusal', () => {
  let setting: Setting
  beforeAll(async () => {
    const auth = await startAuth()
    const [closed, mailOff, unchecked, single, careful, slow, poor, hookless] = await Promise.all([
      auth.withConfig((config) => {
        config.enable_signup = false
      }),
      auth.withConfig((config) => {
        config.email.enable_signup = false
      }),
      auth.withConfig((config) => {
        config.email.enable_confirmations = false
      }),
      auth.withConfig((config) => {
        config.email.double_confirm_changes = false
      }),
      auth.withConfig((config) => {
        Object.assign(config.email, { require_current_password: true, secure_password_change: true })
        config.sessions.inactivity_timeout = '1h'
      }),
      auth.withConfig((config) => {
        config.email.max_frequency = '60s'
        config.rate_limit.token_verifications = 0.001
      }),
      auth.withConfig((config) => {
        config.rate_limit.email_sent = 0
      }),
      auth.withConfig((config) => {
        config.hook = {}
      }),
    ])
    const unconfirmed = newEmail()
    await auth.client().auth.signUp({ email: unconfirmed, password })
    setting = {
      auth,
      closed,
      mailOff,
      unchecked,
      single,
      careful,
      slow,
      poor,
      hookless,
      person: await signedIn(auth),
      unconfirmed,
    }
  })
  afterAll(() => setting.auth.close())

  for (const [name, [status, code, source, provoke]] of Object.entries(cases)) {
    it(`${name}: ${status} ${code} (${source})`, async () => {
      const response = await provoke(setting)
      const body = await response.json()
      expect([response.status, body.code]).toEqual([status, code])
      const pattern = errorTable[name as ErrorName][2]
        .split('{}')
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      expect(body.message).toMatch(new RegExp(`^${pattern.join('[\\s\\S]*')}$`))
      if (code !== 'weak_password') expect(response.headers.get('x-sb-error-code')).toBe(code)
    })
  }

  it('speaks the older form to clients that do not name a version', async () => {
    const response = await setting.auth.request('/user', {
      method: 'PUT',
      token: setting.person.session.access_token,
      headers: { 'x-supabase-api-version': '' },
      body: JSON.stringify({ password: 'x' }),
    })
    expect(response.headers.get('x-supabase-api-version')).toBeNull()
    expect(await response.json()).toEqual({
      code: 422,
      error_code: 'weak_password',
      msg: 'Password should be at least 8 characters.',
      weak_password: { reasons: ['length'] },
    })
    const newer = await setting.auth.request('/user')
    expect(newer.headers.get('x-supabase-api-version')).toBe('2024-01-01')
  })

  it('answers an unknown route as the real router does', async () => {
    const response = await setting.auth.request('/nothing')
    expect([response.status, await response.text()]).toEqual([404, '404 page not found\n'])
  })
})
