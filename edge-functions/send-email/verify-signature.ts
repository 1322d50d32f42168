import { Webhook } from 'standardwebhooks'
import { FunctionError } from '../_shared/error.ts'

/**
 * Throws 401 `invalid_signature` unless the body was signed, within five minutes, with one of the secrets. There are
 * two of them while one is being replaced by the other.
 */
export function verifySignature(body: string, headers: Headers, secrets: string[]): void {
  const signed = {
    'webhook-id': headers.get('webhook-id') ?? '',
    'webhook-timestamp': headers.get('webhook-timestamp') ?? '',
    'webhook-signature': headers.get('webhook-signature') ?? '',
  }
  if (!secrets.some((secret) => isSignedWith(secret, body, signed))) {
    throw new FunctionError(401, 'invalid_signature', 'The request is not signed by Supabase Auth.')
  }
}

function isSignedWith(secret: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false })
    return true
  } catch {
    return false
  }
}
