import { createUser } from '../admin/create-user.ts'
import { deleteUser } from '../admin/delete-user.ts'
import { generateLink } from '../admin/generate-link.ts'
import { invite } from '../admin/invite.ts'
import { listUsers } from '../admin/list-users.ts'
import { updateUserById } from '../admin/update-user.ts'
import { changeFactor, getUserById, listFactors } from '../admin/user.ts'
import type { Auth } from '../auth.ts'
import { health, jwks, settings } from '../flows/about.ts'
import { logout } from '../flows/logout.ts'
import { magicLink, otp } from '../flows/otp.ts'
import { reauthenticate } from '../flows/reauthenticate.ts'
import { recover } from '../flows/recover.ts'
import { resend } from '../flows/resend.ts'
import { signUp } from '../flows/sign-up.ts'
import { token } from '../flows/token.ts'
import { authorize, disabled, disabledForUsers, enrollFactor } from '../flows/unsupported.ts'
import { getUser, updateOwnUser } from '../flows/user.ts'
import { verify, verifyLink } from '../flows/verify.ts'
import type { AuthRequest } from './request.ts'

export type Handler = (auth: Auth, request: AuthRequest) => Promise<Response>

/** Every route of the service, in the order they are tried. */
export const routes: [method: string, path: string, handler: Handler][] = [
  ['GET', '/health', health],
  ['GET', '/settings', settings],
  ['GET', '/.well-known/jwks.json', jwks],

  ['POST', '/signup', signUp],
  ['POST', '/otp', otp],
  ['POST', '/magiclink', magicLink],
  ['POST', '/recover', recover],
  ['POST', '/resend', resend],
  ['POST', '/verify', verify],
  ['GET', '/verify', verifyLink],
  ['POST', '/token', token],
  ['POST', '/logout', logout],
  ['GET', '/reauthenticate', reauthenticate],
  ['GET', '/user', getUser],
  ['PUT', '/user', updateOwnUser],

  ['POST', '/invite', invite],
  ['GET', '/admin/users', listUsers],
  ['POST', '/admin/users', createUser],
  ['GET', '/admin/users/:id', getUserById],
  ['PUT', '/admin/users/:id', updateUserById],
  ['DELETE', '/admin/users/:id', deleteUser],
  ['GET', '/admin/users/:id/factors', listFactors],
  ['PUT', '/admin/users/:id/factors/:factor', changeFactor],
  ['DELETE', '/admin/users/:id/factors/:factor', changeFactor],
  ['POST', '/admin/generate_link', generateLink],

  // Not imitated: each answers as a project that has it switched off.
  ['GET', '/authorize', authorize],
  ['ALL', '/user/identities/*', disabledForUsers('manualLinkingDisabled')],
  ['POST', '/factors', enrollFactor],
  ['ALL', '/factors/*', disabledForUsers('factorUnknown')],
  ['ALL', '/passkeys/*', disabled('passkeysDisabled')],
  ['ALL', '/sso/*', disabled('samlDisabled')],
  ['ALL', '/admin/sso/*', disabled('samlDisabled')],
  ['ALL', '/user/oauth/*', disabled('oauthServerDisabled')],
  ['ALL', '/oauth/*', disabled('oauthServerDisabled')],
  ['ALL', '/admin/oauth/*', disabled('oauthServerDisabled')],
  ['ALL', '/admin/custom-providers/*', disabled('customProvidersDisabled')],
]
