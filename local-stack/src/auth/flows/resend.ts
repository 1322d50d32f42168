import { z } from 'zod'
import { checkChallenge, validEmail } from '../addresses.ts'
import { type Auth, inTransaction } from '../auth.ts'
import { audit } from '../db/audit.ts'
import { rememberChallenge } from '../db/flow-states.ts'
import { findUserByEmail, isConfirmed, lockUser } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { pkce, text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { mailCode } from '../mail/codes.ts'
import { mailEmailChange } from '../mail/email-change.ts'

const schema = z.object({ type: text, email: text, phone: text, ...pkce })

/** POST /resend: a new code for a sign-up or a change of address that waits for one; the answer never tells. */
export async function resend(auth: Auth, request: AuthRequest): Promise<Response> {
  auth.limits.resend(request)
  const body = await request.body(schema)
  const isMail = body.type === 'signup' || body.type === 'email_change'
  if (isMail) checkChallenge(body)
  else if (body.type !== 'sms' && body.type !== 'phone_change') throw authError('resendType')
  if (body.type === 'signup' && body.email === '') throw authError('resendNeedsEmail')
  if (body.type === 'sms' && body.phone === '') throw authError('resendNeedsPhone')
  if (body.email !== '' && body.phone !== '') throw authError('resendOneAddress')
  if (body.phone !== '') throw authError('resendPhoneDisabled')
  if (body.email === '') throw authError('resendNeedsAddress')
  if (!auth.settings.emailEnabled) throw authError('emailProviderDisabled')

  const found = await findUserByEmail(auth.sql, validEmail(body.email))
  if (!found || !isMail) return json({})
  const isPkce = body.code_challenge !== ''
  await inTransaction(auth, async (tx) => {
    const user = await lockUser(tx, found.id)
    if (!user) return
    if (body.type === 'signup') {
      if (isConfirmed(user)) return
      await audit(tx, user, 'user_confirmation_requested')
      await rememberChallenge(tx, user.id, 'email/signup', body)
      await mailCode(auth, tx, request, user, 'signup', isPkce)
    } else if (user.email_change !== '') {
      await rememberChallenge(tx, user.id, 'email_change', body)
      await mailEmailChange(auth, tx, request, user, user.email_change, isPkce)
    }
  })
  return json({})
}
