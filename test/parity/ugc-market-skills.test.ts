import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { creator, newSkills } from './creators.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { rowsOf } from './state.ts'

let stack: TestStack
let person: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  person = await creator(stack)
  stranger = await creator(stack)
})
afterAll(() => stack.close())

const skillsOf = (one: Member) => () => rowsOf(stack, 'account_skills', one)
const everySkill = () => sql(stack)`select * from public.account_skills order by id`
const places = {
  id: 'id',
  skill: 'skill',
  name: 'skill.name',
  description: 'skill.description',
  level: 'level',
  creator_profile: 'account_id',
}

it('UG34 skills.list: the skills of a creator, newest first, in pages', async () => {
  const owner = await creator(stack)
  const skills = await newSkills(stack, 3)
  const added = []
  for (const [i, { id }] of skills.entries()) {
    added.unshift(await must(owner.tb.skills.add({ skill_id: id, level: i + 1 })))
  }
  // It is part of what UG09 shows everybody, so nobody is asked to sign in for it.
  const visitor = device(stack)
  const answer = await must(visitor.tb.skills.list(owner.id))
  expectFields(answer, { count: 'total', next: 'next_cursor', results: 'items' })
  expectFields(answer.items[0], places)
  expect(answer).toEqual({ items: added, total: 3, total_is_exact: true, has_more: false, next_cursor: null })
  expect(answer.items.map(({ skill, level }) => [skill, level])).toEqual(
    skills.toReversed().map((skill, i) => [skill, 3 - i]),
  )
  expect((await must(visitor.tb.creators.get(owner.id, { detail: true }))).skills).toEqual(answer.items)

  const filters = { creator_profile_id: owner.id, page_size: { limit: 2 }, page: { offset: 2 } }
  expectTaken(filters, { creator_profile_id: 'creator_profile_id', page: 'page', page_size: 'page_size' })
  const first = await must(stranger.tb.skills.list(filters.creator_profile_id, filters.page_size))
  expect(first).toMatchObject({ items: added.slice(0, 2), total: 3, has_more: true })
  expect((await must(stranger.tb.skills.list(owner.id, { cursor: first.next_cursor! }))).items).toEqual(added.slice(2))
  expect((await must(stranger.tb.skills.list(owner.id, filters.page))).items).toEqual(added.slice(2))
  const plain = await stranger.client.rpc('list_account_skills', { account_id: owner.id })
  expect(plain.data.map(({ id }: { id: string }) => id)).toEqual(added.map(({ id }) => id))

  // The table is its owner's alone, and who is not shown has no skills to show.
  expect((await visitor.client.from('account_skills').select()).error?.code).toBe('42501')
  expect((await stranger.client.from('account_skills').select().eq('account_id', owner.id)).data).toEqual([])
  expect(await must(visitor.tb.skills.list(crypto.randomUUID()))).toMatchObject({ items: [], total: 0 })
  expect((await stranger.client.rpc('block_account', { account_id: owner.id })).error).toBeNull()
  for (const [one, other] of [
    [stranger, owner],
    [owner, stranger],
  ] as const) {
    expect((await must(one.tb.skills.list(other.id))).total).toBe(0)
  }
  await sql(stack)`select private.suspend_account(${owner.id}, 'x')`
  expect((await must(visitor.tb.skills.list(owner.id))).total).toBe(0)
  await expectRefusal(visitor.tb.skills.list('x', { limit: 0, offset: 1001 }), 'validation_failed', {
    account_id: ['format'],
    limit: ['range'],
    offset: ['range'],
  })
  const wrong = await visitor.client.rpc('list_account_skills', { account_id: owner.id, page_size: 101 })
  expect(wrong.error?.code).toBe('validation_failed')
})

it('UG35 skills.add: a skill of the catalog with a level, once', async () => {
  const [skill, other] = await newSkills(stack, 2)
  const input = { skill_id: skill!.id, level: 4 }
  const added = await must(person.tb.skills.add(input))
  expectTaken(input, { skill: 'skill_id', level: 'level' })
  expectFields(added, places)
  expect(added).toMatchObject({ account_id: person.id, skill, level: 4, years: null })
  const freelancer = await member(stack, ['freelancer'])
  expect(await must(freelancer.tb.skills.add({ skill_id: skill!.id, years: 3 }))).toMatchObject({
    level: null,
    years: 3,
  })
  const plain = await stranger.client.from('account_skills').insert(input).select('*, skills(name)').single()
  expect(plain.data).toMatchObject({ account_id: stranger.id, level: 4, skills: { name: skill!.name } })

  const client = await member(stack, ['client'])
  await expectUnchanged(everySkill, async () => {
    await expectRefusal(person.tb.skills.add({ skill_id: skill!.id, level: 1 }), 'duplicate')
    await expectRefusal(person.tb.skills.add({ skill_id: crypto.randomUUID() }), 'not_found', { skill_id: ['known'] })
    await expectRefusal(client.tb.skills.add(input), 'permission_denied')
    await expectRefusal(device(stack).tb.skills.add(input), 'auth_required')
    await expectRefusal(person.tb.skills.add({ skill_id: 'x', level: 6, years: -1 }), 'validation_failed', {
      skill_id: ['format'],
      level: ['range'],
      years: ['range'],
    })
    await expectRefusal(person.tb.skills.add({ skill_id: other!.id, level: 2.5 }), 'validation_failed', {
      level: ['type'],
    })
    const insert = (one: Member['client'], more: object) =>
      one.from('account_skills').insert({ skill_id: other!.id, level: 4, ...more })
    expect((await insert(person.client, { level: 0 })).error?.code).toBe('23514')
    expect((await insert(person.client, { years: 81 })).error?.code).toBe('23514')
    expect((await insert(person.client, { account_id: stranger.id })).error?.code).toBe('42501')
    expect((await insert(person.client, { created_at: '2001-01-01T00:00:00Z' })).error?.code).toBe('42501')
    expect((await insert(client.client, {})).error?.code).toBe('42501')
    expect((await insert(device(stack).client, { account_id: person.id })).error?.code).toBe('42501')
  })
})

it('UG36 skills.setLevel: the level of one’s own skill', async () => {
  const [skill, other] = await newSkills(stack, 2)
  const added = await must(person.tb.skills.add({ skill_id: skill!.id, level: 4, years: 2 }))
  const input = { level: 5 }
  expectTaken(input, { level: 'level' })
  const changed = await must(person.tb.skills.setLevel(added.id, input.level))
  expectFields(changed, places)
  expect(changed).toEqual({ ...added, level: 5, updated_at: expect.any(String) })
  const plain = await person.client.from('account_skills').update({ level: 2 }).eq('id', added.id).select().single()
  expect(plain.data).toMatchObject({ id: added.id, level: 2, years: 2 })

  await expectUnchanged(skillsOf(person), async () => {
    await expectRefusal(stranger.tb.skills.setLevel(added.id, 1), 'not_found')
    await expectRefusal(person.tb.skills.setLevel(crypto.randomUUID(), 1), 'not_found')
    await expectRefusal(device(stack).tb.skills.setLevel(added.id, 1), 'auth_required')
    for (const level of [0, 6]) {
      await expectRefusal(person.tb.skills.setLevel(added.id, level), 'validation_failed', { level: ['range'] })
    }
    await expectRefusal(person.tb.skills.setLevel('x', null as never), 'validation_failed', {
      account_skill_id: ['format'],
      level: ['type'],
    })
    const change = (client: Member['client'], values: object) =>
      client.from('account_skills').update(values).eq('id', added.id).select()
    expect((await change(stranger.client, { level: 1 })).data).toEqual([])
    expect((await change(device(stack).client, { level: 1 })).error?.code).toBe('42501')
    expect((await change(person.client, { level: 6 })).error?.code).toBe('23514')
    expect((await change(person.client, { skill_id: other!.id })).error?.code).toBe('42501')
  })
})

it('UG37 skills.remove: one’s own skill', async () => {
  const skills = await newSkills(stack, 3)
  const [gone, plainly, kept] = await Promise.all(skills.map(({ id }) => must(person.tb.skills.add({ skill_id: id }))))
  await expectUnchanged(skillsOf(person), async () => {
    await expectRefusal(stranger.tb.skills.remove(gone!.id), 'not_found')
    await expectRefusal(device(stack).tb.skills.remove(gone!.id), 'auth_required')
    await expectRefusal(person.tb.skills.remove('x'), 'validation_failed', { account_skill_id: ['format'] })
    expect((await stranger.client.from('account_skills').delete().eq('id', gone!.id).select()).data).toEqual([])
    expect((await device(stack).client.from('account_skills').delete().eq('id', gone!.id)).error?.code).toBe('42501')
  })
  expect(await must(person.tb.skills.remove(gone!.id))).toBeNull()
  await expectRefusal(person.tb.skills.remove(gone!.id), 'not_found')
  expect((await person.client.from('account_skills').delete().eq('id', plainly!.id)).error).toBeNull()
  const ids = (await must(person.tb.skills.mine({ limit: 100 }))).items.map(({ id }) => id)
  expect(ids).toContain(kept!.id)
  expect(ids).not.toEqual(expect.arrayContaining([gone!.id]))
  expect(ids).not.toEqual(expect.arrayContaining([plainly!.id]))
})

it('UG38 skills.upsertMany: adds and changes many, all or none, and says which it was', async () => {
  const owner = await creator(stack)
  const skills = await newSkills(stack, 4)
  const [a, b, c, d] = skills.map(({ id }) => id) as [string, string, string, string]
  const there = await must(owner.tb.skills.add({ skill_id: b, level: 1, years: 7 }))
  const input = [
    { skill_id: a, level: 3 },
    { skill_id: b, level: 5 },
    { skill_id: c, level: null },
  ]
  const answer = await must(owner.tb.skills.upsertMany(input))
  expectTaken(input[0], { skill_id: 'skill_id', level: 'level' })
  expectFields(answer[0], {
    id: 'id',
    skill_id: 'skill_id',
    skill_name: 'skill_name',
    level: 'level',
    created: 'created',
  })
  expect(answer).toMatchObject([
    { skill_id: a, skill_name: skills[0]!.name, level: 3, years: null, created: true },
    // What is not told stays.
    { id: there.id, skill_id: b, skill_name: skills[1]!.name, level: 5, years: 7, created: false },
    { skill_id: c, skill_name: skills[2]!.name, level: null, created: true },
  ])
  expect((await must(owner.tb.skills.mine())).total).toBe(3)
  const plain = await owner.client.rpc('upsert_account_skills', { skill_ids: [d, a], years: [2, null] })
  expect(plain.data).toMatchObject([
    { skill_id: d, level: null, years: 2, created: true },
    { skill_id: a, level: 3, years: null, created: false },
  ])
  expect(await must(owner.tb.skills.upsertMany([]))).toEqual([])

  const client = await member(stack, ['client'])
  await expectUnchanged(everySkill, async () => {
    const good = { skill_id: a, level: 1 }
    const unknown = owner.tb.skills.upsertMany([good, { skill_id: crypto.randomUUID(), level: 1 }])
    await expectRefusal(unknown, 'validation_failed', { skills: ['known'] })
    const wrong = [good, { skill_id: 'x', level: 6, years: 81 }]
    await expectRefusal(owner.tb.skills.upsertMany(wrong), 'validation_failed', {
      'skills.1.skill_id': ['format'],
      'skills.1.level': ['range'],
      'skills.1.years': ['range'],
    })
    await expectRefusal(owner.tb.skills.upsertMany([good, good]), 'validation_failed', { skills: ['set'] })
    const many = Array.from({ length: 101 }, () => ({ skill_id: crypto.randomUUID() }))
    await expectRefusal(owner.tb.skills.upsertMany(many), 'validation_failed', { skills: ['length'] })
    await expectRefusal(client.tb.skills.upsertMany([good]), 'permission_denied')
    await expectRefusal(device(stack).tb.skills.upsertMany([good]), 'auth_required')

    const refused = async (args: object, fields: object) => {
      const { error } = await owner.client.rpc('upsert_account_skills', args)
      expect([error?.code, JSON.parse(error!.details)], JSON.stringify(args)).toEqual(['validation_failed', { fields }])
    }
    await refused({ skill_ids: [a, c], levels: [1, 6] }, { levels: 'range' })
    await refused({ skill_ids: [a, c], years: [1, -1] }, { years: 'range' })
    await refused({ skill_ids: [a, c], levels: [1] }, { skill_ids: 'match' })
    await refused({ skill_ids: [a, a] }, { skill_ids: 'set' })
    await refused({ skill_ids: [a, null] }, { skill_ids: 'known' })
    await refused({ skill_ids: [a, crypto.randomUUID()], levels: [1, 1] }, { skill_ids: 'known' })
    await refused({ skill_ids: many.map(({ skill_id }) => skill_id) }, { skill_ids: 'length' })
    await refused({ skill_ids: null }, { skill_ids: 'length' })
    expect((await client.client.rpc('upsert_account_skills', { skill_ids: [a] })).error?.code).toBe('permission_denied')
    expect((await device(stack).client.rpc('upsert_account_skills', { skill_ids: [a] })).error?.code).toBe('42501')
  })
})
