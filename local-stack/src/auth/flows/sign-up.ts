import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Auth, inTransaction } from '../auth.ts'
import { audit } from '../db/audit.ts'
import { userJson } from '../db/user-json.ts'
import { isConfirmed, newUser } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { metadata, pkce, text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { signIn } from '../tokens/issue.ts'
import { planRegistration, type Registration, register } from './register.ts'

const schema = z.object({ email: text, phone: text, password: text, data: metadata, ...pkce })

/** POST /signup */
export async function signUp(auth: Auth, request: AuthRequest): Promise<Response> {
  const body = await request.body(schema)
  if (body.email === '' && body.phone === '') throw authError('anonymousDisabled')
  auth.limits.signUp(request)
  const registration = { ...body, data: body.data ?? {} }
  const plan = await planRegistration(auth, request, registration)
  const answer = await inTransaction(auth, async (tx) => {
    const registered = await register(auth, tx, request, plan)
    if (!registered) {
      await audit(tx, plan.existing!, 'user_repeated_signup', { provider: 'email' })
      return auth.settings.autoconfirm ? undefined : json(obfuscated(plan.registration))
    }
    const { user, identity } = registered
    if (isConfirmed(user)) {
      await audit(tx, user, 'login', { provider: 'email' })
      return json(await signIn(auth, tx, request, user, 'password'))
    }
    if (user.invited_at) return json(userJson({ ...user, raw_user_meta_data: {} }, []))
    return json(userJson(user, [identity]))
  })
  if (!answer) throw authError('userAlreadyExists')
  return answer
}

/** What a new user would look like, so that the answer does not tell that the address has one. */
function obfuscated(registration: Registration) {
  const now = new Date()
  const user = newUser({
    id: randomUUID(),
    email: registration.email,
    raw_user_meta_data: registration.data,
    confirmation_sent_at: now,
    created_at: now,
    updated_at: now,
  })
  return userJson(user, [])
}
