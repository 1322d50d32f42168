import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Auth, type Db, inTransaction } from '../auth.ts'
import { audit, traitsOf } from '../db/audit.ts'
import { findIdentities } from '../db/identities.ts'
import { clearTokens } from '../db/one-time-tokens.ts'
import { endSessions } from '../db/sessions.ts'
import { lockUser, setAppMetadata, setUserMetadata, type UserRow, updateUser } from '../db/users.ts'
import { authError, orElse } from '../errors/auth-error.ts'
import { flag } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { adminAndUser } from './user.ts'

const schema = z.object({ should_soft_delete: flag })

/** DELETE /admin/users/:id: the row, or by `should_soft_delete` all that tells who it was. */
export async function deleteUser(auth: Auth, request: AuthRequest): Promise<Response> {
  const { admin, user } = await adminAndUser(auth, request)
  const isSoft = (await request.hasBody()) && (await request.body(schema)).should_soft_delete
  await inTransaction(auth, async (tx) => {
    const current = await lockUser(tx, user.id)
    if (!current) throw authError('userUnknown')
    await audit(tx, admin, 'user_deleted', traitsOf(current))
    if (!isSoft) await orElse('deleteFailed', async () => tx`delete from auth.users where id = ${user.id}`)
    else if (!current.deleted_at) await softDelete(tx, current)
  })
  return json({})
}

async function softDelete(tx: Db, user: UserRow): Promise<void> {
  const obscured = (value: string) =>
    createHash('sha256')
      .update(user.id + value)
      .digest('base64url')
  await updateUser(tx, user.id, {
    email: obscured(user.email ?? ''),
    phone: obscured(user.phone ?? '').slice(0, 15),
    encrypted_password: null,
    email_change: obscured(user.email_change),
    phone_change: obscured(user.phone_change).slice(0, 15),
    confirmation_token: '',
    recovery_token: '',
    email_change_token_current: '',
    email_change_token_new: '',
    deleted_at: new Date(),
  })
  await clearTokens(tx, user.id)
  await setUserMetadata(tx, user.id, {})
  await setAppMetadata(tx, user.id, {})
  await endSessions(tx, user.id)
  for (const { id, provider, provider_id } of await findIdentities(tx, user.id)) {
    const obscuredId = obscured(`${provider}:${provider_id}`)
    await tx`update auth.identities set identity_data = '{}', provider_id = ${obscuredId} where id = ${id}`
  }
}
