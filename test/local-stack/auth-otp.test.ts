import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthHarness, age, isLocal, newEmail, password, signedIn, startAuth, stateOf } from './auth-harness.ts'

describe.runIf(isLocal)('Auth: codes by mail', () => {
  let auth: AuthHarness
  beforeAll(async () => {
    auth = await startAuth()
  })
  afterAll(() => auth.close())

  it('signs a new person in by code and confirms nothing before the code', async () => {
    const email = newEmail()
    const client = auth.client()
    const asked = await client.auth.signInWithOtp({ email, options: { data: { full_name: 'Bo' } } })
    expect(asked).toMatchObject({ error: null, data: { user: null, session: null } })
    const [before] = await auth.sql`select * from auth.users where email = ${email}`
    expect(before).toMatchObject({ email_confirmed_at: null, last_sign_in_at: null })
    expect(before!.raw_user_meta_data).toMatchObject({ full_name: 'Bo', email_verified: false })
    expect(await auth.sql`select from auth.sessions where user_id = ${before!.id}`).toHaveLength(0)

    const { token, email_action_type } = auth.lastMail(email).email_data
    expect(email_action_type).toBe('signup')
    const { data, error } = await client.auth.verifyOtp({ email, token, type: 'email' })
    expect(error).toBeNull()
    expect(data.user).toMatchObject({ id: before!.id, email_confirmed_at: expect.any(String) })
    expect(data.user!.user_metadata).toMatchObject({ full_name: 'Bo', email_verified: true })
  })

  it('signs a known person in by code, once', async () => {
    const { email, id } = await signedIn(auth)
    const client = auth.client()
    expect((await client.auth.signInWithOtp({ email })).error).toBeNull()
    const { token, email_action_type } = auth.lastMail(email).email_data
    expect(email_action_type).toBe('magiclink')
    const { data } = await client.auth.verifyOtp({ email, token, type: 'email' })
    expect(data.user!.id).toBe(id)
    const state = await stateOf(auth, email)
    const again = await auth.client().auth.verifyOtp({ email, token, type: 'email' })
    expect(again.error).toMatchObject({ code: 'otp_expired', status: 403 })
    expect(await stateOf(auth, email)).toEqual(state)
  })

  it('takes a magic link’s code as magiclink, and by token_hash', async () => {
    const { email } = await signedIn(auth)
    await auth.client().auth.signInWithOtp({ email })
    const byCode = await auth
      .client()
      .auth.verifyOtp({ email, token: auth.lastMail(email).email_data.token, type: 'magiclink' })
    expect(byCode.error).toBeNull()
    for (const type of ['email', 'magiclink'] as const) {
      await auth.client().auth.signInWithOtp({ email })
      const { token_hash } = auth.lastMail(email).email_data
      expect((await auth.client().auth.verifyOtp({ token_hash, type })).error).toBeNull()
      expect((await auth.client().auth.verifyOtp({ token_hash, type })).error).toMatchObject({
        code: 'otp_expired',
        status: 403,
      })
    }
  })

  it('answers a wrong, an expired, a used and another address’s code alike, and changes nothing', async () => {
    const [one, two] = [newEmail(), newEmail()]
    for (const email of [one, two]) await auth.client().auth.signInWithOtp({ email })
    const token = auth.lastMail(one).email_data.token
    const wrong = token === '00000000' ? '00000001' : '00000000'
    const state = [await stateOf(auth, one), await stateOf(auth, two)]
    const answers = [
      await auth.client().auth.verifyOtp({ email: one, token: wrong, type: 'email' }),
      await auth.client().auth.verifyOtp({ email: two, token, type: 'email' }),
      await auth.client().auth.verifyOtp({ email: newEmail(), token, type: 'email' }),
      await auth.client().auth.verifyOtp({ email: one, token, type: 'recovery' }),
      await auth.client().auth.verifyOtp({ email: one, token, type: 'email_change' }),
    ]
    expect([await stateOf(auth, one), await stateOf(auth, two)]).toEqual(state)
    await age(auth, one, 'confirmation_sent_at', '601 seconds')
    const aged = await stateOf(auth, one)
    answers.push(await auth.client().auth.verifyOtp({ email: one, token, type: 'email' }))
    expect(await stateOf(auth, one)).toEqual(aged)
    const seen = answers.map(({ error }) => [error!.status, error!.code, error!.message])
    expect(new Set(seen.map(String)).size).toBe(1)
    expect(seen[0]).toEqual([403, 'otp_expired', 'Token has expired or is invalid'])
    const { token_hash } = auth.lastMail(one).email_data
    const link = await auth.client().auth.verifyOtp({ token_hash, type: 'email' })
    expect(link.error).toMatchObject({ code: 'otp_expired', status: 403 })
    expect(await stateOf(auth, one)).toEqual(aged)
  })

  it('creates no user where none is wanted or allowed', async () => {
    const email = newEmail()
    const unwanted = await auth.client().auth.signInWithOtp({ email, options: { shouldCreateUser: false } })
    expect(unwanted.error).toMatchObject({ code: 'otp_disabled', status: 422 })
    const closed = await auth.withConfig((config) => {
      config.enable_signup = false
    })
    const refused = await closed.client().auth.signInWithOtp({ email })
    expect(refused.error).toMatchObject({ code: 'signup_disabled', status: 422 })
    expect(await stateOf(auth, email)).toBeNull()
    const known = await signedIn(auth)
    for (const shouldCreateUser of [true, false]) {
      expect(
        (await closed.client().auth.signInWithOtp({ email: known.email, options: { shouldCreateUser } })).error,
      ).toBeNull()
    }
  })

  it('answers for known, unknown and unconfirmed addresses alike', async () => {
    const known = (await signedIn(auth)).email
    const unconfirmed = newEmail()
    await auth.client().auth.signUp({ email: unconfirmed, password })
    const addresses = [known, unconfirmed, newEmail()]
    const answersOf = async (ask: (email: string) => Promise<Response>) => {
      const responses = await Promise.all(addresses.map(ask))
      return Promise.all(responses.map(async (response) => [response.status, await response.text()]))
    }
    const post = (path: string, body: (email: string) => object) => (email: string) =>
      auth.request(path, { method: 'POST', body: JSON.stringify(body(email)) })
    for (const answers of [
      await answersOf(post('/otp', (email) => ({ email }))),
      await answersOf(post('/recover', (email) => ({ email }))),
      await answersOf(post('/resend', (email) => ({ email, type: 'signup' }))),
      await answersOf(post('/token?grant_type=password', (email) => ({ email, password: 'not the password' }))),
      await answersOf(post('/verify', (email) => ({ email, token: '12345678', type: 'email' }))),
    ]) {
      expect(answers[1]).toEqual(answers[0])
      expect(answers[2]).toEqual(answers[0])
    }
  })

  it('sends a sign-up’s code again, and says nothing for anybody else', async () => {
    const email = newEmail()
    await auth.client().auth.signUp({ email, password })
    const first = auth.lastMail(email).email_data.token
    expect((await auth.client().auth.resend({ type: 'signup', email })).error).toBeNull()
    const { token } = auth.lastMail(email).email_data
    expect(token).not.toBe(first)
    expect((await auth.client().auth.verifyOtp({ email, token: first, type: 'signup' })).error).not.toBeNull()
    expect((await auth.client().auth.verifyOtp({ email, token, type: 'signup' })).error).toBeNull()

    const state = await stateOf(auth, email)
    const mails = auth.mails.length
    for (const address of [email, newEmail()]) {
      for (const type of ['signup', 'email_change'] as const) {
        expect((await auth.client().auth.resend({ type, email: address })).error).toBeNull()
      }
    }
    expect(auth.mails.length).toBe(mails)
    expect(await stateOf(auth, email)).toEqual(state)
  })

  it('lets an invited person in by code or token_hash, with a password only they can set', async () => {
    for (const by of ['code', 'hash'] as const) {
      const email = newEmail('invited')
      const { data, error } = await auth.admin.inviteUserByEmail(email, {
        data: { team: 'a' },
        redirectTo: 'https://app.test/welcome',
      })
      expect(error).toBeNull()
      expect(data.user).toMatchObject({ email, invited_at: expect.any(String), user_metadata: { team: 'a' } })
      const mail = auth.lastMail(email).email_data
      expect(mail).toMatchObject({ email_action_type: 'invite', redirect_to: 'https://app.test/welcome' })
      const stranger = await auth.client().auth.signUp({ email, password })
      expect(stranger.data.user).toMatchObject({ identities: [], user_metadata: {} })
      const fresh = auth.lastMail(email).email_data
      const client = auth.client()
      const accepted = await client.auth.verifyOtp(
        by === 'code'
          ? { email, token: fresh.token, type: 'invite' }
          : { token_hash: fresh.token_hash, type: 'invite' },
      )
      expect(accepted.error).toBeNull()
      expect(accepted.data.user).toMatchObject({ email_confirmed_at: expect.any(String) })
      expect((await auth.client().auth.signInWithPassword({ email, password })).error).toMatchObject({
        code: 'invalid_credentials',
      })
      expect((await client.auth.updateUser({ password: 'my very own one' })).error).toBeNull()
      expect((await auth.client().auth.signInWithPassword({ email, password: 'my very own one' })).error).toBeNull()
      const again = await auth.admin.inviteUserByEmail(email)
      expect(again.error).toMatchObject({ code: 'email_exists', status: 422 })
    }
  })

  it('makes codes of the configured length and life', async () => {
    const short = await auth.withConfig((config) => {
      config.email.otp_length = 6
      config.email.otp_expiry = 60
    })
    const email = newEmail()
    await short.client().auth.signInWithOtp({ email })
    const { token } = auth.lastMail(email).email_data
    expect(token).toMatch(/^\d{6}$/)
    await age(auth, email, 'confirmation_sent_at', '61 seconds')
    expect((await short.client().auth.verifyOtp({ email, token, type: 'email' })).error).toMatchObject({
      code: 'otp_expired',
    })
    await age(auth, email, 'confirmation_sent_at', '55 seconds')
    expect((await short.client().auth.verifyOtp({ email, token, type: 'email' })).error).toBeNull()
  })

  it('mails a second code in place of the confirmation where addresses are not confirmed', async () => {
    const unchecked = await auth.withConfig((config) => {
      config.email.enable_confirmations = false
    })
    const email = newEmail()
    expect((await unchecked.client().auth.signInWithOtp({ email })).error).toBeNull()
    const { token, email_action_type } = auth.lastMail(email).email_data
    expect(email_action_type).toBe('magiclink')
    expect((await unchecked.client().auth.verifyOtp({ email, token, type: 'email' })).error).toBeNull()
  })
})
