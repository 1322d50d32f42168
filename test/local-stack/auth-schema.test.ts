import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ignoredSettings } from '../../local-stack/src/auth/ignored-settings.ts'
import { type AuthHarness, isLocal, signedIn, startAuth } from './auth-harness.ts'

describe.runIf(isLocal)('Auth: the schema and what is not imitated', () => {
  let auth: AuthHarness
  let asPostgres: postgres.Sql
  beforeAll(async () => {
    auth = await startAuth()
    asPostgres = postgres(auth.databaseUrl('postgres'), { max: 1, onnotice: () => undefined })
  })
  afterAll(async () => {
    await asPostgres.end()
    await auth.close()
  })

  it('belongs to supabase_auth_admin, with row level security on every table', async () => {
    const tables = await auth.sql`
      select relname, pg_get_userbyid(relowner) as owner, relrowsecurity as secured
      from pg_class where relnamespace = 'auth'::regnamespace and relkind = 'r' order by relname`
    expect(tables.map(({ relname }) => relname)).toEqual([
      'audit_log_entries',
      'flow_state',
      'identities',
      'mfa_amr_claims',
      'mfa_challenges',
      'mfa_factors',
      'one_time_tokens',
      'refresh_tokens',
      'sessions',
      'users',
    ])
    expect(tables.filter(({ owner, secured }) => owner !== 'supabase_auth_admin' || !secured)).toEqual([])
    const functions = await auth.sql`
      select proname, pg_get_userbyid(proowner) as owner, has_function_privilege('anon', oid, 'execute') as open
      from pg_proc where pronamespace = 'auth'::regnamespace order by proname`
    expect(functions).toEqual(
      ['email', 'jwt', 'role', 'uid'].map((proname) => ({ proname, owner: 'supabase_auth_admin', open: true })),
    )
  })

  it('tells who asks from what PostgREST sets', async () => {
    const { id } = await signedIn(auth)
    const claims = JSON.stringify({ sub: id, role: 'authenticated', email: 'a@example.com' })
    const seen = await auth.sql.begin(async (tx) => {
      await tx`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`
      return tx`select auth.uid(), auth.role(), auth.email(), auth.jwt() ->> 'sub' as sub`
    })
    expect(seen).toEqual([{ uid: id, role: 'authenticated', email: 'a@example.com', sub: id }])
    expect(await auth.sql`select auth.uid(), auth.jwt()`).toEqual([{ uid: null, jwt: null }])
  })

  it('is closed to clients; postgres may read it, put triggers on users and delete them', async () => {
    const { id } = await signedIn(auth)
    for (const role of ['anon', 'authenticated', 'service_role']) {
      const read = auth.sql.begin(async (tx) => {
        await tx`select set_config('role', ${role}, true)`
        return tx`select * from auth.users`
      })
      await expect(read).rejects.toThrow('permission denied')
    }
    expect(await asPostgres`select id from auth.users where id = ${id}`).toHaveLength(1)
    await asPostgres.unsafe(`
      create table public.seen (event text, role text, confirmed boolean);
      create function public.note_user() returns trigger language plpgsql security definer as $$
      begin
        insert into public.seen values (tg_op, new.role, new.email_confirmed_at is not null);
        return new;
      end $$;
      create trigger note_user after insert or update of email_confirmed_at on auth.users
        for each row execute function public.note_user();`)
    const { client } = await signedIn(auth)
    expect((await client.auth.getUser()).error).toBeNull()
    // A user is stored first, gets its role then, and is confirmed last.
    expect(await auth.sql`select * from public.seen`).toEqual([
      { event: 'INSERT', role: '', confirmed: false },
      { event: 'UPDATE', role: 'authenticated', confirmed: true },
    ])
    await asPostgres`delete from auth.users where id = ${id}`
    expect(await auth.sql`select from auth.identities where user_id = ${id}`).toHaveLength(0)
  })

  it('says what it is and what is switched on', async () => {
    const health = await auth.request('/health')
    expect([health.status, (await health.json()).name]).toEqual([200, 'GoTrue'])
    const settings = await (await auth.request('/settings')).json()
    expect(settings).toMatchObject({
      disable_signup: false,
      mailer_autoconfirm: false,
      external: { email: true, phone: false, google: false, anonymous_users: false },
    })
    const closed = await auth.withConfig((config) => {
      config.enable_signup = false
      config.email.enable_confirmations = false
    })
    expect(await (await closed.request('/settings')).json()).toMatchObject({
      disable_signup: true,
      mailer_autoconfirm: true,
    })
  })

  it('names the settings that nothing here follows', () => {
    const config = {
      enable_anonymous_sign_ins: true,
      enable_manual_linking: false,
      mfa: { totp: { enroll_enabled: true }, phone: { enroll_enabled: false } },
      external: { google: { enabled: true }, apple: { enabled: false } },
      hook: { send_email: { enabled: true }, custom_access_token: { enabled: true } },
      email: { notification: { password_changed: { enabled: true } } },
    }
    expect(ignoredSettings(config as never)).toEqual([
      'enable_anonymous_sign_ins',
      'mfa.totp.enroll_enabled',
      'external.google',
      'email.notification.password_changed',
      'hook.custom_access_token',
    ])
  })

  it('answers what it does not imitate as a project that has it switched off', async () => {
    const { client } = await signedIn(auth)
    const stranger = auth.client()
    const id = crypto.randomUUID()
    const refusals = {
      anonymous: await stranger.auth.signInAnonymously(),
      'phone sign-up': await stranger.auth.signUp({ phone: '+12345678901', password: 'long enough' }),
      'phone code': await stranger.auth.signInWithOtp({ phone: '+12345678901' }),
      'phone code verified': await stranger.auth.verifyOtp({ phone: '+12345678901', token: '123456', type: 'sms' }),
      'phone password': await stranger.auth.signInWithPassword({ phone: '+12345678901', password: 'long enough' }),
      'id token': await stranger.auth.signInWithIdToken({ provider: 'google', token: 'x' }),
      sso: await stranger.auth.signInWithSSO({ domain: 'example.com' }),
      'link identity': await client.auth.linkIdentity({ provider: 'google' }),
      'unlink identity': await client.auth.unlinkIdentity((await client.auth.getUserIdentities()).data!.identities[0]!),
      totp: await client.auth.mfa.enroll({ factorType: 'totp' }),
      'mfa phone': await client.auth.mfa.enroll({ factorType: 'phone', phone: '+12345678901' }),
      'mfa challenge': await client.auth.mfa.challenge({ factorId: id }),
      'mfa unenroll': await client.auth.mfa.unenroll({ factorId: id }),
    }
    const seen = Object.fromEntries(
      Object.entries(refusals).map(([name, { error }]) => [name, [error!.status, error!.code]]),
    )
    expect(seen).toEqual({
      anonymous: [422, 'anonymous_provider_disabled'],
      'phone sign-up': [400, 'phone_provider_disabled'],
      'phone code': [400, 'phone_provider_disabled'],
      'phone code verified': [403, 'otp_expired'],
      'phone password': [422, 'phone_provider_disabled'],
      'id token': [400, 'provider_disabled'],
      sso: [404, 'saml_provider_disabled'],
      'link identity': [404, 'manual_linking_disabled'],
      'unlink identity': [404, 'manual_linking_disabled'],
      totp: [422, 'mfa_totp_enroll_not_enabled'],
      'mfa phone': [422, 'mfa_phone_enroll_not_enabled'],
      'mfa challenge': [404, 'mfa_factor_not_found'],
      'mfa unenroll': [404, 'mfa_factor_not_found'],
    })
    expect((await client.auth.mfa.listFactors()).data).toMatchObject({ all: [], totp: [] })
    expect((await client.auth.mfa.getAuthenticatorAssuranceLevel()).data).toMatchObject({ currentLevel: 'aal1' })
  })
})
