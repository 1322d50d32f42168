import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import type { TestStack } from '../helpers/stack.ts'
import { device, member, startParityStack } from './people.ts'
import { expectRefusal } from './refusals.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

it('MT59 catalog.listSkills: every skill, to choose from', async () => {
  const freelancer = await member(stack, ['freelancer'])
  const names = []
  for (let cursor: string | undefined; ; ) {
    const page = await must(freelancer.tb.catalog.listSkills({ limit: 50, ...(cursor && { cursor }) }))
    names.push(...page.items.map(({ name }) => name))
    if (page.next_cursor === null) break
    cursor = page.next_cursor
  }
  const { data } = await freelancer.client.rpc('list_skills', { page_size: 100 })
  expect(data.map(({ name }: { name: string }) => name)).toEqual(names.slice(0, 100))
  expect((await freelancer.client.from('skills').select('id')).data).toHaveLength(names.length)
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining(['Photography', 'Premiere Pro']))
  expect((await must(device(stack).tb.catalog.listSkills({ limit: 1 }))).items[0]?.name).toBe(names[0])
  await expectRefusal(device(stack).tb.catalog.listSkills({ limit: 0 }), 'validation_failed', { limit: ['range'] })
  expect((await device(stack).client.rpc('list_skills', { page_size: 0 })).error?.code).toBe('validation_failed')
})
