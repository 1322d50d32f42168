import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Command, openStorageTest, type StorageTest } from './storage-people.ts'

let t: StorageTest
beforeAll(async () => {
  t = await openStorageTest()
})
afterAll(() => t?.close())

const who = ['anon', 'owner', 'stranger', 'service'] as const
type Who = (typeof who)[number]
const clientOf = (person: Who): SupabaseClient =>
  person === 'owner' || person === 'stranger' ? t[person].supabase : t[person]

// Every call, the policies it needs, and how it is refused without them.
const notSeen = { code: 'NoSuchKey' }
const violation = { code: 'AccessDenied', message: 'new row violates row-level security policy' }
type Files = ReturnType<SupabaseClient['storage']['from']>
interface Call {
  name: string
  needs: Command[]
  /** Undefined: nothing is done and nothing is said. */
  refusal: object | undefined
  run(files: Files, folder: string): PromiseLike<{ data: unknown; error: unknown }>
}

const calls: Call[] = [
  { name: 'upload', needs: ['insert'], refusal: violation, run: (f, o) => f.upload(`${o}/new`, 'new') },
  {
    name: 'upload with upsert',
    needs: ['insert', 'select', 'update'],
    refusal: violation,
    run: (f, o) => f.upload(`${o}/a`, 'new', { upsert: true }),
  },
  {
    name: 'update',
    needs: ['insert', 'select', 'update'],
    refusal: violation,
    run: (f, o) => f.update(`${o}/a`, 'new'),
  },
  { name: 'download', needs: ['select'], refusal: notSeen, run: (f, o) => f.download(`${o}/a`) },
  { name: 'info', needs: ['select'], refusal: notSeen, run: (f, o) => f.info(`${o}/a`) },
  { name: 'createSignedUrl', needs: ['select'], refusal: notSeen, run: (f, o) => f.createSignedUrl(`${o}/a`, 60) },
  {
    name: 'createSignedUploadUrl',
    needs: ['insert'],
    refusal: violation,
    run: (f, o) => f.createSignedUploadUrl(`${o}/new`),
  },
  { name: 'move', needs: ['select', 'update'], refusal: notSeen, run: (f, o) => f.move(`${o}/a`, `${o}/b`) },
  { name: 'copy', needs: ['select', 'insert'], refusal: undefined, run: (f, o) => f.copy(`${o}/a`, `${o}/b`) },
  { name: 'remove', needs: ['select', 'delete'], refusal: undefined, run: (f, o) => f.remove([`${o}/a`]) },
]

const snapshot = async (bucket: string) => await t.rows(bucket)

describe.each(calls)('$name', ({ needs, refusal, run }) => {
  const all: Command[] = ['select', 'insert', 'update', 'delete']
  let bucket: string
  beforeEach(async () => {
    bucket = await t.bucket()
    await t.service.storage.from(bucket).upload(`${t.owner.id}/a`, 'old')
  })

  test(`works for the owner with ${needs.join(', ')}, and with nothing less`, async () => {
    const before = await snapshot(bucket)
    for (const missing of needs) {
      const partial = await t.bucket()
      await t.service.storage.from(partial).upload(`${t.owner.id}/a`, 'old')
      const rows = await snapshot(partial)
      await t.ownFolder(partial, ...all.filter((command) => command !== missing))
      const { data, error } = await run(t.owner.supabase.storage.from(partial), t.owner.id)
      if (error === null) expect(data).toEqual([])
      expect(await snapshot(partial)).toEqual(rows)
    }
    await t.ownFolder(bucket, ...needs)
    const { data, error } = await run(t.owner.supabase.storage.from(bucket), t.owner.id)
    expect(error).toBeNull()
    expect(data).not.toEqual([])
    if (needs.some((command) => command !== 'select') && refusal !== violation) {
      expect(await snapshot(bucket)).not.toEqual(before)
    }
  })

  test.each(['anon', 'stranger'] as const)('is refused to %s', async (person) => {
    await t.ownFolder(bucket, ...all)
    const before = await snapshot(bucket)
    const { data, error } = await run(clientOf(person).storage.from(bucket), t.owner.id)
    if (refusal !== undefined) expect(error).toMatchObject(refusal)
    else if (error === null) expect(data).toEqual([])
    expect(await snapshot(bucket)).toEqual(before)
  })

  test('works for the service without any policy', async () => {
    expect((await run(t.service.storage.from(bucket), t.owner.id)).error).toBeNull()
  })
})

test('createSignedUrls leaves out what the caller may not read', async () => {
  const bucket = await t.bucket()
  await t.ownFolder(bucket, 'select')
  const paths = [`${t.owner.id}/a`, `${t.stranger.id}/a`]
  for (const path of paths) await t.service.storage.from(bucket).upload(path, 'x')
  const seen = async (person: Who) => {
    const { data } = await clientOf(person).storage.from(bucket).createSignedUrls(paths, 60)
    return data!.map((entry) => entry.signedUrl !== null)
  }
  expect(await Promise.all(who.map(seen))).toEqual([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])
})

test('what a policy or trigger can ask of a request, in the probe and in the write', async () => {
  const bucket = await t.bucket()
  const log = `public.asked_${bucket.replaceAll('-', '_')}`
  await t.ddl(`create table ${log} (line jsonb)`, `drop table ${log}`)
  await t.ddl(
    `create function ${log}_note() returns trigger language plpgsql security definer set search_path = '' as $$
     begin
       insert into ${log} values (jsonb_build_object(
         'role', coalesce(current_setting('request.jwt.claims', true)::jsonb ->> 'role', ''), 'uid', auth.uid(),
         'operation', storage.operation(), 'method', current_setting('request.method', true),
         'header', current_setting('request.headers', true)::jsonb ->> 'x-marker',
         'owner_id', new.owner_id, 'size', new.metadata -> 'size', 'op', tg_op));
       return null;
     end $$`,
    `drop function ${log}_note()`,
  )
  await t.ddl(
    `create trigger note after insert or update on storage.objects for each row when (new.bucket_id = '${bucket}')
     execute function ${log}_note()`,
    'drop trigger note on storage.objects',
  )
  await t.policy(
    'insert',
    `bucket_id = '${bucket}' and storage.allow_only_operation('object.upload')
     and current_setting('request.method', true) = 'POST'
     and current_setting('request.headers', true)::jsonb ->> 'x-marker' = 'seen'
     and auth.uid()::text = owner_id and auth.role() = 'authenticated'
     and metadata ->> 'mimetype' = 'text/x-probe' and (metadata ->> 'contentLength')::int = 7
     and metadata ->> 'size' is null and user_metadata ->> 'n' = '1' and version = '1'`,
  )
  const options = { contentType: 'text/x-probe', metadata: { n: 1 }, headers: { 'x-marker': 'seen' } }
  const files = t.owner.supabase.storage.from(bucket)
  expect((await files.upload('a', 'content', options)).error).toBeNull()
  // The probe is gone; the write came from the service itself.
  const lines = await t.sql.unsafe(`select line from ${log}`)
  expect(lines.map((row) => row.line)).toEqual([
    {
      role: 'service_role',
      uid: null,
      operation: 'storage.object.upload',
      method: 'POST',
      header: 'seen',
      owner_id: t.owner.id,
      size: 7,
      op: 'INSERT',
    },
  ])
  for (const changed of [{ headers: {} }, { metadata: {} }, { contentType: 'text/plain' }]) {
    expect(await files.upload('b', 'content', { ...options, ...changed })).toMatchObject({ error: violation })
  }
  expect(await files.createSignedUploadUrl('b')).toMatchObject({ error: violation })
  expect(await t.rows(bucket)).toHaveLength(1)
})

test.each([
  ['storage.object.get_authenticated', (f: Files) => f.download('a')],
  ['object.get_authenticated_info', (f: Files) => f.info('a')],
  ['storage.object.sign', (f: Files) => f.createSignedUrl('a', 60)],
  ['storage.render.image_authenticated', (f: Files) => f.download('a', { transform: { width: 1 } })],
] as [string, (files: Files) => PromiseLike<{ error: unknown }>][])(
  '%s is its own operation',
  async (operation, run) => {
    const bucket = await t.bucket()
    await t.service.storage.from(bucket).upload('a', onePixel, { contentType: 'image/png' })
    await t.policy('select', `bucket_id = '${bucket}' and storage.operation() <> '${operation}'`)
    const files = t.owner.supabase.storage.from(bucket)
    expect((await run(files)).error).toMatchObject(notSeen)
    await t.policy('select', `bucket_id = '${bucket}' and storage.operation() = '${operation}'`)
    expect((await run(files)).error).toBeNull()
  },
)

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
