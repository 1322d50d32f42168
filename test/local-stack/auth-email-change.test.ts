import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthHarness, age, isLocal, newEmail, password, signedIn, startAuth, stateOf } from './auth-harness.ts'

describe.runIf(isLocal)('Auth: changing the address', () => {
  let auth: AuthHarness
  let single: AuthHarness
  beforeAll(async () => {
    auth = await startAuth()
    single = await auth.withConfig((config) => {
      config.email.double_confirm_changes = false
    })
  })
  afterAll(() => auth.close())

  it('changes nothing before both addresses confirmed, in either order', async () => {
    for (const first of ['old', 'new'] as const) {
      const { email, id, client } = await signedIn(auth)
      const next = newEmail('next')
      const { data, error } = await client.auth.updateUser({ email: next.toUpperCase() })
      expect(error).toBeNull()
      expect(data.user).toMatchObject({ email, new_email: next, email_change_sent_at: expect.any(String) })
      const mail = auth.lastMail(email)
      expect(mail.user.new_email).toBe(next)
      const { token, token_new } = mail.email_data
      const codes = [
        { email, token },
        { email: next, token: token_new },
      ]
      if (first === 'new') codes.reverse()

      const swapped = await auth.client().auth.verifyOtp({ email, token: token_new, type: 'email_change' })
      expect(swapped.error).toMatchObject({ code: 'otp_expired', status: 403 })
      const half = await auth.client().auth.verifyOtp({ ...codes[0]!, type: 'email_change' })
      expect(half).toMatchObject({ error: null, data: { session: null } })
      const [row] = await auth.sql`select email, email_change from auth.users where id = ${id}`
      expect(row).toEqual({ email, email_change: next })
      const replay = await auth.client().auth.verifyOtp({ ...codes[0]!, type: 'email_change' })
      expect(replay.error).toMatchObject({ code: 'otp_expired', status: 403 })

      const whole = await auth.client().auth.verifyOtp({ ...codes[1]!, type: 'email_change' })
      expect(whole.error).toBeNull()
      expect(whole.data.user).toMatchObject({
        id,
        email: next,
        identities: [{ email: next, identity_data: { email: next, email_verified: true } }],
      })
      expect(whole.data.user).not.toHaveProperty('new_email')
      expect((await auth.client().auth.signInWithPassword({ email: next, password })).error).toBeNull()
      expect((await auth.client().auth.signInWithPassword({ email, password })).error).toMatchObject({
        code: 'invalid_credentials',
      })
    }
  })

  it('takes the two token hashes as well, crossed as the hook has them', async () => {
    const { email, client } = await signedIn(auth)
    const next = newEmail('next')
    await client.auth.updateUser({ email: next })
    const { token, token_new, token_hash, token_hash_new } = auth.lastMail(email).email_data
    const hashOf = (address: string, code: string) =>
      createHash('sha224')
        .update(address + code)
        .digest('hex')
    expect([token_hash_new, token_hash]).toEqual([hashOf(email, token), hashOf(next, token_new)])
    expect(
      (await auth.client().auth.verifyOtp({ token_hash: token_hash_new, type: 'email_change' })).data.session,
    ).toBeNull()
    const { data } = await auth.client().auth.verifyOtp({ token_hash, type: 'email_change' })
    expect(data.user!.email).toBe(next)
  })

  it('needs the new address alone where one confirmation is enough', async () => {
    const { email, client } = await signedIn(single)
    const next = newEmail('next')
    await client.auth.updateUser({ email: next })
    const mail = auth.lastMail(email).email_data
    expect(mail).toMatchObject({ token_new: '', token_hash_new: '' })
    const { data, error } = await single
      .client()
      .auth.verifyOtp({ email: next, token: mail.token, type: 'email_change' })
    expect(error).toBeNull()
    expect(data.user!.email).toBe(next)
  })

  it('sends the codes of a waiting change again', async () => {
    const { email, client } = await signedIn(auth)
    const next = newEmail('next')
    await client.auth.updateUser({ email: next })
    const old = auth.lastMail(email).email_data
    expect((await client.auth.resend({ type: 'email_change', email })).error).toBeNull()
    const fresh = auth.lastMail(email).email_data
    const stale = await auth.client().auth.verifyOtp({ email, token: old.token, type: 'email_change' })
    expect(stale.error).toMatchObject({ code: 'otp_expired' })
    expect((await auth.client().auth.verifyOtp({ email, token: fresh.token, type: 'email_change' })).error).toBeNull()
  })

  it('refuses a taken address, a bad one and a late code', async () => {
    const { email, client } = await signedIn(auth)
    const taken = (await signedIn(auth)).email
    const state = await stateOf(auth, email)
    expect((await client.auth.updateUser({ email: taken })).error).toMatchObject({ code: 'email_exists', status: 422 })
    expect((await client.auth.updateUser({ email: 'nobody' })).error).toMatchObject({
      code: 'validation_failed',
      status: 400,
    })
    expect(await stateOf(auth, email)).toEqual(state)
    await client.auth.updateUser({ email: newEmail() })
    await age(auth, email, 'email_change_sent_at', '601 seconds')
    const aged = await stateOf(auth, email)
    const { token } = auth.lastMail(email).email_data
    const late = await auth.client().auth.verifyOtp({ email, token, type: 'email_change' })
    expect(late.error).toMatchObject({ code: 'otp_expired', status: 403 })
    expect(await stateOf(auth, email)).toEqual(aged)
  })

  it('leaves the user as it was when the mail cannot be sent', async () => {
    const { email, client } = await signedIn(auth)
    const state = await stateOf(auth, email)
    auth.answerMails(() => ({ status: 500 }))
    try {
      const { error } = await client.auth.updateUser({
        email: newEmail(),
        data: { a: 1 },
        password: 'another long one',
      })
      expect(error).toMatchObject({ status: 500 })
    } finally {
      auth.answerMails()
    }
    expect(await stateOf(auth, email)).toEqual(state)
  })
})
