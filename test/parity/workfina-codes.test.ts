import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { codeFor, device, member, newEmail, password, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { userWith } from './state.ts'

// With Auth's limits on, and the tests in an order in which none takes another's: WF02 uses up the tries of codes, WF01
// the codes themselves. Against another Supabase they are left to everybody else.
let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack({ limits: true })
})
afterAll(() => stack.close())

/** Somebody who has verified a mailed code, and chosen nothing yet. */
async function verified() {
  const email = newEmail()
  const { tb, client } = device(stack)
  await must(tb.auth.sendCode({ email }))
  const { user } = await must(tb.auth.verifyCode({ email, code: await codeFor(stack, email) }))
  return { tb, client, email, id: user.id }
}

it('WF03 auth.completeSignUp: username and password after the email was verified', async () => {
  const person = await verified()
  const username = unique()
  const input = { email: person.email, username, password, confirm_password: password }
  const choices = () => userWith(stack, person.email)

  const unverified = newEmail()
  const sent = device(stack)
  await must(sent.tb.auth.sendCode({ email: unverified }))
  await expectUnchanged(
    () => userWith(stack, unverified),
    async () => {
      const early = sent.tb.auth.completeSignUp({ ...input, email: unverified })
      await expectRefusal(early, 'auth_required')
    },
  )
  expect(await userWith(stack, unverified)).toMatchObject([{ email_confirmed_at: null, account: null }])

  const owner = await member(stack, ['model'])
  const complete = (changes: Partial<typeof input>) => person.tb.auth.completeSignUp({ ...input, ...changes })
  await expectUnchanged(choices, async () => {
    await expectRefusal(complete({ username: 'a-b', password: 'short' }), 'validation_failed', {
      username: ['format'],
      password: ['length'],
      confirm_password: ['match'],
    })
    await expectRefusal(complete({ username: 'ab' }), 'validation_failed', { username: ['format'] })
    await expectRefusal(complete({ username: 'a'.repeat(151) }), 'validation_failed', { username: ['format'] })
    await expectRefusal(complete({ email: owner.email }), 'validation_failed', { email: ['match'] })
  })
  // A stranger's username; the password may be set by then, the account is still without a name.
  await expectRefusal(complete({ username: owner.username!.toUpperCase() }), 'duplicate', { username: ['taken'] })
  expect(await choices()).toMatchObject([{ account: { username: null } }])

  const answer = await must(person.tb.auth.completeSignUp(input))
  expectTaken(input, {
    email: 'email',
    username: 'username',
    password: 'password',
    confirm_password: 'confirm_password',
  })
  expectFields(answer, {
    access: 'session.access_token',
    refresh: 'session.refresh_token',
    user: 'user',
    id: 'user.id',
    email: 'user.email',
    username: 'user.username',
    role: 'user.role',
    created_at: 'user.created_at',
  })
  expect(answer.user).toMatchObject({ id: person.id, email: person.email, username, role: null })
  expect((await must(device(stack).tb.auth.signIn({ username, password }))).user.id).toBe(person.id)

  await expectUnchanged(choices, async () => {
    await expectRefusal(
      complete({ username: unique(), password: 'another one', confirm_password: 'another one' }),
      'conflict',
    )
  })

  // The same by the plain client: a password by Auth, a username by the function that counts tries.
  const plain = await verified()
  const name = unique()
  expect((await plain.client.auth.updateUser({ password })).error).toBeNull()
  expect((await plain.client.rpc('set_username', { username: name })).status).toBe(204)
  const signedIn = await must(device(stack).tb.auth.signIn({ email: plain.email, password }))
  expect(signedIn.user).toMatchObject({ id: plain.id, username: name, role: null })
  expect((await plain.client.rpc('set_username', { username })).status).toBe(409)
})

it('WF02 auth.verifyCode: a code is good once, for its address, for ten minutes', async () => {
  const email = newEmail()
  const { tb, client } = device(stack)
  await must(tb.auth.sendCode({ email }))
  const code = await codeFor(stack, email)
  expect(code).toMatch(/^\d{8}$/)
  const wrong = code === '00000000' ? '11111111' : '00000000'

  const other = newEmail()
  await must(device(stack).tb.auth.sendCode({ email: other }))
  await expectUnchanged(
    async () => [await userWith(stack, email), await userWith(stack, other)],
    async () => {
      await expectRefusal(tb.auth.verifyCode({ email, code: wrong }), 'code_invalid', { code: ['wrong'] })
      await expectRefusal(tb.auth.verifyCode({ email: other, code }), 'code_invalid', { code: ['wrong'] })
      await expectRefusal(tb.auth.verifyCode({ email: 'nobody', code: 'abc' }), 'validation_failed', {
        email: ['format'],
        code: ['format'],
      })
      const plain = await client.auth.verifyOtp({ email, token: wrong, type: 'email' })
      expect(plain.error?.code).toBe('otp_expired')
      await expectRefusal(tb.accounts.me(), 'auth_required')
    },
  )

  const input = { email, code }
  const answer = await must(tb.auth.verifyCode(input))
  expectTaken(input, { email: 'email', otp: 'code' })
  // Instead of a sentence that it went well: who one is now.
  expectFields(answer, { message: 'user' })
  expect(answer.user).toMatchObject({ email, email_verified: true, username: null, role: null })
  expect((await must(tb.accounts.me())).id).toBe(answer.user.id)

  // Used, expired, and another device's plain way.
  await expectUnchanged(
    () => userWith(stack, email),
    () => expectRefusal(device(stack).tb.auth.verifyCode(input), 'code_invalid'),
  )
  const late = await codeFor(stack, other)
  await sql(stack)`
    update auth.users
    set confirmation_sent_at = confirmation_sent_at - interval '601 seconds',
      recovery_sent_at = recovery_sent_at - interval '601 seconds'
    where email = ${other}`
  await expectUnchanged(
    () => userWith(stack, other),
    () => expectRefusal(device(stack).tb.auth.verifyCode({ email: other, code: late }), 'code_invalid'),
  )
  const plainly = newEmail()
  const phone = device(stack).client
  expect((await phone.auth.signInWithOtp({ email: plainly })).error).toBeNull()
  const token = await codeFor(stack, plainly)
  expect((await phone.auth.verifyOtp({ email: plainly, token, type: 'email' })).data.user?.email).toBe(plainly)
  if (stack.mail !== null) await expectOnlySoManyTries()
})

async function expectOnlySoManyTries(): Promise<void> {
  const email = newEmail()
  const { tb } = device(stack)
  await must(tb.auth.sendCode({ email }))
  const code = await codeFor(stack, email)
  const wrong = code === '00000000' ? '11111111' : '00000000'
  await expectUnchanged(
    () => userWith(stack, email),
    () => untilRefused(() => tb.auth.verifyCode({ email, code: wrong }), 'rate_limit_exceeded'),
  )
}

it('WF01 auth.sendCode: the same answer for known and unknown addresses, and only so many', async () => {
  const known = await member(stack, ['candidate'])
  const unknown = newEmail()
  const answers = []
  for (const email of [known.email, unknown]) {
    const input = { email }
    const answer = await device(stack).tb.auth.sendCode(input)
    expectTaken(input, { email: 'email' })
    // No error is the message.
    expectFields(answer, { message: 'error' })
    answers.push(answer)
  }
  expect(answers).toEqual([
    { data: null, error: null },
    { data: null, error: null },
  ])
  const plain = await device(stack).client.auth.signInWithOtp({ email: newEmail() })
  expect(plain).toMatchObject({ data: { user: null, session: null }, error: null })
  // A code was made for both; alone it makes no account.
  expect(await sentTo(known.email)).toEqual([{ sent: true }])
  expect(await sentTo(unknown)).toEqual([{ sent: true }])
  expect(await userWith(stack, unknown)).toMatchObject([{ email_confirmed_at: null, account: null }])

  const silent = newEmail()
  await expectUnchanged(
    () => userWith(stack, silent),
    async () => {
      const { tb } = device(stack)
      await expectRefusal(tb.auth.sendCode({ email: 'nobody' }), 'validation_failed', { email: ['format'] })
      const empty = {} as { email: string }
      await expectRefusal(tb.auth.sendCode(empty), 'validation_failed', { email: ['required'] })
      const locale = 'de' as 'en'
      await expectRefusal(tb.auth.sendCode({ email: silent, locale }), 'validation_failed', { locale: ['known'] })
    },
  )
  if (stack.mail === null) return
  for (const email of [known.email, unknown]) {
    const mails = stack.mail.messages({ to: email })
    expect(mails.map(({ code, text }) => [code?.length, text?.includes(code ?? 'none')])).toEqual([[8, true]])
  }
  await expectOnlySoManyCodes(stack.mail)
})

const sentTo = (email: string) => sql(stack)`
  select coalesce(confirmation_sent_at, recovery_sent_at) is not null as sent from auth.users where email = ${email}`

async function expectOnlySoManyCodes(mail: NonNullable<TestStack['mail']>): Promise<void> {
  const { tb, client } = device(stack)
  // Malformed addresses count, too, and cost no mail.
  await untilRefused(() => client.auth.signInWithOtp({ email: 'nobody' }), 'over_request_rate_limit')
  const asked: string[] = []
  await untilRefused(() => {
    asked.push(newEmail())
    return tb.auth.sendCode({ email: asked.at(-1)! })
  }, 'rate_limit_exceeded')
  expect(await userWith(stack, asked.at(-1)!)).toEqual([])
  expect(mail.messages({ to: asked.at(-1)! })).toEqual([])
}

/** Asks until the answer is this error: a limit lets one through now and then. */
async function untilRefused(ask: () => Promise<{ error: { code?: string | undefined } | null }>, code: string) {
  for (let tries = 0; tries < 60; tries += 1) if ((await ask()).error?.code === code) return
  throw new Error(`60 tries were not refused with ${code}.`)
}
