import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { Webhook } from 'standardwebhooks'
import { inject } from 'vitest'
import { createAuth } from '../../local-stack/src/auth/index.ts'
import type { AuthConfig, StackConfig } from '../../local-stack/src/config.ts'
import { type Keys, loadKeys } from '../../local-stack/src/keys.ts'
import { attachCluster } from '../../local-stack/src/postgres/cluster.ts'
import { dropDatabase, withFreshDatabase } from '../../local-stack/src/postgres/template.ts'
import type { DatabaseRole } from '../../local-stack/src/service.ts'

const secret = `v1,whsec_${Buffer.from('a secret that only the tests know').toString('base64')}`

/** A call of the Send Email Hook, its signature checked. */
interface HookCall {
  headers: IncomingHttpHeaders
  user: Record<string, unknown> & { email: string; new_email?: string }
  email_data: Record<
    'token' | 'token_hash' | 'token_new' | 'token_hash_new' | 'redirect_to' | 'email_action_type' | 'site_url',
    string
  >
  metadata: Record<string, string>
}

interface HookAnswer {
  status: number
  headers?: Record<string, string>
  body?: string
}

type Answer = (call: HookCall, attempt: number) => HookAnswer | Promise<HookAnswer>

export interface AuthHarness {
  /** A new client without a session, as an anonymous visitor; `address` is where its requests come from. */
  client(options?: { flowType?: 'pkce' | 'implicit'; address?: string }): SupabaseClient
  /** A server that asks for somebody at another address. */
  server(address: string, forwardedFor: string, key: 'secret' | 'publishable'): SupabaseClient
  admin: SupabaseClient['auth']['admin']
  /** A request as it leaves the gateway. */
  request(path: string, init?: RequestInit & { token?: string }): Promise<Response>
  keys: Keys
  databaseUrl(role: DatabaseRole): string
  /** As superuser: to look at what is stored and to move it in time. */
  sql: postgres.Sql
  mails: HookCall[]
  lastMail(email: string): HookCall
  /** How the hook answers from now on; nothing sets it right again. */
  answerMails(answer?: Answer): void
  /** Another Auth on the same database, with other settings. */
  withConfig(change: (config: AuthConfig) => void): Promise<AuthHarness>
  close(): Promise<void>
}

/** Whether the tests run against the local stack, of which this service is a part. */
export const isLocal = inject('cluster') !== null

export async function startAuth(change: (config: AuthConfig) => void = () => undefined): Promise<AuthHarness> {
  const run = inject('cluster')
  if (run === null) throw new Error('These tests are about the local stack.')
  const cluster = attachCluster(run.port)
  const name = `test_${randomUUID().slice(0, 8)}`
  await withFreshDatabase(cluster, name, { defaultPrivileges: 'newer' }, async () => undefined)
  const databaseUrl = (role: DatabaseRole) => cluster.url(role, name)
  const sql = postgres(databaseUrl('supabase_admin'), { max: 2, onnotice: () => undefined })
  const hook = await startHook()
  const keys = await loadKeys(join(run.folder, name))
  const closing: (() => Promise<unknown>)[] = []

  const start = async (changed: (config: AuthConfig) => void): Promise<AuthHarness> => {
    const config = testConfig(hook.url)
    changed(config)
    const service = await createAuth({
      config: { auth: config } as StackConfig,
      keys,
      url: 'http://auth.test',
      databaseUrl,
      dataFolder: join(run.folder, name),
      log: (line) => process.env.TALENTBASE_LOG && console.error(line),
    })
    closing.unshift(() => service.close())
    const throughGateway = (address: string) => (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(String(input).replace('http://auth.test/auth/v1', 'http://auth.test'), init)
      if (address !== '') request.headers.set('cf-connecting-ip', address)
      request.headers.set('x-forwarded-for', address || '203.0.113.7')
      return Promise.resolve(service.fetch(request))
    }
    const open = (key: string, flowType: 'pkce' | 'implicit', address: string, headers: Record<string, string> = {}) =>
      createClient('http://auth.test', key, {
        auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false, flowType },
        global: { fetch: throughGateway(address) as typeof fetch, headers },
      })
    return {
      client: ({ flowType = 'implicit', address = '' } = {}) => open(keys.anonToken, flowType, address),
      server: (address, forwardedFor, key) =>
        open(key === 'secret' ? keys.serviceRoleToken : keys.anonToken, 'implicit', address, {
          'sb-forwarded-for': forwardedFor,
        }),
      admin: open(keys.serviceRoleToken, 'implicit', '').auth.admin,
      request: (path, { token = keys.anonToken, ...init } = {}) =>
        throughGateway('')(`http://auth.test/auth/v1${path}`, {
          redirect: 'manual',
          ...init,
          headers: { authorization: `Bearer ${token}`, 'x-supabase-api-version': '2024-01-01', ...init.headers },
        }),
      keys,
      databaseUrl,
      sql,
      mails: hook.calls,
      lastMail: hook.lastMail,
      answerMails: hook.answerWith,
      withConfig: start,
      async close() {
        for (const close of closing) await close()
        await hook.close()
        await sql.end()
        await dropDatabase(cluster, name)
      },
    }
  }
  return start(change)
}

function testConfig(hookUrl: string): AuthConfig {
  return {
    site_url: 'http://127.0.0.1:3000',
    additional_redirect_urls: ['https://app.test/**', 'talent://callback'],
    jwt_expiry: 900,
    enable_refresh_token_rotation: true,
    refresh_token_reuse_interval: 10,
    enable_signup: true,
    minimum_password_length: 8,
    sessions: { timebox: '168h' },
    rate_limit: { email_sent: 1000, sign_in_sign_ups: 30, token_verifications: 30, token_refresh: 150 },
    email: {
      enable_signup: true,
      enable_confirmations: true,
      double_confirm_changes: true,
      secure_password_change: false,
      max_frequency: '1ms',
      otp_length: 8,
      otp_expiry: 600,
    },
    hook: { send_email: { enabled: true, uri: hookUrl, secrets: secret } },
  }
}

async function startHook() {
  const calls: HookCall[] = []
  let answer: Answer | undefined
  let attempts = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    new Webhook(secret.slice('v1,'.length)).verify(body, request.headers as Record<string, string>)
    const call = { headers: request.headers, ...JSON.parse(body) } as HookCall
    calls.push(call)
    const given = await (answer?.(call, ++attempts) ?? { status: 200, headers: { 'content-type': 'application/json' } })
    response.writeHead(given.status, given.headers).end(given.body ?? '{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/send-email`,
    calls,
    lastMail(email: string) {
      const mail = calls.findLast((call) => call.user.email === email)
      if (!mail) throw new Error(`No mail to ${email}.`)
      return mail
    },
    answerWith(next?: Answer) {
      answer = next
      attempts = 0
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Everything stored about an address, to see that a refusal changed none of it. */
export async function stateOf(auth: AuthHarness, email: string): Promise<unknown> {
  const [state] = await auth.sql`
    select to_jsonb(u) as user,
      (select jsonb_agg(to_jsonb(i) order by i.id) from auth.identities as i where i.user_id = u.id) as identities,
      (select jsonb_agg(to_jsonb(s) order by s.id) from auth.sessions as s where s.user_id = u.id) as sessions,
      (select jsonb_agg(to_jsonb(r) order by r.id) from auth.refresh_tokens as r where r.user_id = u.id::text) as tokens,
      (select jsonb_agg(to_jsonb(t) order by t.id) from auth.one_time_tokens as t where t.user_id = u.id) as codes,
      (select jsonb_agg(to_jsonb(f) order by f.id) from auth.flow_state as f where f.user_id = u.id) as flows,
      (select jsonb_agg(to_jsonb(a) order by a.id::text) from auth.audit_log_entries as a where a.payload ->> 'actor_id' = u.id::text) as audit
    from auth.users as u where u.email = ${email}`
  return state ?? null
}

/** Moves a user's moments into the past. */
export async function age(auth: AuthHarness, email: string, column: string, interval: string): Promise<void> {
  await auth.sql`
    update auth.users set ${auth.sql(column)} = now() - ${interval}::interval where email = ${email}`
}

/** One part of a token, unchecked. */
export function partOf(token: string, part: 'header' | 'claims'): Record<string, unknown> {
  const [header, claims] = token.split('.')
  return JSON.parse(Buffer.from((part === 'header' ? header : claims)!, 'base64url').toString())
}

/** An address that no other test uses. */
export function newEmail(name = 'person'): string {
  return `${name}-${randomUUID()}@example.com`
}

/** What supabase-js makes of the service's 403 `session_not_found`. */
export const sessionMissing = { name: 'AuthSessionMissingError' }

export const password = 'a long enough one'

/** A confirmed user with a password, signed in. */
export async function signedIn(auth: AuthHarness, email = newEmail()) {
  const { data, error } = await auth.admin.createUser({ email, password, email_confirm: true })
  if (error) throw error
  const client = auth.client()
  const signIn = await client.auth.signInWithPassword({ email, password })
  if (signIn.error) throw signIn.error
  return { email, id: data.user.id, client, session: signIn.data.session }
}
