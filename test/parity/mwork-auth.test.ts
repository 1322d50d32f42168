import { createClient } from '@supabase/supabase-js'
import { createTalentbase } from '@talentbase/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, subscribe } from '../helpers/people.ts'
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

const rolesOf = async (id: string) =>
  (await sql(stack)`select role from public.account_roles where account_id = ${id}`).map(({ role }) => role)
const tokensOf = (id: string) =>
  sql(stack)`select token, revoked from auth.refresh_tokens where user_id = ${id} order by id`

it('MW01 auth.signUp: model, employer or agency, with an account once the address is confirmed', async () => {
  for (const role of ['model', 'employer', 'agency'] as const) {
    const { tb } = device(stack)
    const input = { email: newEmail(), password, role }
    const answer = await must(tb.auth.signUp(input))
    expectTaken(input, { email: 'email', password: 'password', role: 'role' })
    expectFields(answer, {
      user: 'user',
      id: 'user.id',
      email: 'user.email',
      role: 'user.role',
      email_verified: 'user.email_verified',
    })
    expect(answer).toMatchObject({ user: { email: input.email, role, email_verified: false }, session: null })
    expect(await userWith(stack, input.email)).toMatchObject([{ account: null }])

    await must(tb.auth.confirmEmail({ email: input.email, code: await codeFor(stack, input.email) }))
    expect(await rolesOf(answer.user.id)).toEqual([role])
    expect((await must(device(stack).tb.auth.signIn({ email: input.email, password }))).user).toMatchObject({
      id: answer.user.id,
      role,
      email_verified: true,
    })
  }

  const plain = device(stack).client
  const email = newEmail()
  const signUp = (data: object, change: object = {}) =>
    plain.auth.signUp({ email, password, ...change, options: { data } })
  await expectUnchanged(
    () => userWith(stack, email),
    async () => {
      const { tb } = device(stack)
      await expectRefusal(tb.auth.signUp({ email, password, role: 'admin' as 'model' }), 'validation_failed', {
        role: ['known'],
      })
      await expectRefusal(
        tb.auth.signUp({ email: 'nobody', password: '1234567', role: 'model' }),
        'validation_failed',
        {
          email: ['format'],
          password: ['length'],
        },
      )
      expect((await signUp({ role: 'admin' })).error?.message).toBe('validation_failed:role')
      expect((await signUp({ roles: ['model', 'admin'] })).error?.message).toBe('validation_failed:role')
      expect((await signUp({ role: 'model' }, { password: '1234567' })).error?.code).toBe('weak_password')
    },
  )

  expect((await signUp({ role: 'agency' })).error).toBeNull()
  const verified = await plain.auth.verifyOtp({ email, token: await codeFor(stack, email), type: 'email' })
  expect(verified.error).toBeNull()
  expect(await rolesOf(verified.data.user!.id)).toEqual(['agency'])

  await expectUnchanged(
    () => userWith(stack, email),
    async () => {
      const again = device(stack).tb.auth.signUp({ email: email.toUpperCase(), password: 'another one', role: 'model' })
      await expectRefusal(again, 'duplicate', { email: ['taken'] })
    },
  )
})

it('MW02 auth.signIn: tokens for email and password, one refusal for whatever is wrong', async () => {
  const person = await member(stack, ['model'])
  const input = { email: person.email, password: person.password }
  const answer = await must(device(stack).tb.auth.signIn(input))
  expectTaken(input, { email: 'email', password: 'password' })
  expectFields(answer, {
    access_token: 'session.access_token',
    refresh_token: 'session.refresh_token',
    expires_in: 'session.expires_in',
    user: 'user',
  })
  expect(answer).toMatchObject({
    session: { expires_in: 900 },
    user: { id: person.id, email: person.email, role: 'model' },
  })

  const plain = await device(stack).client.auth.signInWithPassword(input)
  expect(plain.data).toMatchObject({ session: { expires_in: 900 }, user: { id: person.id } })

  const unconfirmed = { email: newEmail(), password }
  await must(device(stack).tb.auth.signUp(unconfirmed))
  await expectUnchanged(
    () => sessionsOf(stack, person.id),
    async () => {
      const { tb, client } = device(stack)
      const wrong = await expectRefusal(tb.auth.signIn({ ...input, password: 'wrong password' }), 'invalid_credentials')
      const unknown = await expectRefusal(tb.auth.signIn({ email: newEmail(), password }), 'invalid_credentials')
      expect(unknown.toJSON()).toEqual(wrong.toJSON())
      await expectRefusal(tb.auth.signIn({ email: 'nobody', password: '' }), 'validation_failed', {
        email: ['format'],
        password: ['length'],
      })
      await expectRefusal(tb.auth.signIn({ password }), 'validation_failed', { username_or_email: ['required'] })
      await expectRefusal(tb.auth.signIn(unconfirmed), 'email_not_confirmed')
      expect((await client.auth.getSession()).data.session).toBeNull()
    },
  )
})

it('MW03 auth.refresh: a new access token for a refresh token', async () => {
  const person = await member(stack, ['model'])
  const { tb: first } = device(stack)
  const { session } = await must(first.auth.signIn({ email: person.email, password: person.password }))

  const { tb, client } = device(stack)
  const input = { refresh_token: session.refresh_token }
  const answer = await must(tb.auth.refresh(input.refresh_token))
  expectTaken(input, { refresh_token: 'refresh_token' })
  expectFields(answer, { access_token: 'session.access_token', expires_in: 'session.expires_in' })
  expect(answer.session.expires_in).toBe(900)
  expect(answer.session.refresh_token).not.toBe(session.refresh_token)
  expect((await must(tb.accounts.me())).id).toBe(person.id)

  const renewed = await must(tb.auth.refresh())
  const plain = await device(stack).client.auth.refreshSession({ refresh_token: renewed.session.refresh_token })
  expect(plain.data.session).toMatchObject({ expires_in: 900, user: { id: person.id } })

  await expectUnchanged(
    () => tokensOf(person.id),
    async () => {
      const nobody = device(stack)
      await expectRefusal(nobody.tb.auth.refresh(), 'auth_required')
      await expectRefusal(nobody.tb.auth.refresh('made-up-token'), 'session_expired')
      await expectRefusal(nobody.tb.auth.refresh(''), 'validation_failed', { refresh_token: ['length'] })
      expect((await nobody.client.auth.getSession()).data.session).toBeNull()
    },
  )
  expect((await client.auth.getUser()).data.user?.id).toBe(person.id)
})

it('MW04 auth.signOut: the refresh tokens of the session stop working', async () => {
  const person = await member(stack, ['model'])
  const signedIn = async () => {
    const { tb, client } = device(stack)
    const { session } = await must(tb.auth.signIn({ email: person.email, password: person.password }))
    return { tb, client, renew: () => device(stack).tb.auth.refresh(session.refresh_token) }
  }
  const [phone, laptop, tablet] = [await signedIn(), await signedIn(), await signedIn()]

  await expectUnchanged(
    () => sessionsOf(stack, person.id),
    async () => {
      await expectRefusal(device(stack).tb.auth.signOut(), 'auth_required')
      const scope = 'everywhere' as 'global'
      await expectRefusal(phone.tb.auth.signOut({ scope }), 'validation_failed', { scope: ['known'] })
    },
  )
  await must(phone.tb.auth.signOut())
  await expectRefusal(phone.renew(), 'session_expired')
  await expectRefusal(phone.tb.accounts.me(), 'auth_required')

  expect((await laptop.client.auth.signOut({ scope: 'local' })).error).toBeNull()
  await expectRefusal(laptop.renew(), 'session_expired')
  await must(tablet.renew())
  expect(await sessionsOf(stack, person.id)).toHaveLength(2)

  await must(person.tb.auth.signOut({ scope: 'global' }))
  await expectRefusal(tablet.renew(), 'session_expired')
  expect(await sessionsOf(stack, person.id)).toEqual([])
})

it('MW05 accounts.me: who is signed in, with plan and its end', async () => {
  const person = await member(stack, ['model'])
  const free = await must(person.tb.accounts.me())
  expectFields(free, {
    user: '.',
    id: 'id',
    email: 'email',
    role: 'role',
    email_verified: 'email_verified',
    subscription: 'subscription',
    plan: 'subscription.plan',
    expires_at: 'subscription.expires_at',
  })
  expect(free).toMatchObject({ id: person.id, email: person.email, role: 'model', email_verified: true })
  expect(free.subscription).toEqual({ plan: 'FREE', expires_at: null })

  const id = await subscribe(stack, person, 'casting_pro')
  const [kept] = await sql(stack)`select expires_at from public.subscriptions where id = ${id}`
  const { subscription } = await must(person.tb.accounts.me())
  expect(subscription.plan).toBe('PRO')
  expect(new Date(subscription.expires_at!)).toEqual(kept!.expires_at)

  const rpc = await person.client.rpc('me').single()
  expect(rpc.data).toMatchObject({ id: person.id, email: person.email, role: 'model', plan: 'PRO' })
  const own = await person.client.from('accounts').select('id, account_details(phone)').eq('id', person.id).single()
  expect(own.data).toMatchObject({ id: person.id, account_details: { phone: null } })

  const { tb, client } = device(stack)
  await expectRefusal(tb.accounts.me(), 'auth_required')
  expect((await client.rpc('me')).error?.code).toBe('42501')
  const forged = `${person.token.slice(0, -4)}AAAA`
  const forger = createClient(stack.url, stack.publishableKey, { accessToken: async () => forged })
  await expectRefusal(createTalentbase(forger).accounts.me(), 'session_expired')
  const stranger = await member(stack, ['employer'])
  const details = await stranger.client.from('account_details').select().eq('account_id', person.id)
  expect(details.data).toEqual([])
})
