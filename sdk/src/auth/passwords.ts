import type { UserAttributes } from '@supabase/supabase-js'
import type { z } from 'zod'
import { getMe } from '../accounts/me.ts'
import { setUsername, updateAccount } from '../accounts/update.ts'
import type { Context } from '../context.ts'
import { renameFields } from '../errors/rename-fields.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { wantedRoles } from './roles.ts'
import { changePasswordSchema, completeSignUpSchema, resetPasswordSchema } from './schemas.ts'
import { proofIn, verify, withMe } from './sign-in.ts'
import type { SignIn } from './types.ts'

export async function changePassword(context: Context, input: z.input<typeof changePasswordSchema>): Promise<null> {
  const { old_password, new_password } = context.parse(changePasswordSchema, input)
  await setNewPassword(context, { password: new_password, current_password: old_password })
  return null
}

export async function resetPassword(context: Context, input: z.input<typeof resetPasswordSchema>): Promise<SignIn> {
  const { new_password, ...rest } = context.parse(resetPasswordSchema, input)
  const proof = proofIn(rest)
  if (proof !== undefined) await verify(context, proof, 'recovery')
  await setNewPassword(context, { password: new_password })
  return withMe(context, await currentSession(context))
}

export async function completeSignUp(context: Context, input: z.input<typeof completeSignUpSchema>): Promise<SignIn> {
  const said = context.parse(completeSignUpSchema, input)
  const { email, password, username, first_name, last_name, phone, city, country } = said
  const me = await getMe(context)
  if (email !== undefined && email.toLowerCase() !== me.email) {
    throw context.error('validation_failed', { email: ['match'] })
  }
  if (me.username !== null) throw context.error('conflict')
  // The username comes last: without one this can be called again, and all before it does no harm twice. Auth asks a
  // session that a password opened for that password.
  await context
    .auth(context.supabase.auth.updateUser({ password, current_password: password }))
    .catch((error: unknown) => {
      if (!hasRule(error, 'password', 'same')) {
        throw hasRule(error, 'old_password', 'wrong') ? context.error('conflict') : error
      }
    })
  for (const role of wantedRoles(said)) await context.rows(context.supabase.rpc('add_role', { role }))
  await updateAccount(context, { first_name, last_name, phone, city, country })
  await setUsername(context, username)
  return withMe(context, await currentSession(context))
}

async function setNewPassword(context: Context, attributes: UserAttributes): Promise<void> {
  try {
    await context.auth(context.supabase.auth.updateUser(attributes))
  } catch (error) {
    throw error instanceof TalentbaseError ? renameFields(error, { password: 'new_password' }) : error
  }
}

async function currentSession(context: Context) {
  return (await context.auth(context.supabase.auth.getSession())).session
}

function hasRule(error: unknown, field: string, rule: string): boolean {
  return error instanceof TalentbaseError && (error.fields?.[field] ?? []).includes(rule)
}
