import type { Auth, Db } from '../auth.ts'
import { codeHash, isCurrent, isValidCode, pkcePrefix } from '../codes.ts'
import { findTokenOwner, type TokenType } from '../db/one-time-tokens.ts'
import { findUserByEmail, isBanned, lockUser, type UserRow } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'

type ProofType = 'signup' | 'invite' | 'recovery' | 'magiclink' | 'email_change'

/** A mailed token that was found good, with its user as it is now, locked. */
export interface Proof {
  user: UserRow
  type: ProofType
  hash: string
}

const tokensOf: Record<ProofType | 'email', TokenType[]> = {
  email: ['confirmation_token', 'recovery_token'],
  signup: ['confirmation_token'],
  invite: ['confirmation_token'],
  recovery: ['recovery_token'],
  magiclink: ['recovery_token'],
  email_change: ['email_change_token_current', 'email_change_token_new'],
}

export async function provenByHash(auth: Auth, tx: Db, type: string, hash: string): Promise<Proof> {
  if (!isKnown(type)) throw authError('verifyType')
  const user = await lockOwner(tx, hash, tokensOf[type])
  if (!user) throw authError('linkInvalid')
  if (isBanned(user)) throw authError('banned')
  let proven: ProofType
  if (type !== 'email') proven = type
  else proven = user.recovery_token === hash ? 'magiclink' : 'signup'
  if (!isCurrent(sentAt(user, proven), auth.settings.otpExpiry)) throw authError('linkInvalid')
  return { user, type: proven, hash }
}

/** A wrong code, an expired one and one of another address are all the same refusal. */
export async function provenByCode(auth: Auth, tx: Db, type: string, email: string, code: string): Promise<Proof> {
  const hash = codeHash(email, code)
  const user = await lockAddressee(tx, type, email, hash)
  if (!user) throw authError('codeInvalid')
  if (isBanned(user)) throw authError('banned')
  const candidates = type === 'email' ? (['signup', 'magiclink'] as const) : isKnown(type) ? [type] : []
  const proven = candidates.find((candidate) => isProven(auth, user, candidate as ProofType, hash))
  if (!proven) throw authError('codeInvalid')
  return { user, type: proven as ProofType, hash }
}

async function lockAddressee(tx: Db, type: string, email: string, hash: string): Promise<UserRow | undefined> {
  if (type === 'email_change') {
    return (
      (await lockOwner(tx, hash, tokensOf.email_change)) ??
      (await lockOwner(tx, pkcePrefix + hash, tokensOf.email_change))
    )
  }
  const found = await findUserByEmail(tx, email)
  return found && lockUser(tx, found.id)
}

// The token is looked up again once the lock is held: a parallel request may have used it up meanwhile.
async function lockOwner(tx: Db, hash: string, types: TokenType[]): Promise<UserRow | undefined> {
  const owner = await findTokenOwner(tx, hash, types)
  const user = owner && (await lockUser(tx, owner))
  return user && (await findTokenOwner(tx, hash, types)) ? user : undefined
}

function isProven({ settings }: Auth, user: UserRow, type: ProofType, hash: string): boolean {
  const stored =
    type === 'email_change'
      ? [user.email_change_token_current, user.email_change_token_new]
      : [type === 'signup' || type === 'invite' ? user.confirmation_token : user.recovery_token]
  return stored.some((token) => isValidCode(hash, token, sentAt(user, type), settings.otpExpiry))
}

function sentAt(user: UserRow, type: ProofType): Date | null {
  if (type === 'email_change') return user.email_change_sent_at
  return type === 'signup' || type === 'invite' ? user.confirmation_sent_at : user.recovery_sent_at
}

function isKnown(type: string): type is ProofType | 'email' {
  return Object.hasOwn(tokensOf, type)
}
