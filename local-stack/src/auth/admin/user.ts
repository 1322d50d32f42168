import type { Auth } from '../auth.ts'
import { findIdentities } from '../db/identities.ts'
import { userJson } from '../db/user-json.ts'
import { findUserById, type UserRow } from '../db/users.ts'
import { parseDuration } from '../durations.ts'
import { authError } from '../errors/auth-error.ts'
import { requireAdmin } from '../http/caller.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { isUuid } from '../uuid.ts'

/** GET /admin/users/:id */
export async function getUserById(auth: Auth, request: AuthRequest): Promise<Response> {
  const { user } = await adminAndUser(auth, request)
  return json(userJson(user, await findIdentities(auth.sql, user.id)))
}

/** GET /admin/users/:id/factors: there are none. */
export async function listFactors(auth: Auth, request: AuthRequest): Promise<Response> {
  await adminAndUser(auth, request)
  return json([])
}

/** DELETE and PUT /admin/users/:id/factors/:factor */
export async function changeFactor(auth: Auth, request: AuthRequest): Promise<Response> {
  await adminAndUser(auth, request)
  throw authError('factorUnknown')
}

export async function adminAndUser(auth: Auth, request: AuthRequest): Promise<{ admin: string; user: UserRow }> {
  const admin = await requireAdmin(auth, request)
  const id = request.param('id')
  if (!isUuid(id)) throw authError('userIdNotUuid')
  const user = await findUserById(auth.sql, id)
  if (!user) throw authError('userUnknown')
  return { admin, user }
}

/** Until when a `ban_duration` bans; null lifts the ban, undefined changes nothing. */
export function bannedUntil(banDuration: string): Date | null | undefined {
  if (banDuration === '') return undefined
  if (banDuration === 'none') return null
  const duration = parseDuration(banDuration)
  if (duration === undefined) throw authError('banDuration', banDuration)
  return duration === 0 ? null : new Date(Date.now() + duration)
}
