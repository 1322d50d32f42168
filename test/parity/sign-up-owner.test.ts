import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { codeFor, device, member, newEmail, password, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { userWith } from './state.ts'

// Whoever names an address first may not be its owner. The owner is who reads its mail.
let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const chosen = () => ({
  email: newEmail(),
  password,
  username: unique('owner'),
  roles: ['client', 'freelancer'] as ('client' | 'freelancer')[],
  first_name: 'Aruzhan',
  last_name: 'Bekova',
  phone: '+77051234567',
  city: 'Almaty',
  country: 'Kazakhstan',
  locale: 'kk' as const,
})

/** What an account shows of a sign-up. */
const shown = ({ password: _, roles, ...rest }: ReturnType<typeof chosen>) => ({
  ...rest,
  roles: expect.toSatisfy((has: string[]) => has.toSorted().join() === roles.toSorted().join()),
})

const signIn = (email: string, secret: string) => device(stack).tb.auth.signIn({ email, password: secret })

/** Somebody else's sign-up of the address, by the plain client. */
async function preRegister(email: string) {
  const data = { username: unique('attacker'), roles: ['recruiter'], first_name: 'Mallory', phone: '+10000000000' }
  const answer = await device(stack).client.auth.signUp({ email, password: 'attacker password', options: { data } })
  expect(answer.error).toBeNull()
  return answer.data.user
}

it.each(['confirmEmail', 'verifyCode'] as const)(
  'attack 48: an address signed up by somebody else before becomes its owner’s account alone, by %s',
  async (confirm) => {
    const input = chosen()
    await preRegister(input.email)
    const { tb } = device(stack)
    const { user } = await must(tb.auth.signUp({ ...input, email: input.email.toUpperCase() }))
    expect(user).toMatchObject({ username: input.username, first_name: 'Aruzhan', roles: input.roles })
    const confirmed = await must(tb.auth[confirm]({ email: input.email, code: await codeFor(stack, input.email) }))
    expect(confirmed.user).toMatchObject(shown(input))
    expect(await must(tb.accounts.me())).toEqual(confirmed.user)

    expect((await must(signIn(input.email, input.password))).user.id).toBe(confirmed.user.id)
    await expectRefusal(signIn(input.email, 'attacker password'), 'invalid_credentials')
  },
)

it('attack 48: an address that somebody else signs up after its owner stays the owner’s', async () => {
  const input = chosen()
  const { tb } = device(stack)
  await must(tb.auth.signUp(input))
  await preRegister(input.email)
  const { user } = await must(tb.auth.confirmEmail({ email: input.email, code: await codeFor(stack, input.email) }))
  expect(user).toMatchObject(shown(input))
  await must(signIn(input.email, input.password))
  await expectRefusal(signIn(input.email, 'attacker password'), 'invalid_credentials')
})

it('attacks 20 and 45: signing up with somebody’s address shows nothing private of them', async () => {
  const input = chosen()
  const { tb } = device(stack)
  await must(tb.auth.signUp(input))
  const known = JSON.stringify(await preRegister(input.email))
  for (const told of [input.first_name, input.last_name, input.phone, input.city]) expect(known).not.toContain(told)
  const later = await preRegister(input.email)
  expect(later?.user_metadata).toEqual({ locale: 'kk' })
  expect(JSON.stringify(later)).not.toContain(input.username)
  // Nor is what somebody else said answered as one's own.
  const again = await must(tb.auth.signUp({ email: input.email, password }))
  expect(again.user).toMatchObject({ username: null, first_name: null, roles: [] })
})

it('a mail that is sent again changes nothing for who asked', async () => {
  const input = chosen()
  const { tb } = device(stack)
  await must(tb.auth.signUp(input))
  await must(tb.auth.resendConfirmation({ email: input.email }))
  await must(tb.auth.sendCode({ email: input.email }))
  const { user } = await must(tb.auth.verifyCode({ email: input.email, code: await codeFor(stack, input.email) }))
  expect(user).toMatchObject(shown(input))
  await must(signIn(input.email, input.password))
})

it('what cannot be applied does not fail the confirmation', async () => {
  const taken = await member(stack, ['client'])
  const input = { ...chosen(), username: unique() }
  const { tb } = device(stack)
  await must(tb.auth.signUp(input))
  await must(taken.tb.accounts.update({ username: input.username }))
  const { user } = await must(tb.auth.confirmEmail({ email: input.email, code: await codeFor(stack, input.email) }))
  expect(user).toMatchObject({ ...shown(input), username: null })
})

it('another device, a sign-out and another sign-up know nothing of it; completeSignUp goes on', async () => {
  const input = chosen()
  const first = device(stack)
  await must(first.tb.auth.signUp(input))
  await expectRefusal(first.tb.auth.signOut(), 'auth_required')
  await must(first.tb.auth.resendConfirmation({ email: input.email }))
  const { tb } = first
  const { user } = await must(tb.auth.confirmEmail({ email: input.email, code: await codeFor(stack, input.email) }))
  expect(user).toMatchObject({ username: null, roles: [], first_name: null, phone: null, locale: 'kk' })
  await expectRefusal(signIn(input.email, input.password), 'invalid_credentials')

  const { locale: _, ...rest } = input
  const taken = (await member(stack, ['client'])).username!
  const wish = { ...rest, confirm_password: password }
  await expectRefusal(tb.auth.completeSignUp({ ...wish, username: taken }), 'duplicate', { username: ['taken'] })
  const done = await must(tb.auth.completeSignUp(wish))
  expect(done.user).toMatchObject(shown(input))
  await must(signIn(input.email, input.password))

  const [one, two] = [chosen(), chosen()]
  const other = device(stack).tb
  await must(other.auth.signUp(one))
  await must(other.auth.signUp(two))
  const plain = await must(other.auth.confirmEmail({ email: one.email, code: await codeFor(stack, one.email) }))
  // Of a sign-up that nobody repeated the database itself keeps username, roles and password, and nothing personal.
  expect(plain.user).toMatchObject({ username: one.username, first_name: null, phone: null })
})

it('completeSignUp goes on in a session of the password, and replaces none', async () => {
  const input = chosen()
  const first = device(stack)
  await must(first.tb.auth.signUp({ email: input.email, password }))
  await must(device(stack).tb.auth.confirmEmail({ email: input.email, code: await codeFor(stack, input.email) }))
  const { tb } = device(stack)
  await must(tb.auth.signIn({ email: input.email, password }))
  const complete = (secret: string) =>
    tb.auth.completeSignUp({ username: input.username, password: secret, confirm_password: secret, role: 'model' })
  await expectUnchanged(
    () => userWith(stack, input.email),
    () => expectRefusal(complete('another password'), 'conflict'),
  )
  expect((await must(complete(password))).user).toMatchObject({ username: input.username, role: 'model' })
})

it('a sign-up with more than 8 KB of metadata is refused', async () => {
  const email = newEmail()
  const data = { first_name: 'x'.repeat(8200) }
  const { error } = await device(stack).client.auth.signUp({ email, password, options: { data } })
  expect(error?.message).toBe('validation_failed:metadata')
  expect(await userWith(stack, email)).toEqual([])
})
