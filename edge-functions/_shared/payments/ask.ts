import { providerUnavailable } from './provider.ts'

const timeoutMs = 10_000

/** What a provider answers to a request, as text. Throws 503 `provider_unavailable` where none comes. */
export async function ask(
  url: string,
  init: RequestInit,
  send: typeof fetch,
): Promise<{ status: number; text: string }> {
  try {
    const response = await send(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    throw providerUnavailable(error)
  }
}
