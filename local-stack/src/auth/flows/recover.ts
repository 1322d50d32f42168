import { z } from 'zod'
import { checkChallenge, validEmail } from '../addresses.ts'
import { type Auth, inTransaction } from '../auth.ts'
import { audit } from '../db/audit.ts'
import { rememberChallenge } from '../db/flow-states.ts'
import { findUserByEmail, lockUser } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { pkce, text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { mailCode } from '../mail/codes.ts'

const schema = z.object({ email: text, ...pkce })

/** POST /recover: the same answer whether the address has a user or not. */
export async function recover(auth: Auth, request: AuthRequest): Promise<Response> {
  auth.limits.recover(request)
  if (!auth.settings.emailEnabled) throw authError('emailProviderDisabled')
  const body = await request.body(schema)
  if (body.email === '') throw authError('recoveryNeedsEmail')
  const email = validEmail(body.email)
  checkChallenge(body)
  const found = await findUserByEmail(auth.sql, email)
  if (!found) return json({})
  await inTransaction(auth, async (tx) => {
    const user = await lockUser(tx, found.id)
    if (!user) return
    await rememberChallenge(tx, user.id, 'recovery', body)
    await audit(tx, user, 'user_recovery_requested')
    await mailCode(auth, tx, request, user, 'recovery', body.code_challenge !== '')
  })
  return json({})
}
