import { z } from 'zod'
import { validEmail } from '../addresses.ts'
import { type Auth, type Db, inTransaction } from '../auth.ts'
import { audit } from '../db/audit.ts'
import { insertUser } from '../db/create-user.ts'
import { createEmailIdentity, findIdentities } from '../db/identities.ts'
import { userJson } from '../db/user-json.ts'
import { findUserByEmail, isConfirmed, lockUser, type Metadata, newUser, type UserRow } from '../db/users.ts'
import { authError, orElse } from '../errors/auth-error.ts'
import { askBeforeUserCreated } from '../hooks/before-user-created.ts'
import { requireAdmin } from '../http/caller.ts'
import { metadata, text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { mailCode } from '../mail/codes.ts'

const schema = z.object({ email: text, data: metadata })

/** POST /invite */
export async function invite(auth: Auth, request: AuthRequest): Promise<Response> {
  const admin = await requireAdmin(auth, request)
  const body = await request.body(schema)
  const plan = await planInvitation(auth, request, validEmail(body.email), body.data ?? {})
  return inTransaction(auth, async (tx) => {
    const user = await storeInvited(tx, plan)
    await audit(tx, admin, 'user_invited', { user_id: user.id, user_email: user.email })
    const invited = await mailCode(auth, tx, request, user, 'invite')
    return json(userJson(invited, await findIdentities(tx, user.id)))
  })
}

export interface Invitation {
  existing: UserRow | undefined
  created: UserRow | undefined
}

/** Invited users have no password until they accept. */
export async function planInvitation(
  auth: Auth,
  request: AuthRequest,
  email: string,
  data: Metadata,
): Promise<Invitation> {
  const existing = await findUserByEmail(auth.sql, email)
  if (existing) return { existing, created: undefined }
  const created = newUser({ email, raw_user_meta_data: data })
  await askBeforeUserCreated(auth, request, created)
  return { existing: undefined, created }
}

export async function storeInvited(tx: Db, { existing, created }: Invitation): Promise<UserRow> {
  if (created) {
    const user = await orElse('savingUserFailed', () => insertUser(tx, created))
    await createEmailIdentity(tx, user.id, user.email ?? '')
    return user
  }
  const user = await lockUser(tx, existing!.id)
  if (!user || isConfirmed(user)) throw authError('emailExists')
  return user
}
