import { createHash, randomBytes, randomInt } from 'node:crypto'

/** A code of so many digits (6 to 10). */
export function newCode(digits: number): string {
  return String(randomInt(10 ** digits)).padStart(digits, '0')
}

/** What is stored of a code: its hash together with the address it was sent to. */
export function codeHash(address: string, code: string): string {
  return createHash('sha224')
    .update(address + code)
    .digest('hex')
}

export const pkcePrefix = 'pkce_'

/** A link's token says by its prefix that the answer must be a code. */
export function linkToken(hash: string, isPkce: boolean): string {
  return isPkce ? pkcePrefix + hash : hash
}

export function isCurrent(sentAt: Date | null, expiry: number): boolean {
  return sentAt !== null && Date.now() <= sentAt.getTime() + expiry
}

/** Whether a hash is the one that was stored and still within its time. */
export function isValidCode(hash: string, stored: string, sentAt: Date | null, expiry: number): boolean {
  return stored !== '' && isCurrent(sentAt, expiry) && (stored === hash || stored === pkcePrefix + hash)
}

/** A password nobody knows, for users that sign in by mail. */
export function newPassword(): string {
  return randomBytes(48).toString('base64url')
}
