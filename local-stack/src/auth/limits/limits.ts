import { authError } from '../errors/auth-error.ts'
import type { AuthRequest } from '../http/request.ts'
import type { Settings } from '../settings.ts'
import { createBuckets, type Take } from './buckets.ts'

/** Each route has its own count; a refused request throws. */
export interface Limits {
  signUp(request: AuthRequest): void
  otp(request: AuthRequest): void
  magicLink(request: AuthRequest): void
  recover(request: AuthRequest): void
  resend(request: AuthRequest): void
  user(request: AuthRequest): void
  token(request: AuthRequest): void
  verify(request: AuthRequest): void
  /** Counts one mail of the whole project's hour; refuses when none is left. */
  mail(): void
}

export function createLimits({ rateLimit }: Settings): Limits {
  const perAddress = (ratePerFiveMinutes: number) => {
    const take: Take = createBuckets(ratePerFiveMinutes)
    return (request: AuthRequest) => {
      if (request.limitKey !== '' && !take(request.limitKey)) throw authError('requestRateLimit')
    }
  }
  return {
    signUp: perAddress(rateLimit.sign_in_sign_ups),
    otp: perAddress(rateLimit.sign_in_sign_ups),
    magicLink: perAddress(rateLimit.sign_in_sign_ups),
    recover: perAddress(rateLimit.sign_in_sign_ups),
    resend: perAddress(rateLimit.sign_in_sign_ups),
    user: perAddress(rateLimit.sign_in_sign_ups),
    token: perAddress(rateLimit.token_refresh),
    verify: perAddress(rateLimit.token_verifications),
    mail: createHourlyLimit(rateLimit.email_sent),
  }
}

const hour = 3_600_000

function createHourlyLimit(events: number): () => void {
  let start = Date.now()
  let count = 0
  return () => {
    const hours = Math.floor((Date.now() - start) / hour)
    if (hours > 0) {
      start += hours * hour
      count = 0
    }
    if (count >= events) throw authError('mailLimit')
    count++
  }
}
