import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, model } from './castings.ts'
import { expectTaken } from './fields.ts'
import { device, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const accountOf = (id: string) => sql(stack)`
  select to_jsonb(a) as account, to_jsonb(d) as details, u.email
  from public.accounts a join public.account_details d on d.account_id = a.id join auth.users u on u.id = a.id
  where a.id = ${id}`
const ids = (list: { id: string }[] | null) => list?.map(({ id }) => id)

/** What the directory tells of an account, and nothing else. */
const shown = [
  'avatar',
  'bio',
  'city',
  'country',
  'created_at',
  'first_name',
  'full_name',
  'id',
  'is_verified',
  'last_name',
  'roles',
  'user_type',
  'username',
]

it('MT04 accounts.me: one’s own profile', async () => {
  const told = { first_name: 'Timur', last_name: 'Aliev', phone: '+77051234567', city: 'Almaty', country: 'Kazakhstan' }
  const person = await member(stack, ['client', 'freelancer'], told)
  const answer = await must(person.tb.accounts.me())
  expect(answer).toMatchObject({
    ...told,
    id: person.id,
    email: person.email,
    username: person.username,
    user_type: 'both',
    locale: 'en',
    unread_notifications: 0,
  })
  const plain = await person.client
    .from('accounts')
    .select('*, account_details(*), account_roles(role)')
    .eq('id', person.id)
  expect(plain.data).toMatchObject([
    {
      first_name: 'Timur',
      city: 'Almaty',
      account_details: { phone: told.phone },
      account_roles: [{ role: 'client' }, { role: 'freelancer' }],
    },
  ])
  await expectRefusal(device(stack).tb.accounts.me(), 'auth_required')
  expect((await device(stack).client.rpc('me')).error?.code).toBe('42501')
  expect((await person.client.rpc('me', { account_id: person.id })).error?.code).toBe('PGRST202')
})

it('MT05 accounts.update: what is sent changes, the rest stays', async () => {
  const person = await member(stack, ['client'], { first_name: 'Timur', city: 'Almaty' })
  const username = unique()
  const answer = await must(person.tb.accounts.update({ username, country: 'Kazakhstan', locale: 'kk' }))
  const expected = { username, country: 'Kazakhstan', locale: 'kk', first_name: 'Timur', city: 'Almaty' }
  expect(answer).toMatchObject(expected)
  expect((await person.client.rpc('update_account', { city: '', first_name: 'Temir' })).error).toBeNull()
  expect((await person.client.rpc('set_username', { username })).status).toBe(204)
  expect(await must(person.tb.accounts.me())).toEqual({
    ...answer,
    city: null,
    first_name: 'Temir',
    full_name: 'Temir',
  })

  const stranger = await member(stack, ['client'])
  await expectUnchanged(
    () => accountOf(person.id),
    async () => {
      await expectRefusal(device(stack).tb.accounts.update({ city: 'Astana' }), 'auth_required')
      const wrong = { username: 'a b', city: ' ', country: 'x'.repeat(101), locale: 'de' as 'en', phone: '12' }
      await expectRefusal(person.tb.accounts.update(wrong), 'validation_failed', {
        username: ['format'],
        city: ['length'],
        country: ['length'],
        locale: ['known'],
        phone: ['format'],
      })
      const theirs = person.tb.accounts.update({ avatar_path: `${stranger.id}/avatar.png` })
      await expectRefusal(theirs, 'validation_failed', { avatar_path: ['own'] })
      const name = stranger.username!.toUpperCase()
      for (const rest of [{}, { city: 'Astana' }]) {
        const taken = person.tb.accounts.update({ username: name, ...rest })
        await expectRefusal(taken, 'duplicate', { username: ['taken'] })
      }
      const plain = await person.client.rpc('set_username', { username: name })
      expect(plain).toMatchObject({ status: 409, data: null })
      const past = await person.client.from('accounts').update({ username: unique() }).eq('id', person.id)
      expect(past.error?.code).toBe('42501')
      const update = stranger.client.from('accounts').update({ city: 'Astana' }).eq('id', person.id)
      expect((await update.select()).data).toEqual([])
      expect((await person.client.rpc('update_account', { phone: '12' })).error?.code).toBe('23514')
    },
  )
})

it('MT09 accounts.list: people by type, name and city, without private fields', async () => {
  const [word, city] = [unique('zhan'), unique('city')]
  const told = { first_name: word, city, phone: '+77059876543' }
  const client = await member(stack, ['client'], told)
  const both = await member(stack, ['client', 'freelancer'], { ...told, city: undefined })
  const freelancer = await member(stack, ['freelancer'], told)
  const candidate = await member(stack, ['candidate'], told)
  const nobody = await member(stack, [], told)

  const { tb } = await member(stack, ['employer'])
  const answer = await must(tb.accounts.list({ search: word }))
  expect(answer).toMatchObject({ total: 3, total_is_exact: true, has_more: false })
  expect(ids(answer.items)).toEqual(ids([freelancer, both, client]))
  expect(answer.items[2]).toMatchObject({ username: client.username, first_name: word, city, user_type: 'client' })
  for (const item of answer.items) expect(Object.keys(item).toSorted()).toEqual(shown)
  expect(JSON.stringify(answer)).not.toContain(told.phone)
  expect(JSON.stringify(answer)).not.toContain(client.email)

  const filters = {
    user_type: [{ user_type: 'client' }, [both, client]],
    search: [{ search: client.username!.toUpperCase() }, [client]],
    city: [{ city: city.toUpperCase() }, [freelancer, client]],
  } as const
  expectTaken(filters, { user_type: 'user_type', search: 'search', city: 'city' })
  for (const [name, [filter, expected]] of Object.entries(filters)) {
    const { items } = await must(tb.accounts.list({ search: word, ...filter }))
    expect(ids(items), name).toEqual(ids([...expected]))
  }
  expect(ids((await must(tb.accounts.list({ search: word, user_type: 'both' }))).items)).toEqual([both.id])
  const page = await must(tb.accounts.list({ search: word, limit: 2 }))
  const rest = await must(tb.accounts.list({ search: word, limit: 2, cursor: page.next_cursor! }))
  expect(ids([...page.items, ...rest.items])).toEqual(ids(answer.items))

  // Row-level security shows the same, and each their own.
  for (const [person, expected] of [
    [client, [freelancer, both, client]],
    [candidate, [candidate, freelancer, both, client]],
    [nobody, [nobody, freelancer, both, client]],
  ] as const) {
    const plain = await person.client
      .from('accounts')
      .select('id')
      .eq('first_name', word)
      .order('created_at', { ascending: false })
    expect(ids(plain.data)?.toSorted()).toEqual(ids([...expected])?.toSorted())
    expect(ids((await must(person.tb.accounts.list({ search: word }))).items)).toEqual(ids(answer.items))
  }

  await expectRefusal(device(stack).tb.accounts.list(), 'auth_required')
  expect((await device(stack).client.from('accounts').select()).error?.code).toBe('42501')
  const wrong = { user_type: 'robot' as 'both', search: '', limit: 0 }
  await expectRefusal(tb.accounts.list(wrong), 'validation_failed', {
    user_type: ['known'],
    search: ['length'],
    limit: ['range'],
  })
})

it('MT10 accounts.getByUsername: one of the directory, without regard to case', async () => {
  const person = await member(stack, ['freelancer'], { first_name: 'Timur', phone: '+77059876543' })
  const candidate = await member(stack, ['candidate'])
  const { tb, client } = await member(stack, ['client'])
  const answer = await must(tb.accounts.getByUsername(person.username!.toUpperCase()))
  expect(answer).toMatchObject({ id: person.id, username: person.username, first_name: 'Timur', roles: ['freelancer'] })
  expect(Object.keys(answer).toSorted()).toEqual(shown)
  const plain = await client.from('accounts').select('id, first_name').eq('username', person.username!)
  expect(plain.data).toEqual([{ id: person.id, first_name: 'Timur' }])

  // Who is a candidate alone is found by nobody else.
  expect((await must(candidate.tb.accounts.getByUsername(candidate.username!))).id).toBe(candidate.id)
  await expectRefusal(tb.accounts.getByUsername(candidate.username!), 'not_found')
  expect((await client.from('accounts').select().eq('username', candidate.username!)).data).toEqual([])
  await expectRefusal(tb.accounts.getByUsername(unique()), 'not_found')
  await expectRefusal(tb.accounts.getByUsername('a b'), 'validation_failed', { username: ['format'] })
  await expectRefusal(device(stack).tb.accounts.getByUsername(person.username!), 'auth_required')
})

it('MT11 accounts.delete: with the password; what is personal is gone', async () => {
  const casting = await active(await member(stack, ['agency']))
  const person = await model(stack, unique('name'))
  await must(person.tb.photos.upload(await picture()))
  await must(person.tb.accounts.uploadAvatar(await picture()))
  await must(person.tb.devices.register({ token: unique('fcm'), platform: 'web' }))
  await must(person.tb.castings.respond(casting.id))
  const input = { password: person.password }
  const stranger = await member(stack, ['client'])

  const traces = () => sql(stack)`
    select 'user' as trace from auth.users where id = ${person.id}
    union all select 'session' from auth.sessions where user_id = ${person.id}
    union all select 'account' from public.accounts where id = ${person.id}
    union all select 'details' from public.account_details where account_id = ${person.id}
    union all select 'role' from public.account_roles where account_id = ${person.id}
    union all select 'device' from public.devices where account_id = ${person.id}
    union all select 'profile' from public.model_profiles where account_id = ${person.id}
    union all select 'photo' from public.photos where account_id = ${person.id}
    union all select 'response' from public.casting_responses where model_id = ${person.id}
    union all select 'usage' from private.entitlement_usage where account_id = ${person.id} and entitlement_id = 'photos'
    order by 1`
  expect(await traces()).toHaveLength(10)
  await expectUnchanged(traces, async () => {
    const wrong = person.tb.accounts.delete({ password: 'not it' })
    await expectRefusal(wrong, 'invalid_credentials', { password: ['wrong'] })
    await expectRefusal(person.tb.accounts.delete({ password: '' }), 'validation_failed', { password: ['length'] })
    await expectRefusal(device(stack).tb.accounts.delete(input), 'auth_required')
    await expectRefusal(stranger.tb.accounts.delete({ password: 'somebody else’s' }), 'invalid_credentials')
    const plain = await person.client.rpc('delete_account', { password: 'not it' })
    expect(plain).toMatchObject({ status: 403, data: null })
    expect((await person.client.from('accounts').delete().eq('id', person.id)).error?.code).toBe('42501')
  })

  expect(await must(person.tb.accounts.delete(input))).toBeNull()
  expectTaken(input, { password: 'password' })
  expect(await traces()).toEqual([])
  await expectRefusal(person.tb.accounts.me(), 'auth_required')
  await expectRefusal(
    device(stack).tb.auth.signIn({ email: person.email, password: person.password }),
    'invalid_credentials',
  )
  // A token that has not expired opens nothing.
  const held = await device(stack).client.rpc('list_accounts').setHeader('Authorization', `Bearer ${person.token}`)
  expect(held.error?.code).toBe('auth_required')
  expect((await must(device(stack).tb.castings.get(casting.id))).responses_count).toBe(0)
  const files = await sql(stack)`
    select bucket_id from private.object_deletions where path like ${`${person.id}/%`} order by bucket_id`
  expect(files).toMatchObject([{ bucket_id: 'avatars' }, { bucket_id: 'photos' }])
  // That it happened is kept, by id alone.
  const kept = await sql(stack)`select action, details from private.audit_log where entity_id = ${person.id}`
  expect(kept).toMatchObject([{ action: 'account.delete', details: {} }])

  expect((await stranger.client.rpc('delete_account', { password: stranger.password })).status).toBe(204)
  expect(await accountOf(stranger.id)).toEqual([])
})
