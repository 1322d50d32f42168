import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthHarness, isLocal, newEmail, password, signedIn, startAuth, stateOf } from './auth-harness.ts'

describe.runIf(isLocal)('Auth: signing up', () => {
  let auth: AuthHarness
  let unchecked: AuthHarness
  beforeAll(async () => {
    auth = await startAuth()
    unchecked = await auth.withConfig((config) => {
      config.email.enable_confirmations = false
    })
  })
  afterAll(() => auth.close())

  it('makes an unconfirmed user, mails a code and opens no session', async () => {
    const email = newEmail()
    const { data, error } = await auth.client().auth.signUp({
      email: email.toUpperCase(),
      password,
      options: { data: { full_name: 'Ann', email_verified: true, sub: 'someone else', nothing: null } },
    })
    expect(error).toBeNull()
    expect(data.session).toBeNull()
    expect(data.user).toMatchObject({
      email,
      role: 'authenticated',
      aud: 'authenticated',
      app_metadata: { provider: 'email', providers: ['email'] },
      identities: [{ provider: 'email', id: data.user!.id, user_id: data.user!.id, email }],
      is_anonymous: false,
      confirmation_sent_at: expect.any(String),
    })
    expect(data.user!.user_metadata).toEqual({
      full_name: 'Ann',
      email,
      email_verified: false,
      phone_verified: false,
      sub: data.user!.id,
    })
    const [row] = await auth.sql`select * from auth.users where email = ${email}`
    expect(row).toMatchObject({ email_confirmed_at: null, last_sign_in_at: null, instance_id: expect.any(String) })
    expect(row!.encrypted_password).toMatch(/^\$2a\$10\$/)
    expect(auth.lastMail(email).email_data).toMatchObject({
      email_action_type: 'signup',
      token: expect.stringMatching(/^\d{8}$/),
      site_url: 'http://auth.test/auth/v1',
      redirect_to: 'http://127.0.0.1:3000',
    })
  })

  it('refuses to sign in before the address is confirmed, then confirms by code', async () => {
    const email = newEmail()
    const client = auth.client()
    await client.auth.signUp({ email, password })
    const before = await client.auth.signInWithPassword({ email, password })
    expect(before.error).toMatchObject({ code: 'email_not_confirmed', status: 400 })
    const wrong = await client.auth.signInWithPassword({ email, password: 'not the password' })
    expect(wrong.error).toMatchObject({ code: 'invalid_credentials', status: 400 })

    const { token } = auth.lastMail(email).email_data
    const { data, error } = await client.auth.verifyOtp({ email, token, type: 'signup' })
    expect(error).toBeNull()
    expect(data.session!.access_token).toBeTypeOf('string')
    expect(data.user).toMatchObject({
      email_confirmed_at: expect.any(String),
      confirmed_at: expect.any(String),
      last_sign_in_at: expect.any(String),
      user_metadata: { email_verified: true },
      identities: [{ identity_data: { email_verified: true } }],
    })
    expect((await client.auth.signInWithPassword({ email, password })).error).toBeNull()
  })

  it('answers for a confirmed address as for a new one, with no identity and nothing stored', async () => {
    const { email } = await signedIn(auth)
    const before = (await stateOf(auth, email)) as { user: { id: string } }
    const mails = auth.mails.length
    const { data, error } = await auth
      .client()
      .auth.signUp({ email, password: 'another password', options: { data: { a: 1 } } })
    expect(error).toBeNull()
    expect(data.session).toBeNull()
    expect(data.user).toMatchObject({ email, identities: [], user_metadata: { a: 1 }, role: '' })
    expect(data.user!.id).not.toBe(before.user.id)
    expect(data.user).not.toHaveProperty('email_confirmed_at')
    expect(data.user).not.toHaveProperty('last_sign_in_at')
    expect(auth.mails.length).toBe(mails)
    const after = (await stateOf(auth, email)) as Record<string, unknown>
    // The try itself is noted down.
    expect({ ...after, audit: null }).toEqual({ ...before, audit: null })
  })

  it('mails again for an unconfirmed address and keeps what was stored first', async () => {
    const email = newEmail()
    await auth.client().auth.signUp({ email, password, options: { data: { full_name: 'First' } } })
    const first = auth.lastMail(email).email_data.token
    const { data } = await auth
      .client()
      .auth.signUp({ email, password: 'a stranger’s', options: { data: { full_name: 'Second' } } })
    expect(data.user!.user_metadata.full_name).toBe('First')
    const second = auth.lastMail(email).email_data.token
    expect(second).not.toBe(first)
    const client = auth.client()
    const old = await client.auth.verifyOtp({ email, token: first, type: 'signup' })
    expect(old.error).toMatchObject({ code: 'otp_expired', status: 403 })
    expect((await client.auth.verifyOtp({ email, token: second, type: 'signup' })).error).toBeNull()
    expect((await client.auth.signInWithPassword({ email, password })).error).toBeNull()
  })

  it('opens a session at once where addresses are not confirmed, and then tells that one is taken', async () => {
    const email = newEmail()
    const { data, error } = await unchecked.client().auth.signUp({ email, password })
    expect(error).toBeNull()
    expect(data.session!.user).toMatchObject({ email, email_confirmed_at: expect.any(String) })
    expect(auth.mails.some((mail) => mail.user.email === email)).toBe(false)
    const again = await unchecked.client().auth.signUp({ email, password })
    expect(again.error).toMatchObject({ code: 'user_already_exists', status: 422 })
  })

  it('refuses weak and overlong passwords, bad addresses and closed sign-ups, and stores nothing', async () => {
    const email = newEmail()
    const weak = await auth.client().auth.signUp({ email, password: 'short' })
    expect(weak.error).toMatchObject({ code: 'weak_password', status: 422, reasons: ['length'] })
    const long = await auth.client().auth.signUp({ email, password: 'x'.repeat(73) })
    expect(long.error).toMatchObject({ code: 'validation_failed', status: 400 })
    for (const bad of ['nobody', 'a@b@c', 'two words@example.com', 'line\nbreak@example.com', '@example.com']) {
      const { error } = await auth.client().auth.signUp({ email: bad, password })
      expect(error, bad).toMatchObject({ code: 'validation_failed', status: 400 })
    }
    const closed = await auth.withConfig((config) => {
      config.enable_signup = false
    })
    const refused = await closed.client().auth.signUp({ email, password })
    expect(refused.error).toMatchObject({ code: 'signup_disabled', status: 422 })
    const mailsOff = await auth.withConfig((config) => {
      config.email.enable_signup = false
    })
    const off = await mailsOff.client().auth.signUp({ email, password })
    expect(off.error).toMatchObject({ code: 'email_provider_disabled', status: 400 })
    expect(await stateOf(auth, email)).toBeNull()
  })

  it('leaves nothing behind when the mail cannot be sent', async () => {
    const email = newEmail()
    auth.answerMails(() => ({ status: 500 }))
    try {
      for (const flowType of ['implicit', 'pkce'] as const) {
        const signUp = await auth.client({ flowType }).auth.signUp({ email, password })
        expect(signUp.error).toMatchObject({ status: 500 })
        const otp = await auth.client({ flowType }).auth.signInWithOtp({ email })
        expect(otp.error).toMatchObject({ status: 500 })
      }
      const invite = await auth.admin.inviteUserByEmail(email)
      expect(invite.error).toMatchObject({ status: 500 })
    } finally {
      auth.answerMails()
    }
    expect(await stateOf(auth, email)).toBeNull()
    expect(await auth.sql`select from auth.identities where email = ${email}`).toHaveLength(0)
    expect(await auth.sql`select from auth.flow_state`).toHaveLength(0)
    expect(
      await auth.sql`select from auth.audit_log_entries where payload ->> 'actor_username' = ${email}`,
    ).toHaveLength(0)
  })
})
