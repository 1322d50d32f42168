import { z } from 'zod'
import { type Auth, type Db, inTransaction } from '../auth.ts'
import { audit } from '../db/audit.ts'
import {
  createRefreshToken,
  findActiveToken,
  findRefreshToken,
  type RefreshTokenRow,
  revokeFamily,
  revokeRefreshToken,
} from '../db/refresh-tokens.ts'
import { findSession, type SessionRow, sessionState, touchSession } from '../db/sessions.ts'
import { isBanned, lockUser, type UserRow, updateUser } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { deviceOf, type TokenAnswer, tokenAnswer } from './issue.ts'

const schema = z.object({ refresh_token: text })

/** grant_type=refresh_token: a new access token, and a new refresh token in place of the given one. */
export async function refresh(auth: Auth, request: AuthRequest): Promise<Response> {
  const { refresh_token } = await request.body(schema)
  if (!/^[a-z0-9]{12}$/.test(refresh_token)) throw authError('refreshInvalid')
  const known = await findRefreshToken(auth.sql, refresh_token)
  if (!known) throw authError('refreshUnknown')
  const answer = await inTransaction(auth, (tx) => refreshLocked(auth, tx, request, known))
  // The family is revoked for good although the request is refused.
  if (answer === 'used') throw authError('refreshUsed')
  return json(answer)
}

async function refreshLocked(
  auth: Auth,
  tx: Db,
  request: AuthRequest,
  known: RefreshTokenRow,
): Promise<TokenAnswer | 'used'> {
  const user = await lockUser(tx, known.user_id)
  const token = await findRefreshToken(tx, known.token)
  const session = token?.session_id ? await findSession(tx, token.session_id) : undefined
  if (!user || !token || !session) throw authError('refreshUnknown')
  if (isBanned(user)) throw authError('refreshBanned')
  const state = sessionState(auth.settings, session, token.updated_at)
  if (state === 'inactive') throw authError('refreshInactive')
  if (state === 'expired') throw authError('refreshExpired')

  const next = await nextToken(auth, tx, user, session, token)
  if (next === 'used') return 'used'
  const answer = await tokenAnswer(auth, tx, user, session, next)
  await touchSession(tx, session.id, deviceOf(request))
  return answer
}

async function nextToken(
  auth: Auth,
  tx: Db,
  user: UserRow,
  session: SessionRow,
  token: RefreshTokenRow,
): Promise<string> {
  if (token.revoked) {
    const active = await findActiveToken(tx, session.id)
    if (active?.parent === token.token) {
      // Whoever asks again has not got the answer of the first time, or asked twice at once: the same answer again.
      await audit(tx, user, 'token_refreshed')
      return active.token
    }
    if (Date.now() > token.updated_at.getTime() + auth.settings.refreshTokenReuseInterval) {
      if (auth.settings.refreshTokenRotation) await revokeFamily(tx, session.id)
      return 'used'
    }
  }
  await audit(tx, user, 'token_refreshed')
  await audit(tx, user, 'token_revoked')
  await revokeRefreshToken(tx, token.id)
  const next = await createRefreshToken(tx, session, token.token)
  await updateUser(tx, user.id, { last_sign_in_at: user.last_sign_in_at })
  return next
}
