import bcrypt from 'bcrypt'
import type { UserRow } from './db/users.ts'
import { type AuthError, authError } from './errors/auth-error.ts'
import type { Settings } from './settings.ts'

const cost = 10
const longest = 72

export async function hashPassword(password: string): Promise<string> {
  return bcrypt.hash(password, await bcrypt.genSalt(cost, 'a'))
}

export async function isPasswordOf(user: UserRow, password: string): Promise<boolean> {
  return user.encrypted_password ? bcrypt.compare(password, user.encrypted_password) : false
}

export function isBcryptHash(hash: string): boolean {
  return /^\$2[aby]?\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash)
}

export function isTooLong(password: string): boolean {
  return Buffer.byteLength(password) > longest
}

/** Why a new password is refused, if it is. */
export function weakness(password: string, settings: Settings): AuthError | undefined {
  if (isTooLong(password)) return authError('passwordTooLong')
  const { minimumPasswordLength: least } = settings
  return Buffer.byteLength(password) < least ? authError('passwordWeak', least) : undefined
}
