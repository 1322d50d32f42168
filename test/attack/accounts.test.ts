import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { anonClient, createPerson, type Person, sql, unique } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let cast: Cast

beforeAll(async () => {
  stack = await startTestStack()
  cast = await makeCast(stack)
})
afterAll(() => stack.close())

const rolesOf = async ({ id }: Person) =>
  (await sql(stack)`select role from public.account_roles where account_id = ${id} order by role`).map(
    (row) => row.role,
  )

const accountOf = async ({ id }: Person) => (await sql(stack)`select * from public.accounts where id = ${id}`)[0]!

test('10: nothing in user_metadata gives a right', async () => {
  const person = await createPerson(stack, { roles: ['client'] })
  const before = await accountOf(person)
  const claims = {
    role: 'admin',
    roles: ['admin', 'agency'],
    user_role: 'service_role',
    is_verified: true,
    is_admin: true,
  }
  const { error } = await person.client.auth.updateUser({ data: { ...claims, app_metadata: claims } })
  expect(error).toBeNull()
  await person.client.auth.refreshSession()
  expect(await rolesOf(person)).toEqual(['client'])
  expect(await accountOf(person)).toEqual(before)
  const casting = { owner_id: person.id, title: 'Mine', description: 'x', category: 'fashion' }
  expect((await person.client.from('castings').insert(casting)).error?.code).toBe('42501')
  expect((await person.client.rpc('respond_to_casting', { casting_id: crypto.randomUUID() })).error?.code).toBe(
    'permission_denied',
  )
  const [user] = await sql(stack)`select raw_app_meta_data, role from auth.users where id = ${person.id}`
  expect([user!.role, user!.raw_app_meta_data.role]).toEqual(['authenticated', undefined])
})

test.each([
  [{ role: 'admin' }, 'validation_failed:role'],
  [{ roles: ['model', 'admin'] }, 'validation_failed:role'],
  [{ role: 'superuser' }, 'validation_failed:role'],
  [{ role: ['model'] }, 'validation_failed:role'],
  [{ role: 'model', roles: ['agency'] }, 'role_conflict:role'],
  [{ roles: ['candidate', 'recruiter'] }, 'role_conflict:role'],
])('48: a sign-up with %o is refused and leaves no user', async (data, message) => {
  const email = `${unique('signup')}@example.test`
  const { error } = await anonClient(stack).auth.signUp({ email, password: unique('secret'), options: { data } })
  expect(error?.message).toBe(message)
  expect(await sql(stack)`select from auth.users where email = ${email}`).toHaveLength(0)
})

test('48: a user made past the hook gets no role outside the open list, and of two that exclude each other one', async () => {
  const admin = await createPerson(stack, { roles: ['admin', 'client'] })
  expect(await rolesOf(admin)).toEqual(['client'])
  const both = await createPerson(stack, { roles: ['candidate', 'recruiter'] })
  expect(await rolesOf(both)).toHaveLength(1)
})

test('48: admin by no road, and no role that excludes one’s own', async () => {
  const { client } = cast.agency.owner
  for (const [role, code] of [
    ['admin', 'validation_failed'],
    ['ADMIN', 'validation_failed'],
    [' admin', 'validation_failed'],
    ['service_role', 'validation_failed'],
    ['', 'validation_failed'],
    [null, 'validation_failed'],
    ['model', 'role_conflict'],
    ['employer', 'role_conflict'],
  ]) {
    expect((await client.rpc('add_role', { role })).error?.code, String(role)).toBe(code)
  }
  const id = cast.agency.owner.id
  expect((await client.from('account_roles').insert({ account_id: id, role: 'admin' })).error?.code).toBe('42501')
  expect((await client.from('account_roles').update({ role: 'admin' }).eq('account_id', id)).error?.code).toBe('42501')
  expect((await client.from('account_roles').delete().eq('account_id', id)).error?.code).toBe('42501')
  expect(await rolesOf(cast.agency.owner)).toEqual(['agency'])
})

test('48: a role asked for twice is added once, and none is given up', async () => {
  const { client } = cast.candidate.owner
  expect((await client.rpc('add_role', { role: 'client' })).data).toEqual(['candidate', 'client'])
  expect((await client.rpc('add_role', { role: 'client' })).data).toEqual(['candidate', 'client'])
  expect((await client.rpc('add_role', { role: 'recruiter' })).error?.code).toBe('role_conflict')
  expect(await rolesOf(cast.candidate.owner)).toEqual(['candidate', 'client'])
})

test('51: a candidate’s account stands in no directory, by no filter and no embed', async () => {
  const hidden = await createPerson(stack, {
    roles: ['candidate'],
    metadata: { first_name: 'Zhanar', last_name: unique('Hidden'), city: unique('Town') },
  })
  const { city, last_name } = await accountOf(hidden)
  const { client } = cast.agency.stranger
  const asked = [
    client.rpc('get_account', { username: hidden.username }),
    client.rpc('list_accounts', { search: hidden.username }),
    client.rpc('list_accounts', { search: last_name }),
    client.rpc('list_accounts', { city }),
    client.from('accounts').select().eq('id', hidden.id),
    client.from('accounts').select().ilike('last_name', last_name),
    client.from('accounts').select('id', { count: 'exact' }).eq('city', city),
    client.from('account_roles').select('*, accounts(*)').eq('role', 'candidate'),
    client.from('account_details').select('*, accounts(*)'),
    client.from('casting_responses').select('*, accounts(*)'),
    client.rpc('list_photos', { profile_id: hidden.id }),
    client.rpc('get_model', { id: hidden.id }),
    client.rpc('get_employer', { account_id: hidden.id }),
  ]
  for (const [index, answer] of (await Promise.all(asked)).entries()) {
    const text = JSON.stringify(answer.data)
    expect(text.includes(hidden.id) || text.includes(last_name), `question ${index}`).toBe(false)
    expect(answer.count ?? 0).toBe(0)
  }
})

test('51: the directory does not tell that somebody is a candidate too', async () => {
  const person = await createPerson(stack, { roles: ['freelancer', 'candidate'] })
  const { data } = await cast.agency.stranger.client.rpc('get_account', { username: person.username })
  expect(data).toHaveLength(1)
  expect(data[0].roles).toEqual(['freelancer'])
  expect(JSON.stringify(data[0])).not.toContain('candidate')
})
