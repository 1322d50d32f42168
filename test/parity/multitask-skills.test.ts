import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { newSkills } from './creators.ts'
import { expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let person: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  person = await member(stack, ['freelancer'])
  stranger = await member(stack, ['freelancer'])
})
afterAll(() => stack.close())

const everySkill = () => sql(stack)`select * from public.account_skills order by id`

it('MT60 skills.mine: one’s own skills and nobody else’s', async () => {
  const [one, two, foreign] = await newSkills(stack, 3)
  const first = await must(person.tb.skills.add({ skill_id: one!.id, level: 2 }))
  const second = await must(person.tb.skills.add({ skill_id: two!.id, years: 4 }))
  await must(stranger.tb.skills.add({ skill_id: foreign!.id }))
  const answer = await must(person.tb.skills.mine())
  expect(answer).toMatchObject({ items: [second, first], total: 2, has_more: false })
  expect(first.skill).toEqual(one)
  const page = await must(person.tb.skills.mine({ limit: 1 }))
  expect(page.items).toEqual([second])
  expect((await must(person.tb.skills.mine({ cursor: page.next_cursor! }))).items).toEqual([first])
  const plain = await person.client.from('account_skills').select('id').order('created_at', { ascending: false })
  expect(plain.data).toEqual([{ id: second.id }, { id: first.id }])

  await expectRefusal(device(stack).tb.skills.mine(), 'auth_required')
  expect((await device(stack).client.from('account_skills').select()).error?.code).toBe('42501')
  await expectRefusal(person.tb.skills.mine({ limit: 101 }), 'validation_failed', { limit: ['range'] })
  expect((await must((await member(stack, ['freelancer'])).tb.skills.mine())).items).toEqual([])
})

it('MT61 skills.replace: the set becomes this one, and what stays keeps its level', async () => {
  const owner = await member(stack, ['freelancer'])
  const [a, b, c, d] = (await newSkills(stack, 4)).map(({ id }) => id) as [string, string, string, string]
  const [, kept] = await must(
    owner.tb.skills.upsertMany([
      { skill_id: a, level: 1 },
      { skill_id: b, level: 5, years: 9 },
    ]),
  )
  const input = { skills: [b, c] }
  expectTaken(input, { skills: 'skills' })
  const answer = await must(owner.tb.skills.replace(input.skills))
  expect(answer).toEqual((await must(owner.tb.skills.mine())).items)
  expect(answer.map(({ skill }) => skill.id).toSorted()).toEqual([b, c].toSorted())
  expect(answer.find(({ skill }) => skill.id === b)).toMatchObject({ id: kept!.id, level: 5, years: 9 })
  expect(answer.find(({ skill }) => skill.id === c)).toMatchObject({ level: null, years: null })
  const plain = await owner.client.rpc('replace_account_skills', { skill_ids: [d, b] })
  expect(plain.data.map((row: { skill_id: string }) => row.skill_id).toSorted()).toEqual([b, d].toSorted())

  await must(stranger.tb.skills.replace([a, b]))
  const client = await member(stack, ['client'])
  await expectUnchanged(everySkill, async () => {
    await expectRefusal(owner.tb.skills.replace([a, crypto.randomUUID()]), 'validation_failed', {
      skill_ids: ['known'],
    })
    await expectRefusal(owner.tb.skills.replace([a, a.toUpperCase()]), 'validation_failed', { skill_ids: ['set'] })
    await expectRefusal(owner.tb.skills.replace(['x']), 'validation_failed', { skill_ids: ['format'] })
    const many = Array.from({ length: 101 }, () => crypto.randomUUID())
    await expectRefusal(owner.tb.skills.replace(many), 'validation_failed', { skill_ids: ['length'] })
    await expectRefusal(client.tb.skills.replace([a]), 'permission_denied')
    await expectRefusal(device(stack).tb.skills.replace([a]), 'auth_required')
    const replace = (one: Member['client'], skill_ids: unknown) => one.rpc('replace_account_skills', { skill_ids })
    for (const skill_ids of [[a, a], many, [a, null], null, [a, crypto.randomUUID()]]) {
      expect((await replace(owner.client, skill_ids)).error?.code).toBe('validation_failed')
    }
    expect((await replace(client.client, [a])).error?.code).toBe('permission_denied')
    expect((await replace(device(stack).client, [a])).error?.code).toBe('42501')
  })

  // None at all is a set, too, and it is one's own alone.
  expect(await must(owner.tb.skills.replace([]))).toEqual([])
  expect((await must(stranger.tb.skills.mine())).total).toBe(2)
})
