import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStorageTest, type StorageTest } from './storage-people.ts'

let t: StorageTest
beforeAll(async () => {
  t = await openStorageTest()
})
afterAll(() => t?.close())

const png = { contentType: 'image/png' }

function streamOf(...chunks: string[]): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))) as ReadableStream<Uint8Array>
}

describe('bodies', () => {
  const form = new FormData()
  form.append('cacheControl', '77')
  form.append('', new File(['content'], 'name.txt', { type: 'text/x-form' }))

  test.each([
    ['a text', 'content', 'text/plain;charset=UTF-8', 'max-age=3600'],
    ['a Buffer', Buffer.from('content'), 'text/plain;charset=UTF-8', 'max-age=3600'],
    ['an ArrayBuffer', new TextEncoder().encode('content').buffer, 'text/plain;charset=UTF-8', 'max-age=3600'],
    ['a Blob', new Blob(['content'], { type: 'text/x-blob' }), 'text/x-blob', 'max-age=3600'],
    ['a Blob without a type', new Blob(['content']), 'application/octet-stream', 'max-age=3600'],
    ['a File', new File(['content'], 'b.txt', { type: 'text/x-file' }), 'text/x-file', 'max-age=3600'],
    ['a FormData', form, 'text/x-form', 'max-age=77'],
    ['URLSearchParams', new URLSearchParams('content'), 'text/plain;charset=UTF-8', 'max-age=3600'],
    ['a web stream', streamOf('con', 'tent'), 'text/plain;charset=UTF-8', 'max-age=3600'],
    ['a Node stream', Readable.from([Buffer.from('content')]), 'text/plain;charset=UTF-8', 'max-age=3600'],
  ])('%s is stored byte by byte', async (_, body, mimetype, cacheControl) => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    const { data, error } = await files.upload('folder/a file.txt', body)
    expect(error).toBeNull()
    const [row] = await t.rows(bucket)
    expect(data).toEqual({ path: 'folder/a file.txt', fullPath: `${bucket}/folder/a file.txt`, id: row!.id })
    const length = body instanceof URLSearchParams ? 8 : 7
    expect(row!.metadata).toMatchObject({ mimetype, cacheControl, size: length, contentLength: length })
    const stored = await files.download('folder/a file.txt')
    expect(await stored.data?.text()).toBe(body instanceof URLSearchParams ? 'content=' : 'content')
  })

  test('an empty file, and one that does not fit into memory at once', async () => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    expect((await files.upload('empty', Buffer.alloc(0))).error).toBeNull()
    const large = Buffer.alloc(20_000_000, 'x')
    expect((await files.upload('large', large)).error).toBeNull()
    expect((await files.download('empty')).data?.size).toBe(0)
    expect(Buffer.from(await (await files.download('large')).data!.arrayBuffer()).equals(large)).toBe(true)
  })
})

test.each([
  ['a raw body', 'content'],
  ['a form', new Blob(['content'])],
])('%s carries cache control, type and user metadata', async (_, body) => {
  const bucket = await t.bucket()
  const metadata = { camera: 'Zenit ☀', size: { w: 2 } }
  const options = { cacheControl: '60', contentType: 'text/x-own', metadata }
  expect((await t.service.storage.from(bucket).upload('a', body, options)).error).toBeNull()
  const { data } = await t.service.storage.from(bucket).info('a')
  expect(data).toMatchObject({ cacheControl: 'max-age=60', metadata, name: 'a', bucketId: bucket, size: 7 })
  if (typeof body === 'string') expect(data).toMatchObject({ contentType: 'text/x-own' })
})

test('an object belongs to who uploaded it, and to nobody when the service did', async () => {
  const bucket = await t.bucket()
  await t.ownFolder(bucket, 'insert')
  const key = `${t.owner.id}/a.png`
  expect((await t.owner.supabase.storage.from(bucket).upload(key, 'x')).error).toBeNull()
  expect((await t.service.storage.from(bucket).upload('z.png', 'x')).error).toBeNull()
  expect(await t.rows(bucket)).toEqual([
    expect.objectContaining({ name: key, owner: t.owner.id, owner_id: t.owner.id, path_tokens: [t.owner.id, 'a.png'] }),
    expect.objectContaining({ name: 'z.png', owner: null, owner_id: null, user_metadata: {} }),
  ])
})

test('upsert and update replace the bytes, keep the row, and leave the old bytes nowhere', async () => {
  const bucket = await t.bucket()
  const files = t.service.storage.from(bucket)
  await files.upload('a', 'one', { metadata: { n: 1 } })
  const [first] = await t.rows(bucket)
  expect(await files.upload('a', 'two')).toMatchObject({ error: { statusCode: '409', code: 'KeyAlreadyExists' } })
  expect(await (await files.download('a')).data!.text()).toBe('one')

  expect((await files.upload('a', 'two!', { upsert: true, ...png })).error).toBeNull()
  expect(await (await files.download('a')).data!.text()).toBe('two!')
  expect((await files.update('a', 'three', { metadata: { n: 3 } })).error).toBeNull()
  expect(await (await files.download('a')).data!.text()).toBe('three')
  // What is not there is made.
  expect((await files.update('b', 'new')).error).toBeNull()

  const [changed] = await t.rows(bucket)
  expect(changed).toMatchObject({ id: first!.id, created_at: first!.created_at, user_metadata: { n: 3 } })
  expect(changed!.version).not.toBe(first!.version)
  expect(changed!.metadata).toMatchObject({ size: 5 })
  expect(changed!.updated_at > first!.updated_at).toBe(true)
})

describe('limits', () => {
  test.each([
    ['a body of known length', () => Buffer.alloc(11)],
    ['a stream', () => streamOf('123456', '78901')],
    ['a form', () => new Blob(['12345678901'])],
  ])('%s above the bucket’s limit is refused and not kept; at the limit it is taken', async (_, body) => {
    const bucket = await t.bucket({ file_size_limit: 10 })
    const files = t.service.storage.from(bucket)
    expect(await files.upload('over', body())).toMatchObject({
      data: null,
      error: { statusCode: '413', code: 'EntityTooLarge', message: 'The object exceeded the maximum allowed size' },
    })
    expect(await t.rows(bucket)).toEqual([])
    expect(
      (await files.upload('exact', body() instanceof Blob ? new Blob(['1234567890']) : '1234567890')).error,
    ).toBeNull()
    // An overwrite is no way past it.
    expect(await files.upload('exact', body(), { upsert: true })).toMatchObject({ error: { statusCode: '413' } })
    expect(await (await files.download('exact')).data!.text()).toBe('1234567890')
  })

  test('the project’s limit stands above the buckets’', async () => {
    const bucket = await t.bucket()
    const megabyte = Buffer.alloc(1024 * 1024)
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(megabyte) })
    expect(await t.service.storage.from(bucket).upload('a', endless)).toMatchObject({ error: { statusCode: '413' } })
    expect(await t.rows(bucket)).toEqual([])
  })

  test.each([
    ['image/png', true],
    ['image/jpeg', false],
    ['text/plain', true],
    ['text/x-anything', true],
    ['application/json', true],
    // The real service compares texts.
    ['application/json; charset=utf-8', false],
    ['IMAGE/PNG', false],
  ])('type %s: taken %s', async (contentType, taken) => {
    const bucket = await t.bucket({ allowed_mime_types: ['image/png', 'text/*', 'application/json'] })
    const files = t.service.storage.from(bucket)
    const { error } = await files.upload('a', 'x', { contentType })
    const refusal = { statusCode: '415', code: 'InvalidMimeType', message: `mime type ${contentType} is not supported` }
    if (taken) expect(error).toBeNull()
    else expect(error).toMatchObject(refusal)
    expect(await t.rows(bucket)).toHaveLength(taken ? 1 : 0)
    // A form's type is its file's.
    const formType = contentType.toLowerCase().split(';')[0]!
    const form = await files.upload('b', new Blob(['x'], { type: contentType }))
    if (formType === 'image/jpeg') expect(form.error).toMatchObject(refusal)
    else expect(form.error).toBeNull()
  })

  test('a folder’s placeholder is empty, of any type', async () => {
    const bucket = await t.bucket({ allowed_mime_types: ['image/png'] })
    const files = t.service.storage.from(bucket)
    expect(await files.upload('f/.emptyFolderPlaceholder', 'x')).toMatchObject({ error: { statusCode: '413' } })
    expect((await files.upload('f/.emptyFolderPlaceholder', Buffer.alloc(0))).error).toBeNull()
  })
})

describe('keys', () => {
  test.each(["a!-_.*'() b", 'a&$=@;:+,c', 'deep/er/and/deeper', `${'n'.repeat(200)}.txt`])(
    '%s is a key',
    async (key) => {
      const files = t.service.storage.from(await t.bucket())
      expect((await files.upload(key, 'x')).error).toBeNull()
      expect(await (await files.download(key)).data!.text()).toBe('x')
      expect((await files.info(key)).data).toMatchObject({ name: key })
    },
  )

  test.each(['ü.png', 'a[1].png', 'a{b}', 'a^b', 'a~b', 'a|b', '', 'файл.pdf', 'a"b', 'a<b>'])(
    '%j is none',
    async (key) => {
      const bucket = await t.bucket()
      expect(await t.service.storage.from(bucket).upload(key, 'x')).toMatchObject({
        error: { statusCode: '400', code: 'InvalidKey', message: `Invalid key: ${key}` },
      })
      expect(await t.rows(bucket)).toEqual([])
    },
  )

  test('dots lead nowhere: the key is kept as it is and the bytes lie where no key leads', async () => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    await files.upload('a', 'x')
    const key = '../../../../etc/x'
    expect((await files.copy('a', key)).error).toBeNull()
    expect((await t.rows(bucket)).map((row) => row.name)).toEqual([key, 'a'])
    const { data } = await files.createSignedUrls([key], 60)
    expect(data).toMatchObject([{ path: key, error: null }])
  })

  test('one that S3 has no room for is refused', async () => {
    const bucket = await t.bucket()
    expect(await t.service.storage.from(bucket).upload('k'.repeat(1000), 'x')).toMatchObject({
      error: { statusCode: '400', code: 'S3Error', message: 'KeyTooLongError' },
    })
    expect(await t.rows(bucket)).toEqual([])
  })
})
