import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { serviceClient, sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { creator, film, portfolioOf } from '../parity/creators.ts'
import { type Member, picture, startParityStack } from '../parity/people.ts'

let stack: TestStack
let owner: Member
let item: string
beforeAll(async () => {
  stack = await startParityStack()
})
beforeEach(async () => {
  owner = await creator(stack)
  item = (await must(owner.tb.portfolio.create({ title: 'A work' }))).id
})
afterAll(() => stack.close())

/** Adds images as rows alone, of one position each. */
const addRows = (positions: (number | null)[]) => sql(stack)`
  insert into public.portfolio_images (item_id, account_id, image_path, position)
  select ${item}, ${owner.id}, ${owner.id} || '/' || gen_random_uuid() || '.png', p
  from unnest(${positions}::int[]) with ordinality as w (p, n) order by n`

const positions = async () =>
  (await sql(stack)`select position from public.portfolio_images where item_id = ${item} order by position, id`).map(
    (row) => row.position as number,
  )

const add = () =>
  statement('insert into public.portfolio_images (item_id, image_path) values ($1, $2)', item, `${owner.id}/x.png`)

describe('the order of images', () => {
  test('is one and the same wherever it is asked for, also where positions are equal', async () => {
    await addRows([3, 0, 3, 1, 0, 3, 1, 0, 3, 3, 2, 10_000, 10_000])
    const whole = (await must(owner.tb.portfolio.get(item))).images.map(({ id }) => id)
    expect(whole).toHaveLength(13)
    for (const limit of [1, 2, 5, 13]) {
      const ids: string[] = []
      let cursor: string | undefined
      do {
        const page = await must(owner.tb.portfolio.listImages(item, { limit, ...(cursor && { cursor }) }))
        expect(page.total).toBe(13)
        ids.push(...page.items.map(({ id }) => id))
        cursor = page.next_cursor ?? undefined
      } while (cursor !== undefined)
      expect(ids, `${limit} a page`).toEqual(whole)
    }
    const [listed] = (await must(owner.tb.portfolio.list())).items
    expect(listed!.images.map(({ id }) => id)).toEqual(whole)
    // A change of something else moves nothing.
    await must(owner.tb.portfolio.updateImage(whole[4]!, { caption: 'Seen' }))
    expect((await must(owner.tb.portfolio.get(item))).images.map(({ id }) => id)).toEqual(whole)
  })

  test('goes on at the end, also after the last place and in one statement', async () => {
    await addRows([null, null, 7, null])
    expect(await positions()).toEqual([0, 1, 7, 8])
    await addRows([10_000, null])
    expect(await positions()).toEqual([0, 1, 7, 8, 10_000, 10_000])
  })

  test('images added at once have a place each', async () => {
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 15 }, () => ({ as: owner, runs: [add(), add()] })),
    )
    expect(new Set(codesOf(outcomes))).toEqual(new Set(['done']))
    expect(await positions()).toEqual(Array.from({ length: 30 }, (_, i) => i))
  })
})

describe('an item has a hundred images at most', () => {
  test('however many are added at once', async () => {
    await addRows(Array.from({ length: 95 }, () => null))
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 12 }, () => ({ as: owner, runs: [add()] })),
    )
    expect(codesOf(outcomes)).toEqual([...Array(7).fill('conflict'), ...Array(5).fill('done')])
    expect(await positions()).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  test('and in one statement, which then adds none', async () => {
    const many = Array.from({ length: 101 }, () => ({ item_id: item, image_path: `${owner.id}/x.png` }))
    const { error } = await owner.client.from('portfolio_images').insert(many)
    expect(error?.code).toBe('conflict')
    expect(await positions()).toEqual([])
    expect((await owner.client.from('portfolio_images').insert(many.slice(1))).error).toBeNull()

    // What a refused call has stored is gone again; one that goes makes room.
    const before = await portfolioOf(stack, owner)
    const refused = await owner.tb.portfolio.addImage(item, { image: await picture() })
    expect(refused.error?.code).toBe('conflict')
    expect(await portfolioOf(stack, owner)).toEqual(before)
    await must(owner.tb.portfolio.deleteImage((await must(owner.tb.portfolio.get(item))).images[0]!.id))
    await must(owner.tb.portfolio.addImage(item, { image: await picture() }))
    expect(await positions()).toHaveLength(100)
  })
})

describe('files', () => {
  const queued = async () =>
    (await sql(stack)`select path from private.object_deletions where path like ${`${owner.id}/%`}`).map(
      ({ path }) => path,
    )
  const isStored = async (path: string) => (await serviceClient(stack).storage.from('portfolio').exists(path)).data
  const drain = async () => {
    const { error } = await serviceClient(stack).functions.invoke('drain', { body: {} })
    if (error) throw error
  }

  test('of an item go with it, all of them, and no other', async () => {
    const gone = await must(owner.tb.portfolio.create({ title: 'Gone', cover: await picture() }))
    const kept = await must(owner.tb.portfolio.create({ title: 'Kept', cover: await picture() }))
    const images = []
    for (const image of [await picture(), film(), film('video/quicktime')]) {
      images.push(await must(owner.tb.portfolio.addImage(gone.id, { image })))
    }
    const other = await must(owner.tb.portfolio.addImage(kept.id, { image: await picture() }))
    expect(await queued()).toEqual([])
    await must(owner.tb.portfolio.delete(gone.id))
    const paths = [gone.cover_path!, ...images.map(({ image_path }) => image_path)]
    expect((await queued()).sort()).toEqual(paths.toSorted())
    await drain()
    expect(await Promise.all(paths.map(isStored))).toEqual([false, false, false, false])
    expect(await Promise.all([kept.cover_path!, other.image_path].map(isStored))).toEqual([true, true])
    expect(await queued()).toEqual([])
  })

  test('that an image replaces go, the new ones stay', async () => {
    const before = await must(owner.tb.portfolio.addImage(item, { image: await picture() }))
    const after = await must(owner.tb.portfolio.updateImage(before.id, { image: film() }))
    await must(owner.tb.portfolio.updateImage(before.id, { caption: 'Only words' }))
    expect(await queued()).toEqual([before.image_path])
    await drain()
    expect(await Promise.all([before.image_path, after.image_path].map(isStored))).toEqual([false, true])
  })

  test('that two rows name stay while one of them does', async () => {
    const image = await must(owner.tb.portfolio.addImage(item, { image: await picture() }))
    const cover = { cover_path: image.image_path }
    expect((await owner.client.from('portfolio_items').update(cover).eq('id', item)).error).toBeNull()
    await must(owner.tb.portfolio.deleteImage(image.id))
    await drain()
    expect(await isStored(image.image_path)).toBe(true)
    await must(owner.tb.portfolio.update(item, { cover: null }))
    await drain()
    expect(await isStored(image.image_path)).toBe(false)
  })

  test('go with the account', async () => {
    await must(owner.tb.portfolio.update(item, { cover: await picture() }))
    await must(owner.tb.portfolio.addImage(item, { image: film() }))
    const { objects } = await portfolioOf(stack, owner)
    expect(objects).toHaveLength(2)
    await must(owner.tb.accounts.delete({ password: owner.password }))
    expect(await portfolioOf(stack, owner)).toEqual({ items: [], images: [], objects: [] })
    await drain()
    expect(await Promise.all(objects.map(isStored))).toEqual([false, false])
  })
})
