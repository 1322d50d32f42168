import { errors, type JWTPayload } from 'jose'
import type { Auth } from '../auth.ts'
import { findSession, type SessionRow, sessionState } from '../db/sessions.ts'
import { findUserById, isBanned, type UserRow } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { isUuid } from '../uuid.ts'
import type { AuthRequest } from './request.ts'

export interface Caller {
  user: UserRow
  session: SessionRow | undefined
}

/** The signed-in user whose token this is; the user and the session must still exist and the user not be banned. */
export async function requireUser(auth: Auth, request: AuthRequest): Promise<Caller> {
  const caller = await load(auth, await verify(auth, request))
  if (isBanned(caller.user)) throw authError('banned')
  return caller
}

const adminRoles = ['service_role', 'supabase_admin']

/** Refuses whoever has no token of an admin role; answers the role. */
export async function requireAdmin(auth: Auth, request: AuthRequest): Promise<string> {
  const claims = await verify(auth, request)
  if (claims.session_id) {
    const { session } = await load(auth, claims)
    if (session && sessionState(auth.settings, session) !== 'valid') throw authError('sessionOver')
  }
  if (!adminRoles.includes(String(claims.role))) throw authError('notAdmin')
  return String(claims.role)
}

async function load(auth: Auth, claims: JWTPayload): Promise<Caller> {
  if (!claims.sub) throw authError('subMissing')
  if (!isUuid(claims.sub)) throw authError('subNotUuid')
  const user = await findUserById(auth.sql, claims.sub)
  if (!user) throw authError('subUnknown')
  const sessionId = claims.session_id
  if (!sessionId) return { user, session: undefined }
  if (typeof sessionId !== 'string' || !isUuid(sessionId)) throw authError('sessionNotUuid')
  const session = await findSession(auth.sql, sessionId)
  if (!session) throw authError('sessionUnknown')
  return { user, session }
}

async function verify(auth: Auth, request: AuthRequest): Promise<JWTPayload> {
  const token = /^bearer (\S+)$/i.exec(request.header('authorization'))?.[1]
  if (!token) throw authError('bearerMissing')
  try {
    return await auth.keys.verify(token)
  } catch (error) {
    throw authError('jwtInvalid', reason(error))
  }
}

function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'token has invalid claims: token is expired'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'token signature is invalid'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'token signature is invalid: signing method is invalid'
  return 'token is malformed'
}
