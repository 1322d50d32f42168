import { type Auth, inTransaction } from '../auth.ts'
import { audit } from '../db/audit.ts'
import { endOtherSessions, endSession, endSessions } from '../db/sessions.ts'
import { lockUser } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { requireUser } from '../http/caller.ts'
import type { AuthRequest } from '../http/request.ts'

/** POST /logout?scope=global|local|others */
export async function logout(auth: Auth, request: AuthRequest): Promise<Response> {
  const { user, session } = await requireUser(auth, request)
  const scope = request.query('scope') || 'global'
  if (!['global', 'local', 'others'].includes(scope)) throw authError('logoutScope', scope)
  await inTransaction(auth, async (tx) => {
    await lockUser(tx, user.id)
    await audit(tx, user, 'logout')
    if (session && scope === 'local') await endSession(tx, session.id)
    else if (session && scope === 'others') await endOtherSessions(tx, user.id, session.id)
    else await endSessions(tx, user.id)
  })
  return new Response(null, { status: 204 })
}
