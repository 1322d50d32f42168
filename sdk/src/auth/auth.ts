import type { Session } from '@supabase/supabase-js'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { Result } from '../result.ts'
import { applySignUp } from './apply-sign-up.ts'
import { changePassword, completeSignUp, resetPassword } from './passwords.ts'
import {
  type changePasswordSchema,
  type completeSignUpSchema,
  confirmEmailSchema,
  emailSchema,
  refreshSchema,
  requestPasswordResetSchema,
  resendConfirmationSchema,
  type resetPasswordSchema,
  sendCodeSchema,
  type signInSchema,
  signOutSchema,
  type signUpSchema,
  usernameSchema,
  verifyCodeSchema,
} from './schemas.ts'
import { type Proof, proofIn, refresh, signIn, verify, withMe } from './sign-in.ts'
import { type SignUpInput, signUp } from './sign-up.ts'
import type { SignIn, SignUp } from './types.ts'

/** Signing up, in and out, by password or mailed code. The session is supabase-js's own and renews itself. */
export class Auth {
  readonly #context: Context
  /** The last sign-up, until its address is confirmed. */
  #said: SignUpInput | null = null

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Signs up with a password of 8-72 characters; a mail with a code and a link follows, and the account exists when the
   * address is confirmed. `duplicate` with the field `email` or `username` when it is taken, `role_conflict` for roles
   * that exclude each other. Before the address is confirmed only username, roles and locale leave the device beside
   * email and password; the rest waits in this object for confirmEmail or verifyCode, and is forgotten on signIn,
   * signOut and another signUp. MW01, MB01, UG01, MT01
   */
  signUp(input: z.input<typeof signUpSchema>): Promise<Result<SignUp>> {
    const context = this.#context
    return context.run(async () => {
      this.#said = null
      const { said, user, session } = await signUp(context, input)
      if (session === null) this.#said = said
      else await applySignUp(context, await withMe(context, session), said)
      return { user, session }
    })
  }

  /**
   * Signs in with a password and one of email, username or username_or_email. `invalid_credentials` whatever of it is
   * wrong, `email_not_confirmed`, `account_suspended`. MW02, MB02, WF04, UG03, MT02
   */
  signIn(input: z.input<typeof signInSchema>): Promise<Result<SignIn>> {
    return this.#context.run(async () => {
      const signedIn = await signIn(this.#context, input)
      this.#said = null
      return signedIn
    })
  }

  /** Renews the session now, or opens one from a refresh token. `session_expired` when it is over. MW03, MB03, WF05, UG04, MT03 */
  refresh(refreshToken?: string): Promise<Result<{ session: Session }>> {
    const context = this.#context
    return context.run(async () => {
      const { refresh_token } = context.parse(refreshSchema, { refresh_token: refreshToken })
      return { session: await refresh(context, refresh_token) }
    })
  }

  /**
   * Ends this session (`local`, unless told), all of the account (`global`) or all but this one (`others`): their
   * refresh tokens stop working at once, access tokens when they expire. MW04, MB04, WF06
   */
  signOut(input: z.input<typeof signOutSchema> = {}): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      this.#said = null
      const { scope = 'local' } = context.parse(signOutSchema, input)
      await context.accountId()
      const { error } = await context.supabase.auth.signOut({ scope })
      await context.auth(Promise.resolve({ data: null, error }))
      return null
    })
  }

  /**
   * Mails a code of 8 digits that lives 10 minutes, to known and unknown addresses alike; an unknown one becomes an
   * account when the code is verified. WF01
   */
  sendCode(input: z.input<typeof sendCodeSchema>): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { email, locale, redirect_to } = context.parse(sendCodeSchema, input)
      await context.auth(
        context.supabase.auth.signInWithOtp({
          email,
          options: {
            data: { locale: locale ?? context.locale },
            ...(redirect_to === undefined ? {} : { emailRedirectTo: redirect_to }),
          },
        }),
      )
      return null
    })
  }

  /**
   * Signs in with a mailed code; `code_invalid` when it is wrong, used or expired. After a signUp of the address it
   * confirms it, as confirmEmail does. WF02
   */
  verifyCode(input: z.input<typeof verifyCodeSchema>): Promise<Result<SignIn>> {
    const context = this.#context
    return context.run(() => this.#confirm(context.parse(verifyCodeSchema, input)))
  }

  /**
   * Gives an account without a username, such as that of a mailed code, its username and password, and what else is
   * named: roles, names, phone, city, country. `duplicate` with the field `username` when it is taken and `role_conflict`
   * leave it without one, to be completed with another call; `conflict` when it has a username, or another password.
   * WF03
   */
  completeSignUp(input: z.input<typeof completeSignUpSchema>): Promise<Result<SignIn>> {
    return this.#context.run(() => completeSignUp(this.#context, input))
  }

  /**
   * Confirms the address of a sign-up by the hash in the mail's link, or by address and code, and signs in. Whoever named
   * the address first may not be its owner, so after a second mail the database believes nothing of the sign-up: here
   * the account gets password, roles, username (if still free) and profile from the signUp of this object. Where that
   * fails or was made elsewhere the address is confirmed all the same; an account whose `username` is null goes on with
   * completeSignUp, and everything else with accounts.addRole and accounts.update. UG02
   */
  confirmEmail(input: z.input<typeof confirmEmailSchema>): Promise<Result<SignIn>> {
    const context = this.#context
    return context.run(() => this.#confirm(proofIn(context.parse(confirmEmailSchema, input))!))
  }

  /** Mails the confirmation of a sign-up again; says nothing about whether there is one. */
  resendConfirmation(input: z.input<typeof resendConfirmationSchema>): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { email, redirect_to } = context.parse(resendConfirmationSchema, input)
      const options = redirect_to === undefined ? {} : { emailRedirectTo: redirect_to }
      await context.auth(context.supabase.auth.resend({ type: 'signup', email, options }))
      return null
    })
  }

  /** Mails a code and a link to set a new password; says nothing about whether there is such an account. */
  requestPasswordReset(input: z.input<typeof requestPasswordResetSchema>): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { email, redirect_to } = context.parse(requestPasswordResetSchema, input)
      const options = redirect_to === undefined ? {} : { redirectTo: redirect_to }
      await context.auth(context.supabase.auth.resetPasswordForEmail(email, options))
      return null
    })
  }

  /**
   * Sets a new password by the mail's code and address, by the hash in its link, or in a session that the link opened;
   * signs in.
   */
  resetPassword(input: z.input<typeof resetPasswordSchema>): Promise<Result<SignIn>> {
    return this.#context.run(() => resetPassword(this.#context, input))
  }

  /** Changes the password; `invalid_credentials` with the field `old_password` when that is wrong. MT06 */
  changePassword(input: z.input<typeof changePasswordSchema>): Promise<Result<null>> {
    return this.#context.run(() => changePassword(this.#context, input))
  }

  /** Whether nobody has this username; five checks a minute and address, of usernames and emails together. MT07 */
  isUsernameAvailable(username: string): Promise<Result<boolean>> {
    const context = this.#context
    return context.run(async () =>
      context.isDone(context.supabase.rpc('check_username', context.parse(usernameSchema, { username })), 409),
    )
  }

  /** Whether no account has this address; five checks a minute and address, of usernames and emails together. MT08 */
  isEmailAvailable(email: string): Promise<Result<boolean>> {
    const context = this.#context
    return context.run(async () =>
      context.isDone(context.supabase.rpc('check_email', context.parse(emailSchema, { email })), 409),
    )
  }

  async #confirm(proof: Proof): Promise<SignIn> {
    const signedIn = await verify(this.#context, proof, 'email')
    const said = this.#said
    if (said === null || said.email.toLowerCase() !== signedIn.user.email) return signedIn
    this.#said = null
    return applySignUp(this.#context, signedIn, said)
  }
}
