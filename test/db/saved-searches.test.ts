import type { SavedSearch } from '@talentbase/sdk'
import { createTalentbase } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { createRecruiter } from '../helpers/hiring.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { makeTask } from '../helpers/work.ts'
import { active } from '../parity/castings.ts'
import { device, type Member, member, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'

let stack: TestStack
let person: Member
let other: Member
let recruiter: Member
beforeAll(async () => {
  stack = await startParityStack()
  other = await member(stack, ['model'])
  const hiring = await createRecruiter(stack)
  recruiter = { ...hiring, tb: createTalentbase(hiring.client) }
})
beforeEach(async () => {
  person = await member(stack, ['model'])
})
afterAll(() => stack.close())

const inAlmaty = { entity_type: 'casting', name: 'In Almaty', filters: { city: 'Almaty', min_age: 20 } } as const

describe('keeping searches', () => {
  test('one is made, read, listed, changed and deleted', async () => {
    const { savedSearches } = person.tb
    const made = await must(savedSearches.create(inAlmaty))
    expect(made).toMatchObject({ ...inAlmaty, frequency: 'instant', last_digest_on: null })
    expect(await must(savedSearches.get(made.id))).toEqual(made)
    const task = await must(savedSearches.create({ entity_type: 'task', name: 'Every task', frequency: 'daily' }))
    expect(task).toMatchObject({ entity_type: 'task', filters: {}, frequency: 'daily' })
    expect(await must(savedSearches.list())).toMatchObject({ items: [task, made], total: 2, has_more: false })
    expect((await must(savedSearches.list({ entity_type: 'casting' }))).items).toEqual([made])
    const renamed = await must(savedSearches.update(made.id, { name: 'Near me', frequency: 'daily' }))
    expect(renamed).toMatchObject({ name: 'Near me', frequency: 'daily', filters: inAlmaty.filters })
    expect(Date.parse(renamed.updated_at)).toBeGreaterThan(Date.parse(made.updated_at))
    const changed = await must(savedSearches.update(made.id, { filters: { gender: 'female' } }))
    expect(changed).toMatchObject({ name: 'Near me', filters: { gender: 'female' } })
    expect(changed.filters).toEqual({ gender: 'female' })
    await must(savedSearches.delete(made.id))
    await expectRefusal(savedSearches.get(made.id), 'not_found')
    expect((await must(savedSearches.list())).items).toEqual([task])
  })

  test('a plain client does the same', async () => {
    const { client } = person
    const { data: made } = await client.rpc('create_saved_search', inAlmaty).single<SavedSearch>()
    expect(made).toMatchObject({ account_id: person.id, ...inAlmaty })
    const { id } = made!
    const { data: changed } = await client.rpc('update_saved_search', { saved_search_id: id, name: 'Mine' })
    expect(changed).toMatchObject([{ id, name: 'Mine', filters: inAlmaty.filters }])
    expect((await client.rpc('list_saved_searches')).data).toMatchObject([{ id, total: 1 }])
    await client.from('saved_searches').delete().eq('id', id)
    expect((await client.from('saved_searches').select()).data).toEqual([])
  })

  test('the filters run the list, those of owners too', async () => {
    const owner = await member(stack, ['agency', 'creator', 'client'])
    const casting = await active(owner)
    const service = { title: 'A film', description: 'Short.', category: 'ugc-video', price: 100, delivery_days: 2 }
    const { id: service_id } = await must(owner.tb.services.create(service))
    const task_id = await makeTask(stack, owner, { city: 'Almaty' })
    const { savedSearches, castings, tasks, services } = person.tb
    const search = async (input: Parameters<typeof savedSearches.create>[0]) => {
      const { id } = await must(savedSearches.create(input))
      return must(savedSearches.get(id))
    }
    const filters = { creator_id: owner.id, status: 'active' } as const
    const forCastings = await search({ entity_type: 'casting', name: 'Theirs', filters })
    const forServices = await search({ entity_type: 'service', name: 'Theirs', filters: { creator_id: owner.id } })
    const forTasks = await search({ entity_type: 'task', name: 'Theirs', filters: { owner_id: owner.id } })
    if (forCastings.entity_type !== 'casting' || forServices.entity_type !== 'service') throw new Error('another type')
    if (forTasks.entity_type !== 'task') throw new Error('another type')
    const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id)
    expect(ids(await must(castings.list(forCastings.filters)))).toEqual([casting.id])
    expect(ids(await must(services.list(forServices.filters)))).toEqual([service_id])
    expect(ids(await must(tasks.list(forTasks.filters)))).toEqual([task_id])
    expect((await must(savedSearches.list())).items).toEqual([forTasks, forServices, forCastings])
  })

  test('candidates are looked for by verified recruiters alone', async () => {
    const input = { entity_type: 'candidate', name: 'In Goa', filters: { state: 'Goa' } } as const
    const unverified = await createRecruiter(stack, { verified: false })
    await expectUnchanged(
      () => stateOf(stack),
      async () => {
        await expectRefusal(person.tb.savedSearches.create(input), 'permission_denied')
        await expectRefusal(createTalentbase(unverified.client).savedSearches.create(input), 'verification_required')
      },
    )
    const made = await must(recruiter.tb.savedSearches.create(input))
    expect(made).toMatchObject(input)
    await sql(stack)`update public.recruiter_profiles set is_verified = false where account_id = ${recruiter.id}`
    const change = recruiter.tb.savedSearches.update(made.id, { filters: { state: 'Kerala' } })
    await expectRefusal(change, 'verification_required')
    expect(await must(recruiter.tb.savedSearches.update(made.id, { name: 'Later' }))).toMatchObject({ name: 'Later' })
    await must(recruiter.tb.savedSearches.delete(made.id))
    await sql(stack)`update public.recruiter_profiles set is_verified = true where account_id = ${recruiter.id}`
  })
})

const long = 'x'.repeat(201)

/** What is wrong with filters of a type, and what the database calls it. */
const wrong: [string, unknown, Record<string, string>][] = [
  ['casting', { town: 'Almaty' }, { town: 'unknown' }],
  ['casting', { page_size: 5 }, { page_size: 'unknown' }],
  ['casting', { promoted_first: true }, { promoted_first: 'unknown' }],
  ['casting', { city: 5, min_age: 'old' }, { city: 'type', min_age: 'type' }],
  ['casting', { gender: 'none' }, { gender: 'known' }],
  ['casting', { status: 'draft' }, { status: 'known' }],
  ['casting', { owner_id: 'me' }, { owner_id: 'type' }],
  ['casting', { search: long, city: '' }, { search: 'length', city: 'length' }],
  ['casting', { min_age: 20.5, max_age: 1e12 }, { min_age: 'type', max_age: 'type' }],
  ['task', { min_budget: 5, max_budget: 4, currency: 'USD' }, { max_budget: 'order' }],
  ['task', { min_budget: 5 }, { currency: 'required' }],
  ['task', { task_type: 'odd' }, { task_type: 'known' }],
  ['task', { status: 'completed' }, { status: 'known' }],
  ['task', { skill_id: [] }, { skill_id: 'type' }],
  ['task', { sort: 'newest' }, { sort: 'unknown' }],
  ['service', { min_price: 5, max_price: 4, currency: 'USD' }, { max_price: 'order' }],
  ['service', { max_price: 4 }, { currency: 'required' }],
  ['service', { status: 'active' }, { status: 'unknown' }],
  ['candidate', { category: 'none' }, { category: 'known' }],
  ['candidate', { min_age: 5, max_age: 4 }, { max_age: 'order' }],
  ['candidate', { min_ctc: 5 }, { currency: 'required' }],
  ['candidate', { skills: 'Films' }, { skills: 'type' }],
  ['candidate', { search: '%' }, { search: 'length' }],
]

describe('what is refused', () => {
  test.each(wrong)('of %s %#', async (entity_type, filters, problems) => {
    const fields = Object.fromEntries(Object.entries(problems).map(([name, rule]) => [`filters.${name}`, rule]))
    const [kept] = await sql(stack)`
      insert into public.saved_searches (account_id, entity_type, name, filters, frequency)
      values (${recruiter.id}, ${entity_type}, 'Right', '{}', 'daily') returning id`
    const { id } = kept as unknown as { id: string }
    const before = await stateOf(stack)
    for (const attempt of [
      recruiter.client.rpc('create_saved_search', { entity_type, name: 'Wrong', filters }),
      recruiter.client.rpc('update_saved_search', { saved_search_id: id, filters }),
    ]) {
      const { error } = await attempt
      expect(error).toMatchObject({ code: 'validation_failed' })
      expect(JSON.parse(error!.details)).toEqual({ fields })
    }
    const { owner_id, ...rest } = filters as Record<string, unknown>
    const input = owner_id === undefined ? rest : { ...rest, creator_id: owner_id }
    const named = Object.keys(fields).map((name) => name.replace('owner_id', 'creator_id'))
    const create = recruiter.tb.savedSearches.create({ entity_type, name: 'Wrong', filters: input } as never)
    const update = recruiter.tb.savedSearches.update(id, { filters: input })
    for (const attempt of [create, update]) {
      const error = await expectRefusal(attempt, 'validation_failed')
      expect(Object.keys(error.fields!).sort()).toEqual(named.sort())
    }
    expect(await stateOf(stack)).toEqual(before)
    await sql(stack)`delete from public.saved_searches where account_id = ${recruiter.id}`
  })

  test('what is no object, has too much in it, no name, or another type or frequency', async () => {
    const call = (changes: object) => person.client.rpc('create_saved_search', { ...inAlmaty, ...changes })
    const cases: [object, Record<string, string>][] = [
      [{ filters: [] }, { filters: 'type' }],
      [{ filters: 'city' }, { filters: 'type' }],
      [{ filters: Object.fromEntries(Array.from({ length: 61 }, (_, i) => [`f${i}`, 1])) }, { filters: 'length' }],
      [{ filters: { city: 'x'.repeat(10_000) } }, { filters: 'length' }],
      [{ name: ' ' }, { name: 'length' }],
      [
        { name: 'x'.repeat(101), frequency: 'hourly' },
        { name: 'length', frequency: 'known' },
      ],
      [{ entity_type: 'account' }, { entity_type: 'known' }],
      [
        { entity_type: null, name: null },
        { entity_type: 'known', name: 'required' },
      ],
    ]
    const before = await stateOf(stack)
    for (const [changes, fields] of cases) {
      const { error } = await call(changes)
      expect(error, JSON.stringify(changes).slice(0, 60)).toMatchObject({ code: 'validation_failed' })
      expect(JSON.parse(error!.details)).toEqual({ fields })
    }
    const { savedSearches } = person.tb
    await expectRefusal(savedSearches.create({ ...inAlmaty, entity_type: 'account' } as never), 'validation_failed', {
      entity_type: ['known'],
    })
    await expectRefusal(savedSearches.create({ name: 'x' } as never), 'validation_failed', {
      entity_type: ['required'],
    })
    await expectRefusal(savedSearches.list({ entity_type: 'account' as never }), 'validation_failed')
    const { error } = await person.client.rpc('list_saved_searches', { entity_type: 'account' })
    expect(error).toMatchObject({ code: 'validation_failed' })
    expect(await stateOf(stack)).toEqual(before)
    const { id } = await must(savedSearches.create(inAlmaty))
    await expectUnchanged(
      () => stateOf(stack),
      async () => {
        await expectRefusal(savedSearches.update(id, {}), 'validation_failed', { input: ['required'] })
        await expectRefusal(savedSearches.update(id, { name: '' }), 'validation_failed', { name: ['length'] })
        expect((await person.client.rpc('update_saved_search', { saved_search_id: id, name: '' })).error).toMatchObject(
          {
            code: 'validation_failed',
          },
        )
      },
    )
  })

  test('the same search twice, however it is written, also by a change', async () => {
    const { savedSearches } = person.tb
    const first = await must(savedSearches.create(inAlmaty))
    const second = await must(savedSearches.create({ ...inAlmaty, filters: { city: 'Astana' } }))
    await must(savedSearches.create({ ...inAlmaty, entity_type: 'task', filters: { city: 'Almaty' } }))
    const before = await stateOf(stack)
    for (const filters of [
      { min_age: '20', city: 'Almaty' },
      { city: 'Almaty', min_age: 20, gender: null },
    ]) {
      const { error } = await person.client.rpc('create_saved_search', { ...inAlmaty, name: 'Again', filters })
      expect(error).toMatchObject({ code: 'duplicate' })
      expect(JSON.parse(error!.details)).toEqual({ saved_search_id: first.id })
    }
    await expectRefusal(savedSearches.update(second.id, { filters: inAlmaty.filters }), 'duplicate')
    expect(await stateOf(stack)).toEqual(before)
    // Its own filters again, and another's, are no duplicate.
    await must(savedSearches.update(first.id, { filters: inAlmaty.filters, name: 'Mine' }))
    await must(other.tb.savedSearches.create(inAlmaty))
    await must(savedSearches.delete(first.id))
    await must(savedSearches.update(second.id, { filters: inAlmaty.filters }))
  })

  test('somebody else’s search, and anybody’s when nobody is signed in', async () => {
    const { id } = await must(person.tb.savedSearches.create(inAlmaty))
    const nobody = device(stack)
    await expectUnchanged(
      () => stateOf(stack),
      async () => {
        for (const one of [id, crypto.randomUUID()]) {
          await expectRefusal(other.tb.savedSearches.get(one), 'not_found')
          await expectRefusal(other.tb.savedSearches.update(one, { name: 'Theirs' }), 'not_found')
          await expectRefusal(other.tb.savedSearches.delete(one), 'not_found')
          const { error } = await other.client.rpc('update_saved_search', { saved_search_id: one, name: 'Theirs' })
          expect(error).toMatchObject({ code: 'not_found' })
        }
        for (const attempt of [nobody.tb.savedSearches.create(inAlmaty), nobody.tb.savedSearches.list()]) {
          await expectRefusal(attempt, 'auth_required')
        }
      },
    )
    const foreign = (await must(other.tb.savedSearches.list())).items
    expect(foreign.map(({ id }) => id)).not.toContain(id)
  })
})

describe('at once', () => {
  const create = (i: number) =>
    statement(
      `select * from public.create_saved_search('casting', 'Raced', jsonb_build_object('city', 'City ' || $1::text))`,
      String(i),
    )
  const count = async () =>
    Number((await sql(stack)`select count(*) from public.saved_searches where account_id = ${person.id}`)[0]!.count)

  test('as many as there may be are made, and no more', async () => {
    for (let i = 0; i < 15; i++)
      await must(person.tb.savedSearches.create({ ...inAlmaty, filters: { city: `Old ${i}` } }))
    const runners = Array.from({ length: 12 }, (_, i) => ({ as: person, runs: [create(i)] }))
    expect(codesOf(await atOnce(stack, runners))).toEqual([...Array(7).fill('conflict'), ...Array(5).fill('done')])
    expect(await count()).toBe(20)
    const error = await expectRefusal(person.tb.savedSearches.create(inAlmaty), 'conflict')
    expect(error.details).toEqual({ reason: 'too_many_saved_searches', limit: 20 })
    await sql(stack)`update private.settings set value = '21' where key = 'saved_searches.limit'`
    await must(person.tb.savedSearches.create(inAlmaty))
    await sql(stack)`update private.settings set value = '20' where key = 'saved_searches.limit'`
  })

  test('the same one is made once', async () => {
    const runners = Array.from({ length: 8 }, () => ({ as: person, runs: [create(1)] }))
    expect(codesOf(await atOnce(stack, runners))).toEqual(['done', ...Array(7).fill('duplicate')])
    expect(await count()).toBe(1)
  })

  test('two that become the same: one does', async () => {
    const ids: string[] = []
    for (const city of ['One', 'Two']) {
      ids.push((await must(person.tb.savedSearches.create({ ...inAlmaty, filters: { city } }))).id)
    }
    const change = (id: string) =>
      statement(`select * from public.update_saved_search($1, null, '{"city": "Three"}')`, id)
    const runners = ids.map((id) => ({ as: person, runs: [change(id)] }))
    expect(codesOf(await atOnce(stack, runners))).toEqual(['done', 'duplicate'])
  })
})
