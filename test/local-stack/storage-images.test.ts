import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStorageTest, type StorageTest } from './storage-people.ts'

let t: StorageTest
let bucket: string

const solid = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 30, b: 30 } } })

beforeAll(async () => {
  t = await openStorageTest()
  bucket = await t.bucket({ public: true })
  const files = t.service.storage.from(bucket)
  const sideways = await solid(400, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer()
  await files.upload('wide.jpg', await solid(400, 200).jpeg().toBuffer(), { contentType: 'image/jpeg' })
  await files.upload('sideways.jpg', sideways, { contentType: 'image/jpeg' })
  await files.upload('wide.png', await solid(400, 200).png().toBuffer(), { contentType: 'image/png' })
  await files.upload('wide.avif', await solid(40, 20).avif().toBuffer(), { contentType: 'image/avif' })
  await files.upload('text.png', 'no image', { contentType: 'image/png' })
  await files.upload('huge.png', await solid(10_000, 6_000).png().toBuffer(), { contentType: 'image/png' })
  await files.upload('heavy.png', Buffer.alloc(26 * 1024 * 1024), { contentType: 'image/png' })
})
afterAll(() => t?.close())

type Transform = NonNullable<
  NonNullable<Parameters<ReturnType<StorageTest['anon']['storage']['from']>['getPublicUrl']>[1]>['transform']
>

const publicUrl = (key: string, transform: Transform) =>
  t.anon.storage.from(bucket).getPublicUrl(key, { transform }).data.publicUrl

async function rendered(url: string, accept?: string) {
  const answer = await fetch(url, accept === undefined ? {} : { headers: { accept } })
  if (answer.status !== 200) return { error: await answer.json() }
  const bytes = Buffer.from(await answer.arrayBuffer())
  expect(answer.headers.get('content-length')).toBe(String(bytes.byteLength))
  const { width, height, format, exif } = await sharp(bytes).metadata()
  return { size: [width, height], format, type: answer.headers.get('content-type'), exif, headers: answer.headers }
}

describe('sizes', () => {
  test.each([
    [{ width: 100 }, [100, 50]],
    [{ height: 100 }, [200, 100]],
    [{ width: 100, height: 100 }, [100, 100]],
    [{ width: 100, height: 100, resize: 'cover' }, [100, 100]],
    [{ width: 100, height: 100, resize: 'contain' }, [100, 50]],
    [{ width: 100, height: 100, resize: 'fill' }, [100, 100]],
    [{ width: 4000 }, [400, 200]],
  ] as [Transform, number[]][])('%j of 400 × 200', async (transform, size) => {
    expect(await rendered(publicUrl('wide.jpg', transform))).toMatchObject({ size, format: 'jpeg', type: 'image/jpeg' })
  })

  test('a picture stands upright and says nothing about its camera', async () => {
    expect(await rendered(publicUrl('sideways.jpg', { width: 100 }))).toMatchObject({
      size: [100, 200],
      exif: undefined,
    })
  })
})

test('the format is the original’s, or webp for who takes it, or what is asked for', async () => {
  const png = publicUrl('wide.png', { width: 10 })
  const browser = 'image/avif,image/webp,*/*'
  expect(await rendered(png)).toMatchObject({ format: 'png', type: 'image/png' })
  expect(await rendered(png, browser)).toMatchObject({ format: 'webp', type: 'image/webp' })
  expect(await rendered(publicUrl('wide.png', { width: 10, format: 'origin' }), browser)).toMatchObject({
    format: 'png',
  })
  expect(await rendered(`${png}&format=avif`)).toMatchObject({ format: 'heif', type: 'image/avif' })
  expect(await rendered(publicUrl('wide.avif', { width: 10 }))).toMatchObject({ type: 'image/avif', size: [10, 5] })
})

test('quality makes it smaller', async () => {
  const length = async (quality: number) =>
    Number((await fetch(publicUrl('wide.jpg', { width: 300, quality }))).headers.get('content-length'))
  expect(await length(20)).toBeLessThan(await length(100))
})

test('by public url, by token and by signed url, each as its bucket allows', async () => {
  const hidden = await t.bucket()
  await t.ownFolder(hidden, 'select')
  const key = `${t.owner.id}/a b.jpg`
  await t.service.storage
    .from(hidden)
    .upload(key, await solid(400, 200).jpeg().toBuffer(), { contentType: 'image/jpeg' })
  const transform = { width: 40, height: 40, resize: 'contain' } as const

  const { data } = await t.owner.supabase.storage.from(hidden).download(key, { transform })
  expect(await sharp(Buffer.from(await data!.arrayBuffer())).metadata()).toMatchObject({ width: 40, height: 20 })
  for (const client of [t.anon, t.stranger.supabase]) {
    expect((await client.storage.from(hidden).download(key, { transform })).error).toMatchObject({ code: 'NoSuchKey' })
  }
  const notPublic = t.anon.storage.from(hidden).getPublicUrl(key, { transform }).data.publicUrl
  expect(await rendered(notPublic)).toMatchObject({ error: { code: 'NoSuchBucket' } })

  const { data: signed } = await t.owner.supabase.storage.from(hidden).createSignedUrl(key, 60, { transform })
  expect(signed!.signedUrl).toContain('/render/image/sign/')
  const result = await rendered(signed!.signedUrl)
  expect(result).toMatchObject({ size: [40, 20] })
  expect(result.headers!.has('expires')).toBe(true)
  // What was signed cannot be changed.
  expect(await rendered(`${signed!.signedUrl}&width=400&resize=fill`)).toMatchObject({ size: [40, 20] })
})

test.each([
  ['text.png', { width: 10 }, 'The source image is invalid or unsupported for rendering'],
  ['huge.png', { width: 10 }, 'The source image resolution is too large to process'],
  ['heavy.png', { width: 10 }, 'The source image file is too large to process'],
  ['wide.png', { width: -1 }, 'querystring/width must be >= 0'],
  ['wide.png', { width: 1.5 }, 'querystring/width must be integer'],
  ['wide.png', { width: 10, quality: 10 }, 'querystring/quality must be >= 20'],
  ['wide.png', { width: 10, quality: 101 }, 'querystring/quality must be <= 100'],
  ['wide.png', { width: 10, resize: 'stretch' }, 'querystring/resize must be equal to one of the allowed values'],
] as [string, Transform, string][])('%s with %j is refused', async (key, transform, message) => {
  expect(await rendered(publicUrl(key, transform))).toMatchObject({
    error: { statusCode: '400', code: 'InvalidRequest', message },
  })
})

test('what is not there', async () => {
  expect(await rendered(publicUrl('nothing.png', { width: 10 }))).toMatchObject({ error: { code: 'NoSuchKey' } })
  const files = t.service.storage.from(bucket)
  expect(await files.createSignedUrl('wide.png', 60, { transform: { width: 1, quality: 5 } })).toMatchObject({
    error: { message: 'body/transform/quality must be >= 20' },
  })
})
