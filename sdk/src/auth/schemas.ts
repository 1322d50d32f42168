import { z } from 'zod'
import { blame, email, knownEmail, locale, name, password, phone, place, role, username } from '../schemas/fields.ts'

// A password that is only compared may be anything that somebody once chose.
const knownPassword = z.string().min(1).max(1000)
const redirect_to = z.string().min(1).max(2000).optional()

/** The digits of a mailed code. */
const code = z
  .string()
  .trim()
  .regex(/^[0-9]{6,10}$/)

const tokenHash = z.string().min(1).max(500)

const roles = {
  role: role.optional(),
  roles: z.array(role).max(8).optional(),
  /** client, freelancer or both: another way to name these two roles. */
  user_type: z.enum(['client', 'freelancer', 'both']).optional(),
}

const profile = {
  first_name: name.optional(),
  last_name: name.optional(),
  phone: phone.optional(),
  city: place.optional(),
  country: place.optional(),
}

export const signUpSchema = z
  .strictObject({
    email,
    password,
    confirm_password: z.string().optional(),
    username: username.optional(),
    ...roles,
    ...profile,
    /** Language of mails; that of the SDK unless given. */
    locale: locale.optional(),
    /** Where the link in the mail leads to; one of the project's redirect urls. */
    redirect_to,
  })
  .refine(
    ({ password, confirm_password }) => confirm_password === undefined || confirm_password === password,
    blame('confirm_password', 'match'),
  )

export const signInSchema = z
  .strictObject({
    email: knownEmail.optional(),
    username: username.optional(),
    username_or_email: z.string().min(1).max(254).optional(),
    password: knownPassword,
  })
  .refine(
    (input) =>
      [input.email, input.username, input.username_or_email].filter((given) => given !== undefined).length === 1,
    blame('username_or_email', 'required'),
  )

export const refreshSchema = z.strictObject({ refresh_token: z.string().min(1).max(4096).optional() })

export const signOutSchema = z.strictObject({ scope: z.enum(['local', 'global', 'others']).optional() })

export const sendCodeSchema = z.strictObject({ email, locale: locale.optional(), redirect_to })

export const verifyCodeSchema = z.strictObject({ email: knownEmail, code })

export const confirmEmailSchema = z
  .strictObject({ token_hash: tokenHash.optional(), email: knownEmail.optional(), code: code.optional() })
  .refine(hasOneProof, blame('token_hash', 'required'))

export const resendConfirmationSchema = z.strictObject({ email: knownEmail, redirect_to })

export const requestPasswordResetSchema = z.strictObject({ email: knownEmail, redirect_to })

export const resetPasswordSchema = z
  .strictObject({
    token_hash: tokenHash.optional(),
    email: knownEmail.optional(),
    code: code.optional(),
    new_password: password,
  })
  .refine((input) => hasNoProof(input) || hasOneProof(input), blame('code', 'required'))

export const changePasswordSchema = z.strictObject({ old_password: knownPassword, new_password: password })

export const completeSignUpSchema = z
  .strictObject({
    /** The address of the session, where an app wants to be sure of it. */
    email: knownEmail.optional(),
    username,
    password,
    confirm_password: z.string(),
    ...roles,
    ...profile,
  })
  .refine(({ password, confirm_password }) => confirm_password === password, blame('confirm_password', 'match'))

export const usernameSchema = z.strictObject({ username })

export const emailSchema = z.strictObject({ email })

interface Proof {
  token_hash?: unknown
  email?: unknown
  code?: unknown
}

/** The hash of a mailed link, or a code with the address it was sent to. */
function hasOneProof({ token_hash, email, code }: Proof): boolean {
  const isByCode = email !== undefined && code !== undefined
  return token_hash === undefined ? isByCode : email === undefined && code === undefined
}

function hasNoProof({ token_hash, email, code }: Proof): boolean {
  return token_hash === undefined && email === undefined && code === undefined
}
