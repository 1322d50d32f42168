import { randomBytes } from 'node:crypto'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import type { TestStack } from './stack.ts'

/** Somebody with a confirmed address who is signed in. */
export interface Person {
  id: string
  email: string
  password: string
  /** Null when the person was made without one. */
  username: string | null
  /** The access token the client sends; it lives 900 s. */
  token: string
  client: SupabaseClient
}

export interface PersonOptions {
  roles?: string[]
  /** A unique one unless told; null for none. */
  username?: string | null
  /** Anything else the sign-up tells, such as first_name or city. */
  metadata?: Record<string, unknown>
}

const withoutSession = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } }

/** Eight random letters and digits, for whatever must not meet what another test made. */
export const unique = (prefix = 't'): string => `${prefix}_${randomBytes(5).toString('hex')}`

/** A client with the publishable key and nobody signed in. */
export function anonClient(stack: TestStack): SupabaseClient {
  return createClient(stack.url, stack.publishableKey, withoutSession)
}

/** A client with the secret key. */
export function serviceClient(stack: TestStack): SupabaseClient {
  return createClient(stack.url, stack.secretKey, withoutSession)
}

// Everybody has the same one, hashed at bcrypt's least cost: a run makes thousands of people.
const password = 'correct horse battery'
const password_hash = '$2a$04$oJpkWTzHnVwS0avDGTsOT.I30l2atvxvWqyrQM3bJCGQylF.yES82'

/** Makes a person through Auth alone and signs them in with their password. */
export async function createPerson(stack: TestStack, options: PersonOptions = {}): Promise<Person> {
  const username = options.username === undefined ? unique() : options.username
  const email = `${unique('person')}@example.test`
  const made = await serviceClient(stack).auth.admin.createUser({
    email,
    password_hash,
    email_confirm: true,
    user_metadata: {
      ...options.metadata,
      ...(username === null ? {} : { username }),
      ...(options.roles === undefined ? {} : { roles: options.roles }),
    },
  })
  if (made.error) throw made.error
  const client = anonClient(stack)
  const signedIn = await client.auth.signInWithPassword({ email, password })
  if (signedIn.error) throw signedIn.error
  return { id: made.data.user.id, email, password, username, token: signedIn.data.session.access_token, client }
}

/** Several people with the same options, made at once. */
export function createPeople(stack: TestStack, count: number, options: PersonOptions = {}): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, () => createPerson(stack, options)))
}

const connections = new WeakMap<TestStack, postgres.Sql>()

/** The database as `postgres`, past every policy; one pool a stack, which closes by itself when it is idle. */
export function sql(stack: TestStack): postgres.Sql {
  const known = connections.get(stack)
  if (known) return known
  const pool = postgres(stack.databaseUrl('postgres'), { max: 4, idle_timeout: 2, onnotice: () => undefined })
  connections.set(stack, pool)
  return pool
}

/** Puts an account on a plan for a month (or another period) from now on; answers the subscription's id. */
export async function subscribe(
  stack: TestStack,
  person: { id: string },
  plan: string,
  period: 'month' | 'quarter' | 'year' = 'month',
): Promise<string> {
  const [row] = await sql(stack)`select private.activate_subscription(${person.id}, ${plan}, ${period}) as id`
  return row!.id
}

/** Lifts the limits of requests: a suite writes more in a minute than any account may. */
export async function liftRequestLimits(stack: TestStack): Promise<void> {
  await sql(stack)`update private.settings set value = '1000000' where key like 'rate\_limits.%'`
}

/** Sets limits of requests a minute, for the tests that are about them. */
export async function setRequestLimits(stack: TestStack, perMinute: Record<string, number>): Promise<void> {
  for (const [kind, count] of Object.entries(perMinute)) {
    await sql(stack)`
      update private.settings set value = to_jsonb(${count}::integer) where key = ${`rate_limits.${kind}_per_minute`}
    `
  }
}
