import type { User } from '@supabase/supabase-js'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type WantedRole, wantedRoles } from './roles.ts'
import { signUpSchema } from './schemas.ts'
import type { NewUser, SignUp } from './types.ts'

/** What somebody said on signing up. */
export interface SignUpInput extends z.output<typeof signUpSchema> {
  roles: WantedRole[]
}

export async function signUp(
  context: Context,
  input: z.input<typeof signUpSchema>,
): Promise<SignUp & { said: SignUpInput }> {
  const parsed = context.parse(signUpSchema, input)
  const said = { ...parsed, locale: parsed.locale ?? context.locale, roles: wantedRoles(parsed) }
  const { email, password, username, roles, locale, redirect_to } = said
  const { user, session } = await context.auth(
    context.supabase.auth.signUp({
      email,
      password,
      options: {
        // No more than that: until the address is confirmed, Auth shows it to whoever signs up with the same one.
        data: { locale, roles, ...(username === undefined ? {} : { username }) },
        ...(redirect_to === undefined ? {} : { emailRedirectTo: redirect_to }),
      },
    }),
  )
  // Auth answers a made-up user without identities for an address that is taken.
  if (user === null || user.identities?.length === 0) throw context.error('duplicate', { email: ['taken'] })
  return { user: newUserOf(user, said), session, said }
}

/** Of the input, for what Auth answers may be what somebody else said on naming the same address. */
function newUserOf(user: User, { roles, username, first_name, last_name }: SignUpInput): NewUser {
  const isClient = roles.includes('client')
  const isFreelancer = roles.includes('freelancer')
  return {
    id: user.id,
    email: user.email ?? '',
    username: username ?? null,
    first_name: first_name ?? null,
    last_name: last_name ?? null,
    role: roles[0] ?? null,
    roles,
    user_type: isClient && isFreelancer ? 'both' : isClient ? 'client' : isFreelancer ? 'freelancer' : null,
    email_verified: typeof user.email_confirmed_at === 'string',
  }
}
