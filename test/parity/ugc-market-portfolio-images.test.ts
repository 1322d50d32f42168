import type { PortfolioItem } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { creator, film, portfolioOf } from './creators.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let owner: Member
let stranger: Member
let item: PortfolioItem
beforeAll(async () => {
  stack = await startParityStack()
  owner = await creator(stack)
  stranger = await creator(stack)
})
beforeEach(async () => {
  item = await must(owner.tb.portfolio.create({ title: 'A work' }))
})
afterAll(() => stack.close())

const stored = async () => [await portfolioOf(stack, owner), await portfolioOf(stack, stranger)]

const places = { id: 'id', image: 'image', caption: 'caption', order: 'position', portfolio_item: 'item_id' }

it('UG44 portfolio.addImage: pictures and films of one’s own item, in their order', async () => {
  const input = { image: await picture(), caption: 'Sketches', position: 3 }
  const added = await must(owner.tb.portfolio.addImage(item.id, input))
  expectTaken(
    { ...input, portfolio_item: item.id },
    {
      portfolio_item: 'portfolio_item',
      image: 'image',
      caption: 'caption',
      order: 'position',
    },
  )
  expectFields(added, places)
  expect(added).toMatchObject({ item_id: item.id, account_id: owner.id, caption: 'Sketches', position: 3 })
  expect((await fetch(added.image)).headers.get('content-type')).toBe('image/png')

  // Without a position it goes to the end, and films stand beside pictures.
  const mp4 = await must(owner.tb.portfolio.addImage(item.id, { image: film() }))
  const mov = await must(owner.tb.portfolio.addImage(item.id, { image: film('video/quicktime') }))
  expect([mp4.position, mov.position]).toEqual([4, 5])
  expect([mp4.image_path, mov.image_path]).toEqual([expect.stringMatching(/\.mp4$/), expect.stringMatching(/\.mov$/)])
  expect((await fetch(mov.image)).headers.get('content-type')).toBe('video/quicktime')
  const bytes = { image: await film().arrayBuffer(), content_type: 'video/mp4' }
  expect(await must(owner.tb.portfolio.addImage(item.id, bytes))).toMatchObject({ position: 6, caption: null })

  const plain = { item_id: item.id, image_path: added.image_path }
  const { data } = await owner.client.from('portfolio_images').insert(plain).select().single()
  expect(data).toMatchObject({ ...plain, account_id: owner.id, position: 7 })

  const foreign = await must(stranger.tb.portfolio.create({ title: 'Theirs' }))
  await expectUnchanged(stored, async () => {
    const image = await picture()
    // The file was stored before the database said no, and is gone again.
    await expectRefusal(owner.tb.portfolio.addImage(foreign.id, { image }), 'not_found')
    await expectRefusal(owner.tb.portfolio.addImage(crypto.randomUUID(), { image }), 'not_found')
    await expectRefusal(device(stack).tb.portfolio.addImage(item.id, { image }), 'auth_required')
    const wrong = { image: 'x' as never, caption: 'x'.repeat(501), position: -1 }
    await expectRefusal(owner.tb.portfolio.addImage('x', wrong), 'validation_failed', {
      item_id: ['format'],
      image: ['type'],
      caption: ['length'],
      position: ['range'],
    })
    await expectRefusal(owner.tb.portfolio.addImage(item.id, {} as never), 'validation_failed', { image: ['required'] })
    for (const type of ['text/html', 'image/svg+xml', 'image/gif', 'video/webm', 'application/pdf', '']) {
      const file = { image: new Blob(['x'], { type }) }
      await expectRefusal(owner.tb.portfolio.addImage(item.id, file), 'validation_failed', { image: ['type'] })
    }
    const large = { image: new Blob([new Uint8Array(50 * 1024 * 1024 + 1)], { type: 'video/mp4' }) }
    await expectRefusal(owner.tb.portfolio.addImage(item.id, large), 'payload_too_large', { image: ['size'] })
    const several = { image: new Blob([], { type: 'image/png' }), position: -1 }
    const fields = { image: ['size'], position: ['range'] }
    await expectRefusal(owner.tb.portfolio.addImage(item.id, several), 'validation_failed', fields)
    await expectRefusal(owner.tb.portfolio.updateImage(crypto.randomUUID(), several), 'validation_failed', fields)

    const insert = (client: Member['client'], more: object) =>
      client.from('portfolio_images').insert({ ...plain, ...more })
    expect((await insert(owner.client, { item_id: foreign.id })).error?.code).toBe('23503')
    expect((await insert(stranger.client, { image_path: `${stranger.id}/x.png` })).error?.code).toBe('23503')
    expect((await insert(stranger.client, { account_id: owner.id })).error?.code).toBe('42501')
    expect((await insert(owner.client, { image_path: `${stranger.id}/x.png` })).error?.code).toBe('23514')
    expect((await insert(owner.client, { position: 10_001 })).error?.code).toBe('23514')
    expect((await insert(device(stack).client, { account_id: owner.id })).error?.code).toBe('42501')
  })
})

it('UG45 portfolio.listImages: the images of an item in order, in pages', async () => {
  const image = await picture()
  const [third, first, second] = await Promise.all(
    [9, 0, 4].map((position) =>
      must(owner.tb.portfolio.addImage(item.id, { image, position, caption: `${position}` })),
    ),
  )
  const filters = { portfolio_item_id: item.id }
  expectTaken(filters, { portfolio_item_id: 'portfolio_item_id' })
  const visitor = device(stack)
  const answer = await must(visitor.tb.portfolio.listImages(filters.portfolio_item_id))
  expectFields(answer, { count: 'total', next: 'next_cursor', results: 'items' })
  expectFields(answer.items[0], places)
  const items = [first, second, third]
  expect(answer).toEqual({ items, total: 3, total_is_exact: true, has_more: false, next_cursor: null })
  const page = await must(stranger.tb.portfolio.listImages(item.id, { limit: 2 }))
  expect(page).toMatchObject({ items: [first, second], total: 3, has_more: true })
  const next = await must(stranger.tb.portfolio.listImages(item.id, { cursor: page.next_cursor! }))
  expect(next).toMatchObject({ items: [third], total: 3, has_more: false })
  expect((await must(stranger.tb.portfolio.listImages(item.id, { offset: 1 }))).items).toEqual([second, third])
  const plain = await visitor.client.rpc('list_portfolio_images', { item_id: item.id })
  expect(plain.data.map(({ position }: { position: number }) => position)).toEqual([0, 4, 9])
  const own = await owner.client.from('portfolio_images').select('position').eq('item_id', item.id).order('position')
  expect(own.data).toEqual([{ position: 0 }, { position: 4 }, { position: 9 }])

  // The table is its owner's alone; who is not shown shows nothing.
  expect((await visitor.client.from('portfolio_images').select()).error?.code).toBe('42501')
  expect((await stranger.client.from('portfolio_images').select().eq('item_id', item.id)).data).toEqual([])
  await expectRefusal(visitor.tb.portfolio.listImages('x', { limit: 101 }), 'validation_failed', {
    item_id: ['format'],
    limit: ['range'],
  })
  const wrong = await visitor.client.rpc('list_portfolio_images', { item_id: item.id, page_size: 0 })
  expect(wrong.error?.code).toBe('validation_failed')
  expect((await must(visitor.tb.portfolio.listImages(crypto.randomUUID()))).items).toEqual([])
  const [hidden, viewer] = [await creator(stack), await member(stack, ['client'])]
  const theirs = await must(hidden.tb.portfolio.create({ title: 'Hidden' }))
  await must(hidden.tb.portfolio.addImage(theirs.id, { image }))
  expect((await viewer.client.rpc('block_account', { account_id: hidden.id })).error).toBeNull()
  expect((await must(viewer.tb.portfolio.listImages(theirs.id))).total).toBe(0)
  expect((await must(visitor.tb.portfolio.listImages(theirs.id))).total).toBe(1)
  await sql(stack)`select private.suspend_account(${hidden.id}, 'x')`
  expect((await must(visitor.tb.portfolio.listImages(theirs.id))).total).toBe(0)
})

it('UG46 portfolio.updateImage: caption, order or file of one’s own image', async () => {
  const before = await must(owner.tb.portfolio.addImage(item.id, { image: await picture(), caption: 'Old' }))
  const input = { caption: 'New', position: 7, image: film() }
  const changed = await must(owner.tb.portfolio.updateImage(before.id, input))
  expectTaken(input, { caption: 'caption', order: 'position', image: 'image' })
  expectFields(changed, places)
  expect(changed).toMatchObject({ id: before.id, item_id: item.id, caption: 'New', position: 7 })
  expect((await fetch(changed.image)).headers.get('content-type')).toBe('video/mp4')
  const { objects } = await portfolioOf(stack, owner)
  expect([objects.includes(before.image_path), objects.includes(changed.image_path)]).toEqual([false, true])
  expect(await must(owner.tb.portfolio.updateImage(before.id, { caption: null }))).toEqual({
    ...changed,
    caption: null,
  })
  const table = owner.client.from('portfolio_images')
  const plain = await table.update({ position: 2 }).eq('id', before.id).select().single()
  expect(plain.data).toMatchObject({ position: 2, image_path: changed.image_path })

  await expectUnchanged(stored, async () => {
    await expectRefusal(stranger.tb.portfolio.updateImage(before.id, input), 'not_found')
    await expectRefusal(owner.tb.portfolio.updateImage(crypto.randomUUID(), input), 'not_found')
    await expectRefusal(device(stack).tb.portfolio.updateImage(before.id, input), 'auth_required')
    await expectRefusal(device(stack).tb.portfolio.updateImage(before.id, { position: 1 }), 'auth_required')
    await expectRefusal(owner.tb.portfolio.updateImage(before.id, {}), 'validation_failed')
    const wrong = { caption: '', position: 10_001, image: null as never }
    await expectRefusal(owner.tb.portfolio.updateImage(before.id, wrong), 'validation_failed', {
      caption: ['length'],
      position: ['range'],
      image: ['type'],
    })
    const svg = { image: new Blob(['<svg/>'], { type: 'image/svg+xml' }) }
    await expectRefusal(owner.tb.portfolio.updateImage(before.id, svg), 'validation_failed', { image: ['type'] })
    const change = (client: Member['client'], values: object) =>
      client.from('portfolio_images').update(values).eq('id', before.id).select()
    expect((await change(stranger.client, { caption: 'Mine' })).data).toEqual([])
    expect((await change(device(stack).client, { caption: 'Mine' })).error?.code).toBe('42501')
    expect((await change(owner.client, { image_path: `${stranger.id}/x.png` })).error?.code).toBe('23514')
    expect((await change(owner.client, { item_id: item.id })).error?.code).toBe('42501')
    expect((await change(owner.client, { position: null })).error?.code).toBe('23502')
  })
})

it('UG47 portfolio.deleteImage: one’s own image and its file', async () => {
  const images = []
  for (let i = 0; i < 3; i += 1)
    images.push(await must(owner.tb.portfolio.addImage(item.id, { image: await picture() })))
  const [gone, plainly, kept] = images
  await expectUnchanged(stored, async () => {
    await expectRefusal(stranger.tb.portfolio.deleteImage(gone!.id), 'not_found')
    await expectRefusal(device(stack).tb.portfolio.deleteImage(gone!.id), 'auth_required')
    await expectRefusal(owner.tb.portfolio.deleteImage('x'), 'validation_failed', { image_id: ['format'] })
    expect((await stranger.client.from('portfolio_images').delete().eq('id', gone!.id).select()).data).toEqual([])
    expect((await device(stack).client.from('portfolio_images').delete().eq('id', gone!.id)).error?.code).toBe('42501')
  })
  expect(await must(owner.tb.portfolio.deleteImage(gone!.id))).toBeNull()
  await expectRefusal(owner.tb.portfolio.deleteImage(gone!.id), 'not_found')
  expect((await owner.client.from('portfolio_images').delete().eq('id', plainly!.id)).error).toBeNull()
  expect((await must(owner.tb.portfolio.get(item.id))).images).toEqual([kept])
  const { objects } = await portfolioOf(stack, owner)
  expect(images.map(({ image_path }) => objects.includes(image_path))).toEqual([false, false, true])
})
