import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStorageTest, type StorageTest } from './storage-people.ts'

let t: StorageTest
const made: string[] = []

beforeAll(async () => {
  t = await openStorageTest()
})
afterAll(async () => {
  for (const id of made) await t.service.storage.deleteBucket(id)
  await t?.close()
})

function newName(): string {
  const id = `made-${randomUUID()}`
  made.push(id)
  return id
}

const row = async (id: string) => (await t.sql`select * from storage.buckets where id = ${id}`)[0]

test('the service makes, reads, changes and deletes buckets', async () => {
  const { storage } = t.service
  const id = newName()
  const settings = { public: true, fileSizeLimit: 1000, allowedMimeTypes: ['image/png', 'text/*'] }
  expect(await storage.createBucket(id, settings)).toEqual({ data: { name: id }, error: null })
  const { data } = await storage.getBucket(id)
  const stored = await row(id)
  expect(data).toEqual({
    id,
    name: id,
    owner: '',
    public: true,
    file_size_limit: 1000,
    allowed_mime_types: ['image/png', 'text/*'],
    created_at: stored!.created_at.toISOString(),
    updated_at: stored!.updated_at.toISOString(),
  })

  // What an update leaves out stays; null takes a limit away.
  expect(await storage.updateBucket(id, { public: false })).toEqual({
    data: { message: 'Successfully updated' },
    error: null,
  })
  expect(await row(id)).toMatchObject({
    public: false,
    file_size_limit: '1000',
    allowed_mime_types: ['image/png', 'text/*'],
  })
  await storage.updateBucket(id, { public: false, fileSizeLimit: null, allowedMimeTypes: null })
  expect(await row(id)).toMatchObject({ file_size_limit: null, allowed_mime_types: null, type: 'STANDARD' })
  await storage.updateBucket(id, { public: false, fileSizeLimit: '1.5KB' })
  expect(await row(id)).toMatchObject({ file_size_limit: '1500' })

  expect(await storage.deleteBucket(id)).toEqual({ data: { message: 'Successfully deleted' }, error: null })
  expect(await row(id)).toBeUndefined()
  expect(await storage.getBucket(id)).toMatchObject({ data: null, error: { statusCode: '404', code: 'NoSuchBucket' } })
})

test('listBuckets sorts, pages and searches', async () => {
  const prefix = randomUUID()
  for (const name of ['b', 'a', 'c']) {
    made.push(`${prefix}-${name}`)
    await t.service.storage.createBucket(`${prefix}-${name}`)
  }
  const names = async (options: Parameters<typeof t.service.storage.listBuckets>[0]) => {
    const { data, error } = await t.service.storage.listBuckets({ search: prefix, ...options })
    if (error) throw error
    return data.map((bucket) => bucket.name.slice(prefix.length + 1))
  }
  expect(await names({ sortColumn: 'name', sortOrder: 'asc' })).toEqual(['a', 'b', 'c'])
  expect(await names({ sortColumn: 'created_at', sortOrder: 'desc' })).toEqual(['c', 'a', 'b'])
  expect(await names({ sortColumn: 'id', limit: 1, offset: 1 })).toEqual(['b'])
  expect(await names({ search: `${prefix.toUpperCase()}-A` })).toEqual(['a'])
  expect(await names({ search: '%' })).toEqual([])
  expect((await t.service.storage.listBuckets({ search: prefix })).data![0]).toMatchObject({ type: 'STANDARD' })
})

test('what a bucket may not be', async () => {
  const { storage } = t.service
  const id = newName()
  const refused: [Promise<{ error: unknown }>, object][] = [
    [storage.createBucket(''), { code: 'InvalidBucketName', message: 'Bucket name invalid', statusCode: '400' }],
    [storage.createBucket(' padded'), { code: 'InvalidBucketName' }],
    [storage.createBucket('a/b'), { code: 'InvalidBucketName' }],
    [storage.createBucket('ведро'), { code: 'InvalidBucketName' }],
    [storage.createBucket('n'.repeat(101)), { code: 'InvalidBucketName' }],
    [storage.createBucket('x--table-s3'), { code: 'InvalidBucketName' }],
    [storage.createBucket(id, { public: false, fileSizeLimit: '1TB' }), { code: 'InvalidRequest' }],
    [storage.createBucket(id, { public: false, fileSizeLimit: -1 }), { code: 'InvalidRequest' }],
    [
      storage.createBucket(id, { public: false, fileSizeLimit: '100GB' }),
      { code: 'EntityTooLarge', statusCode: '413' },
    ],
    [
      storage.createBucket(id, { public: false, allowedMimeTypes: ['png'] }),
      { code: 'InvalidMimeType', statusCode: '415' },
    ],
  ]
  for (const [call, error] of refused) expect(await call).toMatchObject({ data: null, error })
  expect(await row(id)).toBeUndefined()

  await storage.createBucket(id)
  expect(await storage.createBucket(id)).toMatchObject({ error: { statusCode: '409', code: 'BucketAlreadyExists' } })
  expect(await storage.updateBucket(id, { public: true, fileSizeLimit: '100GB' })).toMatchObject({
    error: { code: 'EntityTooLarge' },
  })
  expect(await storage.updateBucket('nothing', { public: true })).toMatchObject({ error: { code: 'NoSuchBucket' } })
  expect(await row(id)).toMatchObject({ public: false, file_size_limit: null })
})

test('a bucket is deleted when it is empty, and emptied by the service alone', async () => {
  const { storage } = t.service
  const bucket = await t.bucket()
  const other = await t.bucket()
  for (let i = 0; i < 5; i++) await storage.from(bucket).upload(`f/${i}`, 'x')
  await storage.from(other).upload('kept', 'x')

  expect(await storage.deleteBucket(bucket)).toMatchObject({
    error: { statusCode: '409', code: 'ResourceNotEmpty', message: 'The bucket you tried to delete is not empty' },
  })
  for (const { supabase } of [t.owner, { supabase: t.anon }]) {
    const { error } = await supabase.storage.emptyBucket(bucket)
    expect(error).toMatchObject({ status: 403, statusCode: '403', message: 'Access denied: Invalid role' })
  }
  expect(await t.rows(bucket)).toHaveLength(5)

  expect((await storage.emptyBucket(bucket)).error).toBeNull()
  expect(await t.rows(bucket)).toEqual([])
  expect(await t.rows(other)).toHaveLength(1)
  expect(await storage.emptyBucket('nothing')).toMatchObject({ error: { code: 'NoSuchBucket' } })
  expect((await storage.deleteBucket(bucket)).error).toBeNull()
  expect(await row(bucket)).toBeUndefined()
})

test('users do with buckets what policies on them allow', async () => {
  const { storage } = t.owner.supabase
  const existing = await t.bucket()
  const id = newName()
  const violation = { statusCode: '403', code: 'AccessDenied', message: 'new row violates row-level security policy' }
  for (const client of [storage, t.anon.storage]) {
    expect(await client.createBucket(id)).toMatchObject({ error: violation })
    expect(await client.getBucket(existing)).toMatchObject({ error: { code: 'NoSuchBucket' } })
    expect(await client.updateBucket(existing, { public: true })).toMatchObject({ error: { code: 'NoSuchBucket' } })
    expect(await client.deleteBucket(existing)).toMatchObject({ error: { code: 'NoSuchBucket' } })
    expect(await client.listBuckets()).toEqual({ data: [], error: null })
  }
  expect(await row(existing)).toMatchObject({ public: false })

  const policy = async (command: string, clause: string) => {
    const name = randomUUID()
    await t.ddl(
      `create policy "${name}" on storage.buckets for ${command} to authenticated ${clause}`,
      `drop policy "${name}" on storage.buckets`,
    )
  }
  await policy('insert', 'with check (owner_id = (select auth.uid())::text)')
  await policy('select', 'using (owner_id = (select auth.uid())::text)')
  await policy('update', 'using (owner_id = (select auth.uid())::text)')
  await policy('delete', 'using (owner_id = (select auth.uid())::text)')
  expect((await storage.createBucket(id)).error).toBeNull()
  expect(await row(id)).toMatchObject({ owner: t.owner.id, owner_id: t.owner.id })
  expect((await storage.listBuckets()).data).toMatchObject([{ id, owner: t.owner.id }])
  expect((await storage.updateBucket(id, { public: true })).error).toBeNull()
  const { storage: strangers } = t.stranger.supabase
  expect(await strangers.updateBucket(id, { public: false })).toMatchObject({ error: { code: 'NoSuchBucket' } })
  expect(await strangers.deleteBucket(id)).toMatchObject({ error: { code: 'NoSuchBucket' } })
  expect(await row(id)).toMatchObject({ public: true })
  expect((await storage.deleteBucket(id)).error).toBeNull()
  expect(await row(id)).toBeUndefined()
})
