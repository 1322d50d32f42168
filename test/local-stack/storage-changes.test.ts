import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStorageTest, type StorageTest } from './storage-people.ts'

let t: StorageTest
beforeAll(async () => {
  t = await openStorageTest()
})
afterAll(() => t?.close())

const text = async (bucket: string, key: string) =>
  await (await t.service.storage.from(bucket).download(key)).data?.text()

describe('remove', () => {
  test('deletes what is there and tells which', async () => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    for (const key of ['a', 'f/b', 'f/c']) await files.upload(key, 'x', { metadata: { key } })
    const { data, error } = await files.remove(['a', 'f/b', 'nothing'])
    expect(error).toBeNull()
    expect(data!.map((row) => row.name).toSorted()).toEqual(['a', 'f/b'])
    expect(data![0]).toMatchObject({ bucket_id: bucket, owner: '', metadata: { size: 1 } })
    expect((await t.rows(bucket)).map((row) => row.name)).toEqual(['f/c'])
    expect(await files.download('a')).toMatchObject({ error: { code: 'NoSuchKey' } })
    // A folder is no object.
    expect(await files.remove(['f'])).toEqual({ data: [], error: null })
  })

  test('takes 1 to 1,000 keys', async () => {
    const files = t.service.storage.from(await t.bucket())
    expect(await files.remove([])).toMatchObject({
      error: { message: 'body/prefixes must NOT have fewer than 1 items' },
    })
    expect(await files.remove(Array(1001).fill('a'))).toMatchObject({
      error: { message: 'Bulk object requests are limited to 1000 objects per request.' },
    })
    expect(await files.remove(Array(1000).fill('a'))).toEqual({ data: [], error: null })
  })
})

describe('copy', () => {
  test('makes a second object with the same bytes and metadata', async () => {
    const [bucket, other] = [await t.bucket(), await t.bucket()]
    const files = t.service.storage.from(bucket)
    await files.upload('a', 'content', { contentType: 'text/x-a', cacheControl: '60', metadata: { n: 1 } })
    expect(await files.copy('a', 'f/b')).toEqual({ data: { path: `${bucket}/f/b` }, error: null })
    expect(await files.copy('a', 'c', { destinationBucket: other })).toEqual({
      data: { path: `${other}/c` },
      error: null,
    })
    const [source, copy] = await t.rows(bucket)
    expect(copy).toMatchObject({
      name: 'f/b',
      user_metadata: { n: 1 },
      metadata: { mimetype: 'text/x-a', cacheControl: 'max-age=60', eTag: source!.metadata.eTag, size: 7 },
    })
    expect(copy!.id).not.toBe(source!.id)
    expect(copy!.version).not.toBe(source!.version)
    // Each has bytes of its own.
    await files.update('a', 'changed')
    await files.remove(['a'])
    expect([await text(bucket, 'f/b'), await text(other, 'c')]).toEqual(['content', 'content'])
  })

  test('with metadata of its own', async () => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    await files.upload('a', 'x', { contentType: 'text/x-a', cacheControl: '60', metadata: { n: 1 } })
    await files.copy('a', 'b', { copyMetadata: false, metadata: { mimetype: 'text/x-b' } })
    await files.copy('a', 'c', { copyMetadata: false })
    expect(await t.rows(bucket)).toMatchObject([
      { name: 'a' },
      { name: 'b', metadata: { mimetype: 'text/x-b', cacheControl: 'max-age=60' }, user_metadata: null },
      { name: 'c', metadata: { mimetype: 'text/x-a', cacheControl: 'max-age=60' }, user_metadata: null },
    ])
    const url = (await files.createSignedUrl('b', 60)).data!.signedUrl
    expect((await fetch(url)).headers.get('content-type')).toBe('text/x-b')
  })

  test('does not ask the bucket’s type and size limits, as the real service does not', async () => {
    const bucket = await t.bucket()
    const narrow = await t.bucket({ file_size_limit: 1, allowed_mime_types: ['image/png'] })
    await t.service.storage.from(bucket).upload('a', 'content', { contentType: 'text/html' })
    expect((await t.service.storage.from(bucket).copy('a', 'a', { destinationBucket: narrow })).error).toBeNull()
    expect((await t.service.storage.from(bucket).move('a', 'b', { destinationBucket: narrow })).error).toBeNull()
    expect(await t.rows(narrow)).toHaveLength(2)
  })

  test('refuses a missing source, a taken or impossible destination', async () => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    await files.upload('a', 'one')
    await files.upload('b', 'two')
    expect(await files.copy('nothing', 'c')).toMatchObject({ error: { statusCode: '404', code: 'NoSuchKey' } })
    expect(await files.copy('a', 'b')).toMatchObject({ error: { statusCode: '409', code: 'KeyAlreadyExists' } })
    expect(await files.copy('a', 'ö')).toMatchObject({ error: { statusCode: '400', code: 'InvalidKey' } })
    expect(await files.copy('a', 'a', { destinationBucket: 'nothing' })).toMatchObject({
      error: { statusCode: '404', code: 'InvalidRequest', message: 'The related resource does not exist' },
    })
    expect((await t.rows(bucket)).map((row) => row.name)).toEqual(['a', 'b'])
    expect(await text(bucket, 'b')).toBe('two')
  })
})

describe('move', () => {
  test('keeps the row and its metadata, under another key or in another bucket', async () => {
    const [bucket, other] = [await t.bucket(), await t.bucket()]
    const files = t.service.storage.from(bucket)
    await files.upload('a', 'content', { contentType: 'text/x-a', metadata: { n: 1 } })
    const [before] = await t.rows(bucket)
    expect(await files.move('a', 'f/b')).toEqual({ data: { message: 'Successfully moved' }, error: null })
    expect(await files.download('a')).toMatchObject({ error: { code: 'NoSuchKey' } })
    expect(await text(bucket, 'f/b')).toBe('content')
    expect((await files.move('f/b', 'c', { destinationBucket: other })).error).toBeNull()
    expect(await t.rows(bucket)).toEqual([])
    const [after] = await t.rows(other)
    expect(after).toMatchObject({
      id: before!.id,
      name: 'c',
      path_tokens: ['c'],
      created_at: before!.created_at,
      user_metadata: { n: 1 },
      metadata: { mimetype: 'text/x-a', size: 7, eTag: before!.metadata.eTag },
    })
    expect(await text(other, 'c')).toBe('content')
  })

  test('onto itself changes nothing; onto another object is refused', async () => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    await files.upload('a', 'one')
    await files.upload('b', 'two')
    const before = await t.rows(bucket)
    expect((await files.move('a', 'a')).error).toBeNull()
    expect(await files.move('a', 'b')).toMatchObject({ error: { statusCode: '409', code: 'ResourceAlreadyExists' } })
    expect(await files.move('nothing', 'c')).toMatchObject({ error: { statusCode: '404', code: 'NoSuchKey' } })
    expect(await files.move('a', 'ö')).toMatchObject({ error: { statusCode: '400', code: 'InvalidKey' } })
    expect(await files.move('a', 'a', { destinationBucket: 'nothing' })).toMatchObject({ error: { statusCode: '404' } })
    expect(await t.rows(bucket)).toEqual(before)
    expect([await text(bucket, 'a'), await text(bucket, 'b')]).toEqual(['one', 'two'])
  })

  test('gives the object to the user who moves it, and leaves its owner when the service does', async () => {
    const bucket = await t.bucket()
    await t.ownFolder(bucket, 'select', 'update')
    const key = `${t.owner.id}/a`
    await t.service.storage.from(bucket).upload(key, 'x')
    expect((await t.owner.supabase.storage.from(bucket).move(key, `${t.owner.id}/b`)).error).toBeNull()
    expect(await t.rows(bucket)).toMatchObject([{ owner_id: t.owner.id, owner: t.owner.id }])
    expect((await t.service.storage.from(bucket).move(`${t.owner.id}/b`, key)).error).toBeNull()
    expect(await t.rows(bucket)).toMatchObject([{ owner_id: t.owner.id }])
  })
})
