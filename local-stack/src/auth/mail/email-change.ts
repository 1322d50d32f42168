import type { Auth, Db } from '../auth.ts'
import { codeHash, linkToken, newCode } from '../codes.ts'
import { putToken } from '../db/one-time-tokens.ts'
import { type UserRow, updateUser } from '../db/users.ts'
import { orElse } from '../errors/auth-error.ts'
import type { AuthRequest } from '../http/request.ts'
import { checkFrequency } from './codes.ts'
import { type Mail, sendEmail } from './send-email.ts'

/** Mails the codes of a change of address: to the new one, and to the old one too where both must confirm. */
export async function mailEmailChange(
  auth: Auth,
  tx: Db,
  request: AuthRequest,
  user: UserRow,
  newEmail: string,
  isPkce: boolean,
): Promise<UserRow> {
  checkFrequency(auth, user.email_change_sent_at)
  const { settings } = auth
  const oldEmail = user.email ?? ''
  const both = settings.doubleConfirmChanges && oldEmail !== ''
  const newAddressCode = newCode(settings.otpLength)
  const oldAddressCode = both ? newCode(settings.otpLength) : ''
  const newHash = linkToken(codeHash(newEmail, newAddressCode), isPkce)
  const oldHash = both ? linkToken(codeHash(oldEmail, oldAddressCode), isPkce) : user.email_change_token_current

  // The hook's names are crossed: `token` goes with `token_hash_new`, `token_new` with `token_hash`.
  const codes = both
    ? { token: oldAddressCode, token_hash: newHash, token_new: newAddressCode, token_hash_new: oldHash }
    : { token: newAddressCode, token_hash: newHash }
  const mail: Mail = { email_action_type: 'email_change', ...codes }

  return orElse('emailChangeMailFailed', async () => {
    await sendEmail(auth, tx, request, { ...user, email_change: newEmail }, mail)
    const updated = await updateUser(tx, user.id, {
      email_change_token_current: oldHash,
      email_change_token_new: newHash,
      email_change: newEmail,
      email_change_sent_at: new Date(),
      email_change_confirm_status: 0,
    })
    if (oldHash !== '') await putToken(tx, user.id, 'email_change_token_current', oldHash, oldEmail)
    await putToken(tx, user.id, 'email_change_token_new', newHash, newEmail)
    return updated
  })
}
