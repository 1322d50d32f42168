import { z } from 'zod'

/** What the Firebase console gives as a JSON file, as far as it is needed. */
export const serviceAccountShape = z.object({
  project_id: z.string().min(1),
  client_email: z.email(),
  private_key: z.string().regex(/^-----BEGIN PRIVATE KEY-----\s[\s\S]+-----END PRIVATE KEY-----\s*$/),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
})

export type ServiceAccount = z.output<typeof serviceAccountShape>

const scope = 'https://www.googleapis.com/auth/firebase.messaging'
const assertionLifeSeconds = 3600
const timeoutMs = 10_000
// One is not used any more shortly before its end: it has to last for a request.
const reserveMs = 60_000

const tokenShape = z.object({ access_token: z.string().min(1), expires_in: z.number() })

/** Access tokens of Google for a service account: one at a time, kept for as long as it is good. */
export interface AccessTokens {
  /** Throws an Error that says why there is none. */
  get(): Promise<string>
  /** It is not accepted any more. */
  forget(token: string): void
}

export function createAccessTokens(account: ServiceAccount, send: typeof fetch): AccessTokens {
  let kept: { token: string; until: number } | undefined
  let asking: Promise<string> | undefined

  async function ask(): Promise<string> {
    const response = await send(account.token_uri, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: await assertionOf(account),
      }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`Google gives no access token: ${response.status} ${text.slice(0, 200)}`)
    const { access_token, expires_in } = tokenShape.parse(JSON.parse(text))
    kept = { token: access_token, until: Date.now() + expires_in * 1000 - reserveMs }
    return access_token
  }

  return {
    async get() {
      if (kept !== undefined && kept.until > Date.now()) return kept.token
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return await asking
    },
    forget(token) {
      if (kept?.token === token) kept = undefined
    },
  }
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
async function assertionOf({ client_email, private_key, token_uri }: ServiceAccount): Promise<string> {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: client_email, scope, aud: token_uri, iat, exp: iat + assertionLifeSeconds }
  const signed = `${base64url({ alg: 'RS256', typ: 'JWT' })}.${base64url(claims)}`
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const der = Uint8Array.from(atob(private_key.replace(/-----[A-Z ]+-----|\s/g, '')), (char) => char.charCodeAt(0))
  const key = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
  const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(signed))
  return `${signed}.${encoded(String.fromCharCode(...new Uint8Array(signature)))}`
}

const base64url = (value: object) => encoded(JSON.stringify(value))

const encoded = (bytes: string) => btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
