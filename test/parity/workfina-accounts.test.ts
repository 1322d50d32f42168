import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { serviceClient, sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { sessionsOf } from './state.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const rolesOf = async ({ id }: Member) =>
  (await sql(stack)`select role from public.account_roles where account_id = ${id} order by role`).map(
    ({ role }) => role,
  )
const devicesOf = (...people: Member[]) =>
  sql(stack)`select * from public.devices where account_id = any (${people.map(({ id }) => id)}) order by id`

it('WF04 auth.signIn: tokens and the account, its role null until it is chosen', async () => {
  const person = await member(stack, [])
  const input = { email: person.email, password: person.password }
  const { tb, client } = device(stack)
  const answer = await must(tb.auth.signIn(input))
  expectTaken(input, { email: 'email', password: 'password' })
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
  expect(answer.user).toMatchObject({ id: person.id, email: person.email, username: person.username, role: null })
  await must(tb.accounts.addRole('candidate'))
  expect((await must(device(stack).tb.auth.signIn(input))).user.role).toBe('candidate')
  expect((await client.auth.signInWithPassword(input)).data.user?.id).toBe(person.id)

  await expectUnchanged(
    () => sessionsOf(stack, person.id),
    async () => {
      const nobody = device(stack)
      const wrong = await expectRefusal(nobody.tb.auth.signIn({ ...input, password: 'not it' }), 'invalid_credentials')
      const unknown = nobody.tb.auth.signIn({ ...input, email: `no-${person.email}` })
      expect((await expectRefusal(unknown, 'invalid_credentials')).toJSON()).toEqual(wrong.toJSON())
      const empty = nobody.tb.auth.signIn({ email: person.email } as typeof input)
      await expectRefusal(empty, 'validation_failed', { password: ['required'] })
      expect((await nobody.client.auth.getSession()).data.session).toBeNull()
    },
  )
})

it('WF05 auth.refresh: a new access token', async () => {
  const person = await member(stack, ['candidate'])
  const input = { refresh: (await person.client.auth.getSession()).data.session!.refresh_token }
  const { tb } = device(stack)
  const answer = await must(tb.auth.refresh(input.refresh))
  expectTaken(input, { refresh: 'refresh' })
  expectFields(answer, { access: 'session.access_token' })
  const { data } = await device(stack).client.auth.getUser(answer.session.access_token)
  expect(data.user?.id).toBe(person.id)
  const { refresh_token } = answer.session
  expect((await device(stack).client.auth.refreshSession({ refresh_token })).data.user?.id).toBe(person.id)

  await expectUnchanged(
    () => sessionsOf(stack, person.id),
    async () => {
      await expectRefusal(device(stack).tb.auth.refresh('not-a-token'), 'session_expired')
      await expectRefusal(device(stack).tb.auth.refresh(''), 'validation_failed', { refresh_token: ['length'] })
    },
  )
})

it('WF06 auth.signOut: the session’s refresh token is over', async () => {
  const person = await member(stack, ['candidate'])
  const { session } = (await person.client.auth.getSession()).data
  await expectUnchanged(
    () => sessionsOf(stack, person.id),
    async () => {
      await expectRefusal(device(stack).tb.auth.signOut(), 'auth_required')
      const scope = 7 as unknown as 'local'
      await expectRefusal(person.tb.auth.signOut({ scope }), 'validation_failed', { scope: ['known'] })
    },
  )
  // The token that ends is the one of the client's session; it is not handed over.
  expectTaken(session, { refresh_token: 'refresh_token' })
  const answer = await person.tb.auth.signOut()
  expectFields(answer, { message: 'error' })
  expect(answer.error).toBeNull()
  await expectRefusal(device(stack).tb.auth.refresh(session!.refresh_token), 'session_expired')
  expect(await sessionsOf(stack, person.id)).toEqual([])

  const plain = device(stack).client
  const signedIn = await plain.auth.signInWithPassword({ email: person.email, password: person.password })
  expect((await plain.auth.signOut()).error).toBeNull()
  await expectRefusal(device(stack).tb.auth.refresh(signedIn.data.session!.refresh_token), 'session_expired')
})

it('WF07 accounts.addRole: candidate or recruiter, model or employer or agency, the rest at any time', async () => {
  const person = await member(stack, [])
  const input = { role: 'candidate' } as const
  const answer = await must(person.tb.accounts.addRole(input.role))
  expectTaken(input, { role: 'role' })
  // Instead of a sentence: all roles there are now.
  expectFields(answer, { message: '.' })
  expect(answer).toEqual(['candidate'])
  expect(await must(person.tb.accounts.addRole('candidate'))).toEqual(['candidate'])

  const add = ({ client }: Pick<Member, 'client'>, role: string) => client.rpc('add_role', { role })
  expect((await add(person, 'model')).data).toEqual(['candidate', 'model'])
  for (const role of ['client', 'freelancer', 'creator'] as const) await must(person.tb.accounts.addRole(role))
  const all = ['candidate', 'client', 'creator', 'freelancer', 'model']
  expect(await rolesOf(person)).toEqual(all)
  expect((await must(person.tb.accounts.me())).roles.toSorted()).toEqual(all)

  const [recruiter, employer] = [await member(stack, ['recruiter']), await member(stack, ['employer'])]
  await expectUnchanged(
    async () => [await rolesOf(person), await rolesOf(recruiter), await rolesOf(employer)],
    async () => {
      for (const role of ['recruiter', 'employer', 'agency'] as const) {
        await expectRefusal(person.tb.accounts.addRole(role), 'role_conflict')
        expect((await add(person, role)).error?.code).toBe('role_conflict')
      }
      await expectRefusal(recruiter.tb.accounts.addRole('candidate'), 'role_conflict')
      for (const role of ['model', 'agency'] as const) {
        await expectRefusal(employer.tb.accounts.addRole(role), 'role_conflict')
      }
      for (const role of ['admin', 'CANDIDATE', '']) {
        await expectRefusal(employer.tb.accounts.addRole(role as 'client'), 'validation_failed', { role: ['known'] })
        expect((await add(employer, role)).error?.code).toBe('validation_failed')
      }
      await expectRefusal(device(stack).tb.accounts.addRole('client'), 'auth_required')
      expect((await add(device(stack), 'client')).error?.code).toBe('42501')
      // Nor by the table, by user metadata, or away again.
      const row = { account_id: employer.id, role: 'admin' }
      expect((await employer.client.from('account_roles').insert(row)).error?.code).toBe('42501')
      const removal = person.client.from('account_roles').delete().eq('account_id', person.id)
      expect((await removal).error?.code).toBe('42501')
      expect((await employer.client.auth.updateUser({ data: { roles: ['admin'] } })).error).toBeNull()
    },
  )
})

it('WF08 devices.register: a token belongs to one account at a time, a dead one is dropped', async () => {
  const [person, other] = [await member(stack, ['candidate']), await member(stack, ['recruiter'])]
  const input = { token: unique('fcm:APA91b'), platform: 'android' } as const
  const answer = await must(person.tb.devices.register(input))
  // The platform is ours: a push needs to know it.
  expectTaken(input, { token: 'token' })
  expectFields(answer, { message: 'id' })
  expect(answer).toMatchObject(input)
  const again = await must(person.tb.devices.register(input))
  expect(again.id).toBe(answer.id)
  expect(await must(person.tb.devices.list())).toEqual([again])

  const register = ({ client }: Pick<Member, 'client'>, args: object) => client.rpc('register_device', args)
  const second = { token: unique('fcm'), platform: 'ios' }
  expect((await register(person, second)).data).toMatchObject({ account_id: person.id, ...second })

  await expectUnchanged(
    () => devicesOf(person, other),
    async () => {
      await expectRefusal(device(stack).tb.devices.register(input), 'auth_required')
      expect((await register(device(stack), input)).error?.code).toBe('42501')
      const wrong = { token: 'with blanks in it', platform: 'palm' as 'ios' }
      await expectRefusal(other.tb.devices.register(wrong), 'validation_failed', {
        token: ['format'],
        platform: ['known'],
      })
      expect((await register(other, wrong)).error?.code).toBe('validation_failed')
      expect((await other.client.from('devices').select()).data).toEqual([])
      const insert = other.client.from('devices').insert({ account_id: person.id, token: unique(), platform: 'web' })
      expect((await insert).error?.code).toBe('42501')
      await other.client.from('devices').delete().eq('id', answer.id)
      // Only whoever pushes may call a token dead.
      const dead = { device_id: answer.id, token: input.token, claimed_at: '2100-01-01T00:00:00Z' }
      expect((await other.client.rpc('forget_device', dead)).error?.code).toBe('42501')
    },
  )

  await must(other.tb.devices.register(input))
  expect((await must(person.tb.devices.list())).map(({ token }) => token)).toEqual([second.token])
  expect((await must(other.tb.devices.list())).map(({ token }) => token)).toEqual([input.token])
  const [taken] = await must(other.tb.devices.list())
  const forget = (claimed_at: string) =>
    serviceClient(stack).rpc('forget_device', { device_id: taken!.id, token: input.token, claimed_at })
  // Not one that was registered since the push.
  expect((await forget('2020-01-01T00:00:00Z')).data).toBe(false)
  expect((await forget('2100-01-01T00:00:00Z')).data).toBe(true)
  expect(await must(other.tb.devices.list())).toEqual([])
})
