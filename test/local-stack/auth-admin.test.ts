import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthHarness, isLocal, newEmail, password, signedIn, startAuth, stateOf } from './auth-harness.ts'

/** Of `password`, with the least rounds. */
const passwordHash = '$2b$04$IcJuPXn5kWeirD.T5eJDW.0taJSPB6gHpsHi7TkpASc21pIs5PyDq'

describe.runIf(isLocal)('Auth: admin', () => {
  let auth: AuthHarness
  beforeAll(async () => {
    auth = await startAuth()
  })
  afterAll(() => auth.close())

  it('is closed to everyone but the service role', async () => {
    const { email, id, session } = await signedIn(auth)
    const state = await stateOf(auth, email)
    const calls: [string, string][] = [
      ['GET', '/admin/users'],
      ['POST', '/admin/users'],
      ['GET', `/admin/users/${id}`],
      ['PUT', `/admin/users/${id}`],
      ['DELETE', `/admin/users/${id}`],
      ['POST', '/admin/generate_link'],
      ['POST', '/invite'],
    ]
    for (const [method, path] of calls) {
      const body = method === 'GET' ? null : JSON.stringify({ email, password: 'x', type: 'magiclink' })
      for (const token of [auth.keys.anonToken, session.access_token]) {
        const response = await auth.request(path, { method, body, token })
        expect([path, response.status, (await response.json()).code]).toEqual([path, 403, 'not_admin'])
      }
      const bare = await auth.request(path, { method, body, headers: { authorization: '' } })
      expect([path, bare.status]).toEqual([path, 401])
    }
    expect(await stateOf(auth, email)).toEqual(state)
  })

  it('creates a user with what is named, without a mail', async () => {
    const email = newEmail()
    const id = randomUUID()
    const mails = auth.mails.length
    const { data, error } = await auth.admin.createUser({
      id,
      email: email.toUpperCase(),
      password,
      email_confirm: true,
      user_metadata: { full_name: 'Cy' },
      app_metadata: { team: 'a', provider: 'email' },
      ban_duration: 'none',
    })
    expect(error).toBeNull()
    expect(data.user).toMatchObject({
      id,
      email,
      role: 'authenticated',
      email_confirmed_at: expect.any(String),
      user_metadata: { full_name: 'Cy', email_verified: true },
      app_metadata: { provider: 'email', providers: ['email'], team: 'a' },
      identities: [{ identity_data: { sub: id, email } }],
    })
    expect(auth.mails.length).toBe(mails)
    expect((await auth.client().auth.signInWithPassword({ email, password })).error).toBeNull()
  })

  it('takes a hash in place of a password, and leaves an unconfirmed user out', async () => {
    const email = newEmail()
    await auth.admin.createUser({ email, password_hash: passwordHash })
    const unconfirmed = await auth.client().auth.signInWithPassword({ email, password })
    expect(unconfirmed.error).toMatchObject({ code: 'email_not_confirmed' })
    const { data } = await auth.admin.listUsers()
    const user = data.users.find((one) => one.email === email)!
    await auth.admin.updateUserById(user.id, { email_confirm: true })
    expect((await auth.client().auth.signInWithPassword({ email, password })).error).toBeNull()
  })

  it('refuses what it cannot create', async () => {
    const { email } = await signedIn(auth)
    const users = (await auth.sql`select from auth.users`).length
    const refusals = [
      await auth.admin.createUser({ email }),
      await auth.admin.createUser({}),
      await auth.admin.createUser({ email: 'nobody' }),
      await auth.admin.createUser({ email: newEmail(), id: 'x' }),
      await auth.admin.createUser({ email: newEmail(), id: '00000000-0000-0000-0000-000000000000' }),
      await auth.admin.createUser({ email: newEmail(), password, password_hash: 'x' }),
      await auth.admin.createUser({ email: newEmail(), password: 'x'.repeat(73) }),
      await auth.admin.createUser({ email: newEmail(), ban_duration: 'a while' }),
    ]
    expect(refusals.map(({ error }) => [error!.status, error!.code])).toEqual([
      [422, 'email_exists'],
      ...Array.from({ length: 7 }, () => [400, 'validation_failed']),
    ])
    expect(await auth.sql`select from auth.users`).toHaveLength(users)
  })

  it('lists by page, newest first, with totals', async () => {
    const fresh = await auth.withConfig(() => undefined)
    const created: string[] = []
    for (let i = 0; i < 5; i++) {
      const { data } = await fresh.admin.createUser({
        email: newEmail(),
        password_hash: passwordHash,
      })
      created.unshift(data.user!.id)
    }
    const first = await fresh.admin.listUsers({ page: 1, perPage: 2 })
    const second = await fresh.admin.listUsers({ page: 2, perPage: 2 })
    expect(first.error).toBeNull()
    const users = [...first.data.users, ...second.data.users]
    expect(users.map((user) => user.id)).toEqual(created.slice(0, 4))
    const total = (await auth.sql`select from auth.users`).length
    expect(first.data).toMatchObject({ aud: 'authenticated', total, nextPage: 2, lastPage: Math.ceil(total / 2) })
    const bad = await auth.request('/admin/users?page=x', { token: auth.keys.serviceRoleToken })
    expect([bad.status, (await bad.json()).code]).toEqual([400, 'validation_failed'])
  })

  it('reads one user, and tells that another is not there', async () => {
    const { email, id } = await signedIn(auth)
    expect((await auth.admin.getUserById(id)).data.user).toMatchObject({
      id,
      email,
      identities: [{ provider: 'email' }],
    })
    const unknown = await auth.admin.getUserById(randomUUID())
    expect(unknown.error).toMatchObject({ code: 'user_not_found', status: 404 })
    const response = await auth.request('/admin/users/x', { token: auth.keys.serviceRoleToken })
    expect([response.status, (await response.json()).code]).toEqual([404, 'validation_failed'])
  })

  it('updates what is named and merges metadata; a new password ends the sessions', async () => {
    const { id, session } = await signedIn(auth)
    const email = newEmail('moved')
    await auth.admin.updateUserById(id, { app_metadata: { team: 'a', level: 1 }, user_metadata: { b: 1 } })
    const { data, error } = await auth.admin.updateUserById(id, {
      email,
      email_confirm: true,
      password: 'set by the admin',
      app_metadata: { team: null, level: 2 },
      role: 'authenticated',
    })
    expect(error).toBeNull()
    expect(data.user).toMatchObject({ email, user_metadata: { b: 1 }, identities: [{ email }] })
    expect(data.user!.app_metadata).toEqual({ provider: 'email', providers: ['email'], level: 2 })
    expect(await auth.sql`select from auth.sessions where user_id = ${id}`).toHaveLength(0)
    const refreshed = await auth.client().auth.refreshSession({ refresh_token: session.refresh_token })
    expect(refreshed.error).toMatchObject({ code: 'refresh_token_not_found' })
    expect((await auth.client().auth.signInWithPassword({ email, password: 'set by the admin' })).error).toBeNull()
  })

  it('does not call a new address verified unless told', async () => {
    const { id } = await signedIn(auth)
    const { data } = await auth.admin.updateUserById(id, { email: newEmail('moved') })
    expect(data.user!.identities![0]!.identity_data!.email_verified).toBe(false)
  })

  it('refuses a bad ban, a weak password, a taken address and an unknown user, and changes nothing', async () => {
    const { email, id } = await signedIn(auth)
    const taken = (await signedIn(auth)).email
    const state = await stateOf(auth, email)
    const refusals = [
      await auth.admin.updateUserById(id, { ban_duration: 'a while' }),
      await auth.admin.updateUserById(id, { password: 'short' }),
      await auth.admin.updateUserById(id, { email: taken, app_metadata: { a: 1 } }),
      await auth.admin.updateUserById(randomUUID(), { app_metadata: { a: 1 } }),
    ]
    expect(refusals.map(({ error }) => error!.status)).toEqual([400, 422, 500, 404])
    expect(await stateOf(auth, email)).toEqual(state)
  })

  it('bans for as long as it is told', async () => {
    const { id } = await signedIn(auth)
    const { data } = await auth.admin.updateUserById(id, { ban_duration: '1h30m' })
    const until = Date.parse((data.user as { banned_until?: string }).banned_until!)
    expect(Math.abs(until - Date.now() - 5_400_000)).toBeLessThan(60_000)
  })

  it('deletes a user with everything that is theirs', async () => {
    const { email, id, session } = await signedIn(auth)
    expect((await auth.admin.deleteUser(id)).error).toBeNull()
    expect(await stateOf(auth, email)).toBeNull()
    expect(await auth.sql`select from auth.identities where user_id = ${id}`).toHaveLength(0)
    expect((await auth.client().auth.getUser(session.access_token)).error).toMatchObject({
      code: 'user_not_found',
      status: 403,
    })
    expect((await auth.admin.deleteUser(id)).error).toMatchObject({ code: 'user_not_found', status: 404 })
    expect((await signedIn(auth, email)).id).not.toBe(id)
  })

  it('deletes softly: the row stays, who it was goes', async () => {
    const { email, id, session } = await signedIn(auth)
    expect((await auth.admin.deleteUser(id, true)).error).toBeNull()
    const [row] = await auth.sql`select * from auth.users where id = ${id}`
    expect(row).toMatchObject({
      encrypted_password: null,
      raw_user_meta_data: {},
      raw_app_meta_data: {},
      deleted_at: expect.any(Date),
    })
    expect(JSON.stringify(row)).not.toContain(email)
    const identities = await auth.sql`select * from auth.identities where user_id = ${id}`
    expect(identities).toMatchObject([{ identity_data: {}, email: null }])
    const refreshed = await auth.client().auth.refreshSession({ refresh_token: session.refresh_token })
    expect(refreshed.error).toMatchObject({ code: 'refresh_token_not_found' })
    expect((await auth.client().auth.signInWithPassword({ email, password })).error).toMatchObject({
      code: 'invalid_credentials',
    })
    expect((await auth.admin.deleteUser(id, true)).error).toBeNull()
  })

  it('tells in one sentence when other rows hold a user', async () => {
    const { email, id } = await signedIn(auth)
    await auth.sql`create table public.holds (user_id uuid references auth.users (id))`
    await auth.sql`insert into public.holds values (${id})`
    const state = await stateOf(auth, email)
    expect((await auth.admin.deleteUser(id)).error).toMatchObject({ status: 500 })
    expect(await stateOf(auth, email)).toEqual(state)
    await auth.sql`drop table public.holds`
  })
})
