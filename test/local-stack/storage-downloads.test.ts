import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStorageTest, type StorageTest } from './storage-people.ts'

let t: StorageTest
let shown: string
let hidden: string
const key = 'folder/a file.txt'

beforeAll(async () => {
  t = await openStorageTest()
  shown = await t.bucket({ public: true })
  hidden = await t.bucket()
  for (const bucket of [shown, hidden]) {
    const files = t.service.storage.from(bucket)
    await files.upload(key, '0123456789', { contentType: 'text/x-digits', cacheControl: '60' })
    await files.upload('page.html', '<script>', { contentType: 'text/html' })
  }
})
afterAll(() => t?.close())

const publicUrl = (options?: { download?: string | boolean }) =>
  t.anon.storage.from(shown).getPublicUrl(key, options).data.publicUrl

async function signedUrl(seconds = 60, options?: { download?: string | boolean }): Promise<string> {
  const { data, error } = await t.service.storage.from(hidden).createSignedUrl(key, seconds, options)
  if (error) throw error
  return data.signedUrl
}

test('a public object is everybody’s, with its headers', async () => {
  const answer = await fetch(publicUrl())
  expect(answer.status).toBe(200)
  expect(await answer.text()).toBe('0123456789')
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/x-digits',
    'content-length': '10',
    'cache-control': 'max-age=60',
    'accept-ranges': 'bytes',
    'x-robots-tag': 'none',
    etag: '"781e5e245d69b566979b86e28d23f2c7"',
  })
  expect(Date.parse(answer.headers.get('last-modified')!)).toBeGreaterThan(Date.now() - 60_000)
  expect(answer.headers.has('content-disposition')).toBe(false)
  // With a token as well as without one.
  expect(await (await t.anon.storage.from(shown).download(key)).data?.text()).toBe('0123456789')
  expect(await (await t.stranger.supabase.storage.from(shown).download(key)).data?.text()).toBe('0123456789')
})

test('a private object is nobody’s by its public url', async () => {
  const { publicUrl } = t.anon.storage.from(hidden).getPublicUrl(key).data
  const answer = await fetch(publicUrl)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ statusCode: '404', code: 'NoSuchBucket' })
})

describe('a signed url', () => {
  test('gives the object to whoever has it, until it expires', async () => {
    const answer = await fetch(await signedUrl())
    expect(await answer.text()).toBe('0123456789')
    const expires = Date.parse(answer.headers.get('expires')!)
    expect(expires).toBeGreaterThan(Date.now())
    expect(expires).toBeLessThanOrEqual(Date.now() + 60_000)
    expect(answer.headers.has('cache-control')).toBe(false)
  })

  test('is for one object, one action, and is not made up', async () => {
    const url = await signedUrl()
    const token = new URL(url).searchParams.get('token')!
    const { data: upload } = await t.service.storage.from(hidden).createSignedUploadUrl('other.txt')
    const tries: [string, string, string][] = [
      [url.replace('a%20file', 'b'), 'InvalidSignature', 'Invalid signature'],
      [url.replace(hidden, shown), 'InvalidSignature', 'Invalid signature'],
      [url.replace(token, `${token.slice(0, -6)}AAAAAA`), 'InvalidJWT', 'signature verification failed'],
      [url.replace(token, 'nonsense'), 'InvalidJWT', 'Invalid Compact JWS'],
      [url.replace(token, upload!.token), 'InvalidSignature', 'Token is not scoped for download'],
      [url.split('?')[0]!, 'InvalidRequest', "querystring must have required property 'token'"],
    ]
    for (const [tried, code, message] of tries) {
      const answer = await fetch(tried)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ statusCode: '400', code, message })
    }
  })

  test('of an object that is gone answers that it is gone', async () => {
    const files = t.service.storage.from(hidden)
    await files.upload('gone', 'x')
    const { data } = await files.createSignedUrl('gone', 60)
    await files.remove(['gone'])
    expect(await (await fetch(data!.signedUrl)).json()).toMatchObject({ statusCode: '404', code: 'NoSuchKey' })
  })

  test('needs a time that makes sense', async () => {
    const files = t.service.storage.from(hidden)
    for (const [seconds, message] of [
      [0, 'body/expiresIn must be >= 1'],
      [-1, 'body/expiresIn must be >= 1'],
      [1.5, 'body/expiresIn must be integer'],
      [Number.MAX_SAFE_INTEGER, 'Invalid Parameter expiresIn'],
    ] as const) {
      expect(await files.createSignedUrl(key, seconds)).toMatchObject({
        data: null,
        error: { statusCode: '400', message },
      })
    }
  })

  test('several at once; those that cannot be read are named', async () => {
    const { data } = await t.service.storage.from(hidden).createSignedUrls([key, 'nothing', 'page.html'], 60)
    expect(data).toMatchObject([
      { path: key, error: null },
      {
        path: 'nothing',
        error: 'Either the object does not exist or you do not have access to it',
        signedUrl: null,
      },
      { path: 'page.html', error: null },
    ])
    expect(await (await fetch(data![0]!.signedUrl!)).text()).toBe('0123456789')
  })
})

test('?download names the file, safely', async () => {
  const disposition = async (url: string) => (await fetch(url)).headers.get('content-disposition')
  expect(await disposition(publicUrl({ download: true }))).toBe('attachment;')
  expect(await disposition(publicUrl({ download: 'my "резюме".txt' }))).toBe(
    'attachment; filename=my%20%22%D1%80%D0%B5%D0%B7%D1%8E%D0%BC%D0%B5%22.txt; ' +
      "filename*=UTF-8''my%20%22%D1%80%D0%B5%D0%B7%D1%8E%D0%BC%D0%B5%22.txt",
  )
  expect(await disposition(await signedUrl(60, { download: 'b.txt' }))).toBe(
    "attachment; filename=b.txt; filename*=UTF-8''b.txt",
  )
})

test('a page is served as text', async () => {
  const { publicUrl } = t.anon.storage.from(shown).getPublicUrl('page.html').data
  expect((await fetch(publicUrl)).headers.get('content-type')).toBe('text/plain')
})

test.each([
  ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
  ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
  ['bytes=-2', 206, '89', 'bytes 8-9/10'],
  ['bytes=-50', 206, '0123456789', 'bytes 0-9/10'],
  ['bytes=8-100', 206, '89', 'bytes 8-9/10'],
  ['bytes=10-', 416, undefined, null],
  ['bytes=5-2', 416, undefined, null],
  ['bytes=-0', 416, undefined, null],
  ['bytes=0-1,4-5', 416, undefined, null],
  ['lines=0-1', 416, undefined, null],
])('Range: %s', async (range, status, text, contentRange) => {
  const answer = await fetch(await signedUrl(), { headers: { range } })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-range')).toBe(contentRange)
  if (text === undefined) {
    expect(await answer.json()).toEqual({
      statusCode: '416',
      code: 'InvalidRange',
      error: 'invalid_range',
      message: 'invalid range provided',
    })
  } else {
    expect(await answer.text()).toBe(text)
    expect(answer.headers.get('content-length')).toBe(String(text.length))
  }
})

test('what the client has already is not sent again', async () => {
  const first = await fetch(publicUrl())
  const etag = first.headers.get('etag')!
  const lastModified = first.headers.get('last-modified')!
  const ask = async (headers: Record<string, string>) => await fetch(publicUrl(), { headers, cache: 'no-store' })
  const known: Record<string, string>[] = [
    { 'if-none-match': etag },
    { 'if-none-match': `"x", W/${etag}` },
    { 'if-none-match': '*' },
    { 'if-modified-since': lastModified },
  ]
  for (const headers of known) {
    const answer = await ask(headers)
    expect(answer.status).toBe(304)
    expect(await answer.text()).toBe('')
  }
  const changed = await ask({ 'if-none-match': '"other"' })
  expect(changed.status).toBe(200)
  expect(changed.headers.get('cache-control')).toBe('max-age=60, stale-while-revalidate=30')
  const older = await ask({ 'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT' })
  expect(older.status).toBe(200)
})

test('HEAD, info and exists', async () => {
  const head = await fetch(publicUrl(), { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(head.headers.get('content-length')).toBe('10')
  expect(head.headers.get('content-type')).toBe('text/x-digits')
  const signed = await fetch(await signedUrl(), { method: 'HEAD' })
  expect(signed.headers.get('content-length')).toBe('10')

  const files = t.service.storage.from(hidden)
  const { data: info } = await files.info(key)
  const [row] = await t.sql`select * from storage.objects where bucket_id = ${hidden} and name = ${key}`
  expect(info).toEqual({
    id: row!.id,
    name: key,
    version: row!.version,
    bucketId: hidden,
    size: 10,
    contentType: 'text/x-digits',
    cacheControl: 'max-age=60',
    etag: '"781e5e245d69b566979b86e28d23f2c7"',
    metadata: {},
    lastModified: row!.updated_at.toISOString(),
    createdAt: row!.created_at.toISOString(),
  })
  expect(await files.exists(key)).toEqual({ data: true, error: null })
  expect(await files.exists('nothing')).toMatchObject({ data: false, error: { code: 'NoSuchKey' } })
  expect((await t.anon.storage.from(shown).info(key)).data).toMatchObject({ size: 10 })
  expect((await t.anon.storage.from(hidden).info(key)).error).toMatchObject({ code: 'NoSuchKey' })
})

test('a download can be read as a stream, and left in the middle', async () => {
  const bucket = await t.bucket()
  const files = t.service.storage.from(bucket)
  const large = Buffer.alloc(5_000_000, 'y')
  await files.upload('large', large)
  const { data } = await files.download('large').asStream()
  const reader = data!.getReader()
  const { value } = await reader.read()
  expect(value?.byteLength).toBeGreaterThan(0)
  await reader.cancel()
  expect((await files.download('large')).data?.size).toBe(large.byteLength)
})

test('a row without bytes says so', async () => {
  const bucket = await t.bucket({ public: true })
  await t.sql`insert into storage.objects ${t.sql([
    { bucket_id: bucket, name: 'a', version: '00000000-0000-4000-8000-000000000000' },
    { bucket_id: bucket, name: 'b', version: '../../../../../../../etc/hostname' },
    { bucket_id: bucket, name: 'c', version: null },
  ])}`
  for (const name of ['a', 'b', 'c']) {
    const answer = await fetch(t.anon.storage.from(bucket).getPublicUrl(name).data.publicUrl)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toEqual({
      error: 'Not found',
      message: 'The resource was not found',
      statusCode: '404',
      code: 'NoSuchKey',
    })
  }
})

describe('a signed url for an upload', () => {
  test.each([
    ['a raw body', 'content'],
    ['a form', new Blob(['content'])],
  ])('takes %s from whoever has it, once', async (_, body) => {
    const bucket = await t.bucket()
    await t.ownFolder(bucket, 'insert', 'select')
    const path = `${t.owner.id}/a`
    const { data, error } = await t.owner.supabase.storage.from(bucket).createSignedUploadUrl(path)
    expect(error).toBeNull()
    const files = t.anon.storage.from(bucket)
    expect(await files.uploadToSignedUrl(path, data!.token, body)).toEqual({
      data: { path, fullPath: `${bucket}/${path}` },
      error: null,
    })
    expect(await t.rows(bucket)).toMatchObject([{ name: path, owner_id: t.owner.id }])
    expect(await files.uploadToSignedUrl(path, data!.token, body, { upsert: true })).toMatchObject({
      error: { statusCode: '409', code: 'KeyAlreadyExists' },
    })
    const other = await files.uploadToSignedUrl(`${t.owner.id}/b`, data!.token, body)
    expect(other).toMatchObject({ error: { code: 'InvalidSignature' } })
    const download = await t.service.storage.from(bucket).createSignedUrl(path, 60)
    const asDownload = new URL(download.data!.signedUrl).searchParams.get('token')!
    expect(await files.uploadToSignedUrl(path, asDownload, body)).toMatchObject({
      error: { code: 'InvalidSignature', message: 'Token is not scoped for upload' },
    })
  })

  test('overwrites where it was made for that, within the bucket’s limits', async () => {
    const bucket = await t.bucket({ file_size_limit: 5, allowed_mime_types: ['text/plain'] })
    const files = t.service.storage.from(bucket)
    const type = { contentType: 'text/plain' }
    await files.upload('a', 'one', type)
    expect(await files.createSignedUploadUrl('a')).toMatchObject({ error: { code: 'KeyAlreadyExists' } })
    const { data } = await files.createSignedUploadUrl('a', { upsert: true })
    const send = (body: string, contentType: string) =>
      t.anon.storage.from(bucket).uploadToSignedUrl('a', data!.token, body, { contentType })
    expect(await send('123456', 'text/plain')).toMatchObject({ error: { statusCode: '413' } })
    expect(await send('two', 'text/html')).toMatchObject({ error: { statusCode: '415' } })
    expect((await send('two', 'text/plain')).error).toBeNull()
    expect(await (await files.download('a')).data!.text()).toBe('two')
  })
})
