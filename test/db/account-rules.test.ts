import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPerson, liftRequestLimits, type Person, serviceClient, sql, unique } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

describe('verification', () => {
  const verified = async () => {
    const person = await createPerson(stack, { metadata: { first_name: 'Dana', last_name: 'Serik' } })
    await sql(stack)`update public.accounts set is_verified = true where id = ${person.id}`
    return person
  }
  const isVerified = async ({ id }: Person) =>
    (await sql(stack)`select is_verified from public.accounts where id = ${id}`)[0]!.is_verified

  test.each<[string, (person: Person) => PromiseLike<{ error: unknown }>]>([
    ['a username', ({ client }) => client.rpc('set_username', { username: unique() })],
    ['a first name', ({ client }) => client.rpc('update_account', { first_name: 'Aida' })],
    ['a last name', ({ client }) => client.rpc('update_account', { last_name: 'Omarova' })],
    ['no last name', ({ client }) => client.rpc('update_account', { last_name: '' })],
    [
      'a last name, written directly',
      ({ client, id }) => client.from('accounts').update({ last_name: 'O' }).eq('id', id),
    ],
  ])('ends with another name: %s', async (_, change) => {
    const person = await verified()
    expect((await change(person)).error).toBeNull()
    expect(await isVerified(person)).toBe(false)
  })

  test('stays with the same names and everything else', async () => {
    const person = await verified()
    const { client, username } = person
    for (const { error } of [
      await client.rpc('update_account', { first_name: 'Dana', last_name: 'Serik' }),
      await client.rpc('set_username', { username: username! }),
      await client.rpc('update_account', {
        bio: 'New here.',
        city: 'Almaty',
        country: 'Kazakhstan',
        phone: '+77771234567',
      }),
    ]) {
      expect(error).toBeNull()
    }
    expect(await isVerified(person)).toBe(true)
  })
})

describe('web addresses', () => {
  const known = ['https://example.com', 'http://example.com/a?b=c#d', 'HTTPS://example.com:8443/']
  const refused = [
    'ftp://example.com/a',
    'ftps://example.com/a',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'mailto:a@example.com',
    'ws://example.com',
    'httpss://example.com',
    'xhttp://example.com',
    '//example.com',
    'example.com',
    ' https://example.com',
    'https:// example.com',
    'https://user:secret@example.com',
  ]

  test.each([...known.map((url) => [url, true] as const), ...refused.map((url) => [url, false] as const)])(
    '%s: %s',
    async (url, isOne) => {
      expect([...(await sql(stack)`select private.is_web_url(${url}) as is_one`)]).toEqual([{ is_one: isOne }])
    },
  )

  test('of another kind than http reach no profile and no response', async () => {
    const agency = await createPerson(stack, { roles: ['agency'] })
    const model = await createPerson(stack, { roles: ['model'] })
    const profile = { account_id: agency.id, company_name: 'Fashion House', website: known[0] }
    expect((await agency.client.from('employer_profiles').insert(profile)).error).toBeNull()
    const [casting] = await sql(stack)`
      insert into public.castings (owner_id, title, description, category, status)
      values (${agency.id}, 'Editorial', 'x', 'fashion', 'active') returning id`
    for (const url of refused) {
      const update = agency.client.from('employer_profiles').update({ website: url })
      expect((await update.eq('account_id', agency.id)).error?.code, url).toBe('23514')
      const response = { casting_id: casting!.id, portfolio_links: [known[0], url] }
      expect((await model.client.rpc('respond_to_casting', response)).error?.code, url).toBe('validation_failed')
    }
    expect(await sql(stack)`select website from public.employer_profiles where account_id = ${agency.id}`).toEqual([
      { website: known[0] },
    ])
    expect(await sql(stack)`select from public.casting_responses where casting_id = ${casting!.id}`).toEqual([])
  })
})

describe('add_role', () => {
  const audited = async ({ id }: Person) => [
    ...(await sql(stack)`
      select actor_id, action, entity, details from private.audit_log where entity_id = ${id} order by id`),
  ]

  test('is audited once a role, and a refused one not at all', async () => {
    const person = await createPerson(stack, { roles: ['candidate'] })
    expect(await audited(person)).toEqual([])
    const add = (role: string) => person.client.rpc('add_role', { role })
    expect((await add('client')).data).toEqual(['candidate', 'client'])
    const entry = { actor_id: person.id, action: 'account.add_role', entity: 'account', details: { role: 'client' } }
    expect(await audited(person)).toEqual([entry])

    expect((await add('client')).error).toBeNull()
    expect((await add('recruiter')).error?.code).toBe('role_conflict')
    expect((await add('admin')).error?.code).toBe('validation_failed')
    expect(await audited(person)).toEqual([entry])
    expect((await add('creator')).error).toBeNull()
    expect(await audited(person)).toEqual([entry, { ...entry, details: { role: 'creator' } }])
  })
})

describe('suspend_account', () => {
  const sessionsOf = async (id: string) =>
    (await sql(stack)`select count(*)::integer as count from auth.sessions where user_id = ${id}`)[0]!.count
  const refreshTokenOf = async ({ client }: Person) => (await client.auth.getSession()).data.session!.refresh_token
  const refresh = async ({ client }: Person, refresh_token: string) => {
    const { data, error } = await client.auth.refreshSession({ refresh_token })
    return error === null ? data.session!.access_token.length > 0 : error.code
  }

  test('ends every session of the account, for good, and those of no other', async () => {
    const [person, other] = [await createPerson(stack), await createPerson(stack)]
    const again = await createPerson(stack)
    const { email, password } = person
    expect((await again.client.auth.signInWithPassword({ email, password })).error).toBeNull()
    const tokens = [await refreshTokenOf(person), await refreshTokenOf(again)]
    const othersToken = await refreshTokenOf(other)
    expect(await sessionsOf(person.id)).toBe(2)

    await sql(stack)`select private.suspend_account(${person.id}, 'test')`
    expect([await sessionsOf(person.id), await sessionsOf(other.id)]).toEqual([0, 1])
    for (const token of tokens) expect(await refresh(person, token)).toMatch(/refresh_token|user_banned/)
    expect((await again.client.auth.signInWithPassword({ email, password })).error?.code).toBe('user_banned')
    expect(await refresh(other, othersToken)).toBe(true)

    await sql(stack)`select private.lift_suspension(${person.id})`
    for (const token of tokens) expect(await refresh(person, token)).toMatch(/refresh_token/)
    expect(await sessionsOf(person.id)).toBe(0)
    expect((await again.client.auth.signInWithPassword({ email, password })).error).toBeNull()
  })

  test('takes the account out of the directory until it is lifted', async () => {
    const [person, reader] = [await createPerson(stack, { roles: ['creator'] }), await createPerson(stack)]
    const found = async () => {
      const listed = await reader.client.rpc('list_accounts', { search: person.username! })
      const rows = await reader.client.from('accounts').select('id').eq('id', person.id)
      return [listed.data.length, rows.data!.length]
    }
    expect(await found()).toEqual([1, 1])
    await sql(stack)`select private.suspend_account(${person.id}, 'test')`
    expect(await found()).toEqual([0, 0])
    await sql(stack)`select private.lift_suspension(${person.id})`
    expect(await found()).toEqual([1, 1])
  })

  test('does not keep an admin from deleting the account', async () => {
    const { id } = await createPerson(stack, { roles: ['creator'] })
    await sql(stack)`select private.suspend_account(${id}, 'test')`
    expect((await serviceClient(stack).auth.admin.deleteUser(id)).error).toBeNull()
    expect(await sql(stack)`select from public.accounts where id = ${id}`).toHaveLength(0)
    expect(await sql(stack)`select from private.suspensions where account_id = ${id}`).toHaveLength(0)
  })

  test('is audited, and so is its end', async () => {
    const { id } = await createPerson(stack)
    await sql(stack)`select private.suspend_account(${id}, 'test')`
    await sql(stack)`select private.lift_suspension(${id})`
    const entries = await sql(stack)`
      select action, entity from private.audit_log where entity_id = ${id} order by id`
    expect([...entries]).toEqual([
      { action: 'account.suspend', entity: 'account' },
      { action: 'account.lift_suspension', entity: 'account' },
    ])
  })
})
