import { type Handler, withBoundary } from '../_shared/boundary.ts'
import type { FunctionError } from '../_shared/error.ts'
import { json, parseJson, readText, requirePost } from '../_shared/http.ts'
import { composeMails, type Mail, type Sender } from './mails.ts'
import { payloadShape } from './payload.ts'
import { verifySignature } from './verify-signature.ts'

export interface Dependencies {
  /** Standard Webhooks secrets, `whsec_<base64>`; more than one while they are being changed. */
  secrets: string[]
  sender: Sender
  /** Sends a mail once, however often it is called with the same key. */
  send(mail: Mail): Promise<void>
}

// As much as Auth itself takes: what people store in their metadata comes along.
const payloadLimit = 1024 * 1024

/** Supabase Auth's Send Email Hook: https://supabase.com/docs/guides/auth/auth-hooks/send-email-hook */
export function createHandler({ secrets, sender, send }: Dependencies): Handler {
  return withBoundary(async (request) => {
    requirePost(request)
    const body = await readText(request, payloadLimit)
    verifySignature(body, request.headers, secrets)
    const payload = parseJson(body, payloadShape)
    const mails = composeMails(payload, await digestOf(body), sender)
    if (mails.length === 0) console.log(`No mail for ${payload.email_data.email_action_type}`)
    for (const mail of mails) await send(mail)
    return json({})
  }, asHookError)
}

/** The form in which Auth reads a hook's refusal. */
function asHookError({ status, message }: FunctionError): unknown {
  return { error: { http_code: status, message } }
}

async function digestOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
