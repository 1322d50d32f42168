import { z } from 'zod'
import { validEmail } from '../addresses.ts'
import { type Auth, type Db, inTransaction } from '../auth.ts'
import { codeHash, newCode, newPassword } from '../codes.ts'
import { audit } from '../db/audit.ts'
import { insertUser } from '../db/create-user.ts'
import { createEmailIdentity, findIdentities } from '../db/identities.ts'
import { putToken } from '../db/one-time-tokens.ts'
import { userJson } from '../db/user-json.ts'
import {
  findUserByEmail,
  findUserOfAddress,
  isConfirmed,
  lockUser,
  merge,
  newUser,
  setUserMetadata,
  type UserRow,
  updateUser,
} from '../db/users.ts'
import { authError, orElse } from '../errors/auth-error.ts'
import { askBeforeUserCreated } from '../hooks/before-user-created.ts'
import { requireAdmin } from '../http/caller.ts'
import { metadata, text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { actionLink } from '../mail/action-link.ts'
import { hashPassword, weakness } from '../passwords.ts'
import { redirectTarget } from '../redirects.ts'
import { planInvitation, storeInvited } from './invite.ts'

const schema = z.object({ type: text, email: text, new_email: text, password: text, data: metadata, redirect_to: text })

type Wish = z.infer<typeof schema>

/** What the link is for, stored for the user that it is for. */
type Store = (tx: Db, hash: string, code: string) => Promise<{ user: UserRow; token: string }>

/** POST /admin/generate_link: what a mail would hold, without a mail. */
export async function generateLink(auth: Auth, request: AuthRequest): Promise<Response> {
  const admin = await requireAdmin(auth, request)
  const wish = await request.body(schema)
  wish.email = validEmail(wish.email)
  const target = redirectTarget(request, auth.settings, wish.redirect_to)
  const found = await findUserByEmail(auth.sql, wish.email)
  if (!found && wish.type === 'magiclink') {
    wish.type = 'signup'
    wish.password = newPassword()
  }
  const store = await prepare(auth, request, admin, wish, found)
  const code = newCode(auth.settings.otpLength)
  const hash = codeHash(wish.email, code)
  return inTransaction(auth, async (tx) => {
    const { user, token } = await store(tx, hash, code)
    const linkType = wish.type.startsWith('email_change') ? 'email_change' : wish.type
    return json({
      ...userJson(user, await findIdentities(tx, user.id)),
      action_link: actionLink(auth.url, token, linkType, target),
      email_otp: code,
      hashed_token: hash,
      verification_type: wish.type,
      redirect_to: target,
    })
  })
}

async function prepare(
  auth: Auth,
  request: AuthRequest,
  admin: string,
  wish: Wish,
  found: UserRow | undefined,
): Promise<Store> {
  switch (wish.type) {
    case 'signup':
      return prepareSignUp(auth, request, wish, found)
    case 'invite': {
      const plan = await planInvitation(auth, request, wish.email, wish.data ?? {})
      return async (tx, hash) => {
        const invited = await storeInvited(tx, plan)
        await audit(tx, admin, 'user_invited', { user_id: invited.id, user_email: invited.email })
        return { user: await storeConfirmation(tx, invited, hash, { invited_at: new Date() }), token: hash }
      }
    }
    case 'magiclink':
    case 'recovery':
      return async (tx, hash) => {
        const user = await lockFound(tx, found)
        await audit(tx, user, 'user_recovery_requested')
        const updated = await updateUser(tx, user.id, { recovery_token: hash, recovery_sent_at: new Date() })
        await putToken(tx, user.id, 'recovery_token', hash, user.email ?? '')
        return { user: updated, token: hash }
      }
    case 'email_change_current':
    case 'email_change_new':
      return (tx, hash, code) => storeEmailChange(auth, tx, wish, found, hash, code)
    default:
      throw authError('linkType', wish.type)
  }
}

async function prepareSignUp(auth: Auth, request: AuthRequest, wish: Wish, found: UserRow | undefined): Promise<Store> {
  if (found) {
    return async (tx, hash) => {
      const user = await lockFound(tx, found)
      if (isConfirmed(user)) throw authError('emailExists')
      await setUserMetadata(tx, user.id, merge(user.raw_user_meta_data, wish.data ?? {}))
      return { user: await storeConfirmation(tx, user, hash), token: hash }
    }
  }
  if (wish.password === '') throw authError('signupNeedsPassword')
  const weak = weakness(wish.password, auth.settings)
  if (weak) throw weak
  const created = newUser({
    email: wish.email,
    encrypted_password: await hashPassword(wish.password),
    raw_user_meta_data: wish.data ?? {},
  })
  await askBeforeUserCreated(auth, request, created)
  return async (tx, hash) => {
    const user = await orElse('savingUserFailed', () => insertUser(tx, created))
    await createEmailIdentity(tx, user.id, wish.email)
    return { user: await storeConfirmation(tx, user, hash), token: hash }
  }
}

async function storeConfirmation(
  tx: Db,
  user: UserRow,
  hash: string,
  more: { invited_at?: Date } = {},
): Promise<UserRow> {
  const updated = await updateUser(tx, user.id, { confirmation_token: hash, confirmation_sent_at: new Date(), ...more })
  await putToken(tx, user.id, 'confirmation_token', hash, user.email ?? '')
  return updated
}

async function storeEmailChange(
  auth: Auth,
  tx: Db,
  wish: Wish,
  found: UserRow | undefined,
  hash: string,
  code: string,
): Promise<{ user: UserRow; token: string }> {
  const isOld = wish.type === 'email_change_current'
  const user = await lockFound(tx, found)
  if (isOld && !auth.settings.doubleConfirmChanges) throw authError('linkNeedsDoubleConfirm')
  const newEmail = validEmail(wish.new_email)
  const owner = await findUserOfAddress(tx, newEmail)
  if (owner && owner.id !== user.id) throw authError('emailExists')
  const type = isOld ? 'email_change_token_current' : 'email_change_token_new'
  const token = isOld ? hash : codeHash(newEmail, code)
  const updated = await updateUser(tx, user.id, {
    email_change: newEmail,
    email_change_sent_at: new Date(),
    email_change_confirm_status: 0,
    [type]: token,
  })
  await putToken(tx, user.id, type, token, isOld ? (user.email ?? '') : newEmail)
  return { user: updated, token }
}

async function lockFound(tx: Db, found: UserRow | undefined): Promise<UserRow> {
  const user = found && (await lockUser(tx, found.id))
  if (!user) throw authError('userByEmailUnknown')
  return user
}
