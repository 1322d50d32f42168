import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, model, stored } from './castings.ts'
import { born, modelInput, modelWith } from './models.ts'
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

it('MB05 models.create: a profile for a model, once', async () => {
  const [aisha, newcomer] = [await member(stack, ['model']), await member(stack, ['model'])]
  const input = modelInput()
  const created = await must(aisha.tb.models.create(input))
  expect(created).toMatchObject({ account_id: aisha.id, name: input.name, age: 24, visibility: 'public' })
  const insert = ({ client }: Pick<Member, 'client'>, account_id: string, changes = {}) =>
    client.from('model_profiles').insert({ account_id, ...input, ...changes })
  const other = await member(stack, ['model'])
  expect((await insert(other, other.id)).error).toBeNull()
  expect((await must(other.tb.models.mine())).name).toBe(input.name)

  await expectUnchanged(
    () => sql(stack)`select * from public.model_profiles order by account_id`,
    async () => {
      await expectRefusal(aisha.tb.models.create(input), 'duplicate')
      await expectRefusal(stranger.tb.models.create(input), 'permission_denied')
      await expectRefusal(device(stack).tb.models.create(input), 'auth_required')
      const wrong = { ...input, birth_date: born(100), height: 99, experience: 'old' as 'beginner' }
      await expectRefusal(newcomer.tb.models.create(wrong), 'validation_failed', {
        birth_date: ['range'],
        height: ['range'],
        experience: ['known'],
      })
      expect((await insert(stranger, stranger.id)).error?.code).toBe('42501')
      expect((await insert(device(stack), newcomer.id)).error?.code).toBe('42501')
      expect((await insert(newcomer, newcomer.id, { height: 99 })).error?.code).toBe('23514')
    },
  )
})

it('MB06 models.get: a profile by the account it is of', async () => {
  const { id, tb } = await modelWith(stack)
  const visitor = device(stack)
  const profile = await must(visitor.tb.models.get(id))
  expect(profile).toMatchObject({ account_id: id, age: 24, photos: [], work_experiences: [] })
  const plain = await visitor.client.rpc('get_model', { id }).single<{ name: string }>()
  expect(plain.data?.name).toBe(profile.name)
  await must(tb.models.update({ visibility: 'hidden' }))
  for (const one of [visitor, stranger]) {
    await expectRefusal(one.tb.models.get(id), 'not_found')
    expect((await one.client.rpc('get_model', { id })).data).toEqual([])
  }
  expect((await must(tb.models.get(id))).name).toBe(profile.name)
  await expectRefusal(visitor.tb.models.get('me'), 'validation_failed', { id: ['format'] })
})

it('MB07 employers.create: a profile for an employer or agency, once', async () => {
  const hirer = await member(stack, ['employer'])
  const input = { company_name: `House ${unique()}`, phone: '+77771234567', business_id: '123456789012' }
  const created = await must(hirer.tb.employers.create(input))
  expect(created).toMatchObject({ ...input, account_id: hirer.id, is_verified: false, rejection_reason: null })
  const other = await member(stack, ['agency'])
  const plain = await other.client.from('employer_profiles').insert({ company_name: 'Plain House' }).select().single()
  expect(plain.data).toMatchObject({ account_id: other.id, company_name: 'Plain House', is_verified: false })

  const newcomer = await member(stack, ['employer'])
  const model = await member(stack, ['model'])
  await expectUnchanged(
    () => sql(stack)`select * from public.employer_profiles order by account_id`,
    async () => {
      await expectRefusal(hirer.tb.employers.create(input), 'duplicate')
      await expectRefusal(model.tb.employers.create(input), 'permission_denied')
      await expectRefusal(device(stack).tb.employers.create(input), 'auth_required')
      const wrong = { company_name: '', business_id: '№ 1', website: 'house', phone: '1' }
      await expectRefusal(newcomer.tb.employers.create(wrong), 'validation_failed', {
        company_name: ['length'],
        business_id: ['format'],
        website: ['format'],
        phone: ['format'],
      })
      // Nobody verifies themselves.
      for (const chosen of [{ is_verified: true }, { rejection_reason: 'none' }, { account_id: hirer.id }]) {
        const insert = newcomer.client.from('employer_profiles').insert({ company_name: 'House', ...chosen })
        expect((await insert).error?.code).toBe('42501')
      }
      const bad = newcomer.client.from('employer_profiles').insert({ company_name: 'House', business_id: 'x' })
      expect((await bad).error?.code).toBe('23514')
    },
  )
})

it('MB08 employers.get: what everybody sees, by the account it is of', async () => {
  const hirer = await member(stack, ['employer'])
  const input = { company_name: 'Open House', contact_person: 'Dana', phone: '+77771234567', business_id: 'BIN 1234' }
  await must(hirer.tb.employers.create({ ...input, website: 'https://house.example', city: 'Almaty' }))
  await sql(stack)`select private.reject_employer(${hirer.id}, 'No such number in the register.')`
  const seen = await must(device(stack).tb.employers.get(hirer.id))
  expect(seen).toEqual({
    account_id: hirer.id,
    company_name: 'Open House',
    description: null,
    website: 'https://house.example',
    city: 'Almaty',
    country: null,
    logo: null,
    is_verified: false,
    rating: null,
    reviews_count: 0,
    created_at: seen.created_at,
  })
  // Why it was not verified is its owner's to read.
  const reason = { rejection_reason: 'No such number in the register.', business_id: 'BIN 1234' }
  expect(await must(hirer.tb.employers.mine())).toMatchObject(reason)
  for (const { client } of [device(stack), stranger]) {
    const { data } = await client.rpc('get_employer', { account_id: hirer.id }).single()
    const { logo: _, ...card } = seen
    expect(data).toEqual({ ...card, logo_path: null })
  }
  expect((await stranger.client.from('employer_profiles').select().eq('account_id', hirer.id)).data).toEqual([])
  await sql(stack)`select private.verify_employer(${hirer.id})`
  expect(await must(stranger.tb.employers.get(hirer.id))).toMatchObject({ is_verified: true })
  expect(await must(hirer.tb.employers.mine())).toMatchObject({ is_verified: true, rejection_reason: null })

  const nobody = await member(stack, ['employer'])
  await expectRefusal(stranger.tb.employers.get(nobody.id), 'not_found')
  await expectRefusal(stranger.tb.employers.get(crypto.randomUUID()), 'not_found')
  await expectRefusal(stranger.tb.employers.get('me'), 'validation_failed', { account_id: ['format'] })
  await must(hirer.tb.blocks.add(stranger.id))
  await expectRefusal(stranger.tb.employers.get(hirer.id), 'not_found')
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
