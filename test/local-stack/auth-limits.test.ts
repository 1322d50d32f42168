import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthHarness, isLocal, newEmail, password, signedIn, startAuth, stateOf } from './auth-harness.ts'

/** The real service lets so many requests of one address through at once, whatever the configured rate. */
const burst = 30

describe.runIf(isLocal)('Auth: limits', () => {
  let auth: AuthHarness
  beforeAll(async () => {
    // So slow a rate that no bucket gets a drop back while the tests run.
    auth = await startAuth((config) => {
      Object.assign(config.rate_limit, { sign_in_sign_ups: 0.001, token_verifications: 0.001, token_refresh: 0.001 })
    })
  })
  afterAll(() => auth.close())

  const outcomes = async (ask: () => Promise<{ error: { status?: number; code?: string } | null }>, times: number) => {
    const seen = []
    for (let i = 0; i < times; i++) {
      const { error } = await ask()
      seen.push(error?.code === 'over_request_rate_limit' ? error.status : 'through')
    }
    return seen
  }
  const burstThenRefusal = [...Array.from({ length: burst }, () => 'through'), 429, 429]

  it('counts each kind of request by address', async () => {
    const client = auth.client({ address: '198.51.100.1' })
    const kinds = {
      signUp: () => client.auth.signUp({ email: 'nobody', password }),
      otp: () => client.auth.signInWithOtp({ email: 'nobody' }),
      recover: () => client.auth.resetPasswordForEmail('nobody'),
      resend: () => client.auth.resend({ type: 'signup', email: 'nobody' }),
      verify: () => client.auth.verifyOtp({ email: newEmail(), token: '12345678', type: 'email' }),
      password: () => client.auth.signInWithPassword({ email: newEmail(), password }),
    }
    for (const [kind, ask] of Object.entries(kinds)) {
      expect(await outcomes(ask, burst + 2), kind).toEqual(burstThenRefusal)
    }
    const elsewhere = auth.client({ address: '198.51.100.2' })
    const { error } = await elsewhere.auth.signInWithPassword({ email: newEmail(), password })
    expect(error).toMatchObject({ code: 'invalid_credentials' })
  })

  it('counts the changes of a user', async () => {
    const { session } = await signedIn(auth)
    const client = auth.client({ address: '198.51.100.3' })
    await client.auth.setSession(session)
    expect(await outcomes(() => client.auth.updateUser({ email: 'nobody' }), burst + 2)).toEqual(burstThenRefusal)
  })

  it('counts guesses of a code although they fail, and then takes no right one either', async () => {
    const email = newEmail()
    const client = auth.client({ address: '198.51.100.4' })
    await auth.client().auth.signInWithOtp({ email })
    const { token } = auth.lastMail(email).email_data
    const wrong = token === '00000000' ? '11111111' : '00000000'
    await outcomes(() => client.auth.verifyOtp({ email, token: wrong, type: 'email' }), burst)
    const state = await stateOf(auth, email)
    const { error } = await client.auth.verifyOtp({ email, token, type: 'email' })
    expect(error).toMatchObject({ code: 'over_request_rate_limit', status: 429 })
    expect(await stateOf(auth, email)).toEqual(state)
  })

  it('counts by the address that a server with the secret key names, and believes nobody else', async () => {
    const guess = (forwardedFor: string, key: 'secret' | 'publishable') => () =>
      auth.server('198.51.100.6', forwardedFor, key).auth.signInWithPassword({ email: newEmail(), password })
    for (const address of ['203.0.113.1', '203.0.113.2']) {
      expect(await outcomes(guess(address, 'secret'), burst + 2)).toEqual(burstThenRefusal)
    }
    let count = 0
    const liar = () => guess(`203.0.113.${100 + count++}`, 'publishable')()
    expect(await outcomes(liar, burst + 2)).toEqual(burstThenRefusal)
  })

  it('fills up again at the configured rate', async () => {
    const quick = await auth.withConfig((config) => {
      // Ten a second.
      config.rate_limit.token_verifications = 3000
    })
    const client = quick.client({ address: '198.51.100.5' })
    const ask = () => client.auth.verifyOtp({ email: newEmail(), token: '12345678', type: 'email' })
    const atOnce = await Promise.all(Array.from({ length: 100 }, () => outcomes(ask, 1)))
    expect(atOnce.flat()).toContain(429)
    await expect.poll(async () => (await outcomes(ask, 1))[0], { timeout: 20_000 }).toBe('through')
  })

  it('sends one address no second mail too soon', async () => {
    const slow = await auth.withConfig((config) => {
      config.email.max_frequency = '60s'
    })
    const { email, client: _, session } = await signedIn(slow)
    const client = slow.client()
    await client.auth.setSession(session)
    const kinds = [
      () => client.auth.signInWithOtp({ email }),
      () => client.auth.reauthenticate(),
      () => client.auth.updateUser({ email: newEmail() }),
    ]
    for (const ask of kinds) {
      expect((await ask()).error).toBeNull()
      const state = await stateOf(auth, email)
      const mails = auth.mails.length
      const { error } = await ask()
      expect(error).toMatchObject({ code: 'over_email_send_rate_limit', status: 429 })
      expect(error!.message).toMatch(/^For security purposes, you can only request this after \d+ seconds\.$/)
      expect(await stateOf(auth, email)).toEqual(state)
      expect(auth.mails.length).toBe(mails)
    }
    await auth.sql`update auth.users set recovery_sent_at = now() - interval '61 seconds' where email = ${email}`
    expect((await client.auth.resetPasswordForEmail(email)).error).toBeNull()
    const fresh = newEmail()
    expect((await client.auth.signUp({ email: fresh, password })).error).toBeNull()
    expect((await client.auth.resend({ type: 'signup', email: fresh })).error).toMatchObject({
      code: 'over_email_send_rate_limit',
    })
  })

  it('sends no more mails an hour than the project may', async () => {
    const poor = await auth.withConfig((config) => {
      config.rate_limit.email_sent = 2
    })
    for (let i = 0; i < 2; i++) expect((await poor.client().auth.signInWithOtp({ email: newEmail() })).error).toBeNull()
    const email = newEmail()
    const { error } = await poor.client().auth.signInWithOtp({ email })
    expect(error).toMatchObject({
      code: 'over_email_send_rate_limit',
      status: 429,
      message: 'email rate limit exceeded',
    })
    expect(await stateOf(auth, email)).toBeNull()
  })
})
