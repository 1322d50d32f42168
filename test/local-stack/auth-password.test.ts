import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AuthHarness,
  age,
  isLocal,
  newEmail,
  password,
  sessionMissing,
  signedIn,
  startAuth,
  stateOf,
} from './auth-harness.ts'

const other = 'another long one'

describe.runIf(isLocal)('Auth: passwords', () => {
  let auth: AuthHarness
  beforeAll(async () => {
    auth = await startAuth()
  })
  afterAll(() => auth.close())

  const opens = async (email: string, word: string) =>
    (await auth.client().auth.signInWithPassword({ email, password: word })).error === null

  it('signs in with address in any case, and answers an unknown address as a wrong password', async () => {
    const { email } = await signedIn(auth)
    const { data, error } = await auth.client().auth.signInWithPassword({ email: email.toUpperCase(), password })
    expect(error).toBeNull()
    expect(data.session).toMatchObject({ token_type: 'bearer', expires_in: 900, refresh_token: expect.any(String) })
    expect(data.weakPassword).toBeFalsy()
    const state = await stateOf(auth, email)
    const wrong = await auth.client().auth.signInWithPassword({ email, password: other })
    const unknown = await auth.client().auth.signInWithPassword({ email: newEmail(), password })
    expect(wrong.error).toMatchObject({
      code: 'invalid_credentials',
      status: 400,
      message: 'Invalid login credentials',
    })
    expect({ ...unknown.error }).toEqual({ ...wrong.error })
    expect(await stateOf(auth, email)).toEqual(state)
  })

  it('tells who signs in with a password that is too weak by now', async () => {
    const stricter = await auth.withConfig((config) => {
      config.minimum_password_length = 40
    })
    const { email } = await signedIn(auth)
    const { data } = await stricter.client().auth.signInWithPassword({ email, password })
    expect(data.weakPassword).toMatchObject({ reasons: ['length'] })
    expect(data.session).not.toBeNull()
  })

  it('recovers by code, ends every other session when the password changes, and keeps this one', async () => {
    const { email, client: elsewhere, session } = await signedIn(auth)
    const client = auth.client()
    const asked = await client.auth.resetPasswordForEmail(email, { redirectTo: 'https://app.test/reset?step=1' })
    expect(asked.error).toBeNull()
    const mail = auth.lastMail(email).email_data
    expect(mail).toMatchObject({ email_action_type: 'recovery', redirect_to: 'https://app.test/reset?step=1' })
    expect((await client.auth.verifyOtp({ email, token: mail.token, type: 'recovery' })).error).toBeNull()
    expect((await client.auth.updateUser({ password: other })).error).toBeNull()
    expect(await opens(email, password)).toBe(false)
    expect(await opens(email, other)).toBe(true)
    expect((await client.auth.getUser()).error).toBeNull()
    expect((await client.auth.refreshSession()).error).toBeNull()
    expect((await elsewhere.auth.getUser(session.access_token)).error).toMatchObject(sessionMissing)
    expect((await elsewhere.auth.refreshSession({ refresh_token: session.refresh_token })).error).toMatchObject({
      code: 'refresh_token_not_found',
      status: 400,
    })
  })

  it('recovers by token_hash, and a changed password makes open codes worthless', async () => {
    const { email, client } = await signedIn(auth)
    await auth.client().auth.resetPasswordForEmail(email)
    const { token_hash } = auth.lastMail(email).email_data
    expect((await auth.client().auth.verifyOtp({ token_hash, type: 'recovery' })).error).toBeNull()
    await auth.client().auth.resetPasswordForEmail(email)
    const open = auth.lastMail(email).email_data
    expect((await client.auth.updateUser({ password: other })).error).toBeNull()
    expect(await auth.sql`select from auth.one_time_tokens where relates_to = ${email}`).toHaveLength(0)
    for (const attempt of [
      await auth.client().auth.verifyOtp({ email, token: open.token, type: 'recovery' }),
      await auth.client().auth.verifyOtp({ token_hash: open.token_hash, type: 'recovery' }),
    ]) {
      expect(attempt.error).toMatchObject({ code: 'otp_expired', status: 403 })
    }
  })

  it('says nothing to a recovery of an unknown address', async () => {
    const email = newEmail()
    const mails = auth.mails.length
    expect((await auth.client().auth.resetPasswordForEmail(email)).error).toBeNull()
    expect(auth.mails.length).toBe(mails)
    expect(await stateOf(auth, email)).toBeNull()
  })

  it('refuses the same, a weak and an overlong password and app_metadata', async () => {
    const { email, client, session } = await signedIn(auth)
    const state = await stateOf(auth, email)
    expect((await client.auth.updateUser({ password })).error).toMatchObject({ code: 'same_password', status: 422 })
    expect((await client.auth.updateUser({ password: 'short' })).error).toMatchObject({
      code: 'weak_password',
      status: 422,
    })
    expect((await client.auth.updateUser({ password: 'ü'.repeat(37) })).error).toMatchObject({
      code: 'validation_failed',
    })
    const body = JSON.stringify({ app_metadata: { role: 'admin' } })
    const response = await auth.request('/user', { method: 'PUT', body, token: session.access_token })
    expect([response.status, (await response.json()).code]).toEqual([403, 'not_admin'])
    expect(await stateOf(auth, email)).toEqual(state)
  })

  it('merges user_metadata, takes null keys out and keeps app_metadata', async () => {
    const { email, client } = await signedIn(auth)
    await client.auth.updateUser({ data: { a: 1, b: { c: 2 }, role: 'admin' } })
    const { data } = await client.auth.updateUser({ data: { a: null, d: [3] } })
    expect(data.user!.user_metadata).toEqual({ b: { c: 2 }, d: [3], role: 'admin', email_verified: true })
    expect(data.user!.app_metadata).toEqual({ provider: 'email', providers: ['email'] })
    expect(data.user!.role).toBe('authenticated')
    const [row] = await auth.sql`select jsonb_typeof(raw_user_meta_data) as type from auth.users where email = ${email}`
    expect(row).toEqual({ type: 'object' })
  })

  describe('with require_current_password', () => {
    let careful: AuthHarness
    beforeAll(async () => {
      careful = await auth.withConfig((config) => {
        Object.assign(config.email, { require_current_password: true })
      })
    })

    it('changes the password with the old one only', async () => {
      const { email, client } = await signedIn(careful)
      const state = await stateOf(auth, email)
      const missing = await client.auth.updateUser({ password: other })
      expect(missing.error).toMatchObject({ code: 'current_password_required', status: 400 })
      const wrong = await client.auth.updateUser({ password: other, current_password: 'not the password' })
      expect(wrong.error).toMatchObject({ code: 'current_password_invalid', status: 400 })
      const same = await client.auth.updateUser({ password, current_password: password })
      expect(same.error).toMatchObject({ code: 'same_password', status: 422 })
      expect(await stateOf(auth, email)).toEqual(state)
      expect((await client.auth.updateUser({ password: other, current_password: password })).error).toBeNull()
      expect(await opens(email, other)).toBe(true)
    })

    it('lets whoever came by a code set a new one without the old', async () => {
      const { email } = await signedIn(careful)
      const client = careful.client()
      await client.auth.resetPasswordForEmail(email)
      await client.auth.verifyOtp({ email, token: auth.lastMail(email).email_data.token, type: 'recovery' })
      expect((await client.auth.updateUser({ password: other })).error).toBeNull()
      expect(await opens(email, other)).toBe(true)
    })
  })

  describe('with secure_password_change', () => {
    let careful: AuthHarness
    beforeAll(async () => {
      careful = await auth.withConfig((config) => {
        config.email.secure_password_change = true
      })
    })

    it('asks for a mailed nonce in a session older than a day', async () => {
      const { email, id, client } = await signedIn(careful)
      await auth.sql`update auth.sessions set created_at = now() - interval '25 hours' where user_id = ${id}`
      const state = await stateOf(auth, email)
      const needed = await client.auth.updateUser({ password: other })
      expect(needed.error).toMatchObject({ code: 'reauthentication_needed', status: 400 })
      const none = await client.auth.updateUser({ password: other, nonce: '12345678' })
      expect(none.error).toMatchObject({ code: 'reauthentication_not_valid', status: 422 })
      // Nothing is told of the password before the nonce is right.
      const guess = await client.auth.updateUser({ password, nonce: '12345678' })
      expect(guess.error).toMatchObject({ code: 'reauthentication_not_valid', status: 422 })
      expect(await stateOf(auth, email)).toEqual(state)

      expect((await client.auth.reauthenticate()).error).toBeNull()
      const { token: nonce, email_action_type } = auth.lastMail(email).email_data
      expect(email_action_type).toBe('reauthentication')
      await age(auth, email, 'reauthentication_sent_at', '601 seconds')
      const late = await client.auth.updateUser({ password: other, nonce })
      expect(late.error).toMatchObject({ code: 'reauthentication_not_valid', status: 422 })
      await age(auth, email, 'reauthentication_sent_at', '1 second')
      expect((await client.auth.updateUser({ password: other, nonce })).error).toBeNull()
      const used = await client.auth.updateUser({ password: 'a third long one', nonce })
      expect(used.error).toMatchObject({ code: 'reauthentication_not_valid', status: 422 })
      expect(await opens(email, other)).toBe(true)
    })

    it('asks for none in a young session', async () => {
      const { client } = await signedIn(careful)
      expect((await client.auth.updateUser({ password: other })).error).toBeNull()
    })
  })
})
