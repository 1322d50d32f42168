import type { Keys } from '../keys.ts'
import { type HeaderList, valuesOf, withHeader } from './headers.ts'

/**
 * What the gateway does with a request without a key, or with one that is not the project's: `required` refuses both,
 * `checked` refuses a wrong one, `passed` leaves both to the service.
 */
export type KeyRule = 'required' | 'checked' | 'passed'

export interface CheckedKey {
  role: 'anon' | 'service_role'
  /** The JWT that stands for the key behind the gateway. */
  token: string
}

/** A 401 of the gateway itself; its code goes into the header `sb-error-code`, as on hosted. */
export interface Refusal {
  code: string
  message: string
  hint?: string
}

const missingKey: Refusal = {
  code: 'UNAUTHORIZED_MISSING_API_KEY',
  message: 'No API key found in request',
  hint: 'No `apikey` request header or url param was found.',
}

export const serviceRoleOnly: Refusal = {
  code: 'UNAUTHORIZED_INVALID_API_KEY_TYPE',
  message: 'Invalid API key',
  hint: 'Only the `service_role` API key can be used for this endpoint.',
}

const secretInBrowser: Refusal = {
  code: 'UNAUTHORIZED_INVALID_API_KEY_TYPE',
  message: 'Forbidden use of secret API key in browser',
  hint: 'Secret API keys can only be used in a protected environment and should never be used in a browser. Delete this secret API key immediately!',
}

const unregisteredKey: Refusal = {
  code: 'UNAUTHORIZED_UNREGISTERED_API_KEY',
  message: 'Unregistered API key',
  hint: 'Double check the provided API key as it is not registered for this project.',
}

const invalidKey: Refusal = {
  code: 'UNAUTHORIZED_INVALID_API_KEY',
  message: 'Invalid API key',
  hint: 'Double check the provided API key for typos. This API key might also be owned by another Supabase project.',
}

/** The project's key behind `apikey`, or why the request is refused; neither where the rule lets it pass. */
export function checkKey(
  keys: Keys,
  rule: KeyRule,
  apikey: string | undefined,
  userAgent: string | undefined,
): { key?: CheckedKey; refusal?: Refusal } {
  if (apikey === undefined || apikey === '') return rule === 'required' ? { refusal: missingKey } : {}
  const key = knownKey(keys, apikey)
  if (key === undefined) {
    if (rule === 'passed') return {}
    if (rule === 'checked') return { refusal: { code: invalidKey.code, message: invalidKey.message } }
    return { refusal: apikey.startsWith('sb_') ? unregisteredKey : invalidKey }
  }
  if (apikey === keys.secretKey && isBrowser(userAgent)) return { refusal: secretInBrowser }
  return { key }
}

function knownKey(keys: Keys, apikey: string): CheckedKey | undefined {
  // The two JWTs stand for hosted's older anon and service_role keys.
  if (apikey === keys.publishableKey || apikey === keys.anonToken) return { role: 'anon', token: keys.anonToken }
  if (apikey === keys.secretKey || apikey === keys.serviceRoleToken) {
    return { role: 'service_role', token: keys.serviceRoleToken }
  }
  return undefined
}

// Hosted tells browsers by this alone, so some clients that are none are refused too, there as here.
function isBrowser(userAgent: string | undefined): boolean {
  return userAgent?.startsWith('Mozilla/') === true
}

/**
 * Puts the key's JWT into Authorization where that is missing or repeats the key. Anything else is the caller's own
 * token and passes as it is, another `sb_` key too: the service then answers that it is no JWT.
 */
export function withAuthorization(headers: HeaderList, apikey: string, key: CheckedKey): HeaderList {
  const given = valuesOf(headers, 'authorization')
  return given.every((value) => value === `Bearer ${apikey}`)
    ? withHeader(headers, 'authorization', `Bearer ${key.token}`)
    : headers
}
