import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let candidate: Member
beforeAll(async () => {
  stack = await startParityStack()
  candidate = await member(stack, ['candidate'])
})
afterAll(() => stack.close())

const slugs = (rows: { slug: string }[] | null) => rows?.map(({ slug }) => slug)

it('WF15 catalog.listStates: every state, or those of a country', async () => {
  const { tb, client } = candidate
  const answer = await must(tb.catalog.listStates())
  expectFields(answer, { states: '.', name: '0.name', slug: '0.slug' })
  expect(answer.map(({ name }) => name)).toEqual(answer.map(({ name }) => name).toSorted())
  // 28 states and 8 union territories; 17 regions and 3 cities.
  const of = (country: string) => answer.filter(({ country_code }) => country_code === country)
  expect([of('IN').length, of('KZ').length, answer.length]).toEqual([36, 20, 56])
  expect(answer).toContainEqual({ slug: 'maharashtra', country_code: 'IN', name: 'Maharashtra' })
  expect(await must(tb.catalog.listStates({ country: 'KZ' }))).toEqual(of('KZ'))
  expect(await must(tb.catalog.listStates({ country: 'US' }))).toEqual([])
  expect(await must(tb.catalog.listCountries())).toEqual([
    { code: 'IN', name: 'India' },
    { code: 'KZ', name: 'Kazakhstan' },
  ])
  expect(slugs((await client.from('states').select('slug').order('name')).data)).toEqual(slugs(answer))

  const { tb: visitor, client: anon } = device(stack)
  await expectRefusal(visitor.catalog.listStates(), 'auth_required')
  await expectRefusal(visitor.catalog.listCountries(), 'auth_required')
  await expectRefusal(tb.catalog.listStates({ country: 'India' }), 'validation_failed', { country: ['format'] })
  await expectUnchanged(
    async () => [...(await sql(stack)`select * from public.states order by slug`)],
    async () => {
      for (const one of [client, anon]) {
        const row = { slug: 'atlantis', country_code: 'KZ', name: 'Atlantis' }
        expect((await one.from('states').insert(row)).error?.code).toBe('42501')
        expect((await one.from('states').delete().eq('slug', 'abai')).error?.code).toBe('42501')
      }
    },
  )
})

it('WF16 catalog.listCities: the cities of a state, by its slug', async () => {
  const { tb, client } = candidate
  const filter = { state: 'karaganda' }
  expectTaken(filter, { state: 'state' })
  const answer = await must(tb.catalog.listCities(filter))
  expectFields(answer, { cities: '.', name: '0.name', slug: '0.slug' })
  expect(answer.map(({ name }) => name)).toEqual(answer.map(({ name }) => name).toSorted())
  expect(answer).toContainEqual({ slug: 'temirtau', name: 'Temirtau' })
  const plain = await client.from('cities').select('slug').eq('state_slug', 'karaganda').order('name')
  expect(slugs(plain.data)).toEqual(slugs(answer))
  // Every state has cities, and no two the same ones.
  const delhi = await must(tb.catalog.listCities({ state: 'delhi' }))
  expect(slugs(delhi)).toEqual(['delhi', 'new-delhi'])

  await expectRefusal(tb.catalog.listCities({} as { state: string }), 'validation_failed', { state: ['required'] })
  await expectRefusal(tb.catalog.listCities({ state: 'Karaganda Region' }), 'validation_failed', { state: ['format'] })
  await expectRefusal(tb.catalog.listCities({ state: 'atlantis' }), 'not_found')
  await expectRefusal(device(stack).tb.catalog.listCities(filter), 'auth_required')
  await expectUnchanged(
    async () => [...(await sql(stack)`select * from public.cities order by state_slug, slug`)],
    async () => {
      const row = { state_slug: 'karaganda', slug: 'new', name: 'New' }
      expect((await client.from('cities').insert(row)).error?.code).toBe('42501')
      expect((await client.from('cities').update({ name: 'New' }).eq('slug', 'temirtau')).error?.code).toBe('42501')
    },
  )
})
