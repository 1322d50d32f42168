import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { makeService } from '../helpers/work.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let creator: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  creator = await member(stack, ['creator'])
  stranger = await member(stack, ['creator'])
})
afterAll(() => stack.close())

const input = () => ({
  title: `A video about your product ${unique()}`,
  description: 'Thirty seconds, vertical.',
  category: 'ugc-video',
  price: 50_000,
  currency: 'KZT',
  delivery_days: 5,
  allows_modifications: true,
  modifications_price: 5_000,
  tags: ['vertical', 'beauty'],
  options: [
    { name: 'Subtitles', price: 3_000, description: 'In two languages.' },
    { name: 'Raw files', price: 0 },
  ],
})

const servicesOf = async (...owners: Member[]) => [
  ...(await sql(stack)`select * from public.services where owner_id = any (${owners.map(({ id }) => id)}) order by id`),
  ...(await sql(stack)`
    select o.* from public.service_options o join public.services s on s.id = o.service_id
    where s.owner_id = any (${owners.map(({ id }) => id)}) order by o.id
  `),
]

it('UG15 services.create: by creators, with options and tags in one go', async () => {
  const given = input()
  const created = await must(creator.tb.services.create(given))
  expectTaken(given, {
    title: 'title',
    description: 'description',
    category_id: 'category',
    base_price: 'price',
    delivery_time: 'delivery_days',
    options: 'options',
    name: 'options.0.name',
    price: 'options.0.price',
    tags: 'tags',
  })
  const { options, ...fields } = given
  expect(created).toMatchObject({ ...fields, creator: { id: creator.id, username: creator.username }, is_active: true })
  expect(created.options).toMatchObject([options[0]!, { ...options[1]!, description: null }])

  const plain = await creator.client.rpc('create_service', given)
  expect(plain.data).toMatchObject([{ price: 50_000, options: [{ name: 'Subtitles' }, { name: 'Raw files' }] }])
  const row = { ...fields, owner_id: creator.id }
  expect((await creator.client.from('services').insert(row)).error).toBeNull()

  const buyer = await member(stack, ['client'])
  await expectUnchanged(
    () => servicesOf(creator, stranger, buyer),
    async () => {
      await expectRefusal(buyer.tb.services.create(given), 'permission_denied')
      await expectRefusal(device(stack).tb.services.create(given), 'auth_required')
      const wrong = { ...given, title: 'ab', price: 0, delivery_days: 366, options: [{ name: '', price: -1 }] }
      await expectRefusal(creator.tb.services.create(wrong), 'validation_failed', {
        title: ['length'],
        price: ['range'],
        delivery_days: ['range'],
        'options.0.name': ['length'],
        'options.0.price': ['range'],
      })
      const rpc = (changes: object) => creator.client.rpc('create_service', { ...given, ...changes })
      for (const price of [1.5, '1e3', null, 1e13, 'NaN']) {
        expect((await rpc({ options: [{ name: 'Odd', price }] })).error?.code, String(price)).toBe('validation_failed')
      }
      expect((await rpc({ price: 0 })).error?.code).toBe('23514')
      expect((await rpc({ tags: [['a'], ['b']] })).error?.code).toBe('23514')
      expect((await rpc({ category: 'fashion' })).error?.code).toBe('validation_failed')
      const many = Array.from({ length: 21 }, (_, n) => ({ name: `Option ${n}`, price: 1 }))
      expect((await rpc({ options: many })).error?.code).toBe('validation_failed')
      const others = await creator.client.from('services').insert({ ...row, owner_id: stranger.id })
      expect(others.error?.code).toBe('42501')
    },
  )
})

it('UG16 services.list: active ones by category, creator, text and price', async () => {
  const owner = await member(stack, ['creator'])
  const word = unique('word')
  const make = async (fields: Record<string, unknown>) =>
    (await makeService(stack, owner, { title: word, ...fields })).id
  const cheap = await make({ price: 100, tags: ['fast'] })
  const dear = await make({ price: 900, category: 'podcasts', description: 'A 4K needle in it.' })
  const tenge = await make({ price: 500, currency: 'KZT', title: `${word}, 4K` })
  const inactive = await make({ is_active: false })
  const ids = async (
    filters: Parameters<Member['tb']['services']['list']>[0] = {},
    { tb }: Pick<Member, 'tb'> = device(stack),
  ) => (await must(tb.services.list({ creator_id: owner.id, ...filters }))).items.map(({ id }) => id)
  expect(await ids()).toEqual([tenge, dear, cheap])
  expect(await ids({}, owner), 'one’s own, inactive ones too').toEqual([inactive, tenge, dear, cheap])
  const anybody = await must(device(stack).tb.services.list({ search: word }))
  expect(anybody.items.map(({ id }) => id)).toEqual([tenge, dear, cheap])
  expect(await ids({ category: 'podcasts' })).toEqual([dear])
  expect(await ids({ category: 'content-creation' })).toEqual([tenge, dear, cheap])
  expect(await ids({ tag: 'fast' })).toEqual([cheap])
  expect(await ids({ search: 'needle' })).toEqual([dear])
  expect(await ids({ search: '4k' }), 'too short for descriptions').toEqual([tenge])
  expect(await ids({ min_price: 101, currency: 'USD' })).toEqual([dear])
  expect(await ids({ max_price: 100, currency: 'USD' })).toEqual([cheap])
  expect(await ids({ sort: 'lowest_price', currency: 'USD' })).toEqual([cheap, dear])
  expect(await ids({ sort: 'highest_price', currency: 'USD' })).toEqual([dear, cheap])
  const page = await must(stranger.tb.services.list({ search: word, limit: 2 }))
  expect(page).toMatchObject({ total: 3, has_more: true })
  const rest = await must(stranger.tb.services.list({ search: word, limit: 2, cursor: page.next_cursor! }))
  expect(rest.items.map(({ id }) => id)).toEqual([cheap])
  expect((await device(stack).client.rpc('list_services', { search: word, tag: 'fast' })).data).toMatchObject([
    { id: cheap },
  ])
  const { tb } = device(stack)
  await expectRefusal(tb.services.list({ min_price: 2, max_price: 1, sort: 'lowest_price' }), 'validation_failed', {
    max_price: ['order'],
    currency: ['required'],
  })
})

it('UG17 services.get: active ones to everybody, the rest to their creator', async () => {
  const service = await must(creator.tb.services.create(input()))
  expect(await must(device(stack).tb.services.get(service.id))).toEqual(service)
  await must(creator.tb.services.update(service.id, { is_active: false }))
  await expectRefusal(device(stack).tb.services.get(service.id), 'not_found')
  await expectRefusal(stranger.tb.services.get(service.id), 'not_found')
  expect(await must(creator.tb.services.get(service.id))).toMatchObject({ is_active: false })
  expect((await stranger.client.rpc('get_service', { service_id: service.id })).data).toEqual([])
  expect((await stranger.client.from('services').select().eq('id', service.id)).data).toEqual([])
  await expectRefusal(stranger.tb.services.get('9'), 'validation_failed', { service_id: ['format'] })
  await expectUnchanged(
    () => servicesOf(creator),
    async () => {
      await expectRefusal(stranger.tb.services.update(service.id, { price: 1 }), 'not_found')
      await expectRefusal(stranger.tb.services.setOptions(service.id, []), 'not_found')
      await expectRefusal(stranger.tb.services.delete(service.id), 'not_found')
      await expectRefusal(creator.tb.services.update(service.id, {}), 'validation_failed')
    },
  )
  await must(creator.tb.services.delete(service.id))
  await expectRefusal(creator.tb.services.get(service.id), 'not_found')
})

it('UG48 services.get: price, estimated time, modifications and their price, active or not', async () => {
  const { id } = await must(creator.tb.services.create(input()))
  const service = await must(device(stack).tb.services.get(id))
  expectFields(service, {
    id: 'id',
    creator_profile: 'creator',
    creator_username: 'creator.username',
    title: 'title',
    description: 'description',
    price: 'price',
    estimated_time: 'delivery_days',
    allows_modifications: 'allows_modifications',
    modifications_price: 'modifications_price',
    is_active: 'is_active',
    created_at: 'created_at',
    updated_at: 'updated_at',
  })
  expect(service).toMatchObject({ allows_modifications: true, modifications_price: 5_000, is_active: true })
  const plain = await device(stack).client.rpc('get_service', { service_id: id }).single()
  expect(plain.data).toMatchObject({ id, creator_username: creator.username, delivery_days: 5 })
  const refusal = await expectRefusal(device(stack).tb.services.get(crypto.randomUUID()), 'not_found')
  expectFields(refusal, { error: 'code', detail: 'message' })
})

it('options are said anew as a whole; one with its id stays that one', async () => {
  const service = await must(creator.tb.services.create(input()))
  const [subtitles, raw] = service.options
  const changed = await must(
    creator.tb.services.setOptions(service.id, [
      { name: 'Music', price: 700 },
      { id: subtitles!.id, name: 'Subtitles', price: 4_000 },
    ]),
  )
  expect(changed.options).toMatchObject([{ name: 'Music' }, { id: subtitles!.id, price: 4_000, description: null }])
  await expectUnchanged(
    () => servicesOf(creator),
    async () => {
      const gone = creator.tb.services.setOptions(service.id, [{ id: raw!.id, name: 'Raw files', price: 0 }])
      await expectRefusal(gone, 'validation_failed', { 'options.0.id': ['known'] })
      const twice = { id: subtitles!.id, name: 'Twice', price: 1 }
      const shouted = { ...twice, id: subtitles!.id.toUpperCase() }
      const plain = await creator.client.rpc('set_service_options', {
        service_id: service.id,
        options: [twice, shouted],
      })
      expect(plain.error?.code).toBe('validation_failed')
      await expectRefusal(creator.tb.services.setOptions(service.id, [twice, twice]), 'validation_failed', {
        'options.0.id': ['duplicate'],
        'options.1.id': ['duplicate'],
      })
    },
  )
})
