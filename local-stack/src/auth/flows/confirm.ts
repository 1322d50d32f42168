import type { Db } from '../auth.ts'
import { findEmailIdentity, updateIdentity } from '../db/identities.ts'
import { clearTokens } from '../db/one-time-tokens.ts'
import { endOtherSessions, endSessions } from '../db/sessions.ts'
import { isConfirmed, merge, setUserMetadata, type UserRow, updateUser } from '../db/users.ts'

/** The address is the user's own from now on. */
export async function confirmUser(tx: Db, user: UserRow): Promise<UserRow> {
  await updateUser(tx, user.id, { confirmation_token: '', email_confirmed_at: new Date() })
  const confirmed = await setUserMetadata(tx, user.id, merge(user.raw_user_meta_data, { email_verified: true }))
  await clearTokens(tx, user.id)
  return confirmed
}

/** The new address of a change takes the place of the old one. */
export async function confirmEmailChange(tx: Db, user: UserRow): Promise<UserRow> {
  const email = user.email_change
  const changed = await updateUser(tx, user.id, {
    email,
    email_change: '',
    email_change_token_current: '',
    email_change_token_new: '',
    email_change_confirm_status: 0,
  })
  await clearTokens(tx, user.id)
  const confirmed = isConfirmed(changed) ? changed : await confirmUser(tx, changed)
  const identity = await findEmailIdentity(tx, user.id)
  if (identity) await updateIdentity(tx, identity, { email })
  return confirmed
}

/** Stores a new password; what was mailed before it and every other session is worth nothing then. */
export async function changePassword(
  tx: Db,
  user: UserRow,
  hash: string | null,
  keepSession?: string,
): Promise<UserRow> {
  const changed = await updateUser(tx, user.id, {
    encrypted_password: hash,
    confirmation_token: '',
    confirmation_sent_at: null,
    recovery_token: '',
    recovery_sent_at: null,
    email_change_token_current: '',
    email_change_token_new: '',
    email_change_sent_at: null,
    phone_change_sent_at: null,
    reauthentication_token: '',
    reauthentication_sent_at: null,
  })
  await clearTokens(tx, user.id)
  if (keepSession) await endOtherSessions(tx, user.id, keepSession)
  else await endSessions(tx, user.id)
  return changed
}
