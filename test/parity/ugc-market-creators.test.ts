import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { creator, creatorInput, newSkills } from './creators.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const profiles = () => sql(stack)`select * from public.creator_profiles order by account_id`

const flat = { ...creatorInput, ...creatorInput.social_links, social_links: undefined }

const places = {
  id: 'account_id',
  user: 'user',
  username: 'user.username',
  specialization: 'specialization',
  experience: 'experience',
  portfolio_link: 'portfolio_link',
  social_links: 'social_links',
  instagram: 'social_links.instagram',
  behance: 'social_links.behance',
  dribbble: 'social_links.dribbble',
  rating: 'rating',
  completed_orders: 'completed_orders',
  created_at: 'created_at',
  updated_at: 'updated_at',
}

it('UG07 creators.create: a profile for a creator, once', async () => {
  const person = await member(stack, ['creator'], { first_name: 'Dana' })
  expect((await must(person.tb.accounts.me())).has_creator_profile).toBe(false)
  const created = await must(person.tb.creators.create(creatorInput))
  expectTaken(creatorInput, {
    specialization: 'specialization',
    experience: 'experience',
    portfolio_link: 'portfolio_link',
    social_links: 'social_links',
    instagram: 'social_links.instagram',
    behance: 'social_links.behance',
    dribbble: 'social_links.dribbble',
  })
  expectFields(created, places)
  expect(created).toMatchObject({
    ...creatorInput,
    account_id: person.id,
    user: { id: person.id, username: person.username, full_name: 'Dana', avatar: null },
    rating: null,
    reviews_count: 0,
    completed_orders: 0,
  })
  expect(await must(person.tb.creators.mine())).toEqual(created)
  expect((await must(person.tb.accounts.me())).has_creator_profile).toBe(true)

  const plainly = await member(stack, ['creator'])
  const plain = await plainly.client.from('creator_profiles').insert(flat).select().single()
  expect(plain.data).toMatchObject({ account_id: plainly.id, ...creatorInput.social_links, rating: null })
  const least = await member(stack, ['creator'])
  expect(await must(least.tb.creators.create({ specialization: 'Photos' }))).toMatchObject({
    experience: null,
    portfolio_link: null,
    social_links: { instagram: null, behance: null, dribbble: null },
  })

  const [newcomer, freelancer] = [await member(stack, ['creator']), await member(stack, ['freelancer', 'client'])]
  await expectUnchanged(profiles, async () => {
    await expectRefusal(person.tb.creators.create({ specialization: 'Another' }), 'duplicate')
    await expectRefusal(freelancer.tb.creators.create(creatorInput), 'permission_denied')
    await expectRefusal(device(stack).tb.creators.create(creatorInput), 'auth_required')
    const wrong = {
      specialization: ' ',
      experience: 'x'.repeat(5001),
      portfolio_link: 'javascript:alert(1)',
      social_links: { instagram: 'dana', behance: 'ftp://x.example', dribbble: '' },
    }
    await expectRefusal(newcomer.tb.creators.create(wrong), 'validation_failed', {
      specialization: ['length'],
      experience: ['length'],
      portfolio_link: ['format'],
      'social_links.instagram': ['format'],
      'social_links.behance': ['format'],
      'social_links.dribbble': ['format'],
    })
    await expectRefusal(newcomer.tb.creators.create({} as never), 'validation_failed', { specialization: ['required'] })
    const rated = { ...creatorInput, rating: 5 }
    await expectRefusal(newcomer.tb.creators.create(rated), 'validation_failed', { rating: ['unknown'] })

    const insert = (client: typeof person.client, more = {}) =>
      client.from('creator_profiles').insert({ ...flat, ...more })
    expect((await insert(newcomer.client, { instagram: 'dana' })).error?.code).toBe('23514')
    expect((await insert(newcomer.client, { completed_orders: 9 })).error?.code).toBe('42501')
    expect((await insert(freelancer.client)).error?.code).toBe('42501')
    expect((await insert(least.client, { account_id: newcomer.id })).error?.code).toBe('42501')
    expect((await insert(device(stack).client, { account_id: newcomer.id })).error?.code).toBe('42501')
  })
})

it('UG08 creators.update: any of one’s own fields, what is not named stays', async () => {
  const person = await creator(stack)
  const before = await must(person.tb.creators.mine())
  const changed = await must(
    person.tb.creators.update({ specialization: 'Reels', experience: null, social_links: { behance: null } }),
  )
  expect(changed).toEqual({
    ...before,
    specialization: 'Reels',
    experience: null,
    social_links: { ...before.social_links, behance: null },
    updated_at: expect.any(String),
  })
  expectFields({ ...changed, experience: '' }, places)
  expect(changed.updated_at > before.updated_at).toBe(true)
  const plain = await person.client.from('creator_profiles').update(flat).eq('account_id', person.id).select().single()
  expect(plain.data).toMatchObject({ ...creatorInput.social_links, specialization: creatorInput.specialization })
  expect(await must(person.tb.creators.mine())).toMatchObject(creatorInput)

  const [stranger, without] = [await creator(stack), await member(stack, ['creator'])]
  await expectUnchanged(profiles, async () => {
    await expectRefusal(without.tb.creators.update({ specialization: 'Reels' }), 'not_found')
    await expectRefusal(device(stack).tb.creators.update({ specialization: 'Reels' }), 'auth_required')
    await expectRefusal(person.tb.creators.update({}), 'validation_failed')
    await expectRefusal(person.tb.creators.update({ social_links: {} }), 'validation_failed')
    const wrong = { specialization: 'x'.repeat(201), social_links: { instagram: 'dana', tiktok: 'x' } as never }
    await expectRefusal(person.tb.creators.update(wrong), 'validation_failed', {
      specialization: ['length'],
      'social_links.instagram': ['format'],
      'social_links.tiktok': ['unknown'],
    })
    const change = (client: typeof person.client, values: object) =>
      client.from('creator_profiles').update(values).eq('account_id', person.id).select()
    expect((await change(stranger.client, { specialization: 'Mine' })).data).toEqual([])
    expect((await change(device(stack).client, { specialization: 'Mine' })).error?.code).toBe('42501')
    expect((await change(person.client, { rating: 5 })).error?.code).toBe('42501')
    expect((await change(person.client, { dribbble: 'x' })).error?.code).toBe('23514')
  })
})

it('UG09 creators.get: everybody sees a creator, in detail with skills and portfolio', async () => {
  const person = await creator(stack)
  await must(person.tb.accounts.uploadAvatar(await picture()))
  const [skill] = await newSkills(stack, 1)
  const added = await must(person.tb.skills.add({ skill_id: skill!.id, level: 4 }))
  const item = await must(person.tb.portfolio.create({ title: 'A film', cover: await picture() }))
  await must(person.tb.portfolio.addImage(item.id, { image: await picture() }))
  await sql(stack)`
    update public.creator_profiles set rating = 4.5, reviews_count = 2, completed_orders = 3 where account_id = ${person.id}`

  const visitor = device(stack)
  const seen = await must(visitor.tb.creators.get(person.id))
  expect(seen).toEqual(await must(person.tb.creators.mine()))
  expectFields(seen, places)
  expect(seen).toMatchObject({ ...creatorInput, rating: 4.5, reviews_count: 2, completed_orders: 3 })
  expect((await fetch(seen.user.avatar!)).ok).toBe(true)
  expect(Object.keys(seen)).not.toContain('skills')

  const detail = { detail: true } as const
  expectTaken(detail, { detail: 'detail' })
  const whole = await must(visitor.tb.creators.get(person.id, detail))
  expect(whole).toEqual({
    ...seen,
    skills: [added],
    portfolio: [await must(person.tb.portfolio.get(item.id))],
  })
  expect(whole.portfolio[0]!.images).toHaveLength(1)
  expect(await must(visitor.tb.creators.get(person.id, { detail: false }))).toEqual(seen)
  const plain = await visitor.client.rpc('get_creator', { account_id: person.id }).single()
  expect(plain.data).toMatchObject({ ...creatorInput.social_links, account_id: person.id, rating: 4.5 })

  // Without a profile, suspended, blocked, unknown: nothing to see, and the same answer.
  const [none, suspended, blocking] = [await member(stack, ['creator']), await creator(stack), await creator(stack)]
  await sql(stack)`select private.suspend_account(${suspended.id}, 'x')`
  const viewer = await member(stack, ['client'])
  const block = await blocking.client.rpc('block_account', { account_id: viewer.id })
  expect(block.error).toBeNull()
  for (const id of [none.id, suspended.id, blocking.id, crypto.randomUUID()]) {
    await expectRefusal(viewer.tb.creators.get(id), 'not_found')
    await expectRefusal(viewer.tb.creators.get(id, detail), 'not_found')
    expect((await viewer.client.rpc('get_creator', { account_id: id })).data).toEqual([])
  }
  await expectRefusal(visitor.tb.creators.get(suspended.id), 'not_found')
  expect(await must(visitor.tb.creators.get(blocking.id))).toMatchObject({ account_id: blocking.id })
  await expectRefusal(visitor.tb.creators.get('none'), 'validation_failed', { account_id: ['format'] })
  await expectRefusal(visitor.tb.creators.get(person.id, { detail: 'yes' as never }), 'validation_failed', {
    detail: ['type'],
  })
  expect((await visitor.client.rpc('get_creator', { account_id: 'none' })).error?.code).toBe('22P02')
  // The table behind it is its owner's alone.
  expect((await visitor.client.from('creator_profiles').select()).error?.code).toBe('42501')
  expect((await viewer.client.from('creator_profiles').select()).data).toEqual([])
})
