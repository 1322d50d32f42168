import { type Delivery, type Outcome, retryAfterOf, type Send } from './delivery.ts'
import { createAccessTokens, type ServiceAccount } from './google.ts'
import { composePush } from './push.ts'

export interface FcmSettings {
  account: ServiceAccount
  /** Without a slash at its end. */
  baseUrl: string
  fetch: typeof fetch
}

const timeoutMs = 10_000
const minute = 60

/** Sends with FCM's HTTP v1 API: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages */
export function createPushSend({ account, baseUrl, fetch: send }: FcmSettings): Send {
  const tokens = createAccessTokens(account, send)
  const url = `${baseUrl}/v1/projects/${encodeURIComponent(account.project_id)}/messages:send`

  async function post(delivery: Delivery, token: string): Promise<Outcome> {
    const response = await send(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message: composePush(delivery) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    if (response.ok) return { is: 'sent' }
    if (response.status === 401) tokens.forget(token)
    return outcomeOf(response.status, text, retryAfterOf(response.headers.get('retry-after')))
  }

  return async (delivery) => {
    let token: string
    try {
      token = await tokens.get()
    } catch (error) {
      return { is: 'unavailable', reason: reasonOf(error), retryAfter: minute }
    }
    // No answer: it may have arrived. Its tag has it shown once.
    return await post(delivery, token).catch((error) => ({ is: 'failed', reason: `FCM: ${reasonOf(error)}` }))
  }
}

function outcomeOf(status: number, text: string, retryAfter: number | undefined): Outcome {
  const code = errorCodeOf(text)
  if (code === 'UNREGISTERED') return { is: 'gone' }
  const reason = `FCM: ${status} ${text.slice(0, 300)}`
  if (status === 401 || status === 429 || status >= 500) return { is: 'failed', reason, retryAfter }
  // The service account may not send: no push would do better. A token of another project is that push's own.
  if (status === 403 && code !== 'SENDER_ID_MISMATCH') return { is: 'unavailable', reason, retryAfter: 15 * minute }
  return { is: 'refused', reason }
}

function errorCodeOf(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { details?: { errorCode?: string }[] } }
    return error?.details?.find(({ errorCode }) => errorCode !== undefined)?.errorCode
  } catch {
    return undefined
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
