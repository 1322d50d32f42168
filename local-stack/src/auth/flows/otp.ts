import { z } from 'zod'
import { checkChallenge, checkPhone, validEmail } from '../addresses.ts'
import { type Auth, type Db, inTransaction } from '../auth.ts'
import { newPassword } from '../codes.ts'
import { audit } from '../db/audit.ts'
import { rememberChallenge } from '../db/flow-states.ts'
import { findUserByEmail, isConfirmed, lockUser, type Metadata, type UserRow } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { metadata, pkce, text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { mailCode } from '../mail/codes.ts'
import { planRegistration, register } from './register.ts'

const schema = z.object({
  email: text,
  phone: text,
  create_user: z
    .boolean()
    .nullish()
    .transform((value) => value ?? true),
  data: metadata,
  channel: text,
  ...pkce,
})

const magicLinkSchema = z.object({ email: text, data: metadata, ...pkce })

interface Wish {
  email: string
  data: Metadata | undefined
  code_challenge: string
  code_challenge_method: string
}

/** POST /otp */
export async function otp(auth: Auth, request: AuthRequest): Promise<Response> {
  auth.limits.otp(request)
  const body = await request.body(schema)
  if (body.email !== '' && body.phone !== '') throw authError('otpOneAddress')
  if (body.email !== '' && body.channel !== '') throw authError('otpChannel')
  checkChallenge(body)
  if (body.phone !== '') {
    if (!body.create_user) {
      checkPhone(body.phone)
      throw authError('otpNoSignup')
    }
    throw authError('otpPhoneDisabled')
  }
  if (!body.create_user && body.email !== '') {
    if (!(await findUserByEmail(auth.sql, validEmail(body.email)))) throw authError('otpNoSignup')
  }
  if (body.email === '') throw authError('otpNeedsAddress')
  return mailCodeOrRegister(auth, request, body)
}

/** POST /magiclink */
export async function magicLink(auth: Auth, request: AuthRequest): Promise<Response> {
  auth.limits.magicLink(request)
  return mailCodeOrRegister(auth, request, await request.body(magicLinkSchema))
}

async function mailCodeOrRegister(auth: Auth, request: AuthRequest, wish: Wish): Promise<Response> {
  if (!auth.settings.emailEnabled) throw authError('emailLoginsDisabled')
  const email = validEmail(wish.email)
  checkChallenge(wish)
  const user = await findUserByEmail(auth.sql, email)
  if (user && isConfirmed(user)) {
    await inTransaction(auth, (tx) => mailMagicLink(auth, tx, request, user, wish))
    return json({})
  }
  // The confirmation mail of a new user holds a code that signs in as well.
  const registration = { ...wish, email, phone: '', password: newPassword(), data: wish.data ?? {} }
  const plan = await planRegistration(auth, request, registration)
  await inTransaction(auth, async (tx) => {
    const registered = await register(auth, tx, request, plan)
    if (registered && isConfirmed(registered.user)) await mailMagicLink(auth, tx, request, registered.user, wish)
  })
  return json({})
}

async function mailMagicLink(auth: Auth, tx: Db, request: AuthRequest, { id }: UserRow, wish: Wish): Promise<void> {
  const user = await lockUser(tx, id)
  if (!user) return
  await rememberChallenge(tx, user.id, 'magiclink', wish)
  await audit(tx, user, 'user_recovery_requested')
  await mailCode(auth, tx, request, user, 'magiclink', wish.code_challenge !== '')
}
