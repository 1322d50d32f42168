import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStorageTest, type StorageTest } from './storage-people.ts'

let t: StorageTest
beforeAll(async () => {
  t = await openStorageTest()
})
afterAll(() => t?.close())

test.each([
  ['a/b/c.tar.gz', ['a', 'b'], 'c.tar.gz', 'gz'],
  ['c.png', [], 'c.png', 'png'],
  ['a/noext', ['a'], 'noext', 'noext'],
  ['a/', ['a'], '', ''],
  ['a//b.x', ['a', ''], 'b.x', 'x'],
])('storage.foldername, filename and extension of %s', async (name, folders, file, extension) => {
  const [row] = await t.sql`
    select storage.foldername(${name}) as folders, storage.filename(${name}) as file, storage.extension(${name}) as extension
  `
  expect(row).toEqual({ folders, file, extension })
})

test('storage.allow_only_operation and allow_any_operation compare with and without the prefix', async () => {
  const ask = async (operation: string | null) => {
    const rows = await t.sql.begin(async (tx) => {
      if (operation !== null) await tx`select set_config('storage.operation', ${operation}, true)`
      return await tx`
        select
          storage.allow_only_operation('object.list') as short, storage.allow_only_operation('storage.object.list') as long,
          storage.allow_only_operation('') as empty, storage.allow_only_operation(null) as nothing,
          storage.allow_any_operation(array['object.sign', 'storage.object.list']) as any
      `
    })
    return rows[0]
  }
  const never = { empty: false, nothing: false }
  expect(await ask('storage.object.list')).toEqual({ short: true, long: true, any: true, ...never })
  expect(await ask('storage.object.sign')).toEqual({ short: false, long: false, any: true, ...never })
  expect(await ask(null)).toMatchObject({ short: false, long: false, any: false })
})

describe('rows are deleted through the API alone', () => {
  test('SQL is refused, and allowed with the setting', async () => {
    const bucket = await t.bucket()
    await t.service.storage.from(bucket).upload('a', 'x')
    const refusal = 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
    await expect(t.sql`delete from storage.objects where bucket_id = ${bucket}`).rejects.toMatchObject({
      code: '42501',
      message: refusal,
    })
    await expect(t.sql`delete from storage.buckets where id = ${bucket}`).rejects.toMatchObject({ message: refusal })
    expect(await t.rows(bucket)).toHaveLength(1)
    await t.sql.begin(async (tx) => {
      await tx`set local storage.allow_delete_query = 'true'`
      await tx`delete from storage.objects where bucket_id = ${bucket}`
    })
    expect(await t.rows(bucket)).toEqual([])
  })
})

test('the tables are the service’s; everybody has them under policies, S3’s to read only', async () => {
  const rows = await t.sql`
    select
      c.relname as name, c.relowner::regrole::text as owner, c.relrowsecurity as policies,
      has_table_privilege('authenticated', c.oid, 'insert') as insert,
      has_table_privilege('anon', c.oid, 'select') as select,
      has_table_privilege('service_role', c.oid, 'delete') as service,
      has_table_privilege('postgres', c.oid, 'insert with grant option') as grants
    from pg_class c
    where c.relnamespace = 'storage'::regnamespace and c.relname in ('buckets', 'objects', 's3_multipart_uploads')
    order by 1
  `
  const table = { owner: 'supabase_storage_admin', policies: true, select: true, service: true }
  expect(rows).toEqual([
    { name: 'buckets', ...table, insert: true, grants: true },
    { name: 'objects', ...table, insert: true, grants: true },
    { name: 's3_multipart_uploads', ...table, insert: false, grants: expect.any(Boolean) },
  ])
})

test('the columns a project may use are there, with Supabase’s types', async () => {
  const rows = await t.sql`
    select table_name || '.' || column_name as name, udt_name as type
    from information_schema.columns
    where table_schema = 'storage' and table_name in ('buckets', 'objects')
  `
  expect(Object.fromEntries(rows.map((row) => [row.name, row.type]))).toMatchObject({
    'buckets.id': 'text',
    'buckets.name': 'text',
    'buckets.public': 'bool',
    'buckets.owner': 'uuid',
    'buckets.owner_id': 'text',
    'buckets.file_size_limit': 'int8',
    'buckets.allowed_mime_types': '_text',
    'buckets.type': 'buckettype',
    'objects.id': 'uuid',
    'objects.bucket_id': 'text',
    'objects.name': 'text',
    'objects.owner': 'uuid',
    'objects.owner_id': 'text',
    'objects.metadata': 'jsonb',
    'objects.user_metadata': 'jsonb',
    'objects.path_tokens': '_text',
    'objects.version': 'text',
    'objects.created_at': 'timestamptz',
    'objects.updated_at': 'timestamptz',
    'objects.last_accessed_at': 'timestamptz',
  })
})

test('storage.get_size_by_bucket adds up', async () => {
  const bucket = await t.bucket()
  await t.service.storage.from(bucket).upload('a', 'x'.repeat(10))
  await t.service.storage.from(bucket).upload('b', 'x'.repeat(5))
  const rows = await t.sql`select * from storage.get_size_by_bucket() where bucket_id = ${bucket}`
  expect(rows).toEqual([{ bucket_id: bucket, size: '15' }])
})
