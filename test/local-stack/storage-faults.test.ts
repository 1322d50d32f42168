import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { openStorageTest, type StorageTest } from './storage-people.ts'

let t: StorageTest
/** Where the stack keeps bytes; unknown when the tests run against another Supabase. */
let folder: string | undefined

beforeAll(async () => {
  t = await openStorageTest()
  const run = inject('cluster')
  const database = new URL(t.stack.databaseUrl('postgres')).pathname.slice(1)
  folder = run === null ? undefined : join(run.folder, database, 'storage')
})
afterAll(() => t?.close())

const stored = () => (folder === undefined ? [] : readdirSync(folder).toSorted())
const text = async (bucket: string, key: string) =>
  await (await t.service.storage.from(bucket).download(key)).data?.text()

/** The service's writes into a bucket fail as late as they can: when they are committed. */
async function raising(bucket: string, timing: string, raise: string): Promise<void> {
  const name = `raise_${bucket.replaceAll('-', '_')}`
  await t.ddl(
    `create function public.${name}() returns trigger language plpgsql set search_path = '' as $$
     begin
       if coalesce(new.bucket_id, old.bucket_id) = '${bucket}' and auth.role() = 'service_role' then ${raise} end if;
       return null;
     end $$`,
    `drop function public.${name}()`,
  )
  await t.ddl(
    `create constraint trigger ${name} ${timing} on storage.objects deferrable initially deferred
     for each row execute function public.${name}()`,
    `drop trigger ${name} on storage.objects`,
  )
}

describe('what fails leaves nothing', () => {
  test('a write the database refuses leaves no bytes, of an upload, a copy, a move or an overwrite', async () => {
    // As a user, whose probe the trigger lets pass.
    const bucket = await t.bucket()
    await t.ownFolder(bucket, 'select', 'insert', 'update')
    const files = t.owner.supabase.storage.from(bucket)
    const [a, b] = [`${t.owner.id}/a`, `${t.owner.id}/b`]
    await files.upload(a, 'old')
    const rows = await t.rows(bucket)
    const before = stored()
    await raising(bucket, 'after insert or update', `raise exception 'quota_exceeded' using errcode = '42501';`)
    const refused = { error: { statusCode: '403', code: 'AccessDenied', message: 'quota_exceeded' } }
    expect(await files.upload(b, 'new')).toMatchObject(refused)
    expect(await files.upload(b, new Blob(['new']))).toMatchObject(refused)
    expect(await files.update(a, 'new')).toMatchObject(refused)
    expect(await files.copy(a, b)).toMatchObject(refused)
    expect(await files.move(a, b)).toMatchObject(refused)
    expect(await t.rows(bucket)).toEqual(rows)
    expect(stored()).toEqual(before)
    expect(await text(bucket, a)).toBe('old')
  })

  test('a delete the database refuses keeps the bytes', async () => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    await files.upload('a', 'old')
    await raising(bucket, 'after delete', `raise exception 'kept' using errcode = '42501';`)
    expect(await files.remove(['a'])).toMatchObject({ error: { statusCode: '403', message: 'kept' } })
    expect(await text(bucket, 'a')).toBe('old')
  })

  test('bytes that cannot be written leave no row', async (context) => {
    if (folder === undefined) return context.skip()
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    await files.upload('a', 'old')
    const rows = await t.rows(bucket)
    renameSync(folder, `${folder}.away`)
    try {
      const failed = { error: { status: 500, code: 'InternalError', message: 'Internal Server Error' } }
      expect(await files.upload('b', 'new')).toMatchObject(failed)
      expect(await files.upload('a', 'new', { upsert: true })).toMatchObject(failed)
    } finally {
      renameSync(`${folder}.away`, folder)
    }
    expect(await t.rows(bucket)).toEqual(rows)
    expect(await text(bucket, 'a')).toBe('old')
  })

  test('refused and removed objects leave no bytes', async (context) => {
    if (folder === undefined) return context.skip()
    const bucket = await t.bucket({ file_size_limit: 10, allowed_mime_types: ['text/plain'] })
    const files = t.service.storage.from(bucket)
    const before = stored()
    const type = { contentType: 'text/plain' }
    await files.upload('a', new Blob(['x'.repeat(100_000)], { type: 'text/plain' }))
    await files.upload('a', 'x', { contentType: 'text/html' })
    await t.owner.supabase.storage.from(bucket).upload('a', 'x', type)
    // What was too large is refused while it still comes in.
    await vi.waitFor(() => expect(stored()).toEqual(before))

    await files.upload('a', 'one', type)
    expect(stored()).toHaveLength(before.length + 1)
    await files.update('a', 'two', type)
    await files.move('a', 'b')
    expect(stored()).toHaveLength(before.length + 1)
    await files.copy('b', 'c')
    expect(stored()).toHaveLength(before.length + 2)
    await files.remove(['b', 'c'])
    expect(stored()).toEqual(before)
    expect(existsSync(folder)).toBe(true)
  })

  test.each([
    ['a raw upload', 'text/plain', ''],
    [
      'a form',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name=""; filename="a"\r\n\r\n',
    ],
  ])('%s the client breaks off leaves nothing', async (_, contentType, head) => {
    if (folder === undefined) return
    const bucket = await t.bucket()
    const before = stored()
    const gone = new AbortController()
    // Never ends.
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(`${head}content`)),
    })
    const files = createClient(t.stack.url, t.stack.secretKey, {
      global: { fetch: (url, init) => fetch(url, { ...init, signal: gone.signal }) },
    }).storage.from(bucket)
    const upload = files.upload('broken', body, { contentType })
    await expect.poll(stored).toHaveLength(before.length + 1)
    gone.abort()
    expect((await upload).error).not.toBeNull()
    await expect.poll(stored).toEqual(before)
    expect(await t.rows(bucket)).toEqual([])
  })
})

describe('at the same time', () => {
  test('of uploads to one key one wins and the others are told', async () => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    const bodies = Array.from({ length: 10 }, (_, i) => `body ${i}`)
    const results = await Promise.all(bodies.map((body) => files.upload('a', body)))
    const won = results.findIndex((result) => result.error === null)
    const lost = results.filter((result) => result.error !== null)
    expect(lost).toHaveLength(9)
    for (const { error } of lost) expect(error).toMatchObject({ statusCode: '409', code: 'KeyAlreadyExists' })
    expect(await text(bucket, 'a')).toBe(bodies[won])
    expect(await t.rows(bucket)).toHaveLength(1)
  })

  test('overwrites leave one of them, whole', async () => {
    const bucket = await t.bucket()
    const before = stored()
    const files = t.service.storage.from(bucket)
    const bodies = Array.from({ length: 10 }, (_, i) => `${i}`.repeat(50_000 + i))
    const results = await Promise.all(bodies.map((body) => files.upload('a', body, { upsert: true })))
    expect(results.map((result) => result.error)).toEqual(Array(10).fill(null))
    const body = await text(bucket, 'a')
    expect(bodies).toContain(body)
    expect(await t.rows(bucket)).toMatchObject([{ metadata: { size: body!.length } }])
    if (folder !== undefined) expect(stored()).toHaveLength(before.length + 1)
  })

  test('of moves of one object one succeeds', async () => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    await files.upload('a', 'content')
    const results = await Promise.all(['b', 'c', 'd', 'e'].map((key) => files.move('a', key)))
    expect(results.filter((result) => result.error === null)).toHaveLength(1)
    const rows = await t.rows(bucket)
    expect(rows).toHaveLength(1)
    expect(await text(bucket, rows[0]!.name)).toBe('content')
  })

  test('of removals of one object one has it', async () => {
    const bucket = await t.bucket()
    const files = t.service.storage.from(bucket)
    await files.upload('a', 'x')
    const results = await Promise.all(Array.from({ length: 5 }, () => files.remove(['a'])))
    expect(results.flatMap((result) => result.data ?? [])).toHaveLength(1)
  })
})

test('a key that somebody else holds for long is a timeout, not a hang', async () => {
  const bucket = await t.bucket()
  await t.service.storage.from(bucket).upload('a', 'old')
  const blocker = postgres(t.stack.databaseUrl('postgres'), { max: 1 })
  try {
    await blocker.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended(${`${bucket}/a`}, 0))`
      expect(await t.service.storage.from(bucket).upload('a', 'new', { upsert: true })).toMatchObject({
        error: { statusCode: '503', code: 'LockTimeout', message: 'acquiring lock timeout' },
      })
    })
  } finally {
    await blocker.end()
  }
  expect(await text(bucket, 'a')).toBe('old')
  expect((await t.service.storage.from(bucket).upload('a', 'new', { upsert: true })).error).toBeNull()
})
