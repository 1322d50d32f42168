import type { Auth, Db } from '../auth.ts'
import { newPassword } from '../codes.ts'
import { audit } from '../db/audit.ts'
import { createEmailIdentity, findEmailIdentity, findIdentities, updateIdentity } from '../db/identities.ts'
import { clearToken, clearTokens } from '../db/one-time-tokens.ts'
import { isConfirmed, type UserRow, updateUser } from '../db/users.ts'
import { hashPassword } from '../passwords.ts'
import { changePassword, confirmEmailChange, confirmUser } from './confirm.ts'

export async function acceptSignUp(tx: Db, user: UserRow): Promise<UserRow> {
  let current = user
  // An invited user has no password yet; one that nobody knows keeps the account shut until it sets its own.
  if (!user.encrypted_password && user.invited_at) {
    current = await changePassword(tx, user, await hashPassword(newPassword()))
  }
  await audit(tx, current, 'user_signedup', { provider: 'email' })
  const confirmed = await confirmUser(tx, current)
  for (const identity of await findIdentities(tx, user.id)) {
    if (identity.email && identity.email === user.email) await updateIdentity(tx, identity, { email_verified: true })
  }
  return confirmed
}

export async function acceptRecovery(tx: Db, user: UserRow): Promise<UserRow> {
  const recovered = await updateUser(tx, user.id, { recovery_token: '' })
  await clearTokens(tx, user.id)
  if (isConfirmed(recovered)) {
    await audit(tx, recovered, 'login')
    return recovered
  }
  await audit(tx, recovered, 'user_signedup', { provider: 'email' })
  return confirmUser(tx, recovered)
}

/** Undefined after the first of two confirmations. */
export async function acceptEmailChange(
  { settings }: Auth,
  tx: Db,
  user: UserRow,
  hash: string,
): Promise<UserRow | undefined> {
  const needsBoth = !settings.autoconfirm && settings.doubleConfirmChanges && user.email !== null
  if (needsBoth && user.email_change_confirm_status === 0) {
    const isOld = hash === user.email_change_token_current || `pkce_${hash}` === user.email_change_token_current
    const type = isOld ? 'email_change_token_current' : 'email_change_token_new'
    await clearToken(tx, user.id, type)
    await updateUser(tx, user.id, { email_change_confirm_status: 1, [type]: '' })
    return undefined
  }
  await audit(tx, user, 'user_modified')
  const identity = await findEmailIdentity(tx, user.id)
  if (identity) await updateIdentity(tx, identity, { email: user.email_change, email_verified: true })
  else await createEmailIdentity(tx, user.id, user.email_change, { verified: true })
  return confirmEmailChange(tx, user)
}
