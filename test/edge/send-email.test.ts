import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { authPayload } from './auth-payload.ts'
import { hostSendEmail } from './send-email-host.ts'

let hook: Awaited<ReturnType<typeof hostSendEmail>>

beforeAll(async () => {
  hook = await hostSendEmail()
})
beforeEach(() => hook.reset())
afterAll(() => hook.close())

async function mailsFor(payload: unknown) {
  const answer = await hook.send(payload)
  expect([answer.status, await answer.json()]).toEqual([200, {}])
  return hook.inbox.messages().reverse()
}

/** The link of a mail as its text has it, which must be the one of its HTML. */
function linkIn({ text, html }: { text: string | null; html: string | null }): URL {
  const link = /https?:\/\/\S+/.exec(text ?? '')?.[0] ?? ''
  expect(html).toContain(`href="${link.replaceAll('&', '&amp;')}"`)
  return new URL(link)
}

test.each([
  ['en', 'Confirm your email for Talent & Co'],
  ['ru', 'Подтвердите почту для Talent & Co'],
  ['kk', 'Talent & Co үшін поштаңызды растаңыз'],
])('writes in the language of the account: %s', async (locale, subject) => {
  const payload = authPayload({ user: { user_metadata: { locale } } })
  const [mail] = await mailsFor(payload)
  expect(mail).toMatchObject({ from: 'Talent & Co <hello@example.com>', to: ['ada@example.com'], subject })
  expect(mail!.html).toContain(`<html lang="${locale}">`)
  expect(mail!.html).toContain('>30571284<')
  expect(mail!.text).toContain(': 30571284\n')
  expect(await hook.inbox.codeFor('ada@example.com')).toBe('30571284')
  const link = linkIn(mail!)
  expect(link.origin + link.pathname).toBe('https://project.example/auth/v1/verify')
  expect(Object.fromEntries(link.searchParams)).toEqual({
    token: payload.email_data.token_hash,
    type: 'signup',
    redirect_to: payload.email_data.redirect_to,
  })
})

test.each([
  ['a region is left out', { locale: 'ru-KZ' }, 'ru'],
  ['an unknown one is English', { locale: 'de' }, 'en'],
  ['a name that every object has is English', { locale: 'constructor' }, 'en'],
  ['a number is English', { locale: 7 }, 'en'],
  ['none is English', null, 'en'],
])('locale: %s', async (_, user_metadata, language) => {
  const [mail] = await mailsFor(authPayload({ user: { user_metadata } }))
  expect(mail!.html).toContain(`<html lang="${language}">`)
})

test.each([
  ['signup', 'signup'],
  ['invite', 'invite'],
  ['magiclink', 'magiclink'],
  ['email', 'magiclink'],
  ['recovery', 'recovery'],
])('%s: one mail with a code and a link of type %s', async (email_action_type, type) => {
  const mails = await mailsFor(authPayload({ email_data: { email_action_type } }))
  expect(mails).toMatchObject([{ to: ['ada@example.com'], code: '30571284' }])
  expect(linkIn(mails[0]!).searchParams.get('type')).toBe(type)
})

test('reauthentication: a code without a link', async () => {
  const [mail] = await mailsFor(authPayload({ email_data: { email_action_type: 'reauthentication' } }))
  expect(mail).toMatchObject({ to: ['ada@example.com'], code: '30571284' })
  expect(mail!.html).not.toContain('href')
  expect(mail!.text).not.toContain('http')
})

test('a change of address that both confirm: each gets its own code with the hash that belongs to it', async () => {
  const mails = await mailsFor(
    authPayload({
      user: { new_email: 'new@example.com' },
      email_data: {
        email_action_type: 'email_change',
        token: '11111111',
        token_hash_new: 'hash-of-current',
        token_new: '22222222',
        token_hash: 'hash-of-new',
      },
    }),
  )
  expect(mails.map(({ to, code }) => [to[0], code])).toEqual([
    ['ada@example.com', '11111111'],
    ['new@example.com', '22222222'],
  ])
  const links = mails.map((mail) => linkIn(mail).searchParams)
  expect(links.map((link) => [link.get('token'), link.get('type')])).toEqual([
    ['hash-of-current', 'email_change'],
    ['hash-of-new', 'email_change'],
  ])
  expect(mails[0]!.text).toContain('from ada@example.com to new@example.com')
})

test.each(['email_change', 'email_change_new'])('%s with one code goes to the new address', async (type) => {
  const mails = await mailsFor(
    authPayload({ user: { new_email: 'new@example.com' }, email_data: { email_action_type: type } }),
  )
  expect(mails).toMatchObject([{ to: ['new@example.com'], code: '30571284' }])
  expect(linkIn(mails[0]!).searchParams.get('type')).toBe('email_change')
})

test.each([
  ['password_changed_notification', {}, 'ada@example.com', 'password'],
  ['email_changed_notification', { old_email: 'old@example.com' }, 'old@example.com', 'from old@example.com to ada@'],
  ['phone_changed_notification', { old_phone: '77010000000' }, 'ada@example.com', 'phone'],
  ['identity_linked_notification', { provider: 'google' }, 'ada@example.com', 'google'],
  ['identity_unlinked_notification', { provider: 'google' }, 'ada@example.com', 'google'],
  ['mfa_factor_enrolled_notification', { factor_type: 'totp' }, 'ada@example.com', 'totp'],
  ['mfa_factor_unenrolled_notification', { factor_type: 'totp' }, 'ada@example.com', 'totp'],
])('%s is told without a code', async (email_action_type, data, to, says) => {
  const [mail] = await mailsFor(authPayload({ email_data: { email_action_type, token: '', token_hash: '', ...data } }))
  expect(mail).toMatchObject({ to: [to], code: null })
  expect(mail!.text).toContain(says)
  expect(mail!.html).not.toContain('href')
})

test('an action it does not know is accepted without a mail', async () => {
  expect(await mailsFor(authPayload({ email_data: { email_action_type: 'of_next_year' } }))).toEqual([])
})

test('links lead to SUPABASE_URL where Auth does not say where it is', async () => {
  const [mail] = await mailsFor(authPayload({ email_data: { site_url: 'http://127.0.0.1:3000' } }))
  expect(linkIn(mail!).href).toMatch(/^https:\/\/supabase\.example\/auth\/v1\/verify\?/)
})

test('nothing that came with the payload becomes markup', async () => {
  const evil = '"><script>alert(1)</script>'
  const payload = authPayload({
    user: { new_email: `"${evil}"@example.com`, user_metadata: { locale: evil } },
    email_data: { email_action_type: 'signup', token_hash: evil, redirect_to: `javascript:${evil}`, token: evil },
  })
  const [mail] = await mailsFor(payload)
  expect(mail!.html).not.toContain('<script')
  expect(mail!.html).toContain('&lt;script&gt;')
  const linked = authPayload({ email_data: { email_action_type: 'identity_linked_notification', provider: evil } })
  await mailsFor(linked)
  expect(hook.inbox.messages()[0]!.html).not.toContain('<script')
})

test.each([
  ['no address', authPayload({ user: { email: '' } })],
  ['no code', authPayload({ email_data: { token: '' } })],
  ['no user', { email_data: authPayload().email_data }],
  ['no JSON', 'no json'],
])('a payload with %s is refused in the form hooks have', async (_, payload) => {
  const answer = await hook.send(payload)
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { error: { http_code: 400, message: expect.any(String) } },
  ])
  expect(hook.inbox.messages()).toEqual([])
})

test('other methods and bodies without end are refused', async () => {
  expect((await hook.call('/send-email')).status).toBe(405)
  const large = await hook.send(authPayload({ user: { user_metadata: { about: 'x'.repeat(1024 * 1024) } } }))
  expect([large.status, await large.json()]).toMatchObject([413, { error: { http_code: 413 } }])
  expect(hook.inbox.messages()).toEqual([])
})
