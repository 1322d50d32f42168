import { z } from 'zod'
import { validEmail } from '../addresses.ts'
import { type Auth, inTransaction } from '../auth.ts'
import { newPassword } from '../codes.ts'
import { audit, traitsOf } from '../db/audit.ts'
import { insertUser } from '../db/create-user.ts'
import { createEmailIdentity } from '../db/identities.ts'
import { userJson } from '../db/user-json.ts'
import { findUserOfAddress, merge, newUser, setAppMetadata, updateUser } from '../db/users.ts'
import { authError, orElse } from '../errors/auth-error.ts'
import { confirmUser } from '../flows/confirm.ts'
import { requireAdmin } from '../http/caller.ts'
import { flag, metadata, text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { hashPassword, isBcryptHash, isTooLong } from '../passwords.ts'
import { isUuid, nilUuid } from '../uuid.ts'
import { bannedUntil } from './user.ts'

const schema = z.object({
  id: text,
  email: text,
  phone: text,
  password: text,
  password_hash: text,
  email_confirm: flag,
  user_metadata: metadata,
  app_metadata: metadata,
  ban_duration: text,
  role: text,
})

type Wish = z.infer<typeof schema>

/** POST /admin/users: no mail is sent and no hook is asked. */
export async function createUser(auth: Auth, request: AuthRequest): Promise<Response> {
  const admin = await requireAdmin(auth, request)
  const wish = await request.body(schema)
  if (wish.email === '' && wish.phone === '') throw authError('createNeedsAddress')
  if (wish.phone !== '') throw authError('createPhone')
  const email = validEmail(wish.email)
  if (await findUserOfAddress(auth.sql, email)) throw authError('emailExists')
  const wanted = newUser({
    email,
    encrypted_password: await passwordHash(wish),
    raw_user_meta_data: wish.user_metadata ?? {},
    ...(wish.id !== '' && { id: checkedId(wish.id) }),
  })
  const ban = bannedUntil(wish.ban_duration)

  return inTransaction(auth, (tx) =>
    orElse('createFailed', async () => {
      let user = await insertUser(tx, wanted, wish.role.trim() || 'authenticated')
      const identity = await createEmailIdentity(tx, user.id, email)
      await audit(tx, admin, 'user_signedup', { ...traitsOf(user), provider: 'email' })
      if (wish.app_metadata) user = await setAppMetadata(tx, user.id, merge(user.raw_app_meta_data, wish.app_metadata))
      if (wish.email_confirm) user = await confirmUser(tx, user)
      if (ban !== undefined) user = await updateUser(tx, user.id, { banned_until: ban })
      return json(userJson(user, [identity]))
    }),
  )
}

async function passwordHash(wish: Wish): Promise<string> {
  if (wish.password !== '' && wish.password_hash !== '') throw authError('createOnePassword')
  if (wish.password_hash !== '') {
    if (!isBcryptHash(wish.password_hash)) throw authError('createHash')
    return wish.password_hash
  }
  if (isTooLong(wish.password)) throw authError('createPasswordTooLong')
  return hashPassword(wish.password || newPassword())
}

function checkedId(id: string): string {
  if (!isUuid(id)) throw authError('createId')
  if (id === nilUuid) throw authError('createNilId')
  return id.toLowerCase()
}
