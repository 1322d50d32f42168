import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AuthHarness,
  isLocal,
  newEmail,
  partOf,
  password,
  sessionMissing,
  signedIn,
  startAuth,
  stateOf,
} from './auth-harness.ts'

describe.runIf(isLocal)('Auth: sessions', () => {
  let auth: AuthHarness
  beforeAll(async () => {
    auth = await startAuth()
  })
  afterAll(() => auth.close())

  it('puts the real claims into its tokens', async () => {
    const { email, id, session } = await signedIn(auth)
    const claims = partOf(session.access_token, 'claims')
    expect(claims).toEqual({
      iss: 'http://auth.test/auth/v1',
      sub: id,
      aud: 'authenticated',
      exp: session.expires_at,
      iat: session.expires_at! - 900,
      email,
      phone: '',
      app_metadata: { provider: 'email', providers: ['email'] },
      user_metadata: { email_verified: true },
      role: 'authenticated',
      aal: 'aal1',
      amr: [{ method: 'password', timestamp: expect.any(Number) }],
      session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      is_anonymous: false,
    })
    const [row] = await auth.sql`select * from auth.sessions where id = ${claims.session_id as string}`
    expect(row).toMatchObject({ user_id: id, aal: 'aal1', ip: '203.0.113.7' })
  })

  it('signs with a key that its jwks shows, and getClaims trusts', async () => {
    const { client, session } = await signedIn(auth)
    expect(partOf(session.access_token, 'header')).toMatchObject({
      alg: 'ES256',
      kid: auth.keys.jwks.keys[0]!.kid,
    })
    const response = await auth.request('/.well-known/jwks.json')
    expect(response.headers.get('cache-control')).toBe('public, max-age=600')
    expect(await response.json()).toEqual(auth.keys.jwks)
    const { data, error } = await client.auth.getClaims()
    expect(error).toBeNull()
    expect(data!.claims.sub).toBe(session.user.id)
  })

  it('shows the user of a token, and refuses every other token', async () => {
    const { client, session, id } = await signedIn(auth)
    expect((await client.auth.getUser()).data.user!.id).toBe(id)
    const stranger = auth.client()
    const refusals = {
      anon: auth.keys.anonToken,
      nobody: await auth.keys.sign({ sub: crypto.randomUUID(), role: 'authenticated', exp: 9e9 }),
      'no uuid': await auth.keys.sign({ sub: 'x', role: 'authenticated', exp: 9e9 }),
      'ended session': await auth.keys.sign({ sub: id, session_id: crypto.randomUUID(), exp: 9e9 }),
      expired: await auth.keys.sign({ sub: id, role: 'authenticated', exp: 1 }),
      changed: `${session.access_token.slice(0, -4)}AAAA`,
      garbage: 'garbage',
    }
    const seen: Record<string, unknown> = {}
    for (const [name, token] of Object.entries(refusals)) {
      const { error } = await stranger.auth.getUser(token)
      seen[name] = [error!.status, error!.code ?? error!.name]
    }
    expect(seen).toEqual({
      anon: [403, 'bad_jwt'],
      nobody: [403, 'user_not_found'],
      'no uuid': [400, 'bad_jwt'],
      'ended session': [400, 'AuthSessionMissingError'],
      expired: [403, 'bad_jwt'],
      changed: [403, 'bad_jwt'],
      garbage: [403, 'bad_jwt'],
    })
    const bare = await auth.request('/user', { headers: { authorization: '' } })
    expect([bare.status, (await bare.json()).code]).toEqual([401, 'no_authorization'])
  })

  it('rotates refresh tokens and answers the one before the last again', async () => {
    const { client, session, id } = await signedIn(auth)
    const first = session.refresh_token
    const second = (await client.auth.refreshSession({ refresh_token: first })).data.session!
    expect(second.refresh_token).not.toBe(first)
    expect(partOf(second.access_token, 'claims').session_id).toBe(partOf(session.access_token, 'claims').session_id)
    // A client that lost the answer asks again, whenever that is.
    await auth.sql`update auth.refresh_tokens set updated_at = now() - interval '1 hour' where token = ${first}`
    const again = (await auth.client().auth.refreshSession({ refresh_token: first })).data.session!
    expect(again.refresh_token).toBe(second.refresh_token)
    const rows =
      await auth.sql`select token, parent, revoked from auth.refresh_tokens where user_id = ${id} order by id`
    expect(rows).toEqual([
      { token: first, parent: null, revoked: true },
      { token: second.refresh_token, parent: first, revoked: false },
    ])
  })

  it('ends the family when an old token comes back after the reuse interval', async () => {
    const { client, session, id } = await signedIn(auth)
    const second = (await client.auth.refreshSession({ refresh_token: session.refresh_token })).data.session!
    const third = (await client.auth.refreshSession({ refresh_token: second.refresh_token })).data.session!
    await auth.sql`update auth.refresh_tokens set updated_at = now() - interval '11 seconds' where token = ${session.refresh_token}`
    const reused = await auth.client().auth.refreshSession({ refresh_token: session.refresh_token })
    expect(reused.error).toMatchObject({ code: 'refresh_token_already_used', status: 400 })
    const rows = await auth.sql`select revoked from auth.refresh_tokens where user_id = ${id}`
    expect(rows.every((row) => row.revoked)).toBe(true)
    await auth.sql`update auth.refresh_tokens set updated_at = now() - interval '11 seconds' where user_id = ${id}`
    const last = await auth.client().auth.refreshSession({ refresh_token: third.refresh_token })
    expect(last.error).toMatchObject({ code: 'refresh_token_already_used', status: 400 })
  })

  it('takes an old token within the reuse interval', async () => {
    const { client, session } = await signedIn(auth)
    const second = (await client.auth.refreshSession({ refresh_token: session.refresh_token })).data.session!
    await client.auth.refreshSession({ refresh_token: second.refresh_token })
    expect((await auth.client().auth.refreshSession({ refresh_token: session.refresh_token })).error).toBeNull()
  })

  it('keeps the family of a reused token where rotation is off', async () => {
    const lenient = await auth.withConfig((config) => {
      config.enable_refresh_token_rotation = false
    })
    const { client, session } = await signedIn(lenient)
    const second = (await client.auth.refreshSession({ refresh_token: session.refresh_token })).data.session!
    const third = (await client.auth.refreshSession({ refresh_token: second.refresh_token })).data.session!
    await auth.sql`update auth.refresh_tokens set updated_at = now() - interval '11 seconds' where token = ${session.refresh_token}`
    const reused = await lenient.client().auth.refreshSession({ refresh_token: session.refresh_token })
    expect(reused.error).toMatchObject({ code: 'refresh_token_already_used' })
    expect((await lenient.client().auth.refreshSession({ refresh_token: third.refresh_token })).error).toBeNull()
  })

  it('ends a session after seven days however often it was refreshed', async () => {
    const { email, client, session, id } = await signedIn(auth)
    const second = (await client.auth.refreshSession({ refresh_token: session.refresh_token })).data.session!
    await auth.sql`update auth.sessions set created_at = now() - interval '168 hours 1 second' where user_id = ${id}`
    const state = await stateOf(auth, email)
    const { error } = await auth.client().auth.refreshSession({ refresh_token: second.refresh_token })
    expect(error).toMatchObject({ code: 'session_expired', status: 400 })
    expect(await stateOf(auth, email)).toEqual(state)
  })

  it('ends an idle session, counted from the last refresh', async () => {
    const idle = await auth.withConfig((config) => {
      config.sessions = { inactivity_timeout: '1h' }
    })
    const { client, session, id } = await signedIn(idle)
    await auth.sql`update auth.sessions set created_at = now() - interval '2 hours' where user_id = ${id}`
    const second = (await client.auth.refreshSession({ refresh_token: session.refresh_token })).data.session!
    expect(second.refresh_token).toBeTypeOf('string')
    await auth.sql`update auth.sessions set refreshed_at = (now() - interval '61 minutes') at time zone 'utc' where user_id = ${id}`
    const { error } = await idle.client().auth.refreshSession({ refresh_token: second.refresh_token })
    expect(error).toMatchObject({ code: 'session_expired', status: 400 })
  })

  it('refuses refresh tokens that were never given', async () => {
    const seen = []
    for (const refresh_token of ['aaaaaaaaaaaa', 'short', 'NOTLOWERCASE', 'x'.repeat(40)]) {
      const { error } = await auth.client().auth.refreshSession({ refresh_token })
      seen.push([error!.status, error!.code])
    }
    expect(seen).toEqual([
      [400, 'refresh_token_not_found'],
      [400, 'validation_failed'],
      [400, 'validation_failed'],
      [400, 'validation_failed'],
    ])
  })

  it('signs out here, elsewhere or everywhere', async () => {
    const email = newEmail()
    const here = await signedIn(auth, email)
    const open = async () => {
      const client = auth.client()
      const { data } = await client.auth.signInWithPassword({ email, password })
      return { client, token: data.session!.access_token, refresh: data.session!.refresh_token }
    }
    const isOpen = async (token: string) => (await auth.client().auth.getUser(token)).error === null
    const second = await open()
    const third = await open()
    await second.client.auth.signOut({ scope: 'local' })
    expect(await Promise.all([here.session.access_token, second.token, third.token].map(isOpen))).toEqual([
      true,
      false,
      true,
    ])
    await third.client.auth.signOut({ scope: 'others' })
    expect(await Promise.all([here.session.access_token, third.token].map(isOpen))).toEqual([false, true])
    const fourth = await open()
    await third.client.auth.signOut()
    expect(await Promise.all([third.token, fourth.token].map(isOpen))).toEqual([false, false])
    const { error } = await auth.client().auth.refreshSession({ refresh_token: fourth.refresh })
    expect(error).toMatchObject({ code: 'refresh_token_not_found' })
    expect(await auth.sql`select from auth.sessions where user_id = ${here.id}`).toHaveLength(0)
  })

  it('lets an admin end the sessions of a token', async () => {
    const { session } = await signedIn(auth)
    expect((await auth.admin.signOut(session.access_token, 'global')).error).toBeNull()
    expect((await auth.client().auth.getUser(session.access_token)).error).toMatchObject(sessionMissing)
  })

  it('shuts a banned user out of every door and lets them in again', async () => {
    const { email, id, session } = await signedIn(auth)
    await auth.client().auth.signInWithOtp({ email })
    const { token, token_hash } = auth.lastMail(email).email_data
    expect((await auth.admin.updateUserById(id, { ban_duration: '24h' })).data.user).toMatchObject({
      banned_until: expect.any(String),
    })
    const state = await stateOf(auth, email)
    const client = auth.client()
    const refusals = [
      (await client.auth.signInWithPassword({ email, password })).error,
      (await client.auth.refreshSession({ refresh_token: session.refresh_token })).error,
      (await client.auth.getUser(session.access_token)).error,
      (await client.auth.verifyOtp({ email, token, type: 'email' })).error,
      (await client.auth.verifyOtp({ token_hash, type: 'email' })).error,
    ]
    expect(refusals.map((error) => [error!.status, error!.code])).toEqual([
      [400, 'user_banned'],
      [400, 'user_banned'],
      [403, 'user_banned'],
      [403, 'user_banned'],
      [403, 'user_banned'],
    ])
    expect(await stateOf(auth, email)).toEqual(state)
    await auth.admin.updateUserById(id, { ban_duration: 'none' })
    const again = await auth.client().auth.refreshSession({ refresh_token: session.refresh_token })
    expect(again.error).toBeNull()
  })
})
