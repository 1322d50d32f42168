import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, model, stored } from './castings.ts'
import { codeFor, device, type Member, member, newEmail, password, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { sessionsOf, userWith } from './state.ts'

// This source names its operations and no fields; what MWork's own document adds to them is in the mwork-… files.
let stack: TestStack
let agency: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  agency = await member(stack, ['agency'])
  stranger = await member(stack, ['employer'])
})
afterAll(() => stack.close())

it('MB01 auth.signUp: an account once the address is confirmed, one an address', async () => {
  const email = newEmail()
  const { tb } = device(stack)
  const { user, session } = await must(tb.auth.signUp({ email, password, role: 'model' }))
  expect([user.email, user.role, session]).toEqual([email, 'model', null])
  await expectUnchanged(
    () => userWith(stack, email),
    async () => {
      await expectRefusal(tb.accounts.me(), 'auth_required')
      await expectRefusal(tb.auth.confirmEmail({ email, code: '00000000' }), 'code_invalid', { code: ['wrong'] })
      await expectRefusal(tb.auth.signIn({ email, password }), 'email_not_confirmed')
    },
  )
  await must(tb.auth.confirmEmail({ email, code: await codeFor(stack, email) }))
  expect(await must(tb.accounts.me())).toMatchObject({ id: user.id, email, role: 'model' })
  const plain = { email: newEmail(), password, options: { data: { role: 'model' } } }
  const { client } = device(stack)
  expect((await client.auth.signUp(plain)).error).toBeNull()
  const token = await codeFor(stack, plain.email)
  expect((await client.auth.verifyOtp({ email: plain.email, token, type: 'email' })).error).toBeNull()
  expect((await client.rpc('me').single()).data).toMatchObject({ email: plain.email, role: 'model' })

  await expectUnchanged(
    () => userWith(stack, email),
    async () => {
      const other = device(stack)
      const input = { email, password: 'another password' }
      await expectRefusal(other.tb.auth.signUp(input), 'duplicate', { email: ['taken'] })
      // Plain Auth answers a user who is nobody's.
      const { data } = await other.client.auth.signUp(input)
      expect(data).toMatchObject({ session: null, user: { identities: [] } })
      const wrong = { email: 'nobody@', password: 'short', role: 'admin' as 'model' }
      await expectRefusal(other.tb.auth.signUp(wrong), 'validation_failed', {
        email: ['format'],
        password: ['length'],
        role: ['known'],
      })
    },
  )
})

it('MB02 auth.signIn: an access and a refresh token for each device', async () => {
  const { id, email, password } = await member(stack, ['model'])
  const [phone, laptop] = [device(stack), device(stack)]
  const { session } = await must(phone.tb.auth.signIn({ email: email.toUpperCase(), password }))
  const plain = await laptop.client.auth.signInWithPassword({ email, password })
  for (const tokens of [session, plain.data.session!]) {
    const person = await device(stack).client.auth.getUser(tokens.access_token)
    expect([person.data.user?.id, tokens.refresh_token.length > 0]).toEqual([id, true])
  }
  expect(session.refresh_token).not.toBe(plain.data.session!.refresh_token)
  expect(await sessionsOf(stack, id)).toHaveLength(3)

  await expectUnchanged(
    () => sessionsOf(stack, id),
    async () => {
      const { tb, client } = device(stack)
      const wrong = await expectRefusal(tb.auth.signIn({ email, password: `${password}x` }), 'invalid_credentials')
      expect(wrong.status).toBe(400)
      const both = tb.auth.signIn({ email, username: 'somebody', password })
      await expectRefusal(both, 'validation_failed', { username_or_email: ['required'] })
      expect((await client.auth.signInWithPassword({ email, password: '' })).error?.code).toBe('invalid_credentials')
      await expectRefusal(tb.accounts.me(), 'auth_required')
    },
  )
})

it('MB03 auth.refresh: the session goes on with new tokens', async () => {
  const person = await member(stack, ['model'])
  const before = (await person.client.auth.getSession()).data.session!
  const { session } = await must(person.tb.auth.refresh())
  expect([session.user.id, session.refresh_token === before.refresh_token]).toEqual([person.id, false])
  const plain = await person.client.auth.refreshSession()
  expect(plain.data.session?.user.id).toBe(person.id)
  expect((await must(person.tb.accounts.me())).id).toBe(person.id)

  await expectUnchanged(
    () => sessionsOf(stack, person.id),
    async () => {
      const { tb } = device(stack)
      await expectRefusal(tb.auth.refresh(), 'auth_required')
      await expectRefusal(tb.auth.refresh('zzzzzzzzzzzz'), 'session_expired')
      await expectRefusal(tb.auth.refresh('x'.repeat(5000)), 'validation_failed', { refresh_token: ['length'] })
    },
  )
})

it('MB04 auth.signOut: this device, or all the others', async () => {
  const { id, email, password } = await member(stack, ['model'])
  const signedIn = async () => {
    const one = device(stack)
    await must(one.tb.auth.signIn({ email, password }))
    return one
  }
  const [phone, laptop] = [await signedIn(), await signedIn()]
  await expectUnchanged(
    () => sessionsOf(stack, id),
    async () => {
      await expectRefusal(device(stack).tb.auth.signOut(), 'auth_required')
      const scope = 'none' as 'others'
      await expectRefusal(phone.tb.auth.signOut({ scope }), 'validation_failed', { scope: ['known'] })
    },
  )
  await must(laptop.tb.auth.signOut({ scope: 'others' }))
  expect(await sessionsOf(stack, id)).toHaveLength(1)
  await expectRefusal(phone.tb.auth.refresh(), 'session_expired')
  await must(laptop.tb.auth.refresh())
  expect((await laptop.client.auth.signOut()).error).toBeNull()
  expect(await sessionsOf(stack, id)).toEqual([])
})

it('MB10 castings.create: a draft with no more than it needs', async () => {
  const input = { title: `Lookbook ${unique()}`, description: 'Half a day.', category: 'commercial' }
  const casting = await must(stranger.tb.castings.create(input))
  const usual = { status: 'draft', pay_type: 'fixed', currency: 'KZT', models_needed: null, is_urgent: false, tags: [] }
  expect(casting).toMatchObject({ ...input, ...usual, creator: { id: stranger.id } })
  const insert = ({ client }: Pick<Member, 'client'>, owner_id: string, changes = {}) =>
    client.from('castings').insert({ owner_id, ...input, ...changes })
  const plain = await insert(agency, agency.id).select().single()
  expect(plain.data).toMatchObject({ ...input, ...usual, owner_id: agency.id })

  const applicant = await model(stack)
  await expectUnchanged(
    () => sql(stack)`select * from public.castings where title = ${input.title} order by id`,
    async () => {
      await expectRefusal(applicant.tb.castings.create(input), 'permission_denied')
      await expectRefusal(device(stack).tb.castings.create(input), 'auth_required')
      await expectRefusal(agency.tb.castings.create({} as typeof input), 'validation_failed', {
        title: ['required'],
        description: ['required'],
        category: ['required'],
      })
      expect((await insert(applicant, applicant.id)).error?.code).toBe('42501')
      expect((await insert(device(stack), agency.id)).error?.code).toBe('42501')
      expect((await insert(agency, agency.id, { category: null })).error?.code).toBe('23502')
    },
  )
})

it('MB11 castings.respond: once, also when the answer was lost and the call is repeated', async () => {
  const [applicant, casting] = [await model(stack), await active(agency)]
  const input = { message: 'Free on these days.', proposed_rate: 7_000_000, idempotency_key: crypto.randomUUID() }
  const response = await must(applicant.tb.castings.respond(casting.id, input))
  expect(response).toMatchObject({ casting_id: casting.id, message: input.message, status: 'pending' })
  const plain = { casting_id: casting.id, ...input }
  await expectUnchanged(
    () => stored(stack, casting.id),
    async () => {
      expect(await must(applicant.tb.castings.respond(casting.id, input))).toEqual(response)
      expect((await applicant.client.rpc('respond_to_casting', plain)).data).toMatchObject({ id: response.id })
      const another = applicant.tb.castings.respond(casting.id, { ...input, message: 'Another one.' })
      await expectRefusal(another, 'idempotency_conflict')
      await expectRefusal(applicant.tb.castings.respond(casting.id), 'duplicate')
      await expectRefusal(stranger.tb.castings.respond(casting.id, input), 'permission_denied')
      await expectRefusal(device(stack).tb.castings.respond(casting.id, input), 'auth_required')
      const wrong = { proposed_rate: -1, portfolio_links: Array(11).fill('https://example.com') }
      await expectRefusal((await model(stack)).tb.castings.respond(casting.id, wrong), 'validation_failed', {
        proposed_rate: ['range'],
        portfolio_links: ['length'],
      })
    },
  )
})

it('MB12 responses.listForCasting: those of one casting, by status and in pages', async () => {
  const [casting, other] = [await active(agency), await active(agency)]
  const people = [await model(stack), await model(stack), await model(stack)]
  const sent: string[] = []
  for (const { tb } of people) sent.unshift((await must(tb.castings.respond(casting.id))).id)
  await must(people[0]!.tb.castings.respond(other.id))
  await must(agency.tb.responses.setStatus(sent[1]!, 'shortlisted'))

  const first = await must(agency.tb.responses.listForCasting(casting.id, { limit: 2 }))
  const cursor = first.next_cursor!
  const second = await must(agency.tb.responses.listForCasting(casting.id, { limit: 2, cursor }))
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(sent)
  expect([first.total, first.has_more, second.has_more]).toEqual([3, true, false])
  const { items } = await must(agency.tb.responses.listForCasting(casting.id, { status: 'shortlisted' }))
  expect(items.map(({ id }) => id)).toEqual([sent[1]])
  const select = ({ client }: Pick<Member, 'client'>) =>
    client.from('casting_responses').select('id').eq('casting_id', casting.id).order('created_at', { ascending: false })
  expect((await select(agency)).data?.map(({ id }) => id)).toEqual(sent)

  expect((await select(stranger)).data).toEqual([])
  await expectRefusal(stranger.tb.responses.listForCasting(casting.id), 'not_found')
  await expectRefusal(device(stack).tb.responses.listForCasting(casting.id), 'auth_required')
  const wrong = agency.tb.responses.listForCasting(casting.id, { limit: 101, offset: 1001 })
  await expectRefusal(wrong, 'validation_failed', { limit: ['range'], offset: ['range'] })
})
