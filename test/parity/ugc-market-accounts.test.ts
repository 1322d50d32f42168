import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { userWith } from './state.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

it('UG05 accounts.me: one’s own account, phone and avatar included', async () => {
  const names = { first_name: 'Aliya', last_name: 'Serik', phone: '+77011234567' }
  const person = await member(stack, ['client'], names)
  await must(person.tb.accounts.uploadAvatar(await picture()))
  await must(person.tb.accounts.update({ bio: 'I film.' }))
  expect(await must(person.tb.accounts.me())).toMatchObject({ has_creator_profile: false, has_client_profile: false })
  await must(person.tb.clients.create({ company_name: 'Serik Films' }))
  const answer = await must(person.tb.accounts.me())
  expectFields(answer, {
    id: 'id',
    username: 'username',
    email: 'email',
    first_name: 'first_name',
    last_name: 'last_name',
    full_name: 'full_name',
    avatar: 'avatar',
    phone: 'phone',
    bio: 'bio',
    is_verified: 'is_verified',
    user_type: 'user_type',
    date_joined: 'created_at',
    has_creator_profile: 'has_creator_profile',
    has_client_profile: 'has_client_profile',
  })
  expect(answer).toMatchObject({
    id: person.id,
    username: person.username,
    email: person.email,
    ...names,
    full_name: 'Aliya Serik',
    bio: 'I film.',
    is_verified: false,
    user_type: 'client',
    has_creator_profile: false,
    has_client_profile: true,
  })
  expect((await fetch(answer.avatar!)).headers.get('content-type')).toBe('image/png')
  const plain = await person.client.rpc('me').single()
  const { avatar: _, subscription: __, ...same } = answer
  expect(plain.data).toMatchObject(same)

  await sql(stack)`update public.accounts set is_verified = true where id = ${person.id}`
  await must(person.tb.accounts.addRole('freelancer'))
  expect(await must(person.tb.accounts.me())).toMatchObject({ is_verified: true, user_type: 'both' })
  expect(await must((await member(stack, [])).tb.accounts.me())).toMatchObject({
    user_type: null,
    has_creator_profile: false,
    has_client_profile: false,
  })

  const { tb, client } = device(stack)
  await expectRefusal(tb.accounts.me(), 'auth_required')
  expect((await client.rpc('me')).error?.code).toBe('42501')
  // Nobody asks for another's, and the phone is in no stranger's answer.
  const stranger = await member(stack, ['client'])
  expect((await stranger.client.rpc('me', { id: person.id })).error?.code).toBe('PGRST202')
  const others = await stranger.client.from('accounts').select('*, account_details(*)').eq('id', person.id).single()
  expect(others.data).toMatchObject({ username: person.username, account_details: null })
  expect(JSON.stringify(others.data)).not.toContain(names.phone)
})

it('UG06 accounts.update: one’s own fields, what is not sent stays', async () => {
  const person = await member(stack, ['client', 'freelancer'], { city: 'Almaty' })
  const input = { first_name: 'Dana', last_name: 'Ospan', phone: '+7 701 123 45 67', bio: 'I edit, too.' }
  const answer = await must(person.tb.accounts.update(input))
  expectTaken(input, { first_name: 'first_name', last_name: 'last_name', phone: 'phone', bio: 'bio' })
  expectFields(answer, {
    id: 'id',
    username: 'username',
    email: 'email',
    first_name: 'first_name',
    last_name: 'last_name',
    full_name: 'full_name',
    avatar: 'avatar',
    phone: 'phone',
    bio: 'bio',
    is_verified: 'is_verified',
    user_type: 'user_type',
    date_joined: 'created_at',
  })
  expect(answer).toMatchObject({ ...input, full_name: 'Dana Ospan', city: 'Almaty', user_type: 'both' })
  const cleared = await must(person.tb.accounts.update({ bio: null }))
  expect(cleared).toEqual({ ...answer, bio: null })

  const { client } = person
  expect((await client.from('accounts').update({ bio: input.bio }).eq('id', person.id)).error).toBeNull()
  const phone = '+77017654321'
  expect((await client.from('account_details').update({ phone }).eq('account_id', person.id)).error).toBeNull()
  expect(await must(person.tb.accounts.me())).toEqual({ ...answer, phone })

  const stranger = await member(stack, ['client'])
  await expectUnchanged(
    () => userWith(stack, person.email),
    async () => {
      await expectRefusal(device(stack).tb.accounts.update(input), 'auth_required')
      const wrong = { first_name: '', last_name: 'x'.repeat(101), phone: 'none', bio: 'y'.repeat(2001) }
      await expectRefusal(person.tb.accounts.update(wrong), 'validation_failed', {
        first_name: ['length'],
        last_name: ['length'],
        phone: ['format'],
        bio: ['length'],
      })
      await expectRefusal(person.tb.accounts.update({}), 'validation_failed')
      const verify = { ...input, is_verified: true }
      await expectRefusal(person.tb.accounts.update(verify), 'validation_failed', { is_verified: ['unknown'] })
      const taken = person.tb.accounts.update({ username: stranger.username! })
      await expectRefusal(taken, 'duplicate', { username: ['taken'] })
      for (const table of ['accounts', 'account_details']) {
        const key = table === 'accounts' ? 'id' : 'account_id'
        const change = table === 'accounts' ? { bio: 'Mine.' } : { phone: '+70000000000' }
        expect((await stranger.client.from(table).update(change).eq(key, person.id).select()).data).toEqual([])
      }
      expect((await client.from('accounts').update({ is_verified: true }).eq('id', person.id)).error?.code).toBe(
        '42501',
      )
      expect((await device(stack).client.rpc('update_account', input)).error?.code).toBe('42501')
    },
  )
})
