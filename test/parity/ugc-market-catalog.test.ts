import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
const word = unique()
let ids: string[]
beforeAll(async () => {
  stack = await startParityStack()
  const rows = [
    { name: `Editing ${word}`, description: 'Cutting films.' },
    { name: `acting ${word}`, description: null },
    { name: `Zooming ${unique()}`, description: `Also ${word}.` },
  ]
  ids = (await sql(stack)`insert into public.skills ${sql(stack)(rows)} returning id`).map(({ id }) => id)
})
afterAll(() => stack.close())

const stored = async () => [...(await sql(stack)`select * from public.skills order by id`)]

it('UG32 catalog.listSkills: by name, searched in name and description, in pages', async () => {
  const { tb, client } = device(stack)
  const answer = await must(tb.catalog.listSkills({ search: word.toUpperCase() }))
  expectFields(answer, {
    count: 'total',
    next: 'next_cursor',
    results: 'items',
    id: 'items.0.id',
    name: 'items.0.name',
    description: 'items.0.description',
  })
  expect(answer).toMatchObject({ total: 3, total_is_exact: true, has_more: false, next_cursor: null })
  expect(answer.items.map(({ id }) => id)).toEqual([ids[1], ids[0], ids[2]])
  expect(answer.items[0]).toEqual({ id: ids[1], name: `acting ${word}`, description: null })

  const filters = {
    search: [{ search: `editing ${word}` }, [ids[0]]],
    page: [{ search: word, offset: 2 }, [ids[2]]],
    page_size: [{ search: word, limit: 2 }, [ids[1], ids[0]]],
  } as const
  expectTaken(filters, { search: 'search', page: 'page', page_size: 'page_size' })
  for (const [name, [filter, expected]] of Object.entries(filters)) {
    expect(
      (await must(tb.catalog.listSkills(filter))).items.map(({ id }) => id),
      name,
    ).toEqual([...expected])
  }
  const first = await must(tb.catalog.listSkills({ search: word, limit: 2 }))
  const second = await must(tb.catalog.listSkills({ search: word, limit: 2, cursor: first.next_cursor! }))
  expect([...first.items, ...second.items]).toEqual(answer.items)
  // What stood before a page is asked for by its offset.
  expectFields({ previous: { offset: 0 } }, { previous: 'previous.offset' })

  const plain = await client.from('skills').select('id').ilike('name', `%${word}`)
  expect(plain.data?.map(({ id }) => id).toSorted()).toEqual([ids[0], ids[1]].toSorted())
  expect((await must(tb.catalog.listSkills())).total).toBeGreaterThan(100)

  const wrong = { search: '', limit: 101, offset: -1 }
  await expectRefusal(tb.catalog.listSkills(wrong), 'validation_failed', {
    search: ['length'],
    limit: ['range'],
    offset: ['range'],
  })
  await expectRefusal(tb.catalog.listSkills({ cursor: 'none of ours' }), 'validation_failed', { cursor: ['format'] })
})

it('UG33 catalog.getSkill: one by its id', async () => {
  const { tb, client } = device(stack)
  const skill = await must(tb.catalog.getSkill(ids[0]!))
  expectFields(skill, { id: 'id', name: 'name', description: 'description' })
  expect(skill).toEqual({ id: ids[0], name: `Editing ${word}`, description: 'Cutting films.' })
  expect((await client.from('skills').select('id, name, description').eq('id', ids[0]!).single()).data).toEqual(skill)

  await expectRefusal(tb.catalog.getSkill(crypto.randomUUID()), 'not_found')
  await expectRefusal(tb.catalog.getSkill('1'), 'validation_failed', { skill_id: ['format'] })
  const creator = await member(stack, ['creator'])
  await expectUnchanged(stored, async () => {
    for (const one of [client, creator.client]) {
      expect((await one.from('skills').insert({ name: unique() })).error?.code).toBe('42501')
      expect((await one.from('skills').update({ name: unique() }).eq('id', ids[0]!)).error?.code).toBe('42501')
      expect((await one.from('skills').delete().eq('id', ids[0]!)).error?.code).toBe('42501')
    }
  })
})
