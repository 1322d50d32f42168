import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { AuthError, authError } from '../errors/auth-error.ts'
import type { HttpHook } from '../settings.ts'
import { refusalIn } from './refusal.ts'

const timeout = 5000
const tries = 3
const pause = 2000
const largestAnswer = 200 * 1024

/**
 * Posts a signed payload: 5 s in all, three tries. Only a missing connection and a 429 or 503 with Retry-After are
 * tried again, each try with an id of its own.
 */
export async function callHttpHook(hook: HttpHook, payload: unknown): Promise<void> {
  const body = JSON.stringify(payload)
  const deadline = AbortSignal.timeout(timeout)
  for (let attempt = 1; attempt <= tries; attempt++) {
    const response = await post(hook, body, deadline, attempt)
    if (!response) continue
    const retry = await isRetryWanted(response, deadline)
    if (!retry) return
  }
  throw authError('hookUnavailable')
}

async function post(
  hook: HttpHook,
  body: string,
  deadline: AbortSignal,
  attempt: number,
): Promise<Response | undefined> {
  try {
    return await fetch(hook.uri, { method: 'POST', headers: signed(hook, body), body, signal: deadline })
  } catch {
    if (deadline.aborted) throw authError('hookTimeout')
    if (attempt === tries) throw authError('hookUnreachable')
  }
  try {
    await sleep(pause, undefined, { signal: deadline })
  } catch {
    throw authError('hookTimeout')
  }
  return undefined
}

function signed(hook: HttpHook, body: string): Record<string, string> {
  const id = randomUUID()
  const now = new Date()
  const signatures = hook.secrets.map((secret) => new Webhook(secret.replace(/^v1,/, '')).sign(id, now, body))
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signatures.join(', '),
  }
}

/** Throws what the answer refuses; true asks for another try. */
async function isRetryWanted(response: Response, deadline: AbortSignal): Promise<boolean> {
  const { status } = response
  if (status === 200 || status === 202) {
    await checkAnswer(response, deadline)
    return false
  }
  await response.body?.cancel()
  if (status === 204) return false
  if (status === 429 || status === 503) {
    if (response.headers.get('retry-after')) return true
    throw authError('hookUnavailable')
  }
  if (status === 400) throw authError('hookBadRequest')
  if (status === 401) throw authError('hookUnauthorized')
  throw authError('hookStatus', status)
}

async function checkAnswer(response: Response, deadline: AbortSignal): Promise<void> {
  const contentType = response.headers.get('content-type')
  if (!contentType) throw authError('hookNoContentType')
  if (contentType.split(';')[0]!.trim().toLowerCase() !== 'application/json') {
    throw authError('hookContentType', contentType)
  }
  const answer = await readAnswer(response, deadline)
  try {
    const refusal = refusalIn(JSON.parse(answer))
    if (refusal) throw refusal
  } catch (error) {
    throw error instanceof AuthError ? error : authError('hookNotJson')
  }
}

async function readAnswer(response: Response, deadline: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk)
      size += chunk.byteLength
      if (size > largestAnswer) throw authError('hookTooLarge', largestAnswer)
    }
  } catch (error) {
    throw deadline.aborted ? authError('hookTimeout') : error
  }
  return Buffer.concat(chunks).toString()
}
