import type { ErrorName } from '../../../local-stack/src/auth/errors/table.ts'
import { type AuthHarness, newEmail, password, signedIn, stateOf } from '../auth-harness.ts'

type Person = Awaited<ReturnType<typeof signedIn>>

export interface Setting {
  auth: AuthHarness
  /** Sign-ups closed and mail provider off. */
  closed: AuthHarness
  mailOff: AuthHarness
  unchecked: AuthHarness
  single: AuthHarness
  careful: AuthHarness
  slow: AuthHarness
  poor: AuthHarness
  hookless: AuthHarness
  person: Person
  unconfirmed: string
}

export type Provoke = (setting: Setting) => Promise<Response>

export const post =
  (path: string, body: unknown, name: keyof Setting = 'auth'): Provoke =>
  (setting) =>
    (setting[name] as AuthHarness).request(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

export const admin =
  (method: string, path: (setting: Setting) => string, body: (setting: Setting) => unknown): Provoke =>
  (setting) =>
    setting.auth.request(path(setting), {
      method,
      token: setting.auth.keys.serviceRoleToken,
      body: method === 'GET' ? null : JSON.stringify(body(setting)),
    })

export const create = (body: unknown) =>
  admin(
    'POST',
    () => '/admin/users',
    () => body,
  )
export const link = (body: (setting: Setting) => unknown) => admin('POST', () => '/admin/generate_link', body)

export const put =
  (body: unknown, name: 'auth' | 'careful' = 'auth'): Provoke =>
  (setting) =>
    setting[name].request('/user', {
      method: 'PUT',
      token: setting.person.session.access_token,
      body: JSON.stringify(body),
    })

export const bearer =
  (token: (setting: Setting) => Promise<string> | string, path = '/user'): Provoke =>
  async (setting) =>
    setting.auth.request(path, { token: await token(setting) })

export const asUser =
  (method: string, path: string, body?: unknown): Provoke =>
  (setting) =>
    setting.auth.request(path, {
      method,
      token: setting.person.session.access_token,
      body: body === undefined ? null : JSON.stringify(body),
    })

/** A code for a new address whose mail fails: nothing of it may be stored. */
export async function failingMail(auth: AuthHarness): Promise<Response> {
  const email = newEmail()
  const response = await auth.request('/otp', { method: 'POST', body: JSON.stringify({ email }) })
  if ((await stateOf(auth, email)) !== null) throw new Error('The user was stored although the mail failed.')
  return response
}

/** The same while the hook answers so. */
export const hooked =
  (answer: Parameters<AuthHarness['answerMails']>[0]): Provoke =>
  async ({ auth }) => {
    auth.answerMails(answer)
    try {
      return await failingMail(auth)
    } finally {
      auth.answerMails()
    }
  }

export const burstThen =
  (provoke: Provoke): Provoke =>
  async (setting) => {
    for (let i = 0; i < 30; i++) await provoke(setting)
    return provoke(setting)
  }

export const json = { 'content-type': 'application/json' }

/**
 * How to get an answer, and what it must be. `source` is where the real service (supabase/auth 2.196) has it: the files
 * lie in its internal/ folder.
 */
type Case = [status: number, code: string, source: string, provoke: Provoke]

export type Cases = Partial<Record<ErrorName, Case>>

/** An error that a link carries in its fragment, as if it were an answer. */
export function fromLocation(response: Response): Response {
  const fragment = new URLSearchParams(new URL(response.headers.get('location')!).hash.slice(1))
  const code = fragment.get('error_code')!
  const status = { invalid_request: 400, access_denied: 403 }[fragment.get('error')!]
  return Response.json(
    { code, message: fragment.get('error_description') },
    { status: status!, headers: { 'x-sb-error-code': code } },
  )
}

export async function exchange({ auth }: Setting, code_verifier: string, ago: string): Promise<Response> {
  const { email, id } = await signedIn(auth)
  const code_challenge = 'v'.repeat(43)
  await auth.request('/otp', {
    method: 'POST',
    body: JSON.stringify({ email, code_challenge, code_challenge_method: 'plain' }),
  })
  await auth.sql`update auth.flow_state set created_at = now() - ${ago}::interval where user_id = ${id}`
  const [flow] = await auth.sql`select auth_code from auth.flow_state where user_id = ${id}`
  return auth.request('/token?grant_type=pkce', {
    method: 'POST',
    body: JSON.stringify({ auth_code: flow!.auth_code, code_verifier }),
  })
}

export async function oldSession({ auth, careful }: Setting, more: object): Promise<Response> {
  const { id, session } = await signedIn(auth)
  await auth.sql`update auth.sessions set created_at = now() - interval '25 hours' where user_id = ${id}`
  const body = JSON.stringify({ password: 'another long one', current_password: password, ...more })
  return careful.request('/user', { method: 'PUT', token: session.access_token, body })
}
