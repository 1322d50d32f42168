import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { codeFor, device, member, newEmail, password, startParityStack } from './people.ts'
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
  confirm_password: password,
  first_name: 'Timur',
  last_name: 'Aliev',
  user_type: 'both' as const,
  phone: '+77051234567',
  city: 'Almaty',
  country: 'Kazakhstan',
})

it('MT01 auth.signUp: client, freelancer or both', async () => {
  const input = signUpInput()
  const { tb } = device(stack)
  const { user } = await must(tb.auth.signUp(input))
  // The tokens come when the address is confirmed: before that there is no account.
  const confirmed = await must(tb.auth.confirmEmail({ email: input.email, code: await codeFor(stack, input.email) }))
  expectTaken(input, {
    username: 'username',
    email: 'email',
    password: 'password',
    password2: 'confirm_password',
    first_name: 'first_name',
    last_name: 'last_name',
    user_type: 'user_type',
    phone_number: 'phone',
    city: 'city',
    country: 'country',
  })
  expectFields(
    { user, confirmed },
    {
      user: 'user',
      id: 'user.id',
      username: 'user.username',
      email: 'user.email',
      user_type: 'user.user_type',
      access: 'confirmed.session.access_token',
      refresh: 'confirmed.session.refresh_token',
    },
  )
  const { password: _, confirm_password: __, ...given } = input
  expect(confirmed.user).toMatchObject({ id: user.id, ...given, email_verified: true })
  expect(confirmed.user.roles.toSorted()).toEqual(['client', 'freelancer'])
  expect(user).toMatchObject({ username: input.username, email: input.email, user_type: 'both' })

  for (const user_type of ['client', 'freelancer'] as const) {
    const other = { ...signUpInput(), user_type }
    expect((await must(device(stack).tb.auth.signUp(other))).user).toMatchObject({ user_type, roles: [user_type] })
  }

  const { email, username, phone, city } = signUpInput()
  const { client } = device(stack)
  const data = { username, phone, city, roles: ['client', 'freelancer'] }
  expect((await client.auth.signUp({ email, password, options: { data } })).error).toBeNull()
  expect((await client.auth.verifyOtp({ email, token: await codeFor(stack, email), type: 'email' })).error).toBeNull()
  expect((await client.rpc('me').single()).data).toMatchObject({ username, phone, city, user_type: 'both' })

  const refused = { ...signUpInput(), username: input.username }
  await expectUnchanged(
    async () => [await userWith(stack, refused.email), await userWith(stack, input.email)],
    async () => {
      const nobody = device(stack)
      await expectRefusal(nobody.tb.auth.signUp(refused), 'duplicate', { username: ['taken'] })
      const again = nobody.tb.auth.signUp({ ...signUpInput(), email: input.email })
      await expectRefusal(again, 'duplicate', { email: ['taken'] })
      const wrong = {
        ...refused,
        username: 'é',
        confirm_password: 'another one',
        user_type: 'robot' as 'both',
        phone: 'none',
        city: '',
      }
      await expectRefusal(nobody.tb.auth.signUp(wrong), 'validation_failed', {
        username: ['format'],
        confirm_password: ['match'],
        user_type: ['known'],
        phone: ['format'],
        city: ['length'],
      })
      const roles = ['candidate', 'recruiter'] as ['candidate', 'recruiter']
      const both = nobody.tb.auth.signUp({ email: refused.email, password, roles })
      await expectRefusal(both, 'role_conflict')
    },
  )
})

it('MT02 auth.signIn: by either name', async () => {
  const person = await member(stack, ['client'])
  for (const name of [person.username!, person.email]) {
    const input = { username_or_email: name, password: person.password }
    const answer = await must(device(stack).tb.auth.signIn(input))
    expectTaken(input, { username_or_email: 'username_or_email', password: 'password' })
    expectFields(answer, { user: 'user', access: 'session.access_token', refresh: 'session.refresh_token' })
    expect(answer.user).toMatchObject({ id: person.id, username: person.username, user_type: 'client' })
  }
  // By username the plain way is the function, as in UG03.
  const plain = await device(stack).client.auth.signInWithPassword({ email: person.email, password: person.password })
  expect(plain.data.user?.id).toBe(person.id)

  await expectUnchanged(
    () => sessionsOf(stack, person.id),
    async () => {
      const { tb } = device(stack)
      for (const username_or_email of [person.username!, person.email, unique(), newEmail()]) {
        await expectRefusal(tb.auth.signIn({ username_or_email, password: 'not it' }), 'invalid_credentials')
      }
      await expectRefusal(tb.auth.signIn({ username_or_email: '', password: '' }), 'validation_failed', {
        username_or_email: ['length'],
        password: ['length'],
      })
      await expectRefusal(tb.accounts.me(), 'auth_required')
    },
  )
})

it('MT03 auth.refresh: the session goes on', async () => {
  const person = await member(stack, ['freelancer'])
  const input = { refresh: (await person.client.auth.getSession()).data.session!.refresh_token }
  const { tb } = device(stack)
  const { session } = await must(tb.auth.refresh(input.refresh))
  expectTaken(input, { refresh: 'refresh' })
  expect((await must(tb.accounts.me())).id).toBe(person.id)
  const { refresh_token } = session
  expect((await device(stack).client.auth.refreshSession({ refresh_token })).data.user?.id).toBe(person.id)
  await expectUnchanged(
    () => sessionsOf(stack, person.id),
    async () => {
      await expectRefusal(device(stack).tb.auth.refresh('abcdefghijkl'), 'session_expired')
      await expectRefusal(device(stack).tb.auth.refresh(''), 'validation_failed', { refresh_token: ['length'] })
    },
  )
})

it('MT06 auth.changePassword: with the old one', async () => {
  const person = await member(stack, ['client'])
  const other = device(stack)
  await must(other.tb.auth.signIn({ email: person.email, password: person.password }))
  const input = { old_password: person.password, new_password: 'a new password' }
  const attempt = (changes: Partial<typeof input>) => person.tb.auth.changePassword({ ...input, ...changes })

  await expectUnchanged(
    () => userWith(stack, person.email),
    async () => {
      await expectRefusal(attempt({ old_password: 'not it' }), 'invalid_credentials', { old_password: ['wrong'] })
      await expectRefusal(attempt({ old_password: '', new_password: 'short' }), 'validation_failed', {
        old_password: ['length'],
        new_password: ['length'],
      })
      const same = attempt({ new_password: input.old_password })
      await expectRefusal(same, 'validation_failed', { new_password: ['same'] })
      await expectRefusal(device(stack).tb.auth.changePassword(input), 'auth_required')
      const { error } = await person.client.auth.updateUser({ password: input.new_password })
      expect(error?.code).toBe('current_password_required')
    },
  )

  expect(await must(person.tb.auth.changePassword(input))).toBeNull()
  expectTaken(input, { old_password: 'old_password', new_password: 'new_password' })
  const signIn = (password: string) => device(stack).tb.auth.signIn({ email: person.email, password })
  await expectRefusal(signIn(input.old_password), 'invalid_credentials')
  await must(signIn(input.new_password))
  // Other devices are signed out.
  await expectRefusal(other.tb.auth.refresh(), 'session_expired')

  const plain = await person.client.auth.updateUser({
    password: 'a third password',
    current_password: input.new_password,
  })
  expect(plain.error).toBeNull()
  await must(signIn('a third password'))
})

it('MT07 auth.isUsernameAvailable: for everybody, so many times a minute', async () => {
  const { username } = await member(stack, ['client'])
  const { tb, client } = device(stack)
  expect(await must(tb.auth.isUsernameAvailable(unique()))).toBe(true)
  expect(await must(tb.auth.isUsernameAvailable(username!.toUpperCase()))).toBe(false)
  expect(await client.rpc('check_username', { username })).toMatchObject({ status: 409, data: null })
  expect(await client.rpc('check_username', { username: unique() })).toMatchObject({ status: 204, data: null })
  await expectRefusal(tb.auth.isUsernameAvailable('a b'), 'validation_failed', { username: ['format'] })
  expect((await client.rpc('check_username', { username: 'a b' })).error?.code).toBe('validation_failed')
  await expectLimited(() => tb.auth.isUsernameAvailable(username!))
})

it('MT08 auth.isEmailAvailable: for everybody, so many times a minute', async () => {
  const { email } = await member(stack, ['client'])
  const { tb, client } = device(stack)
  expect(await must(tb.auth.isEmailAvailable(newEmail()))).toBe(true)
  expect(await must(tb.auth.isEmailAvailable(email.toUpperCase()))).toBe(false)
  expect(await client.rpc('check_email', { email })).toMatchObject({ status: 409, data: null })
  expect(await client.rpc('check_email', { email: newEmail() })).toMatchObject({ status: 204, data: null })
  // A sign-up that was never confirmed takes no address.
  const unconfirmed = newEmail()
  await must(device(stack).tb.auth.signUp({ email: unconfirmed, password }))
  expect(await must(tb.auth.isEmailAvailable(unconfirmed))).toBe(true)
  await expectRefusal(tb.auth.isEmailAvailable('nobody'), 'validation_failed', { email: ['format'] })
  expect((await client.rpc('check_email', { email: 'nobody' })).error?.code).toBe('validation_failed')
  await expectLimited(() => tb.auth.isEmailAvailable(email))
})

/** Holds that the limit that is usual refuses, and says for how long. */
async function expectLimited(check: () => Parameters<typeof expectRefusal>[0]): Promise<void> {
  const key = 'rate_limits.account_checks_per_minute'
  const [before] = await sql(stack)`select value from private.settings where key = ${key}`
  await sql(stack)`update private.settings set value = '5' where key = ${key}`
  try {
    for (let tries = 0; tries < 5; tries += 1) await check()
    const { retryAfter, details } = await expectRefusal(check(), 'rate_limit_exceeded')
    expect(retryAfter).toBeGreaterThan(0)
    expect(details).toMatchObject({ limit: 5 })
  } finally {
    await sql(stack)`update private.settings set value = ${before!.value} where key = ${key}`
  }
  await must(check())
}
