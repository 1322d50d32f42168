import type { Photo } from '@talentbase/sdk'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { serviceClient, sql, subscribe, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { modelWith } from './models.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  stranger = await modelWith(stack)
})
afterAll(() => stack.close())

const ids = (photos: Photo[]) => photos.map(({ id }) => id)
const mains = (photos: Photo[]) => photos.filter(({ is_main }) => is_main).map(({ id }) => id)

/** Somebody's rows and stored objects. */
async function kept({ id }: Member) {
  const rows = await sql(stack)`select * from public.photos where account_id = ${id} order by position, id`
  const objects = await sql(stack)`
    select name from storage.objects where bucket_id = 'photos' and name like ${`${id}/%`} order by name
  `
  return { rows: [...rows], objects: objects.map(({ name }) => name as string) }
}

async function withPhotos(count: number): Promise<{ owner: Member; photos: Photo[] }> {
  const owner = await modelWith(stack)
  const photos: Photo[] = []
  for (let i = 0; i < count; i++) photos.push(await must(owner.tb.photos.upload(await picture())))
  return { owner, photos }
}

const ofType = async (format: 'jpeg' | 'png' | 'webp', width = 8, height = 8): Promise<Blob> => {
  const bytes = await sharp({ create: { width, height, channels: 3, background: '#c8a' } })
    .toFormat(format)
    .toBuffer()
  return new Blob([new Uint8Array(bytes)], { type: `image/${format}` })
}

it('MW34 photos.upload: pictures only, with a thumbnail, as many as the plan allows', async () => {
  const owner = await modelWith(stack)
  const input = { file: await ofType('jpeg', 1200, 900), is_main: true, position: 0 }
  expectTaken(input, { file: 'file', is_main: 'is_main', order: 'position' })
  const first = await must(owner.tb.photos.upload(await ofType('png')))
  const { file, ...options } = input
  const photo = await must(owner.tb.photos.upload(file, options))
  expectFields(photo, {
    photo: '.',
    id: 'id',
    url: 'url',
    thumbnail_url: 'thumbnail_url',
    is_main: 'is_main',
    order: 'position',
  })
  expect(photo).toMatchObject({ account_id: owner.id, is_main: true, position: 0 })
  const [moved, before] = await must(owner.tb.photos.list())
  expect(moved).toEqual(photo)
  expect(before).toEqual({ ...first, is_main: false, position: 1 })

  // Everybody has both pictures; the thumbnail really is one.
  const sizeOf = async (url: string) => {
    const answer = await fetch(url)
    const { width, height } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata()
    return [width, height]
  }
  expect(await sizeOf(photo.url)).toEqual([1200, 900])
  expect(await sizeOf(photo.thumbnail_url)).toEqual([400, 300])
  const tall = await must(owner.tb.photos.upload(await ofType('webp', 500, 1000)))
  expect(await sizeOf(tall.thumbnail_url)).toEqual([200, 400])

  // Plain Storage makes the row, too.
  const path = `${owner.id}/${unique()}.png`
  expect((await owner.client.storage.from('photos').upload(path, await ofType('png'))).error).toBeNull()
  expect((await kept(owner)).rows.at(-1)).toMatchObject({ path, is_main: false, position: 3 })

  await expectUnchanged(
    () => kept(owner),
    async () => {
      const html = new Blob(['<script>alert(1)</script>'], { type: 'text/html' })
      const svg = new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'], { type: 'image/svg+xml' })
      const gif = new Blob(['GIF89a'], { type: 'image/gif' })
      for (const wrong of [html, svg, gif]) {
        await expectRefusal(owner.tb.photos.upload(wrong), 'validation_failed', { file: ['type'] })
        const name = `${owner.id}/${unique()}.png`
        expect((await owner.client.storage.from('photos').upload(name, wrong)).error).not.toBeNull()
      }
      const large = new Blob([new Uint8Array(10 * 1024 * 1024 + 1)], { type: 'image/png' })
      await expectRefusal(owner.tb.photos.upload(large), 'payload_too_large', { file: ['size'] })
      const plain = await owner.client.storage.from('photos').upload(`${owner.id}/${unique()}.png`, large)
      expect(plain.error).not.toBeNull()
      await expectRefusal(owner.tb.photos.upload(await picture(), { position: -1 }), 'validation_failed', {
        position: ['range'],
      })
      await expectRefusal(device(stack).tb.photos.upload(await picture()), 'auth_required')
      for (const { client } of [stranger, device(stack)]) {
        const name = `${owner.id}/${unique()}.png`
        expect((await client.storage.from('photos').upload(name, await picture())).error).not.toBeNull()
      }
    },
  )
})

it.each([
  { plan: null, allowed: 5, upgrade: 'casting_pro' },
  { plan: 'casting_pro', allowed: 20, upgrade: 'casting_business' },
])('photos.upload: racing uploads end where the plan does: $allowed', async ({ plan, allowed, upgrade }) => {
  const owner = await member(stack, ['model'])
  if (plan !== null) await subscribe(stack, owner, plan)
  const file = await picture()
  const answers = await Promise.all(Array.from({ length: allowed + 6 }, () => owner.tb.photos.upload(file)))
  const refusals = answers.flatMap(({ error }) => error ?? [])
  expect(refusals.map(({ code }) => code)).toEqual(Array(6).fill('quota_exceeded'))
  for (const { details } of refusals) {
    expect(details).toMatchObject({ entitlement_id: 'photos', quantity: allowed, upgrade_plan_id: upgrade })
  }
  const { rows, objects } = await kept(owner)
  expect(rows.map(({ position }) => position)).toEqual(Array.from({ length: allowed }, (_, i) => i))
  expect(rows.filter(({ is_main }) => is_main)).toHaveLength(1)
  // Nothing of a refused upload is stored.
  expect(rows.map(({ path }) => path).toSorted()).toEqual(objects)
  if (plan === null) {
    await subscribe(stack, owner, 'casting_business')
    await must(owner.tb.photos.upload(file))
  }
})

it('MW35 photos.list: a profile’s, in order, to whoever sees the profile', async () => {
  const { owner, photos } = await withPhotos(3)
  const visitor = device(stack)
  const { id } = await must(owner.tb.models.mine())
  expectTaken({ profile_id: id }, { profile_id: 'profile_id' })
  expect(await must(owner.tb.photos.list())).toEqual(photos)
  for (const { tb } of [visitor, stranger, owner]) {
    for (const one of [id, owner.id]) expect(await must(tb.photos.list(one))).toEqual(photos)
  }
  const rpc = async ({ client }: Pick<Member, 'client'>, profile_id: string) =>
    (await client.rpc('list_photos', { profile_id })).data?.map((row: { id: string }) => row.id)
  expect(await rpc(visitor, id)).toEqual(ids(photos))
  expect((await stranger.client.from('photos').select().eq('account_id', owner.id)).data).toEqual([])
  expect((await visitor.client.from('photos').select()).error?.code).toBe('42501')

  // By link: with the profile's id. Hidden: to its owner alone.
  await must(owner.tb.models.update({ visibility: 'link' }))
  for (const one of [visitor, stranger]) {
    expect([await rpc(one, id), await rpc(one, owner.id)]).toEqual([ids(photos), []])
  }
  await must(owner.tb.models.update({ visibility: 'hidden' }))
  for (const one of [visitor, stranger]) {
    expect([await rpc(one, id), await rpc(one, owner.id)]).toEqual([[], []])
    expect(await must(one.tb.photos.list(id))).toEqual([])
  }
  expect([await rpc(owner, id), await rpc(owner, owner.id)]).toEqual([ids(photos), ids(photos)])

  await expectRefusal(visitor.tb.photos.list(), 'auth_required')
  await expectRefusal(visitor.tb.photos.list('7'), 'validation_failed', { profile_id: ['format'] })
  expect(await must(visitor.tb.photos.list(crypto.randomUUID()))).toEqual([])
})

it('MW36 photos.update: another main photo, another place; exactly one is the main one', async () => {
  const { owner, photos } = await withPhotos(3)
  const [first, second, third] = ids(photos)
  expect(mains(photos)).toEqual([first])
  const input = { is_main: true, position: 0 } as const
  expectTaken(input, { is_main: 'is_main', order: 'position' })
  expect(await must(owner.tb.photos.update(third!, input))).toEqual({ ...photos[2], ...input })
  const after = await must(owner.tb.photos.list())
  expect([ids(after), mains(after)]).toEqual([[third, first, second], [third]])

  expect((await owner.client.rpc('change_photo', { photo_id: second, is_main: true })).error).toBeNull()
  expect(mains(await must(owner.tb.photos.list()))).toEqual([second])
  // Whoever chooses at once: still one.
  await Promise.all([first, second, third].map((id) => owner.tb.photos.update(id!, { is_main: true })))
  expect(mains(await must(owner.tb.photos.list()))).toHaveLength(1)

  await expectUnchanged(
    () => kept(owner),
    async () => {
      await expectRefusal(stranger.tb.photos.update(first!, input), 'not_found')
      await expectRefusal(device(stack).tb.photos.update(first!, input), 'auth_required')
      const wrong = { is_main: 'yes' as unknown as boolean, position: -1 }
      await expectRefusal(owner.tb.photos.update(first!, wrong), 'validation_failed', {
        is_main: ['type'],
        position: ['range'],
      })
      await expectRefusal(owner.tb.photos.update(first!, {}), 'validation_failed')
      await expectRefusal(owner.tb.photos.update(crypto.randomUUID(), input), 'not_found')
      expect((await stranger.client.rpc('change_photo', { photo_id: first, is_main: true })).error?.code).toBe(
        'not_found',
      )
      // Neither is a column that anybody may write: without one, or with two, there would not be exactly one.
      for (const change of [{ is_main: true }, { is_main: false }, { position: 7 }]) {
        expect((await owner.client.from('photos').update(change).eq('id', first!)).error?.code).toBe('42501')
      }
    },
  )
})

it('MW37 photos.delete: the file goes with it, and another one is the main one', async () => {
  const { owner, photos } = await withPhotos(3)
  const [first, second, third] = ids(photos)
  await expectUnchanged(
    () => kept(owner),
    async () => {
      await expectRefusal(stranger.tb.photos.delete(first!), 'not_found')
      await expectRefusal(device(stack).tb.photos.delete(first!), 'auth_required')
      await expectRefusal(owner.tb.photos.delete('7'), 'validation_failed', { photo_id: ['format'] })
      await stranger.client.from('photos').delete().eq('id', first!)
      await stranger.client.storage.from('photos').remove((await kept(owner)).objects)
    },
  )

  const drain = async () => {
    const { data, error } = await serviceClient(stack).functions.invoke('drain', { body: {} })
    if (error) throw error
    return data
  }
  await drain()
  expect(await must(owner.tb.photos.delete(first!))).toBeNull()
  expect(await drain()).toMatchObject({ deleted: 1, failed: 0 })
  const left = await must(owner.tb.photos.list())
  expect([ids(left), mains(left)]).toEqual([[second, third], [second]])
  expect((await kept(owner)).objects).toHaveLength(2)
  expect((await fetch(photos[0]!.url)).status).not.toBe(200)
  expect((await fetch(left[0]!.url)).status).toBe(200)

  // As a row, and as a file: either takes the other along.
  expect((await owner.client.from('photos').delete().eq('id', second!)).error).toBeNull()
  await drain()
  const { rows, objects } = await kept(owner)
  expect(rows).toMatchObject([{ id: third, is_main: true, path: objects[0] }])
  expect((await owner.client.storage.from('photos').remove(objects)).error).toBeNull()
  expect(await kept(owner)).toEqual({ rows: [], objects: [] })
  await expectRefusal(owner.tb.photos.delete(third!), 'not_found')
})

it('MW38 photos.reorder: exactly one’s own set, all or nothing', async () => {
  const { owner, photos } = await withPhotos(3)
  const other = await must(stranger.tb.photos.upload(await picture()))
  const [first, second, third] = ids(photos)
  const input = { photo_ids: [third!, first!, second!] }
  expectTaken(input, { photo_ids: 'photo_ids' })
  const ordered = await must(owner.tb.photos.reorder(input.photo_ids))
  expect(ids(ordered)).toEqual(input.photo_ids)
  expect(ordered.map(({ position }) => position)).toEqual([0, 1, 2])
  expect(mains(ordered)).toEqual([first])
  expect((await owner.client.rpc('reorder_photos', { photo_ids: [first, second, third] })).error).toBeNull()
  expect(ids(await must(owner.tb.photos.list()))).toEqual([first, second, third])

  await expectUnchanged(
    async () => [await kept(owner), await kept(stranger)],
    async () => {
      const set = { photo_ids: ['set'] }
      for (const wrong of [
        [],
        [third!, second!],
        [third!, second!, second!],
        [third!, second!, first!, first!],
        [third!, second!, first!, other.id],
        [third!, second!, crypto.randomUUID()],
      ]) {
        await expectRefusal(owner.tb.photos.reorder(wrong), 'validation_failed', set)
        expect((await owner.client.rpc('reorder_photos', { photo_ids: wrong })).error?.code).toBe('validation_failed')
      }
      await expectRefusal(owner.tb.photos.reorder(['7']), 'validation_failed', { photo_ids: ['format'] })
      await expectRefusal(stranger.tb.photos.reorder(input.photo_ids), 'validation_failed', set)
      await expectRefusal(device(stack).tb.photos.reorder(input.photo_ids), 'auth_required')
    },
  )
})
