import type { Challenge } from './db/flow-states.ts'
import { authError } from './errors/auth-error.ts'

const atom = "[A-Za-z0-9!#-'*+/=?^_`{|}~-]+"
const dotAtom = `${atom}(?:\\.${atom})*`
const address = new RegExp(`^${dotAtom}@${dotAtom}$`)

const longest = 255

export function isEmail(email: string): boolean {
  return Buffer.byteLength(email) <= longest && address.test(email)
}

/** The address in lower case; refuses what is none. */
export function validEmail(email: string): string {
  if (email === '') throw authError('emailMissing')
  if (Buffer.byteLength(email) > longest) throw authError('emailTooLong')
  if (!isEmail(email)) throw authError('emailInvalid')
  return email.toLowerCase()
}

export function checkPhone(phone: string): void {
  if (!/^[1-9]\d{1,14}$/.test(phone.replace(/^\+/, '').replaceAll(' ', ''))) throw authError('phoneInvalid')
}

export function checkChallenge(challenge: Challenge): void {
  const { code_challenge: value, code_challenge_method: method } = challenge
  if ((value === '') !== (method === '')) throw authError('pkceIncomplete')
  if (value === '') return
  if (value.length < 43 || value.length > 128) throw authError('challengeLength')
  if (!/^[a-zA-Z._~0-9-]+$/.test(value)) throw authError('challengeLetters')
}
