import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, linkHashFor, member, newEmail, password, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { sessionsOf, userWith } from './state.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const signUpInput = () => ({
  username: unique(),
  email: newEmail(),
  password,
  first_name: 'Aliya',
  last_name: 'Serik',
})

it('UG01 auth.signUp: a user with a username, and a mail with a link', async () => {
  const input = signUpInput()
  const { tb } = device(stack)
  const { user } = await must(tb.auth.signUp(input))
  expectTaken(input, {
    username: 'username',
    email: 'email',
    password: 'password',
    first_name: 'first_name',
    last_name: 'last_name',
  })
  expectFields(user, {
    id: 'id',
    username: 'username',
    email: 'email',
    first_name: 'first_name',
    last_name: 'last_name',
  })
  const { password: _, ...given } = input
  expect(user).toMatchObject(given)
  await must(tb.auth.confirmEmail({ token_hash: await linkHashFor(stack, input.email) }))
  expect(await must(tb.accounts.me())).toMatchObject({ id: user.id, ...given, full_name: 'Aliya Serik' })

  const plain = signUpInput()
  const { client } = device(stack)
  const { username, first_name, last_name } = plain
  await client.auth.signUp({
    email: plain.email,
    password,
    options: { data: { username, first_name, last_name } },
  })
  const verified = await client.auth.verifyOtp({ token_hash: await linkHashFor(stack, plain.email), type: 'email' })
  expect(verified.error).toBeNull()
  expect(await userWith(stack, plain.email)).toMatchObject([{ account: { username, first_name, last_name } }])

  const email = newEmail()
  await expectUnchanged(
    async () => [await userWith(stack, email), await userWith(stack, input.email)],
    async () => {
      const other = device(stack)
      const taken = { ...signUpInput(), email, username: input.username.toUpperCase() }
      await expectRefusal(other.tb.auth.signUp(taken), 'duplicate', { username: ['taken'] })
      await expectRefusal(other.tb.auth.signUp({ ...taken, email: input.email, username: unique() }), 'duplicate', {
        email: ['taken'],
      })
      const wrong = { username: 'a b', email: 'nobody', password: 'short', first_name: ' ', last_name: 'x'.repeat(101) }
      await expectRefusal(other.tb.auth.signUp(wrong), 'validation_failed', {
        username: ['format'],
        email: ['format'],
        password: ['length'],
        first_name: ['length'],
        last_name: ['length'],
      })
      const options = { data: { username: input.username } }
      const refused = await other.client.auth.signUp({ email, password, options })
      expect(refused.error?.message).toBe('duplicate:username')
    },
  )
})

it('UG02 auth.confirmEmail: the link’s token confirms the address, once', async () => {
  const { email, ...rest } = signUpInput()
  const { tb } = device(stack)
  await must(tb.auth.signUp({ email, ...rest }))
  const input = { token: await linkHashFor(stack, email) }

  await expectUnchanged(
    () => userWith(stack, email),
    async () => {
      const made = tb.auth.confirmEmail({ token_hash: `${input.token}x` })
      await expectRefusal(made, 'code_invalid')
      await expectRefusal(tb.auth.confirmEmail({}), 'validation_failed', { token_hash: ['required'] })
      await expectRefusal(tb.auth.confirmEmail({ token_hash: '' }), 'validation_failed', { token_hash: ['length'] })
      const plain = await device(stack).client.auth.verifyOtp({ token_hash: 'made-up', type: 'email' })
      expect(plain.error?.code).toBe('otp_expired')
    },
  )
  expect(await userWith(stack, email)).toMatchObject([{ email_confirmed_at: null, account: null }])

  const answer = await must(tb.auth.confirmEmail({ token_hash: input.token }))
  expectTaken(input, { token: 'token' })
  // Instead of a sentence that it went well: who is confirmed, signed in.
  expectFields(answer, { message: 'user.email_verified' })
  expect(answer.user).toMatchObject({ email, username: rest.username, email_verified: true })
  await expectUnchanged(
    () => userWith(stack, email),
    () => expectRefusal(device(stack).tb.auth.confirmEmail({ token_hash: input.token }), 'code_invalid'),
  )

  const plainly = newEmail()
  const { client } = device(stack)
  await client.auth.signUp({ email: plainly, password })
  const verified = await client.auth.verifyOtp({ token_hash: await linkHashFor(stack, plainly), type: 'email' })
  expect(verified.data.user?.email).toBe(plainly)
})

it('UG03 auth.signIn: by username or email', async () => {
  const person = await member(stack, ['creator'])
  const input = { username: person.username!, password: person.password }
  const answer = await must(device(stack).tb.auth.signIn(input))
  expectTaken(input, { username: 'username', password: 'password' })
  expectFields(answer, { access: 'session.access_token', refresh: 'session.refresh_token' })
  expect([answer.user.id, answer.session.expires_in]).toEqual([person.id, 900])
  for (const name of [{ username: input.username.toUpperCase() }, { email: person.email }]) {
    const { user } = await must(device(stack).tb.auth.signIn({ ...name, password: person.password }))
    expect(user.id).toBe(person.id)
  }
  // Auth knows no usernames: the plain way is the function that the SDK calls.
  const { client } = device(stack)
  const { data } = await client.functions.invoke('sign-in', { body: input })
  expect((await client.auth.setSession(data)).data.user?.id).toBe(person.id)

  await expectUnchanged(
    () => sessionsOf(stack, person.id),
    async () => {
      const { tb } = device(stack)
      const wrong = await expectRefusal(tb.auth.signIn({ ...input, password: 'not it' }), 'invalid_credentials')
      const unknown = await expectRefusal(tb.auth.signIn({ ...input, username: unique() }), 'invalid_credentials')
      expect(unknown.toJSON()).toEqual(wrong.toJSON())
      await expectRefusal(tb.auth.signIn({ username: 'a b', password: '' }), 'validation_failed', {
        username: ['format'],
        password: ['length'],
      })
      await expectRefusal(tb.accounts.me(), 'auth_required')
    },
  )
})

it('UG04 auth.refresh: a new access token', async () => {
  const person = await member(stack, ['creator'])
  const input = { refresh: (await person.client.auth.getSession()).data.session!.refresh_token }
  const { tb } = device(stack)
  const answer = await must(tb.auth.refresh(input.refresh))
  expectTaken(input, { refresh: 'refresh' })
  expectFields(answer, { access: 'session.access_token' })
  expect((await must(tb.accounts.me())).id).toBe(person.id)
  const { refresh_token } = answer.session
  expect((await device(stack).client.auth.refreshSession({ refresh_token })).data.user?.id).toBe(person.id)

  await expectUnchanged(
    () => sessionsOf(stack, person.id),
    async () => {
      const nobody = device(stack)
      await expectRefusal(nobody.tb.auth.refresh(person.token), 'session_expired')
      await expectRefusal(nobody.tb.auth.refresh(''), 'validation_failed', { refresh_token: ['length'] })
    },
  )
})
