import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AuthHarness,
  age,
  isLocal,
  newEmail,
  partOf,
  password,
  signedIn,
  startAuth,
  stateOf,
} from './auth-harness.ts'

describe.runIf(isLocal)('Auth: links', () => {
  let auth: AuthHarness
  beforeAll(async () => {
    auth = await startAuth()
  })
  afterAll(() => auth.close())

  /** Follows a mail's link as a browser does, up to where it leads out. */
  const follow = async (query: Record<string, string>) => {
    const response = await auth.request(`/verify?${new URLSearchParams(query)}`, { headers: { authorization: '' } })
    expect(response.status).toBe(303)
    const target = new URL(response.headers.get('location')!)
    return {
      base: target.origin + target.pathname,
      query: target.searchParams,
      fragment: new URLSearchParams(target.hash.slice(1)),
    }
  }
  const linkOf = (email: string) => {
    const { token_hash, email_action_type, redirect_to } = auth.lastMail(email).email_data
    return { token: token_hash, type: email_action_type, redirect_to }
  }

  it('leads to the site with the session in the fragment', async () => {
    for (const ask of ['signUp', 'otp', 'recover'] as const) {
      const email = newEmail()
      const client = auth.client()
      if (ask === 'signUp')
        await client.auth.signUp({ email, password, options: { emailRedirectTo: 'https://app.test/in?a=1' } })
      else {
        await signedIn(auth, email)
        if (ask === 'otp')
          await client.auth.signInWithOtp({ email, options: { emailRedirectTo: 'https://app.test/in?a=1' } })
        else await client.auth.resetPasswordForEmail(email, { redirectTo: 'https://app.test/in?a=1' })
      }
      const { base, query, fragment } = await follow(linkOf(email))
      expect([base, [...query]]).toEqual(['https://app.test/in', [['a', '1']]])
      expect([...fragment.keys()]).toEqual([
        'access_token',
        'expires_at',
        'expires_in',
        'refresh_token',
        'sb',
        'token_type',
        'type',
      ])
      expect(fragment.get('type')).toBe(linkOf(email).type)
      const { data, error } = await client.auth.setSession({
        access_token: fragment.get('access_token')!,
        refresh_token: fragment.get('refresh_token')!,
      })
      expect(error).toBeNull()
      expect(data.user).toMatchObject({ email, email_confirmed_at: expect.any(String) })
    }
  })

  it('leads a used, a wrong and a late link to an error in the fragment, and changes nothing', async () => {
    const { email } = await signedIn(auth)
    await auth.client().auth.signInWithOtp({ email })
    await age(auth, email, 'recovery_sent_at', '601 seconds')
    const state = await stateOf(auth, email)
    for (const token of [linkOf(email).token, 'f'.repeat(56)]) {
      const { base, query, fragment } = await follow({ ...linkOf(email), token })
      expect(base).toBe('http://127.0.0.1:3000/')
      expect([...query]).toEqual([])
      expect(Object.fromEntries(fragment)).toEqual({
        error: 'access_denied',
        error_code: 'otp_expired',
        error_description: 'Email link is invalid or has expired',
        sb: '',
      })
    }
    expect(await stateOf(auth, email)).toEqual(state)
  })

  it('leads nowhere that is not allowed', async () => {
    const { email } = await signedIn(auth)
    const allowed = async (target: string) => {
      await auth.client().auth.signInWithOtp({ email, options: { emailRedirectTo: target } })
      return auth.lastMail(email).email_data.redirect_to === target
    }
    const targets = {
      'https://app.test/': true,
      'https://app.test/a/b?c=d': true,
      'http://127.0.0.1:3000/x': true,
      'http://127.0.0.1:9999/': true,
      'http://[::1]:3000/': true,
      'talent://callback': true,
      'https://app.test.evil.com/': false,
      'https://app.test@evil.com/': false,
      'http://app.test/': false,
      'https://evil.com/#https://app.test/': false,
      'https://203.0.113.9/': false,
      'javascript:alert(1)': false,
      'talent://other': false,
      'not a url': false,
    }
    const seen: Record<string, boolean> = {}
    for (const target of Object.keys(targets)) seen[target] = await allowed(target)
    expect(seen).toEqual(targets)
    const { base } = await follow({ ...linkOf(email), redirect_to: 'https://evil.com/' })
    expect(base).toBe('http://127.0.0.1:3000/')
  })

  it('hands a PKCE client a code that only its verifier can exchange, once', async () => {
    for (const ask of ['signUp', 'otp', 'recover'] as const) {
      const email = newEmail()
      const client = auth.client({ flowType: 'pkce' })
      if (ask === 'signUp') await client.auth.signUp({ email, password })
      else {
        await signedIn(auth, email)
        if (ask === 'otp') await client.auth.signInWithOtp({ email })
        else await client.auth.resetPasswordForEmail(email)
      }
      expect(linkOf(email).token).toMatch(/^pkce_/)
      const { query, fragment } = await follow(linkOf(email))
      expect([...fragment]).toEqual([])
      const code = query.get('code')!
      const post = (code_verifier: string) =>
        auth.request('/token?grant_type=pkce', {
          method: 'POST',
          body: JSON.stringify({ auth_code: code, code_verifier }),
        })
      const stolen = await post('x'.repeat(56))
      expect([stolen.status, (await stolen.json()).code]).toEqual([400, 'bad_code_verifier'])
      const { data, error } = await client.auth.exchangeCodeForSession(code)
      expect(error).toBeNull()
      expect(data.user).toMatchObject({ email, email_confirmed_at: expect.any(String) })
      const [method] = partOf(data.session!.access_token, 'claims').amr as { method: string }[]
      expect(method!.method).toBe({ signUp: 'email/signup', otp: 'magiclink', recover: 'recovery' }[ask])
      const again = await post('x'.repeat(56))
      expect([again.status, (await again.json()).code]).toEqual([404, 'flow_state_not_found'])
    }
  })

  it('lets a PKCE code go stale', async () => {
    const { email, id } = await signedIn(auth)
    const client = auth.client({ flowType: 'pkce' })
    await client.auth.signInWithOtp({ email })
    const { query } = await follow(linkOf(email))
    await auth.sql`update auth.flow_state set auth_code_issued_at = now() - interval '301 seconds' where user_id = ${id}`
    const { error } = await client.auth.exchangeCodeForSession(query.get('code')!)
    expect(error).toMatchObject({ code: 'flow_state_expired', status: 422 })
  })

  it('leads a PKCE client’s errors into the query too', async () => {
    const { email, id } = await signedIn(auth)
    await auth.client({ flowType: 'pkce' }).auth.signInWithOtp({ email })
    const used = { ...linkOf(email), token: `pkce_${'f'.repeat(56)}` }
    const { query, fragment } = await follow(used)
    expect(query.get('error_code')).toBe('otp_expired')
    expect(fragment.get('error_code')).toBe('otp_expired')
    await auth.sql`delete from auth.flow_state where user_id = ${id}`
    const state = await stateOf(auth, email)
    expect((await follow(linkOf(email))).query.get('error_code')).toBe('flow_state_not_found')
    expect(await stateOf(auth, email)).toEqual(state)
  })

  it('takes the code of a PKCE mail as well as its link', async () => {
    const email = newEmail()
    const client = auth.client({ flowType: 'pkce' })
    await client.auth.signInWithOtp({ email })
    const { token } = auth.lastMail(email).email_data
    expect((await client.auth.verifyOtp({ email, token, type: 'email' })).error).toBeNull()
  })

  it('asks for the second link of a change of address, then changes it', async () => {
    const { email, client } = await signedIn(auth)
    const next = newEmail('next')
    await client.auth.updateUser({ email: next })
    const { token_hash, token_hash_new, email_action_type: type } = auth.lastMail(email).email_data
    const first = await follow({ token: token_hash_new, type })
    expect(first.fragment.get('message')).toMatch(/other email$/)
    const second = await follow({ token: token_hash, type })
    expect(partOf(second.fragment.get('access_token')!, 'claims').email).toBe(next)
  })
})
