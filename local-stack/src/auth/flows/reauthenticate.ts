import { type Auth, inTransaction } from '../auth.ts'
import { audit } from '../db/audit.ts'
import { isConfirmed, lockUser } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { requireUser } from '../http/caller.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { mailCode } from '../mail/codes.ts'

/** GET /reauthenticate: mails a nonce that a change of password asks for. */
export async function reauthenticate(auth: Auth, request: AuthRequest): Promise<Response> {
  const caller = await requireUser(auth, request)
  if (!isConfirmed(caller.user)) throw authError('reauthenticationUnconfirmed')
  await inTransaction(auth, async (tx) => {
    const user = await lockUser(tx, caller.user.id)
    if (!user) throw authError('subUnknown')
    await audit(tx, user, 'user_reauthenticate_requested')
    await mailCode(auth, tx, request, user, 'reauthentication')
  })
  return json({})
}
