import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { type Auth, inTransaction } from '../auth.ts'
import { audit } from '../db/audit.ts'
import { type FlowStateRow, findFlowState, takeFlowState } from '../db/flow-states.ts'
import { findUserByEmail, isBanned, isConfirmed, lockUser } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { isPasswordOf, weakness } from '../passwords.ts'
import { signIn, type TokenAnswer } from '../tokens/issue.ts'
import { refresh } from '../tokens/refresh.ts'
import { idToken, web3 } from './unsupported.ts'

const grants: Record<string, (auth: Auth, request: AuthRequest) => Promise<Response>> = {
  password: signInWithPassword,
  refresh_token: refresh,
  pkce: exchangeCode,
  id_token: idToken,
  web3,
}

/** POST /token?grant_type=… */
export async function token(auth: Auth, request: AuthRequest): Promise<Response> {
  const grant = Object.hasOwn(grants, request.query('grant_type')) ? grants[request.query('grant_type')] : undefined
  if (!grant) throw authError('grantType')
  auth.limits.token(request)
  return grant(auth, request)
}

const passwordSchema = z.object({ email: text, phone: text, password: text })

async function signInWithPassword(auth: Auth, request: AuthRequest): Promise<Response> {
  const { email, phone, password } = await request.body(passwordSchema)
  if (email !== '' && phone !== '') throw authError('loginOneAddress')
  if (email === '' && phone === '') throw authError('loginNeedsAddress')
  if (phone !== '') throw authError('loginPhoneDisabled')
  if (!auth.settings.emailEnabled) throw authError('emailLoginsDisabled')

  const user = await findUserByEmail(auth.sql, email)
  if (!user?.encrypted_password) throw authError('loginInvalid')
  if (isBanned(user)) throw authError('loginBanned')
  if (!(await isPasswordOf(user, password))) throw authError('loginInvalid')
  if (!isConfirmed(user)) throw authError('loginUnconfirmed')

  return inTransaction(auth, async (tx) => {
    const current = await lockUser(tx, user.id)
    if (current?.encrypted_password !== user.encrypted_password) throw authError('loginInvalid')
    await audit(tx, current, 'login', { provider: 'email' })
    const answer: TokenAnswer = await signIn(auth, tx, request, current, 'password')
    const weak = weakness(password, auth.settings)
    if (weak?.reasons) answer.weak_password = { message: weak.message, reasons: weak.reasons }
    return json(answer)
  })
}

const codeSchema = z.object({ auth_code: text, code_verifier: text })
const codeLifetime = 300_000

async function exchangeCode(auth: Auth, request: AuthRequest): Promise<Response> {
  const { auth_code, code_verifier } = await request.body(codeSchema)
  if (auth_code === '' || code_verifier === '') throw authError('pkceEmpty')
  const flow = await findFlowState(auth.sql, auth_code)
  if (!flow?.user_id) throw authError('flowUnknown')
  const start = flow.authentication_method === 'magiclink' ? flow.auth_code_issued_at : null
  if (Date.now() > (start ?? flow.created_at).getTime() + codeLifetime) throw authError('flowExpired')
  if (!isVerifierOf(flow, code_verifier)) throw authError('verifierWrong')

  return inTransaction(auth, async (tx) => {
    const user = await lockUser(tx, flow.user_id!)
    if (!user || !(await takeFlowState(tx, flow.id))) throw authError('flowUnknown')
    await audit(tx, user, 'login', { provider_type: flow.authentication_method })
    return json(await signIn(auth, tx, request, user, flow.authentication_method))
  })
}

function isVerifierOf(flow: FlowStateRow, verifier: string): boolean {
  const derived =
    flow.code_challenge_method === 's256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
  const given = Buffer.from(derived)
  const expected = Buffer.from(flow.code_challenge ?? '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
