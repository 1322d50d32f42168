import { z } from 'zod'
import { type Handler, withBoundary } from '../_shared/boundary.ts'
import { withCors } from '../_shared/cors.ts'
import { FunctionError } from '../_shared/error.ts'
import { json, readJson, requirePost } from '../_shared/http.ts'
import { clientIp } from './client-ip.ts'

/** As Supabase Auth answers a password grant. */
export interface Session {
  access_token: string
  refresh_token: string
  token_type: string
  /** Seconds. */
  expires_in: number
  /** Seconds since 1970. */
  expires_at: number
  user: unknown
}

export interface Dependencies {
  /** The address of the account with this username, or null. Counts the attempt; throws 429 `rate_limit_exceeded`. */
  findEmail(username: string, ip: string): Promise<string | null>
  /** A password grant at Supabase Auth; null if Auth refuses it, for whatever reason. */
  signIn(email: string, password: string, ip: string): Promise<Session | null>
  wait(milliseconds: number): Promise<void>
}

const bodyLimit = 8 * 1024
const inputShape = z.object({ username: z.string(), password: z.string() })
// No more than what every username has in common: the database decides the rest.
const usernamePattern = /^[\p{L}\p{N}_]{3,150}$/u

// Auth compares a password only where there is one, which takes as long as its hash takes. Refusals wait for this long
// so that their time tells nothing.
const refusalTakesMs = 500

/** `POST { username, password }` answers a session, or 400 `invalid_credentials` whatever it is that is wrong. */
export function createHandler({ findEmail, signIn, wait }: Dependencies): Handler {
  return withCors(
    withBoundary(async (request) => {
      requirePost(request)
      const { username, password } = await readJson(request, inputShape, bodyLimit)
      const ip = clientIp(request.headers)
      const refusalTime = wait(refusalTakesMs)
      const email = usernamePattern.test(username) ? await findEmail(username, ip) : null
      const session = await signIn(email ?? nobody(), password, ip)
      if (email === null || session === null) {
        await refusalTime
        throw new FunctionError(400, 'invalid_credentials', 'The username or the password is wrong.')
      }
      return json(session)
    }),
  )
}

/** An address that nobody can have: `invalid` is no domain and never will be (RFC 2606). */
function nobody(): string {
  return `${crypto.randomUUID()}@sign-in.invalid`
}
