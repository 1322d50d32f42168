import type { JWTPayload } from 'jose'
import type { Keys } from '../keys.ts'

export interface Claims extends JWTPayload {
  role: string
  exp: number
}

interface TokenFailure {
  /** What a failed join starts with. */
  code: 'InvalidJWTToken' | 'MalformedJWT' | 'JwtSignatureError'
  message: string
}

type CheckedToken = { claims: Claims; failure?: undefined } | { claims?: undefined; failure: TokenFailure }

export async function checkToken(keys: Keys, token: string): Promise<CheckedToken> {
  try {
    const claims = await keys.verify(token.replace(/\s/g, ''))
    if (typeof claims.role !== 'string' || claims.exp === undefined) {
      return fail('InvalidJWTToken', 'Fields `role` and `exp` are required in JWT')
    }
    return { claims: { ...claims, role: claims.role, exp: Math.round(claims.exp) } }
  } catch (error) {
    return failureOf(error as { code?: string; payload?: JWTPayload })
  }
}

/** Milliseconds until the token ends, never more than five minutes: timers of 25 days and more overflow. */
export function millisecondsToNextCheck(claims: Claims): number {
  return Math.min(5 * 60_000, Math.max(0, claims.exp * 1000 - Date.now()))
}

function failureOf(error: { code?: string; payload?: JWTPayload }): CheckedToken {
  switch (error.code) {
    case 'ERR_JWT_EXPIRED': {
      const seconds = Math.floor(Date.now() / 1000) - Math.round(error.payload?.exp ?? 0)
      return fail('InvalidJWTToken', `Token has expired ${seconds} seconds ago`)
    }
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return fail('JwtSignatureError', 'Failed to validate JWT signature')
    default:
      return fail('MalformedJWT', 'The token provided is not a valid JWT')
  }
}

function fail(code: TokenFailure['code'], message: string): CheckedToken {
  return { failure: { code, message } }
}
