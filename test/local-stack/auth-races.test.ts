import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthHarness, isLocal, newEmail, password, signedIn, startAuth } from './auth-harness.ts'

const times = <T>(count: number, ask: () => Promise<T>) => Promise.all(Array.from({ length: count }, ask))

describe.runIf(isLocal)('Auth: requests at once', () => {
  let auth: AuthHarness
  beforeAll(async () => {
    auth = await startAuth()
  })
  afterAll(() => auth.close())

  it('keeps one family when a token is refreshed several times at once', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, session } = await signedIn(auth)
      const answers = await times(5, () => auth.client().auth.refreshSession({ refresh_token: session.refresh_token }))
      expect(answers.map(({ error }) => error)).toEqual([null, null, null, null, null])
      expect(new Set(answers.map(({ data }) => data.session!.refresh_token)).size).toBe(1)
      const active = await auth.sql`select token from auth.refresh_tokens where user_id = ${id} and not revoked`
      expect(active).toEqual([{ token: answers[0]!.data.session!.refresh_token }])
    }
  })

  it('takes a code once', async () => {
    for (const type of ['email', 'recovery'] as const) {
      const { email, id } = await signedIn(auth)
      if (type === 'email') await auth.client().auth.signInWithOtp({ email })
      else await auth.client().auth.resetPasswordForEmail(email)
      const { token, token_hash } = auth.lastMail(email).email_data
      await auth.sql`delete from auth.sessions where user_id = ${id}`
      const answers = await Promise.all([
        times(5, () => auth.client().auth.verifyOtp({ email, token, type })),
        times(5, () => auth.client().auth.verifyOtp({ token_hash, type })),
      ])
      const errors = answers.flat().map(({ error }) => error?.code)
      expect(errors.filter((code) => code === undefined)).toHaveLength(1)
      expect(errors.filter((code) => code === 'otp_expired')).toHaveLength(9)
      expect(await auth.sql`select from auth.sessions where user_id = ${id}`).toHaveLength(1)
    }
  })

  it('takes a token hash once', async () => {
    for (let round = 0; round < 3; round++) {
      const { email } = await signedIn(auth)
      await auth.client().auth.signInWithOtp({ email })
      const { token_hash } = auth.lastMail(email).email_data
      const answers = await times(5, () => auth.client().auth.verifyOtp({ token_hash, type: 'magiclink' }))
      expect(answers.filter(({ error }) => error === null)).toHaveLength(1)
    }
  })

  it('takes a new person’s code once', async () => {
    const email = newEmail()
    await auth.client().auth.signInWithOtp({ email })
    const { token } = auth.lastMail(email).email_data
    const answers = await times(8, () => auth.client().auth.verifyOtp({ email, token, type: 'email' }))
    expect(answers.filter(({ error }) => error === null)).toHaveLength(1)
  })

  it('makes one user of an address', async () => {
    const email = newEmail()
    const answers = await times(5, () => auth.client().auth.signUp({ email, password }))
    expect(answers.filter(({ error }) => error === null).length).toBeGreaterThanOrEqual(1)
    expect(await auth.sql`select from auth.users where email = ${email}`).toHaveLength(1)
    expect(await auth.sql`select from auth.identities where email = ${email}`).toHaveLength(1)
    const { token } = auth.lastMail(email).email_data
    const confirmed = await Promise.all(
      auth.mails
        .filter((mail) => mail.user.email === email)
        .map((mail) => auth.client().auth.verifyOtp({ email, token: mail.email_data.token, type: 'email' })),
    )
    expect(token).toMatch(/^\d{8}$/)
    expect(confirmed.filter(({ error }) => error === null)).toHaveLength(1)
  })

  it('exchanges a PKCE code once', async () => {
    const { email, id } = await signedIn(auth)
    const verifier = 'v'.repeat(43)
    await auth.request('/otp', {
      method: 'POST',
      body: JSON.stringify({ email, code_challenge: verifier, code_challenge_method: 'plain' }),
    })
    const { token_hash } = auth.lastMail(email).email_data
    const link = await auth.request(`/verify?token=${token_hash}&type=magiclink`, { headers: { authorization: '' } })
    const auth_code = new URL(link.headers.get('location')!).searchParams.get('code')
    await auth.sql`delete from auth.sessions where user_id = ${id}`
    const answers = await times(5, () =>
      auth.request('/token?grant_type=pkce', {
        method: 'POST',
        body: JSON.stringify({ auth_code, code_verifier: verifier }),
      }),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404])
    expect(await auth.sql`select from auth.sessions where user_id = ${id}`).toHaveLength(1)
  })

  it('takes a nonce once', async () => {
    const careful = await auth.withConfig((config) => {
      config.email.secure_password_change = true
    })
    const { email, id, session } = await signedIn(careful)
    await auth.sql`update auth.sessions set created_at = now() - interval '25 hours' where user_id = ${id}`
    await careful.request('/reauthenticate', { token: session.access_token })
    const nonce = auth.lastMail(email).email_data.token
    const words = ['first long one', 'second long one', 'third long one', 'fourth long one']
    const answers = await Promise.all(
      words.map((word) =>
        careful.request('/user', {
          method: 'PUT',
          token: session.access_token,
          body: JSON.stringify({ password: word, nonce }),
        }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422])
  })

  it('signs out while others refresh, and leaves no session behind', async () => {
    const { id, session, client } = await signedIn(auth)
    const refreshing = times(5, () => auth.client().auth.refreshSession({ refresh_token: session.refresh_token }))
    const [answers] = await Promise.all([refreshing, client.auth.signOut()])
    for (const { error } of answers) expect([undefined, 'refresh_token_not_found']).toContain(error?.code)
    expect(await auth.sql`select from auth.sessions where user_id = ${id}`).toHaveLength(0)
  })
})
