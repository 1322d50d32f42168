import { z } from 'zod'
import { checkPhone, validEmail } from '../addresses.ts'
import { type Auth, type Db, inTransaction } from '../auth.ts'
import { codeHash, isValidCode } from '../codes.ts'
import { audit } from '../db/audit.ts'
import { rememberChallenge } from '../db/flow-states.ts'
import { findIdentities } from '../db/identities.ts'
import { clearTokens } from '../db/one-time-tokens.ts'
import { isByMail, type SessionRow } from '../db/sessions.ts'
import { userJson } from '../db/user-json.ts'
import { findUserOfAddress, lockUser, merge, setUserMetadata, type UserRow, updateUser } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { requireUser } from '../http/caller.ts'
import { metadata, optionalText, pkce, text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { mailEmailChange } from '../mail/email-change.ts'
import { hashPassword, isPasswordOf, weakness } from '../passwords.ts'
import { changePassword } from './confirm.ts'

/** GET /user */
export async function getUser(auth: Auth, request: AuthRequest): Promise<Response> {
  const { user } = await requireUser(auth, request)
  return json(userJson(user, await findIdentities(auth.sql, user.id)))
}

const schema = z.object({
  email: text,
  password: optionalText,
  current_password: text,
  nonce: text,
  data: metadata,
  app_metadata: metadata,
  phone: text,
  ...pkce,
})

type Wish = z.infer<typeof schema>

/** PUT /user */
export async function updateOwnUser(auth: Auth, request: AuthRequest): Promise<Response> {
  const { user, session } = await requireUser(auth, request)
  auth.limits.user(request)
  const wish = await request.body(schema)
  if (wish.email !== '') wish.email = validEmail(wish.email)
  if (wish.phone !== '') checkPhone(wish.phone)
  const weak = wish.password === undefined ? undefined : weakness(wish.password, auth.settings)
  if (weak) throw weak
  if (wish.app_metadata) throw authError('appMetadata')
  const changesEmail = wish.email !== '' && wish.email !== user.email
  if (changesEmail) await checkIsFree(auth, user, wish.email)
  if (wish.password) await checkPasswordChange(auth, user, session, { ...wish, password: wish.password })
  const hash = wish.password && (await hashPassword(wish.password))

  return inTransaction(auth, async (tx) => {
    const locked = await lockUser(tx, user.id)
    if (!locked) throw authError('subUnknown')
    let current = locked
    if (hash) current = await storePassword(auth, tx, current, session, hash, wish.nonce)
    if (wish.data) current = await setUserMetadata(tx, user.id, merge(current.raw_user_meta_data, wish.data))
    if (wish.email !== '' && wish.email !== current.email) {
      await rememberChallenge(tx, user.id, 'email_change', wish)
      current = await mailEmailChange(auth, tx, request, current, wish.email, wish.code_challenge !== '')
    }
    if (wish.phone !== '' && wish.phone.replace(/^\+/, '') !== current.phone) throw authError('smsProvider')
    await audit(tx, current, 'user_modified')
    return json(userJson(current, await findIdentities(tx, user.id)))
  })
}

async function checkIsFree(auth: Auth, user: UserRow, email: string): Promise<void> {
  const owner = await findUserOfAddress(auth.sql, email)
  if (owner && owner.id !== user.id) throw authError('emailExists')
}

async function checkPasswordChange(
  auth: Auth,
  user: UserRow,
  session: SessionRow | undefined,
  wish: Wish & { password: string },
): Promise<void> {
  if (needsNonce(auth, session)) {
    if (wish.nonce === '') throw authError('reauthenticationNeeded')
    checkNonce(auth, user, wish.nonce)
  }
  if (!user.encrypted_password) return
  // Whoever came by a mailed code may have forgotten the password.
  if (auth.settings.requireCurrentPassword && !isByMail(session)) {
    if (wish.current_password === '') throw authError('currentPasswordMissing')
    if (!(await isPasswordOf(user, wish.current_password))) throw authError('currentPasswordWrong')
  }
  if (await isPasswordOf(user, wish.password)) throw authError('samePassword')
}

const day = 24 * 3_600_000

function needsNonce({ settings }: Auth, session: SessionRow | undefined): boolean {
  return settings.securePasswordChange && (!session || Date.now() > session.created_at.getTime() + day)
}

function checkNonce({ settings }: Auth, user: UserRow, nonce: string): void {
  const hash = codeHash(user.email ?? '', nonce)
  if (!isValidCode(hash, user.reauthentication_token, user.reauthentication_sent_at, settings.otpExpiry)) {
    throw authError('reauthenticationInvalid')
  }
}

async function storePassword(
  auth: Auth,
  tx: Db,
  user: UserRow,
  session: SessionRow | undefined,
  hash: string,
  nonce: string,
): Promise<UserRow> {
  if (needsNonce(auth, session)) {
    checkNonce(auth, user, nonce)
    await updateUser(tx, user.id, { reauthentication_token: '' })
    await clearTokens(tx, user.id)
  }
  const changed = await changePassword(tx, user, hash, session?.id)
  await audit(tx, changed, 'user_updated_password')
  return changed
}
