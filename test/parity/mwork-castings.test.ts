import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, castingInput, draft, manyActive, model } from './castings.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal } from './refusals.ts'

// What everybody reads of castings; what owners do with them is in mwork-own-castings.test.ts.
let stack: TestStack
let agency: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  agency = await member(stack, ['agency'])
  stranger = await member(stack, ['agency'])
})
afterAll(() => stack.close())

const ids = (list: { id: string }[] | null) => list?.map(({ id }) => id)

it('MW13 castings.list: the public sees active ones, filtered and in pages', async () => {
  const word = unique()
  const named = (title: string) => ({ title: `${title} ${word}` })
  await must(agency.tb.employers.create({ company_name: 'Fashion House' }))
  await must(agency.tb.employers.uploadLogo(await picture()))
  const women = await active(agency, named('Women'))
  const anybody = await active(agency, {
    ...named('Anybody'),
    city: 'Astana',
    category: 'commercial',
    requirements: {},
  })
  const hidden = await draft(agency, named('Draft'))
  const over = await active(agency, named('Over'))
  await must(agency.tb.castings.setStatus(over.id, 'completed'))

  const visitor = device(stack)
  const answer = await must(visitor.tb.castings.list({ search: word }))
  expectFields(answer, {
    castings: 'items',
    id: 'items.0.id',
    title: 'items.0.title',
    description: 'items.0.description',
    category: 'items.0.category',
    city: 'items.0.city',
    shoot_date: 'items.0.shoot_date',
    pay_min: 'items.0.pay_min',
    pay_max: 'items.0.pay_max',
    status: 'items.0.status',
    requirements: 'items.0.requirements',
    gender: 'items.0.requirements.gender',
    min_age: 'items.0.requirements.min_age',
    max_age: 'items.0.requirements.max_age',
    min_height: 'items.0.requirements.min_height',
    creator: 'items.0.creator',
    company_name: 'items.0.creator.company_name',
    avatar: 'items.0.creator.avatar',
    responses_count: 'items.0.responses_count',
    created_at: 'items.0.created_at',
  })
  expect(answer).toMatchObject({ total: 2, total_is_exact: true, has_more: false, next_cursor: null })
  expect(answer.items).toEqual([anybody, women])
  expect(women).toMatchObject({
    ...castingInput(),
    ...named('Women'),
    status: 'active',
    creator: { id: agency.id, company_name: 'Fashion House' },
    responses_count: 0,
  })
  expect((await fetch(women.creator.avatar!)).headers.get('content-type')).toBe('image/png')

  const filters = {
    limit: [{ limit: 1 }, [anybody]],
    offset: [{ offset: 1 }, [women]],
    status: [{ status: 'active' }, [anybody, women]],
    city: [{ city: 'almaty' }, [women]],
    category: [{ category: 'commercial' }, [anybody]],
    gender: [{ gender: 'male' }, [anybody]],
    min_age: [{ min_age: 31 }, [anybody]],
    max_age: [{ max_age: 17 }, [anybody]],
    search: [{ search: `WOMEN ${word}` }, [women]],
  } as const
  expectTaken(filters, {
    limit: 'limit',
    offset: 'offset',
    status: 'status',
    city: 'city',
    category: 'category',
    gender: 'gender',
    min_age: 'min_age',
    max_age: 'max_age',
    search: 'search',
  })
  for (const [name, [filter, expected]] of Object.entries(filters)) {
    const { items } = await must(visitor.tb.castings.list({ search: word, ...filter }))
    expect(ids(items), name).toEqual(ids([...expected]))
  }

  // Drafts and what is over are their owner's; a plain query under row-level security sees the same.
  const seen = { draft: [hidden.id], completed: [over.id], all: [over.id, hidden.id, anybody.id, women.id] }
  const others = { draft: [], completed: [], all: [anybody.id, women.id] }
  for (const [{ tb, client }, expected] of [
    [agency, seen],
    [stranger, others],
    [visitor, others],
  ] as const) {
    for (const status of ['draft', 'completed', 'all'] as const) {
      expect(ids((await must(tb.castings.list({ search: word, status }))).items)).toEqual(expected[status])
    }
    // Nobody signed in has no road to the table, only to the function.
    const plain =
      client === visitor.client
        ? client.rpc('list_castings', { search: word, status: 'all' })
        : client.from('castings').select('id').ilike('title', `%${word}`).order('created_at', { ascending: false })
    expect(ids((await plain).data)).toEqual(expected.all)
  }
  expect((await visitor.client.from('castings').select('id')).error?.code).toBe('42501')

  await expectCountKept()

  const wrong = { limit: 101, offset: -1, gender: 'robot' as 'male', min_age: 1.5, search: '' }
  await expectRefusal(visitor.tb.castings.list(wrong), 'validation_failed', {
    limit: ['range'],
    offset: ['range'],
    gender: ['known'],
    min_age: ['type'],
    search: ['length'],
  })
  await expectRefusal(visitor.tb.castings.list({ cursor: 'none of ours' }), 'validation_failed', { cursor: ['format'] })
  expect((await visitor.client.rpc('list_castings', { page_size: 101 })).error?.code).toBe('validation_failed')
})

it('MW14 castings.get: one casting, for whom it is to see', async () => {
  const { tb: visitor, client: anon } = device(stack)
  const casting = await draft(agency)
  expect(await must(agency.tb.castings.get(casting.id))).toEqual(casting)
  expect(casting).toMatchObject({ ...castingInput(), title: casting.title, status: 'draft', is_open: false })
  for (const tb of [visitor, stranger.tb]) await expectRefusal(tb.castings.get(casting.id), 'not_found')
  expect((await stranger.client.from('castings').select().eq('id', casting.id)).data).toEqual([])
  expect((await anon.rpc('get_casting', { casting_id: casting.id })).data).toEqual([])

  await must(agency.tb.castings.setStatus(casting.id, 'active'))
  const published = await must(agency.tb.castings.get(casting.id))
  expect(await must(visitor.castings.get(casting.id))).toEqual(published)
  const plain = await stranger.client.from('castings').select().eq('id', casting.id).single()
  expect(plain.data).toMatchObject({ id: casting.id, title: casting.title, address: casting.address, status: 'active' })

  // Who responded goes on reading it when it is over.
  const responder = await model(stack)
  await must(responder.tb.castings.respond(casting.id))
  await must(agency.tb.castings.setStatus(casting.id, 'completed'))
  expect(await must(responder.tb.castings.get(casting.id))).toMatchObject({
    status: 'completed',
    my_response_status: 'pending',
  })
  expect((await responder.client.from('castings').select('status').eq('id', casting.id)).data).toEqual([
    { status: 'completed' },
  ])
  for (const tb of [visitor, stranger.tb]) await expectRefusal(tb.castings.get(casting.id), 'not_found')

  await expectRefusal(visitor.castings.get('7'), 'validation_failed', { casting_id: ['format'] })
  await expectRefusal(visitor.castings.get(crypto.randomUUID()), 'not_found')
})

it('MW19 castings.listMine: one’s own of every status, nobody else’s', async () => {
  const owner = await member(stack, ['employer'])
  const posted = await manyActive(stack, owner, 21)
  const [first, second] = [await draft(owner), await draft(owner)]
  await must(owner.tb.castings.setStatus(second.id, 'cancelled'))
  await active(agency)

  const page = await must(owner.tb.castings.listMine())
  expect(page).toMatchObject({ total: 23, has_more: true })
  expect(ids(page.items.slice(0, 2))).toEqual([second.id, first.id])
  expect(page.items).toHaveLength(20)
  const rest = await must(owner.tb.castings.listMine({ cursor: page.next_cursor! }))
  expect(rest).toMatchObject({ total: 23, has_more: false, next_cursor: null })
  const all = [...page.items, ...rest.items].map(({ id }) => id)
  expect(all.toSorted()).toEqual([first.id, second.id, ...posted].toSorted())
  expect(ids((await must(owner.tb.castings.listMine({ offset: 20, limit: 5 }))).items)).toEqual(all.slice(20))
  expect(ids((await must(owner.tb.castings.listMine({ status: 'cancelled' }))).items)).toEqual([second.id])

  const plain = await owner.client.from('castings').select('id').eq('owner_id', owner.id)
  expect(ids(plain.data)?.toSorted()).toEqual(all.toSorted())

  expect((await must((await member(stack, ['employer'])).tb.castings.listMine())).items).toEqual([])
  await expectRefusal(device(stack).tb.castings.listMine(), 'auth_required')
  await expectRefusal(owner.tb.castings.listMine({ limit: 0, status: 'open' as 'draft' }), 'validation_failed', {
    limit: ['range'],
    status: ['known'],
  })
})

/** The count of responses stands with the casting: it is right, and what a read answers is what stands there. */
async function expectCountKept(): Promise<void> {
  const casting = await active(agency)
  const [one, other] = [await model(stack), await model(stack)]
  await must(one.tb.castings.respond(casting.id))
  const taken = await must(other.tb.castings.respond(casting.id))
  const count = async () => (await must(device(stack).tb.castings.get(casting.id))).responses_count
  expect(await count()).toBe(2)
  await must(other.tb.responses.withdraw(taken.id))
  expect(await count()).toBe(1)
  await sql(stack)`update public.castings set responses_count = 77 where id = ${casting.id}`
  expect(await count()).toBe(77)
}
