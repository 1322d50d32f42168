import { z } from 'zod'
import { checkPhone, isEmail } from '../addresses.ts'
import { type Auth, type Db, inTransaction } from '../auth.ts'
import { pkcePrefix } from '../codes.ts'
import { issueAuthCode } from '../db/flow-states.ts'
import { refreshProviders, type UserRow } from '../db/users.ts'
import { AuthError, authError } from '../errors/auth-error.ts'
import { text } from '../http/fields.ts'
import type { AuthRequest } from '../http/request.ts'
import { json, redirect } from '../http/respond.ts'
import { redirectTarget } from '../redirects.ts'
import { signIn } from '../tokens/issue.ts'
import { acceptEmailChange, acceptRecovery, acceptSignUp } from './accept.ts'
import { errorTarget, messageTarget, tokenTarget } from './link-targets.ts'
import { type Proof, provenByCode, provenByHash } from './proofs.ts'

const schema = z.object({ type: text, token: text, token_hash: text, email: text, phone: text, redirect_to: text })

const oneOfTwo = 'Confirmation link accepted. Please proceed to confirm link sent to the other email'

/** POST /verify: a code with its address, or a token hash. */
export async function verify(auth: Auth, request: AuthRequest): Promise<Response> {
  auth.limits.verify(request)
  const body = await request.body(schema)
  const { type, token, token_hash, email, phone } = body
  if (type === '') throw authError('verifyNeedsType')
  if ((token === '') === (token_hash === '')) throw authError('verifyOneToken')
  if (token_hash !== '' && (email !== '' || phone !== '' || body.redirect_to !== '')) throw authError('verifyHashAlone')
  if (token !== '') {
    if ((email === '') === (phone === '')) throw authError('verifyNeedsAddress')
    if (phone !== '') {
      checkPhone(phone)
      throw authError('codeInvalid')
    }
  }
  const answer = await inTransaction(auth, async (tx) => {
    const proof =
      token === ''
        ? await provenByHash(auth, tx, type, token_hash)
        : await provenByCode(auth, tx, type, verifiableEmail(email), token)
    const user = await accept(auth, tx, proof)
    return user && (await signIn(auth, tx, request, user, 'otp'))
  })
  return json(answer ?? { code: '200', msg: oneOfTwo })
}

/** GET /verify: the link of a mail. It leads on with tokens, a code or an error in the url. */
export async function verifyLink(auth: Auth, request: AuthRequest): Promise<Response> {
  auth.limits.verify(request)
  const token = request.query('token')
  const type = request.query('type')
  if (type === '') throw authError('verifyNeedsType')
  if (token === '') throw authError('verifyNeedsToken')
  const isPkce = token.startsWith(pkcePrefix)
  const target = redirectTarget(request, auth.settings)
  try {
    const location = await inTransaction(auth, async (tx) => {
      const proof = await provenByHash(auth, tx, type, token)
      const user = await accept(auth, tx, proof)
      if (!user) return messageTarget(target, oneOfTwo, isPkce)
      if (!isPkce) return tokenTarget(target, await signIn(auth, tx, request, user, 'otp'), proof.type)
      const code = await issueAuthCode(tx, user.id, type.endsWith('signup') ? 'email/signup' : type)
      if (!code) throw authError('linkWithoutFlow')
      const url = new URL(target)
      url.searchParams.set('code', code)
      return url.href
    })
    return redirect(location)
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return redirect(errorTarget(target, error, isPkce))
  }
}

function verifiableEmail(email: string): string {
  if (!isEmail(email)) throw authError('verifyEmailInvalid')
  return email.toLowerCase()
}

/** What the proven code does; nothing comes back while the other address of a change has not confirmed. */
async function accept(auth: Auth, tx: Db, proof: Proof): Promise<UserRow | undefined> {
  let user: UserRow | undefined
  if (proof.type === 'signup' || proof.type === 'invite') user = await acceptSignUp(tx, proof.user)
  else if (proof.type === 'email_change') user = await acceptEmailChange(auth, tx, proof.user, proof.hash)
  else user = await acceptRecovery(tx, proof.user)
  return user && refreshProviders(tx, user)
}
