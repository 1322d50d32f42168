import type { Session } from '@supabase/supabase-js'
import type { z } from 'zod'
import { getMe } from '../accounts/me.ts'
import type { Context } from '../context.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { signInSchema, type verifyCodeSchema } from './schemas.ts'
import type { SignIn } from './types.ts'

export async function signIn(context: Context, input: z.input<typeof signInSchema>): Promise<SignIn> {
  const { email, username, username_or_email = '', password } = context.parse(signInSchema, input)
  const address = email ?? (username_or_email.includes('@') ? username_or_email : undefined)
  if (address !== undefined) {
    const { session } = await context.auth(context.supabase.auth.signInWithPassword({ email: address, password }))
    return withMe(context, session)
  }
  const { access_token, refresh_token, expires_in } = await context.invoke<Session>('sign-in', {
    username: username ?? username_or_email,
    password,
  })
  const { session } = await context.auth(context.supabase.auth.setSession({ access_token, refresh_token }))
  // Set by hand, a session would say what is left of it instead.
  return withMe(context, session && { ...session, expires_in })
}

/** What a mailed code or link proves: a session. */
export type Proof = z.output<typeof verifyCodeSchema> | { token_hash: string }

export async function verify(context: Context, proof: Proof, type: 'email' | 'recovery'): Promise<SignIn> {
  const params = 'token_hash' in proof ? { ...proof, type } : { email: proof.email, token: proof.code, type }
  const { session } = await context.auth(context.supabase.auth.verifyOtp(params))
  return withMe(context, session)
}

export async function withMe(context: Context, session: Session | null): Promise<SignIn> {
  if (session === null) throw context.error('auth_required')
  return { user: await getMe(context), session }
}

export async function refresh(context: Context, refresh_token: string | undefined): Promise<Session> {
  const wanted = refresh_token === undefined ? undefined : { refresh_token }
  const { session } = await context.auth(context.supabase.auth.refreshSession(wanted)).catch((error: unknown) => {
    // A token that never was one is to Auth a field that is written wrong.
    const isMalformed = error instanceof TalentbaseError && error.code === 'validation_failed'
    throw isMalformed ? context.error('session_expired') : error
  })
  if (session === null) throw context.error('session_expired')
  return session
}

/** The proof that an input holds, if any. */
export function proofIn(input: {
  token_hash?: string | undefined
  email?: string | undefined
  code?: string | undefined
}): Proof | undefined {
  const { token_hash, email, code } = input
  if (token_hash !== undefined) return { token_hash }
  return email === undefined || code === undefined ? undefined : { email, code }
}
