import { delay } from 'deno-std/async/delay.js'
import type { ErrorResponse, Resend } from 'resend'
import { FunctionError } from '../_shared/error.ts'
import type { Mail } from './mails.ts'

// Auth waits five seconds for all its tries together, and tries again without a pause of its own.
const sendTimeoutMs = 2_000
const pauseBeforeRetryMs = 300

/**
 * Sends with Resend, which keeps a key for 24 hours. Throws 503 `email_unavailable` with `retry-after`, which Auth
 * answers with another try, or 500 `email_failed` where another try would fail too.
 */
export function createSend(resend: Resend): (mail: Mail) => Promise<void> {
  return async ({ key, ...mail }) => {
    const { error } = await resend.emails.send(mail, {
      idempotencyKey: key,
      signal: AbortSignal.timeout(sendTimeoutMs),
    })
    // The key was used for other bytes: this mail went out before a change of its texts.
    if (error === null || error.name === 'invalid_idempotent_request') return
    if (!isTemporary(error)) throw new FunctionError(500, 'email_failed', 'The mail was refused.', { cause: error })
    await delay(pauseBeforeRetryMs)
    const headers = { 'retry-after': '1' }
    throw new FunctionError(503, 'email_unavailable', 'The mail cannot be sent right now.', { cause: error, headers })
  }
}

function isTemporary({ name, statusCode }: ErrorResponse): boolean {
  if (name === 'daily_quota_exceeded' || name === 'monthly_quota_exceeded') return false
  if (name === 'concurrent_idempotent_requests') return true
  return statusCode === null || statusCode === 429 || statusCode >= 500
}
