import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export type Algorithm = 'md5' | 'sha256' | 'sha512'

/** Hexadecimal, in lower case. */
export function digestOf(text: string, algorithm: Algorithm = 'sha256'): string {
  return createHash(algorithm).update(text, 'utf8').digest('hex')
}

export function hmacOf(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex')
}

/** Whether two hexadecimal digests are the same, upper or lower case. It takes as long for any two of one length. */
export function isSameDigest(given: string, expected: string): boolean {
  // Only then both have as many bytes, too.
  if (given.length !== expected.length || !/^[0-9a-fA-F]+$/.test(given)) return false
  return timingSafeEqual(Buffer.from(given.toLowerCase()), Buffer.from(expected))
}
