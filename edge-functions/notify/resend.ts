import type { ErrorResponse, Resend } from 'resend'
import { type Outcome, retryAfterOf, type Send } from './delivery.ts'
import { composeMail, type MailSettings } from './mail.ts'

const timeoutMs = 10_000
const minute = 60
const nobodysFault = ['rate_limit_exceeded', 'concurrent_idempotent_requests']

/** Sends with Resend, which keeps a key for 24 hours: whatever is tried again in that time goes out once. */
export function createMailSend(resend: Resend, settings: MailSettings): Send {
  return async (delivery) => {
    const { key, ...mail } = composeMail(delivery, settings)
    const { error, headers } = await resend.emails
      .send(mail, { idempotencyKey: key, signal: AbortSignal.timeout(timeoutMs) })
      .catch(
        (thrown) =>
          ({ error: { name: 'application_error', statusCode: null, message: String(thrown) }, headers: null }) as const,
      )
    return error === null ? { is: 'sent' } : outcomeOf(error, headers?.['retry-after'])
  }
}

function outcomeOf({ name, statusCode, message }: ErrorResponse, retryAfter: string | undefined): Outcome {
  // The key was used for other bytes, as when a casting's title changed since: that mail went out.
  if (name === 'invalid_idempotent_request') return { is: 'sent' }
  const reason = `Resend: ${statusCode ?? 'no answer'} ${name}: ${message}`
  if (name === 'daily_quota_exceeded' || name === 'monthly_quota_exceeded') {
    return { is: 'unavailable', reason, retryAfter: retryAfterOf(retryAfter) ?? 60 * minute }
  }
  if (nobodysFault.includes(name) || statusCode === 429) {
    return { is: 'unavailable', reason, retryAfter: retryAfterOf(retryAfter) ?? minute }
  }
  // The key, or a sender that is not verified: no mail would do better.
  if (statusCode === 401 || statusCode === 403) return { is: 'unavailable', reason, retryAfter: 15 * minute }
  if (statusCode === null || statusCode >= 500) return { is: 'failed', reason, retryAfter: retryAfterOf(retryAfter) }
  return { is: 'refused', reason }
}
