import type { Auth, Db } from '../auth.ts'
import { codeHash, linkToken, newCode } from '../codes.ts'
import { putToken, type TokenType } from '../db/one-time-tokens.ts'
import { type UserRow, updateUser } from '../db/users.ts'
import { authError, orElse } from '../errors/auth-error.ts'
import type { ErrorName } from '../errors/table.ts'
import type { AuthRequest } from '../http/request.ts'
import { type Mail, sendEmail } from './send-email.ts'

type Action = Exclude<Mail['email_action_type'], 'email_change'>

interface Kind {
  token: 'confirmation_token' | 'recovery_token' | 'reauthentication_token'
  sentAt: 'confirmation_sent_at' | 'recovery_sent_at' | 'reauthentication_sent_at'
  failure: ErrorName
}

const kinds: Record<Action, Kind> = {
  signup: { token: 'confirmation_token', sentAt: 'confirmation_sent_at', failure: 'confirmationMailFailed' },
  invite: { token: 'confirmation_token', sentAt: 'confirmation_sent_at', failure: 'inviteMailFailed' },
  magiclink: { token: 'recovery_token', sentAt: 'recovery_sent_at', failure: 'magicLinkMailFailed' },
  recovery: { token: 'recovery_token', sentAt: 'recovery_sent_at', failure: 'recoveryMailFailed' },
  reauthentication: {
    token: 'reauthentication_token',
    sentAt: 'reauthentication_sent_at',
    failure: 'reauthenticationMailFailed',
  },
}

/** Mails a new code for one purpose and remembers it; the code before it is worth nothing then. */
export async function mailCode(
  auth: Auth,
  tx: Db,
  request: AuthRequest,
  user: UserRow,
  action: Action,
  isPkce = false,
): Promise<UserRow> {
  const kind = kinds[action]
  if (action !== 'invite') checkFrequency(auth, user[kind.sentAt])
  const email = user.email ?? ''
  const code = newCode(auth.settings.otpLength)
  const hash = linkToken(codeHash(email, code), isPkce)
  const now = new Date()
  return orElse(kind.failure, async () => {
    await sendEmail(auth, tx, request, user, { email_action_type: action, token: code, token_hash: hash })
    const invited = action === 'invite' ? { invited_at: now } : {}
    const updated = await updateUser(tx, user.id, { [kind.token]: hash, [kind.sentAt]: now, ...invited })
    await putToken(tx, user.id, kind.token satisfies TokenType, hash, email)
    return updated
  })
}

export function checkFrequency(auth: Auth, sentAt: Date | null): void {
  const left = (sentAt?.getTime() ?? 0) + auth.settings.maxFrequency - Date.now()
  if (left > 0) throw authError('mailTooSoon', Math.floor(left / 1000))
}
