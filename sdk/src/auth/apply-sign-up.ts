import { getMe } from '../accounts/me.ts'
import { setUsername, updateAccount } from '../accounts/update.ts'
import type { Context } from '../context.ts'
import type { SignUpInput } from './sign-up.ts'
import type { SignIn } from './types.ts'

/**
 * Gives the account that was just confirmed what its owner said on signing up: the database forgets a sign-up as soon as
 * somebody else could have made it, and the rest was never sent. What fails here can be chosen later.
 */
export async function applySignUp(context: Context, signedIn: SignIn, said: SignUpInput): Promise<SignIn> {
  const { password, username, roles, first_name, last_name, phone, city, country, locale } = said
  const { user, session } = signedIn
  // `run` makes an error an answer, and nobody reads it.
  // That the password is set already is one of them.
  await context.run(() => context.auth(context.supabase.auth.updateUser({ password })))
  for (const role of roles.filter((wanted) => !user.roles.includes(wanted))) {
    await context.run(() => context.rows(context.supabase.rpc('add_role', { role })))
  }
  if (username !== undefined && user.username === null) await context.run(() => setUsername(context, username))
  const language = locale === user.locale ? undefined : locale
  const profile = { first_name, last_name, phone, city, country, locale: language }
  await context.run(() => updateAccount(context, profile))
  const { data: me } = await context.run(() => getMe(context))
  return { user: me ?? user, session }
}
