import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import { type Faults, withFaults } from './faults.ts'

/** A push message as it was sent. */
interface PushMessage {
  name: string
  project: string
  token: string | null
  topic: string | null
  message: Record<string, unknown>
  created_at: string
}

export interface Fcm {
  /** Newest first, 500 at most. */
  messages(filter?: { token?: string }): PushMessage[]
  /** From now on a device with this token is unregistered. */
  unregister(token: string): void
  clear(): void
}

const capacity = 500
const tokenLifeSeconds = 3599
const scopes = ['https://www.googleapis.com/auth/firebase.messaging', 'https://www.googleapis.com/auth/cloud-platform']

/** A double of FCM's HTTP v1 API and of Google's token endpoint, under the same url. */
export function createFcm({ faults, log }: { faults: Faults; log(line: string): void }): { app: Hono; control: Fcm } {
  const stored: PushMessage[] = []
  const gone = new Set<string>()
  const accessTokens = new Map<string, number>()
  const app = new Hono()

  app.use(withFaults('fcm', faults, ({ code = 'INTERNAL', message }, status) => refusal(status, code, message, code)))
  app.post('/token', async (context) => {
    const form = new URLSearchParams(await context.req.text())
    const problem = assertionProblem(form)
    if (problem !== undefined) return context.json(problem, 400)
    const token = `ya29.${randomBytes(24).toString('base64url')}`
    accessTokens.set(token, Date.now() + tokenLifeSeconds * 1000)
    return context.json({ access_token: token, expires_in: tokenLifeSeconds, token_type: 'Bearer' })
  })
  app.post('/v1/projects/:project/:action{messages:send}', async (context) => {
    const bearer = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1] ?? ''
    if (!((accessTokens.get(bearer) ?? 0) > Date.now())) {
      return refusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.')
    }
    const body = (await context.req.json().catch(() => undefined)) as Record<string, unknown> | undefined
    const message = readMessage(body)
    if (typeof message === 'string') return refusal(400, 'INVALID_ARGUMENT', message, 'INVALID_ARGUMENT')
    const token = (message.token as string | undefined) ?? null
    if (token !== null && gone.has(token)) {
      return refusal(404, 'NOT_FOUND', 'Requested entity was not found.', 'UNREGISTERED')
    }
    const project = context.req.param('project')
    const name = `projects/${project}/messages/${randomBytes(8).toString('hex')}`
    if (body?.validate_only !== true) {
      const topic = (message.topic as string | undefined) ?? null
      stored.unshift({ name, project, token, topic, message, created_at: new Date().toISOString() })
      stored.length = Math.min(stored.length, capacity)
      log(`fcm push → ${token ?? topic}`)
    }
    return context.json({ name })
  })
  app.notFound(() => refusal(404, 'NOT_FOUND', 'The requested URL was not found on this server.'))

  const control: Fcm = {
    messages: ({ token } = {}) => stored.filter((one) => token === undefined || one.token === token),
    unregister: (token) => void gone.add(token),
    clear() {
      stored.splice(0)
      gone.clear()
    },
  }
  return { app, control }
}

let privateKey: string | undefined

/** What the Firebase console would give as a file: the double looks at everything but the signature, so any key does. */
export function serviceAccount(fcmUrl: string): string {
  privateKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
  return JSON.stringify({
    type: 'service_account',
    project_id: 'talentbase-local',
    client_email: 'push@talentbase-local.iam.gserviceaccount.com',
    private_key: privateKey,
    token_uri: `${fcmUrl}/token`,
  })
}

// What Google's token endpoint looks at, but for the signature: no key is known here to check it with.
function assertionProblem(form: URLSearchParams): { error: string; error_description: string } | undefined {
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
    return { error: 'unsupported_grant_type', error_description: 'Invalid grant_type' }
  }
  const problem = (description: string) => ({ error: 'invalid_grant', error_description: description })
  try {
    const [header, claims, signature] = (form.get('assertion') ?? '').split('.')
    const { alg } = partOf(header)
    const { iss, aud, scope, iat, exp } = partOf(claims)
    const now = Date.now() / 1000
    if (alg !== 'RS256' || !signature || !iss || !aud) return problem('Invalid JWT Signature.')
    if (!(Number(exp) > now) || !(Number(exp) - Number(iat) <= 3600)) {
      return problem('Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.')
    }
    const asked = String(scope).split(' ')
    return scopes.some((one) => asked.includes(one)) ? undefined : problem('Invalid OAuth scope or ID token audience.')
  } catch {
    return problem('Invalid JWT')
  }
}

function partOf(text: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(text ?? '', 'base64url').toString())
}

/** What is wrong, as a sentence, or the message. */
function readMessage(body: Record<string, unknown> | undefined): Record<string, unknown> | string {
  const message = body?.message
  if (typeof message !== 'object' || message === null) return 'The message is missing.'
  const fields = message as Record<string, unknown>
  const targets = ['token', 'topic', 'condition'].filter((name) => fields[name] !== undefined)
  if (targets.length !== 1) return 'Exactly one of token, topic or condition is required'
  if (fields.token === '') return 'The registration token is not a valid FCM registration token'
  const data = Object.values((fields.data as object | undefined) ?? {})
  return data.every((value) => typeof value === 'string')
    ? fields
    : 'Invalid value at message.data: a string is expected.'
}

function refusal(code: number, status: string, message: string, errorCode?: string): Response {
  const type = 'type.googleapis.com/google.firebase.fcm.v1.FcmError'
  const details = errorCode === undefined ? {} : { details: [{ '@type': type, errorCode }] }
  return Response.json({ error: { code, message, status, ...details } }, { status: code })
}
