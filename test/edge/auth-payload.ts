import { randomBytes, randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

interface PayloadParts {
  user?: object
  email_data?: object
}

/** What Supabase Auth sends to its Send Email Hook, for one sign-up unless parts of it are given. */
export function authPayload({ user, email_data }: PayloadParts = {}) {
  return {
    metadata: { uuid: randomUUID(), time: new Date().toISOString(), name: 'send-email', ip_address: '203.0.113.7' },
    user: {
      id: randomUUID(),
      aud: 'authenticated',
      role: 'authenticated',
      email: 'ada@example.com',
      phone: '',
      app_metadata: { provider: 'email', providers: ['email'] },
      user_metadata: {},
      identities: [],
      created_at: new Date().toISOString(),
      updated_at: new Date().toISOString(),
      is_anonymous: false,
      ...user,
    },
    email_data: {
      token: '30571284',
      token_hash: `pkce_${randomBytes(28).toString('hex')}`,
      redirect_to: 'http://127.0.0.1:3000/welcome?next=/castings&x=1',
      email_action_type: 'signup',
      site_url: 'https://project.example/auth/v1',
      token_new: '',
      token_hash_new: '',
      old_email: '',
      old_phone: '',
      provider: '',
      factor_type: '',
      ...email_data,
    },
  }
}

interface Signing {
  /** Of the timestamp; now unless told. */
  at?: Date
  id?: string
}

/** Headers that sign a body as Auth does, with an id of their own as each of Auth's tries has. */
export function signatureOf(body: string, secrets: string[], { at = new Date(), id = randomUUID() }: Signing = {}) {
  const signatures = secrets.map((secret) => new Webhook(secret.replace(/^v1,/, '')).sign(id, at, body))
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures.join(', '),
  }
}

export function newHookSecret(): string {
  return `v1,whsec_${randomBytes(32).toString('base64')}`
}
