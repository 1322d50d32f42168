import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { creator, portfolioOf } from './creators.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

// The items; their images are in ugc-market-portfolio-images.test.ts.
let stack: TestStack
let owner: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  owner = await creator(stack)
  stranger = await creator(stack)
})
afterAll(() => stack.close())

const stored = async () => [await portfolioOf(stack, owner), await portfolioOf(stack, stranger)]

const pdf = () => new Blob(['%PDF-1.7'], { type: 'application/pdf' })

const ofItem = {
  id: 'id',
  title: 'title',
  description: 'description',
  cover_image: 'cover',
  images: 'images',
  created_at: 'created_at',
  updated_at: 'updated_at',
  creator_profile: 'account_id',
}
const withImage = { ...ofItem, image: 'images.0.image', caption: 'images.0.caption', order: 'images.0.position' }

it('UG39 portfolio.list: anybody’s portfolio, newest first, in pages', async () => {
  const person = await creator(stack)
  const titles = ['First', 'Second', 'Third']
  const items = []
  for (const title of titles) {
    const item = await must(person.tb.portfolio.create({ title, description: 'A work.', cover: await picture() }))
    await must(person.tb.portfolio.addImage(item.id, { image: await picture(), caption: 'Seen' }))
    items.unshift(await must(person.tb.portfolio.get(item.id)))
  }
  const visitor = device(stack)
  const answer = await must(visitor.tb.portfolio.list(person.id))
  expectFields(answer, { count: 'total', next: 'next_cursor', results: 'items' })
  expectFields(answer.items[0], withImage)
  expect(answer).toEqual({ items, total: 3, total_is_exact: true, has_more: false, next_cursor: null })
  for (const { cover, images } of answer.items) {
    for (const url of [cover!, images[0]!.image]) {
      expect((await fetch(url)).headers.get('content-type')).toBe('image/png')
    }
  }

  const filters = { creator_profile_id: person.id, page_size: { limit: 2 }, page: { offset: 2 } }
  expectTaken(filters, { creator_profile_id: 'creator_profile_id', page: 'page', page_size: 'page_size' })
  const first = await must(visitor.tb.portfolio.list(filters.creator_profile_id, filters.page_size))
  expect(first).toMatchObject({ items: items.slice(0, 2), total: 3, has_more: true })
  expect((await must(visitor.tb.portfolio.list(person.id, { cursor: first.next_cursor! }))).items).toEqual([items[2]])
  expect((await must(visitor.tb.portfolio.list(person.id, filters.page))).items).toEqual([items[2]])
  const plain = await visitor.client.rpc('list_portfolio', { account_id: person.id })
  expect(plain.data.map(({ title }: { title: string }) => title)).toEqual(titles.toReversed())

  // One's own needs no name, but an account.
  expect((await must(person.tb.portfolio.list())).items).toEqual(items)
  await expectRefusal(visitor.tb.portfolio.list(), 'auth_required')
  expect((await visitor.client.from('portfolio_items').select()).error?.code).toBe('42501')
  expect((await stranger.client.from('portfolio_items').select().eq('account_id', person.id)).data).toEqual([])

  await expectRefusal(visitor.tb.portfolio.list('x', { limit: 0 }), 'validation_failed', {
    account_id: ['format'],
    limit: ['range'],
  })
  const wrong = await visitor.client.rpc('list_portfolio', { account_id: person.id, page_size: 101 })
  expect(wrong.error?.code).toBe('validation_failed')

  expect(await must(visitor.tb.portfolio.list(crypto.randomUUID()))).toMatchObject({ items: [], total: 0 })
  const viewer = await member(stack, ['client'])
  expect((await person.client.rpc('block_account', { account_id: viewer.id })).error).toBeNull()
  expect((await must(viewer.tb.portfolio.list(person.id))).total).toBe(0)
  await sql(stack)`select private.suspend_account(${person.id}, 'x')`
  for (const { tb } of [visitor, stranger]) expect((await must(tb.portfolio.list(person.id))).total).toBe(0)
})

it('UG40 portfolio.create: an item with a cover, or neither', async () => {
  const input = {
    title: 'A logo',
    description: 'For a bakery.',
    cover: await picture(),
    link: 'https://bakery.example.com',
    technologies: ['Illustrator', 'Paper'],
  }
  const created = await must(owner.tb.portfolio.create(input))
  expectTaken(input, { title: 'title', description: 'description', cover_image: 'cover' })
  expectFields(created, ofItem)
  const { cover: _, ...told } = input
  expect(created).toMatchObject({ ...told, account_id: owner.id, images: [] })
  expect((await fetch(created.cover!)).headers.get('content-type')).toBe('image/png')
  expect(created.cover_path!.startsWith(`${owner.id}/`)).toBe(true)
  expect(await must(owner.tb.portfolio.create({ title: 'Bare' }))).toMatchObject({
    description: null,
    cover_path: null,
    cover: null,
    link: null,
    technologies: [],
  })
  const bytes = new Uint8Array(await (await picture()).arrayBuffer())
  const plainFile = { title: 'Bytes', cover: bytes, content_type: 'image/png' }
  expect((await must(owner.tb.portfolio.create(plainFile))).cover_path).toMatch(/\.png$/)
  for (const role of ['model', 'freelancer']) {
    const { tb, client, id } = await member(stack, [role])
    expect((await must(tb.portfolio.create({ title: 'Mine' }))).account_id).toBe(id)
    const plain = await client.from('portfolio_items').insert({ title: 'Plain' }).select().single()
    expect(plain.data).toMatchObject({ account_id: id, title: 'Plain', cover_path: null, technologies: [] })
  }

  const client = await member(stack, ['client'])
  await expectUnchanged(
    async () => [await stored(), await portfolioOf(stack, client)],
    async () => {
      // The cover was stored before the database said no, and is gone again.
      await expectRefusal(client.tb.portfolio.create(input), 'permission_denied')
      await expectRefusal(device(stack).tb.portfolio.create(input), 'auth_required')
      const wrong = {
        title: '',
        description: 'x'.repeat(5001),
        cover: 'a picture' as never,
        link: 'javascript:alert(1)',
        technologies: Array.from({ length: 31 }, () => 'x'),
        position: 1,
      }
      await expectRefusal(owner.tb.portfolio.create(wrong), 'validation_failed', {
        title: ['length'],
        description: ['length'],
        cover: ['type'],
        link: ['format'],
        technologies: ['length'],
        position: ['unknown'],
      })
      await expectRefusal(owner.tb.portfolio.create({ title: 'A', cover: pdf() }), 'validation_failed', {
        cover: ['type'],
      })
      const large = new Blob([new Uint8Array(10 * 1024 * 1024 + 1)], { type: 'image/png' })
      await expectRefusal(owner.tb.portfolio.create({ title: 'A', cover: large }), 'payload_too_large', {
        cover: ['size'],
      })
      const several = { title: ' ', cover: large }
      for (const answer of [owner.tb.portfolio.create(several), owner.tb.portfolio.update(created.id, several)]) {
        await expectRefusal(answer, 'validation_failed', { title: ['length'], cover: ['size'] })
      }
      const insert = (one: Member['client'], more: object) =>
        one.from('portfolio_items').insert({ title: 'Plain', ...more })
      expect((await insert(owner.client, { title: ' ' })).error?.code).toBe('23514')
      expect((await insert(owner.client, { cover_path: created.cover })).error?.code).toBe('23514')
      expect((await insert(owner.client, { cover_path: `${stranger.id}/x.png` })).error?.code).toBe('23514')
      expect((await insert(owner.client, { id: crypto.randomUUID() })).error?.code).toBe('42501')
      expect((await insert(stranger.client, { account_id: owner.id })).error?.code).toBe('42501')
      expect((await insert(client.client, {})).error?.code).toBe('42501')
      expect((await insert(device(stack).client, { account_id: owner.id })).error?.code).toBe('42501')
    },
  )
})

it('UG41 portfolio.get: one item with its images, for everybody', async () => {
  const created = await must(owner.tb.portfolio.create({ title: 'Shown', description: 'x', cover: await picture() }))
  const images = []
  for (const caption of ['one', 'two']) {
    images.push(await must(owner.tb.portfolio.addImage(created.id, { image: await picture(), caption })))
  }
  const visitor = device(stack)
  const seen = await must(visitor.tb.portfolio.get(created.id))
  expectFields(seen, withImage)
  expect(seen).toEqual({ ...created, images })
  expect(images.map(({ position }) => position)).toEqual([0, 1])
  const plain = await visitor.client.rpc('get_portfolio_item', { item_id: created.id }).single()
  expect(plain.data).toMatchObject({ id: created.id, images: [{ caption: 'one' }, { caption: 'two' }] })

  const [suspended, blocking] = [await creator(stack), await creator(stack)]
  const theirs = await Promise.all(
    [suspended, blocking].map(({ tb }) => must(tb.portfolio.create({ title: 'Hidden' }))),
  )
  const viewer = await member(stack, ['client'])
  await sql(stack)`select private.suspend_account(${suspended.id}, 'x')`
  expect((await blocking.client.rpc('block_account', { account_id: viewer.id })).error).toBeNull()
  for (const id of [...theirs.map((item) => item.id), crypto.randomUUID()]) {
    await expectRefusal(viewer.tb.portfolio.get(id), 'not_found')
    expect((await viewer.client.rpc('get_portfolio_item', { item_id: id })).data).toEqual([])
  }
  await expectRefusal(visitor.tb.portfolio.get(theirs[0]!.id), 'not_found')
  expect((await must(visitor.tb.portfolio.get(theirs[1]!.id))).title).toBe('Hidden')
  await expectRefusal(visitor.tb.portfolio.get('x'), 'validation_failed', { item_id: ['format'] })
  expect((await visitor.client.rpc('get_portfolio_item', { item_id: 'x' })).error?.code).toBe('22P02')
})

it('UG42 portfolio.update: what is named of one’s own item; a new cover replaces the old', async () => {
  const before = await must(owner.tb.portfolio.create({ title: 'Old', description: 'Old', cover: await picture() }))
  const other = await must(owner.tb.portfolio.create({ title: 'Other' }))
  const input = { title: 'New', description: 'New', cover: await picture() }
  const changed = await must(owner.tb.portfolio.update(before.id, input))
  expectTaken(input, { title: 'title', description: 'description', cover_image: 'cover' })
  expectFields(changed, ofItem)
  const kept = { ...before, updated_at: expect.any(String) }
  expect(changed).toEqual({
    ...kept,
    title: 'New',
    description: 'New',
    cover: expect.any(String),
    cover_path: expect.any(String),
  })
  expect(changed.cover_path).not.toBe(before.cover_path)
  const { objects } = await portfolioOf(stack, owner)
  expect([objects.includes(before.cover_path!), objects.includes(changed.cover_path!)]).toEqual([false, true])

  expect(await must(owner.tb.portfolio.update(before.id, { title: 'Newer' }))).toMatchObject({
    title: 'Newer',
    description: 'New',
    cover_path: changed.cover_path,
  })
  const bare = await must(owner.tb.portfolio.update(before.id, { cover: null, description: null }))
  expect(bare).toMatchObject({ title: 'Newer', description: null, cover: null })
  expect((await portfolioOf(stack, owner)).objects).not.toContain(changed.cover_path)
  await must(owner.tb.portfolio.update(before.id, { cover: await picture() }))
  // An image is part of what an update answers, too.
  await must(owner.tb.portfolio.addImage(before.id, { image: await picture(), caption: 'Seen' }))
  const whole = await must(owner.tb.portfolio.update(before.id, { description: 'Again' }))
  expectFields(whole, withImage)
  const table = owner.client.from('portfolio_items')
  const plain = await table.update({ title: 'Plain' }).eq('id', before.id).select().single()
  expect(plain.data).toMatchObject({ title: 'Plain', description: 'Again', cover_path: whole.cover_path })
  expect(await must(owner.tb.portfolio.get(other.id))).toEqual(other)

  await expectUnchanged(stored, async () => {
    await expectRefusal(stranger.tb.portfolio.update(before.id, input), 'not_found')
    await expectRefusal(owner.tb.portfolio.update(crypto.randomUUID(), input), 'not_found')
    await expectRefusal(device(stack).tb.portfolio.update(before.id, input), 'auth_required')
    await expectRefusal(device(stack).tb.portfolio.update(before.id, { title: 'Mine' }), 'auth_required')
    await expectRefusal(owner.tb.portfolio.update(before.id, {}), 'validation_failed')
    await expectRefusal(owner.tb.portfolio.update(before.id, { content_type: 'image/png' }), 'validation_failed')
    const wrong = { title: null as never, link: 'x', cover: {} as never }
    await expectRefusal(owner.tb.portfolio.update(before.id, wrong), 'validation_failed', {
      title: ['type'],
      link: ['format'],
      cover: ['type'],
    })
    await expectRefusal(owner.tb.portfolio.update(before.id, { cover: pdf() }), 'validation_failed', {
      cover: ['type'],
    })
    const change = (client: Member['client'], values: object) =>
      client.from('portfolio_items').update(values).eq('id', before.id).select()
    expect((await change(stranger.client, { title: 'Mine' })).data).toEqual([])
    expect((await change(device(stack).client, { title: 'Mine' })).error?.code).toBe('42501')
    expect((await change(owner.client, { cover_path: `${stranger.id}/x.png` })).error?.code).toBe('23514')
    expect((await change(owner.client, { account_id: stranger.id })).error?.code).toBe('42501')
  })
})

it('UG43 portfolio.delete: one’s own item with its images and files', async () => {
  const [gone, plainly, kept] = await Promise.all(
    ['Gone', 'Plainly', 'Kept'].map(async (title) => {
      const item = await must(owner.tb.portfolio.create({ title, cover: await picture() }))
      await must(owner.tb.portfolio.addImage(item.id, { image: await picture() }))
      return must(owner.tb.portfolio.get(item.id))
    }),
  )
  await expectUnchanged(stored, async () => {
    await expectRefusal(stranger.tb.portfolio.delete(gone!.id), 'not_found')
    await expectRefusal(device(stack).tb.portfolio.delete(gone!.id), 'auth_required')
    await expectRefusal(owner.tb.portfolio.delete('x'), 'validation_failed', { item_id: ['format'] })
    expect((await stranger.client.from('portfolio_items').delete().eq('id', gone!.id).select()).data).toEqual([])
    expect((await device(stack).client.from('portfolio_items').delete().eq('id', gone!.id)).error?.code).toBe('42501')
  })
  expect(await must(owner.tb.portfolio.delete(gone!.id))).toBeNull()
  await expectRefusal(owner.tb.portfolio.delete(gone!.id), 'not_found')
  expect((await owner.client.from('portfolio_items').delete().eq('id', plainly!.id)).error).toBeNull()
  const filesOf = (item: typeof gone) => [item!.cover_path!, item!.images[0]!.image_path]
  const { objects, images } = await portfolioOf(stack, owner)
  for (const item of [gone, plainly]) {
    expect(images.filter(({ item_id }) => item_id === item!.id)).toEqual([])
    expect(filesOf(item).filter((path) => objects.includes(path))).toEqual([])
  }
  expect(objects).toEqual(expect.arrayContaining(filesOf(kept)))
  expect(await must(owner.tb.portfolio.get(kept!.id))).toEqual(kept)
})
