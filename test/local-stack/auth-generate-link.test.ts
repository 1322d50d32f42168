import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthHarness, isLocal, newEmail, password, signedIn, startAuth, stateOf } from './auth-harness.ts'

describe.runIf(isLocal)('Auth: links an admin makes', () => {
  let auth: AuthHarness
  beforeAll(async () => {
    auth = await startAuth()
  })
  afterAll(() => auth.close())

  it('makes links that work, without a mail', async () => {
    const mails = auth.mails.length
    const made = newEmail()
    const links = [
      await auth.admin.generateLink({ type: 'signup', email: made, password, options: { data: { a: 1 } } }),
      await auth.admin.generateLink({ type: 'invite', email: newEmail() }),
      await auth.admin.generateLink({ type: 'magiclink', email: newEmail() }),
      await auth.admin.generateLink({ type: 'magiclink', email: (await signedIn(auth)).email }),
      await auth.admin.generateLink({
        type: 'recovery',
        email: (await signedIn(auth)).email,
        options: { redirectTo: 'https://app.test/r' },
      }),
    ]
    expect(auth.mails.length).toBe(mails)
    expect(links.map(({ data }) => data.properties!.verification_type)).toEqual([
      'signup',
      'invite',
      'signup',
      'magiclink',
      'recovery',
    ])
    expect(links[4]!.data.properties!.redirect_to).toBe('https://app.test/r')
    for (const [index, { data, error }] of links.entries()) {
      expect(error).toBeNull()
      const { action_link, email_otp, hashed_token, verification_type: type } = data.properties!
      expect(action_link).toContain(`http://auth.test/auth/v1/verify?token=${hashed_token}&type=${type}&redirect_to=`)
      const client = auth.client()
      if (index % 3 === 0) {
        const response = await auth.request(action_link.replace('http://auth.test/auth/v1', ''), {
          headers: { authorization: '' },
        })
        expect(response.headers.get('location')).toContain('#access_token=')
      } else if (index % 3 === 1) {
        const verified = await client.auth.verifyOtp({
          email: data.user!.email!,
          token: email_otp,
          type: type as 'invite',
        })
        expect(verified.error).toBeNull()
      } else {
        expect((await client.auth.verifyOtp({ token_hash: hashed_token, type: type as 'signup' })).error).toBeNull()
      }
    }
    expect(
      (await auth.client().auth.signInWithPassword({ email: made, password })).data.user!.user_metadata,
    ).toMatchObject({ a: 1 })
  })

  it('makes the two links of a change of address', async () => {
    const { email } = await signedIn(auth)
    const newAddress = newEmail('next')
    const links: string[] = []
    for (const type of ['email_change_current', 'email_change_new'] as const) {
      const { data, error } = await auth.admin.generateLink({ type, email, newEmail: newAddress })
      expect(error).toBeNull()
      links.push(data.properties!.action_link.replace('http://auth.test/auth/v1', ''))
    }
    const targets: (string | null)[] = []
    for (const link of links) {
      targets.push((await auth.request(link, { headers: { authorization: '' } })).headers.get('location'))
    }
    expect(targets).toEqual([expect.stringContaining('#message='), expect.stringContaining('#access_token=')])
    expect(await stateOf(auth, email)).toBeNull()
    expect(await stateOf(auth, newAddress)).not.toBeNull()
  })

  it('refuses links for whom there is none', async () => {
    const { email } = await signedIn(auth)
    const refusals = [
      await auth.admin.generateLink({ type: 'recovery', email: newEmail() }),
      await auth.admin.generateLink({ type: 'signup', email, password }),
      await auth.admin.generateLink({ type: 'invite', email }),
      await auth.admin.generateLink({ type: 'email_change_new', email, newEmail: (await signedIn(auth)).email }),
      await auth.admin.generateLink({ type: 'nonsense' as 'invite', email }),
    ]
    expect(refusals.map(({ error }) => [error!.status, error!.code])).toEqual([
      [404, 'user_not_found'],
      [422, 'email_exists'],
      [422, 'email_exists'],
      [422, 'email_exists'],
      [400, 'validation_failed'],
    ])
  })
})
