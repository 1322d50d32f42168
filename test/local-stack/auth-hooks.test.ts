import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AuthHarness, isLocal, newEmail, password, signedIn, startAuth, stateOf } from './auth-harness.ts'

describe.runIf(isLocal)('Auth: the send email hook', () => {
  let auth: AuthHarness
  beforeAll(async () => {
    auth = await startAuth()
  })
  afterEach(() => auth.answerMails())
  afterAll(() => auth.close())

  const post = (body: object) => auth.request('/otp', { method: 'POST', body: JSON.stringify(body) })

  it('gets the payload that hosted sends, signed', async () => {
    const { email, id, client } = await signedIn(auth)
    await client.auth.updateUser({ data: { full_name: 'Di' } })
    await auth.client().auth.signInWithOtp({ email, options: { emailRedirectTo: 'https://app.test/x' } })
    const { headers, metadata, user, email_data } = auth.lastMail(email)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
      'webhook-signature': expect.stringMatching(/^v1,/),
    })
    expect(metadata).toEqual({
      uuid: expect.any(String),
      time: expect.any(String),
      name: 'send-email',
      ip_address: '203.0.113.7',
    })
    expect(user).toMatchObject({
      id,
      aud: 'authenticated',
      role: 'authenticated',
      email,
      phone: '',
      app_metadata: { provider: 'email', providers: ['email'] },
      user_metadata: { full_name: 'Di' },
      identities: [{ provider: 'email', user_id: id }],
      is_anonymous: false,
    })
    expect(email_data).toEqual({
      token: expect.stringMatching(/^\d{8}$/),
      token_hash: expect.stringMatching(/^[0-9a-f]{56}$/),
      redirect_to: 'https://app.test/x',
      email_action_type: 'magiclink',
      site_url: 'http://auth.test/auth/v1',
      token_new: '',
      token_hash_new: '',
      old_email: '',
      old_phone: '',
      provider: '',
      factor_type: '',
    })
  })

  it('is tried again, with an id of its own each time, when it is busy and says so', async () => {
    const email = newEmail()
    auth.answerMails((_, attempt) =>
      attempt < 3 ? { status: attempt === 1 ? 429 : 503, headers: { 'retry-after': 'true' } } : { status: 204 },
    )
    expect((await auth.client().auth.signInWithOtp({ email })).error).toBeNull()
    const tries = auth.mails.filter((mail) => mail.user.email === email)
    expect(tries).toHaveLength(3)
    expect(new Set(tries.map((mail) => mail.headers['webhook-id'])).size).toBe(3)
    expect(new Set(tries.map((mail) => mail.email_data.token)).size).toBe(1)
    const { token } = auth.lastMail(email).email_data
    expect((await auth.client().auth.verifyOtp({ email, token, type: 'email' })).error).toBeNull()
  })

  it('answers what the hook answered, and stores nothing', async () => {
    const json = { 'content-type': 'application/json' }
    const answers: [Parameters<AuthHarness['answerMails']>[0], number, string][] = [
      [() => ({ status: 429, headers: { 'retry-after': '1' } }), 500, 'Service currently unavailable due to hook'],
      [() => ({ status: 503 }), 500, 'Service currently unavailable due to hook'],
      [() => ({ status: 400 }), 500, 'Invalid payload sent to hook'],
      [() => ({ status: 401 }), 500, 'Hook requires authorization token'],
      [() => ({ status: 418 }), 500, 'Unexpected status code returned from hook: 418'],
      [
        () => ({ status: 200, headers: { 'content-type': 'text/plain' } }),
        400,
        'Invalid JSON response. Received content-type: text/plain',
      ],
      [() => ({ status: 200 }), 400, 'Invalid Content-Type: Missing Content-Type header'],
      [() => ({ status: 200, headers: json, body: 'no json' }), 500, 'Error unmarshaling JSON output.'],
      [
        () => ({ status: 200, headers: json, body: 'x'.repeat(200 * 1024 + 1) }),
        422,
        'Payload size exceeded size limit of 204800 bytes',
      ],
      [
        () => ({
          status: 200,
          headers: json,
          body: JSON.stringify({ error: { http_code: 409, message: 'Not to them' } }),
        }),
        409,
        'Not to them',
      ],
      [() => ({ status: 200, headers: json, body: JSON.stringify({ error: { message: 'No' } }) }), 500, 'No'],
    ]
    const email = newEmail()
    for (const [answer, status, message] of answers) {
      auth.answerMails(answer)
      const response = await post({ email })
      expect([response.status, (await response.json()).message]).toEqual([status, message])
    }
    auth.answerMails(() => ({ status: 200, headers: json, body: JSON.stringify({ error: { http_code: 409 } }) }))
    expect((await post({ email: newEmail() })).status).toBe(200)
    expect(await stateOf(auth, email)).toBeNull()
  })

  it('is the only way to send mail', async () => {
    const mute = await auth.withConfig((config) => {
      config.hook.send_email!.enabled = false
    })
    const email = newEmail()
    expect((await mute.client().auth.signInWithOtp({ email })).error).toMatchObject({ status: 500 })
    expect(await stateOf(auth, email)).toBeNull()
  })

  it('must have a secret that signs', async () => {
    for (const secrets of ['env(SEND_EMAIL_HOOK_SECRET)', 'secret', '']) {
      const start = auth.withConfig((config) => {
        config.hook.send_email!.secrets = secrets
      })
      await expect(start).rejects.toThrow('auth.hook.send_email.secrets')
    }
  })
})

describe.runIf(isLocal)('Auth: the before user created hook', () => {
  let plain: AuthHarness
  let auth: AuthHarness
  beforeAll(async () => {
    plain = await startAuth()
    await plain.sql.unsafe(`
      create schema private;
      create table private.asked (event jsonb, role text);
      create function private.before_user_created(event jsonb) returns jsonb language plpgsql security definer as $$
      begin
        insert into private.asked values (event, session_user);
        if event #>> '{user,email}' like 'slow%' then perform pg_sleep(3); end if;
        if event #>> '{user,email}' like 'broken%' then raise exception 'broken'; end if;
        if event #>> '{user,email}' like 'silent%' then
          return '{"error": {"http_code": 403, "message": ""}}';
        end if;
        if event #>> '{user,email}' like 'refused%' then
          return '{"error": {"http_code": 403, "message": "Not from this domain."}}';
        end if;
        return '{}';
      end $$;
      grant usage on schema private to supabase_auth_admin;
      revoke execute on function private.before_user_created from public;
      grant execute on function private.before_user_created to supabase_auth_admin;
    `)
    auth = await plain.withConfig((config) => {
      config.hook.before_user_created = { enabled: true, uri: 'pg-functions://postgres/private/before_user_created' }
    })
  })
  afterAll(() => plain.close())

  it('is asked with the real payload before a user is stored', async () => {
    const email = newEmail()
    const { data } = await auth.client().auth.signUp({ email, password, options: { data: { role: 'model' } } })
    const [asked] = await auth.sql`select * from private.asked where event #>> '{user,email}' = ${email}`
    expect(asked).toEqual({
      role: 'supabase_auth_admin',
      event: {
        metadata: {
          uuid: expect.any(String),
          time: expect.any(String),
          name: 'before-user-created',
          ip_address: '203.0.113.7',
        },
        user: {
          id: data.user!.id,
          aud: 'authenticated',
          role: '',
          email,
          phone: '',
          app_metadata: { provider: 'email', providers: ['email'] },
          user_metadata: { role: 'model' },
          identities: [],
          created_at: '0001-01-01T00:00:00Z',
          updated_at: '0001-01-01T00:00:00Z',
          is_anonymous: false,
        },
      },
    })
  })

  it('refuses with its own words, on every road by which a user comes', async () => {
    const email = newEmail('refused')
    const mails = auth.mails.length
    const refusals = [
      (await auth.client().auth.signUp({ email, password })).error,
      (await auth.client().auth.signInWithOtp({ email })).error,
      (await auth.admin.inviteUserByEmail(email)).error,
      (await auth.admin.generateLink({ type: 'signup', email, password })).error,
      (await auth.admin.generateLink({ type: 'invite', email })).error,
    ]
    for (const error of refusals) {
      expect(error).toMatchObject({ status: 403, code: 'unknown', message: 'Not from this domain.' })
    }
    expect(await stateOf(auth, email)).toBeNull()
    expect(auth.mails.length).toBe(mails)
    // What the hook itself wrote stays: it has a transaction of its own.
    expect(await auth.sql`select from private.asked where event #>> '{user,email}' = ${email}`).toHaveLength(5)
  })

  it('is not asked about users that are there, nor when an admin creates one', async () => {
    const { email } = await signedIn(auth)
    await auth.client().auth.signUp({ email, password })
    await auth.client().auth.signInWithOtp({ email })
    expect(await auth.sql`select from private.asked where event #>> '{user,email}' = ${email}`).toHaveLength(0)
  })

  it('refuses nothing without a message', async () => {
    const email = newEmail('silent')
    expect((await auth.client().auth.signUp({ email, password })).error).toBeNull()
  })

  it('stores nothing when it fails, takes too long or is not there', async () => {
    const missing = await plain.withConfig((config) => {
      config.hook.before_user_created = { enabled: true, uri: 'pg-functions://postgres/private/nothing' }
    })
    for (const [service, name] of [
      [auth, 'broken'],
      [auth, 'slow'],
      [missing, 'person'],
    ] as const) {
      const email = newEmail(name)
      const response = await service.request('/signup', { method: 'POST', body: JSON.stringify({ email, password }) })
      const body = await response.json()
      expect([response.status, body.code]).toEqual([500, 'unexpected_failure'])
      expect(body.message).toMatch(/^Error running hook URI: pg-functions:\/\/postgres\/private\//)
      expect(await stateOf(auth, email)).toBeNull()
    }
  })

  it('must be named as a function', async () => {
    for (const uri of [
      'https://example.com/',
      'pg-functions://postgres/private',
      'pg-functions://postgres/a/b";drop',
    ]) {
      const start = plain.withConfig((config) => {
        config.hook.before_user_created = { enabled: true, uri }
      })
      await expect(start).rejects.toThrow('auth.hook.before_user_created.uri')
    }
  })
})
