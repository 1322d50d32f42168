import { z } from 'zod'
import { checkPhone, validEmail } from '../addresses.ts'
import { type Auth, type Db, inTransaction } from '../auth.ts'
import { audit, traitsOf } from '../db/audit.ts'
import { createEmailIdentity, findEmailIdentity, findIdentities, updateIdentity } from '../db/identities.ts'
import { userJson } from '../db/user-json.ts'
import { lockUser, merge, setAppMetadata, setUserMetadata, type UserRow, updateUser } from '../db/users.ts'
import { authError, orElse } from '../errors/auth-error.ts'
import { changePassword, confirmUser } from '../flows/confirm.ts'
import { flag, metadata, optionalText, text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { hashPassword, weakness } from '../passwords.ts'
import { adminAndUser, bannedUntil } from './user.ts'

const schema = z.object({
  email: text,
  phone: text,
  password: optionalText,
  email_confirm: flag,
  user_metadata: metadata,
  app_metadata: metadata,
  ban_duration: text,
  role: text,
})

/** PUT /admin/users/:id: what is named changes at once; metadata is merged. */
export async function updateUserById(auth: Auth, request: AuthRequest): Promise<Response> {
  const { admin, user } = await adminAndUser(auth, request)
  const wish = await request.body(schema)
  if (wish.email !== '') wish.email = validEmail(wish.email)
  if (wish.phone !== '') {
    checkPhone(wish.phone)
    throw authError('createPhone')
  }
  const ban = bannedUntil(wish.ban_duration)
  const weak = wish.password === undefined ? undefined : weakness(wish.password, auth.settings)
  if (weak) throw weak
  const hash = wish.password === undefined ? undefined : await hashPassword(wish.password)

  return inTransaction(auth, (tx) =>
    orElse('updateFailed', async () => {
      let current = await lockUser(tx, user.id)
      if (!current) throw authError('userUnknown')
      if (wish.role !== '') current = await updateUser(tx, user.id, { role: wish.role.trim() })
      if (wish.email_confirm) current = await confirmUser(tx, current)
      if (hash !== undefined) current = await changePassword(tx, current, hash)
      if (wish.email !== '') current = await setEmail(tx, current, wish.email, wish.email_confirm)
      if (wish.app_metadata) {
        current = await setAppMetadata(tx, user.id, merge(current.raw_app_meta_data, wish.app_metadata))
      }
      if (wish.user_metadata) {
        current = await setUserMetadata(tx, user.id, merge(current.raw_user_meta_data, wish.user_metadata))
      }
      if (ban !== undefined) current = await updateUser(tx, user.id, { banned_until: ban })
      await audit(tx, admin, 'user_modified', traitsOf(current))
      return json(userJson(current, await findIdentities(tx, user.id)))
    }),
  )
}

async function setEmail(tx: Db, user: UserRow, email: string, verified: boolean): Promise<UserRow> {
  const identity = await findEmailIdentity(tx, user.id)
  if (identity) await updateIdentity(tx, identity, { email, email_verified: verified })
  else await createEmailIdentity(tx, user.id, email, { verified })
  return updateUser(tx, user.id, { email })
}
