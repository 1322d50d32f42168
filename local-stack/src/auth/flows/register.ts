import { checkChallenge, validEmail } from '../addresses.ts'
import type { Auth, Db } from '../auth.ts'
import { audit } from '../db/audit.ts'
import { insertUser } from '../db/create-user.ts'
import { type Challenge, rememberChallenge } from '../db/flow-states.ts'
import { createEmailIdentity, findEmailIdentity, type IdentityRow } from '../db/identities.ts'
import {
  findUserOfAddress,
  isConfirmed,
  lockUser,
  type Metadata,
  merge,
  newUser,
  refreshProviders,
  setUserMetadata,
  type UserRow,
} from '../db/users.ts'
import { authError, orElse } from '../errors/auth-error.ts'
import { askBeforeUserCreated } from '../hooks/before-user-created.ts'
import type { AuthRequest } from '../http/request.ts'
import { mailCode } from '../mail/codes.ts'
import { hashPassword, weakness } from '../passwords.ts'
import { confirmUser } from './confirm.ts'

export interface Registration extends Challenge {
  email: string
  phone: string
  password: string
  data: Metadata
}

/** A checked registration: the user there is, or the one to store. */
export interface Plan {
  registration: Registration
  existing: UserRow | undefined
  created: UserRow | undefined
}

/** Everything before the transaction: the checks, the hash of the password, the hook. */
export async function planRegistration(auth: Auth, request: AuthRequest, wanted: Registration): Promise<Plan> {
  const { settings } = auth
  if (!settings.signupEnabled) throw authError('signupDisabled')
  if (wanted.password === '') throw authError('signupNeedsPassword')
  const weak = weakness(wanted.password, settings)
  if (weak) throw weak
  if (wanted.email !== '' && wanted.phone !== '') throw authError('signupOneAddress')
  checkChallenge(wanted)
  if (wanted.phone !== '') throw authError('signupPhoneDisabled')
  if (!settings.emailEnabled) throw authError('signupEmailDisabled')
  const registration = { ...wanted, email: validEmail(wanted.email) }

  const existing = await findUserOfAddress(auth.sql, registration.email)
  if (existing) return { registration, existing, created: undefined }
  const created = newUser({
    email: registration.email,
    encrypted_password: await hashPassword(registration.password),
    raw_user_meta_data: registration.data,
  })
  await askBeforeUserCreated(auth, request, created)
  return { registration, existing: undefined, created }
}

/** The user with its identity; undefined where the address has a confirmed user already. */
export async function register(
  auth: Auth,
  tx: Db,
  request: AuthRequest,
  { registration, existing, created }: Plan,
): Promise<{ user: UserRow; identity: IdentityRow } | undefined> {
  let user: UserRow | undefined
  if (created) user = await orElse('savingUserFailed', () => insertUser(tx, created))
  else user = await lockUser(tx, existing!.id)
  if (!user || isConfirmed(user)) return undefined

  const found = await findEmailIdentity(tx, user.id)
  const identity = found ?? (await createEmailIdentity(tx, user.id, user.email ?? '', { extra: registration.data }))
  if (!found) {
    // Nothing of an unconfirmed user is trusted but what came with its identity.
    await setUserMetadata(tx, user.id, merge({}, identity.identity_data))
    user = await refreshProviders(tx, user)
  }
  if (auth.settings.autoconfirm) {
    await audit(tx, user, 'user_signedup', { provider: 'email' })
    return { user: await confirmUser(tx, user), identity }
  }
  await audit(tx, user, 'user_confirmation_requested', { provider: 'email' })
  await rememberChallenge(tx, user.id, 'email/signup', registration, 'email')
  return { user: await mailCode(auth, tx, request, user, 'signup', registration.code_challenge !== ''), identity }
}
