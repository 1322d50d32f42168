import type { Auth, Db } from '../auth.ts'
import { findIdentities } from '../db/identities.ts'
import { createRefreshToken } from '../db/refresh-tokens.ts'
import { createSession, type Device, type SessionRow } from '../db/sessions.ts'
import { userJson } from '../db/user-json.ts'
import { type UserRow, updateUser } from '../db/users.ts'
import type { AuthRequest } from '../http/request.ts'

/** What a client gets for signing in. */
export interface TokenAnswer {
  access_token: string
  token_type: 'bearer'
  expires_in: number
  expires_at: number
  refresh_token: string
  user: ReturnType<typeof userJson>
  weak_password?: { message: string; reasons: string[] | undefined }
}

/** Opens a session for the user, who is locked by the transaction. */
export async function signIn(
  auth: Auth,
  tx: Db,
  request: AuthRequest,
  user: UserRow,
  method: string,
): Promise<TokenAnswer> {
  const session = await createSession(tx, user.id, deviceOf(request), method)
  const refreshToken = await createRefreshToken(tx, session, null)
  const signedIn = await updateUser(tx, user.id, { last_sign_in_at: new Date() })
  return tokenAnswer(auth, tx, signedIn, session, refreshToken)
}

export async function tokenAnswer(
  auth: Auth,
  tx: Db,
  user: UserRow,
  session: SessionRow,
  refreshToken: string,
): Promise<TokenAnswer> {
  const issuedAt = Math.floor(Date.now() / 1000)
  const expiresAt = issuedAt + auth.settings.jwtExpirySeconds
  const accessToken = await auth.keys.sign({
    iss: auth.url,
    sub: user.id,
    aud: user.aud,
    exp: expiresAt,
    iat: issuedAt,
    email: user.email ?? '',
    phone: user.phone ?? '',
    app_metadata: user.raw_app_meta_data,
    user_metadata: user.raw_user_meta_data,
    role: user.role,
    aal: 'aal1',
    amr: session.amr,
    session_id: session.id,
    is_anonymous: user.is_anonymous,
  })
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: auth.settings.jwtExpirySeconds,
    expires_at: expiresAt,
    refresh_token: refreshToken,
    user: userJson(user, await findIdentities(tx, user.id)),
  }
}

export function deviceOf(request: AuthRequest): Device {
  return { ip: request.ip, userAgent: request.header('user-agent') }
}
