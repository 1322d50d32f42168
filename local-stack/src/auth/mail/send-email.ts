import type { Auth, Db } from '../auth.ts'
import { findIdentities } from '../db/identities.ts'
import { userJson } from '../db/user-json.ts'
import type { UserRow } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { callHttpHook } from '../hooks/http.ts'
import { hookMetadata } from '../hooks/metadata.ts'
import type { AuthRequest } from '../http/request.ts'
import { redirectTarget } from '../redirects.ts'

export interface Mail {
  email_action_type: 'signup' | 'invite' | 'magiclink' | 'recovery' | 'email_change' | 'reauthentication'
  token: string
  token_hash: string
  token_new?: string
  token_hash_new?: string
}

/** Hands a mail to the Send Email Hook and waits for it; `user` is the user as the mail should see it. */
export async function sendEmail(auth: Auth, tx: Db, request: AuthRequest, user: UserRow, mail: Mail): Promise<void> {
  const { settings } = auth
  if (settings.rateLimit.email_sent === 0) throw authError('mailLimit')
  if (!settings.autoconfirm) auth.limits.mail()
  if (!settings.sendEmailHook)
    throw new Error('auth.hook.send_email is not enabled, and there is no other way to send mail')
  await callHttpHook(settings.sendEmailHook, {
    metadata: hookMetadata('send-email', request),
    user: userJson(user, await findIdentities(tx, user.id)),
    email_data: {
      token: mail.token,
      token_hash: mail.token_hash,
      redirect_to: redirectTarget(request, settings),
      email_action_type: mail.email_action_type,
      site_url: auth.url,
      token_new: mail.token_new ?? '',
      token_hash_new: mail.token_hash_new ?? '',
      old_email: '',
      old_phone: '',
      provider: '',
      factor_type: '',
    },
  })
}
