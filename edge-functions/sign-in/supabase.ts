import { delay } from 'deno-std/async/delay.js'
import { dataOf } from '../_shared/data-api.ts'
import { FunctionError } from '../_shared/error.ts'
import { connect } from '../_shared/supabase.ts'
import type { Dependencies, Session } from './handler.ts'

/** What sign-in needs of a Supabase project, reached with its secret key. */
export function createDependencies(url: string, secretKey: string): Dependencies {
  return {
    async findEmail(username, ip) {
      return dataOf(await connect(url, secretKey).rpc('email_for_sign_in', { username, client_ip: ip }))
    },
    async signIn(email, password, ip) {
      // Auth counts attempts by address: without these, everybody's would count as this function's. It believes the
      // first because the secret key comes with it, where the project allows IP address forwarding.
      const forwarded = { 'sb-forwarded-for': ip, 'x-forwarded-for': ip }
      const client = connect(url, secretKey, ip === 'unknown' ? {} : forwarded)
      const { data, error } = await client.auth.signInWithPassword({ email, password })
      if (error === null) return sessionOf(data.session)
      if (error.status === 429) {
        throw new FunctionError(429, 'rate_limit_exceeded', 'Too many attempts. Try again later.')
      }
      // Auth also refuses suspended accounts before it looks at the password: to tell them apart would tell that the
      // username exists.
      if (error.status !== undefined && error.status >= 400 && error.status < 500) return null
      throw new FunctionError(503, 'service_unavailable', 'Signing in is not possible right now.', { cause: error })
    },
    wait: delay,
  }
}

function sessionOf(session: Partial<Session>): Session {
  const { access_token, refresh_token, token_type, expires_in, expires_at, user } = session as Session
  return { access_token, refresh_token, token_type, expires_in, expires_at, user }
}
