import { z } from 'zod'
import type { Auth } from '../auth.ts'
import { authError } from '../errors/auth-error.ts'
import type { ErrorName } from '../errors/table.ts'
import { requireUser } from '../http/caller.ts'
import { text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'

const providers =
  'apple azure bitbucket discord facebook figma fly github gitlab google kakao keycloak linkedin linkedin_oidc notion ' +
  'slack slack_oidc snapchat spotify twitch twitter workos x zoom'
const known = new Set(providers.split(' '))

/** GET /authorize */
export function authorize(_auth: Auth, request: AuthRequest): Promise<Response> {
  const provider = request.query('provider')
  throw authError(
    'providerUnsupported',
    known.has(provider) ? 'provider is not enabled' : `Provider ${provider} could not be found`,
  )
}

const issuers: Record<string, string> = {
  google: 'https://accounts.google.com',
  facebook: 'https://www.facebook.com',
  kakao: 'https://kauth.kakao.com',
}

/** grant_type=id_token */
export async function idToken(_auth: Auth, request: AuthRequest): Promise<Response> {
  const { provider, issuer } = await request.body(z.object({ provider: text, issuer: text }))
  throw authError('idTokenProvider', issuers[provider] ?? issuer)
}

/** grant_type=web3 */
export function web3(): Promise<Response> {
  throw authError('web3Disabled')
}

/** A route of a feature that is switched off for everyone. */
export function disabled(name: ErrorName): () => Promise<Response> {
  return () => {
    throw authError(name)
  }
}

/** A route of a feature that is switched off, which only the signed-in reach. */
export function disabledForUsers(name: ErrorName): (auth: Auth, request: AuthRequest) => Promise<Response> {
  return async (auth, request) => {
    await requireUser(auth, request)
    throw authError(name)
  }
}

const factorErrors: Record<string, ErrorName> = {
  totp: 'totpDisabled',
  phone: 'mfaPhoneDisabled',
  webauthn: 'webAuthnDisabled',
}

/** POST /factors */
export async function enrollFactor(auth: Auth, request: AuthRequest): Promise<Response> {
  await requireUser(auth, request)
  const { factor_type } = await request.body(z.object({ factor_type: text }))
  throw authError(factorErrors[factor_type] ?? 'factorType')
}
