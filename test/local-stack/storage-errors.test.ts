import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStorageTest, type StorageTest } from './storage-people.ts'

// Whole error answers as supabase/storage (state of 2026-08-21) gives them; each row names the file they come from.

let t: StorageTest
let bucket: string
let limited: string
let clients: Record<'owner' | 'service', SupabaseClient>
let answer: { status: number; body: unknown } | undefined

/** A client whose last answer is kept as it came: supabase-js does not show all of it. */
async function watched(key: string, token?: string): Promise<SupabaseClient> {
  const watch: typeof fetch = async (url, init) => {
    const response = await fetch(url, init)
    answer = { status: response.status, body: await response.clone().json() }
    return response
  }
  return createClient(t.stack.url, key, {
    global: { fetch: watch },
    ...(token === undefined ? { auth: { persistSession: false } } : { accessToken: async () => token }),
  })
}

beforeAll(async () => {
  t = await openStorageTest()
  bucket = await t.bucket()
  limited = await t.bucket({ file_size_limit: 3, allowed_mime_types: ['text/plain'] })
  for (const key of ['taken', 'other']) await t.service.storage.from(bucket).upload(key, 'x')
  const { data } = await t.owner.supabase.auth.getSession()
  clients = {
    owner: await watched(t.stack.publishableKey, data.session!.access_token),
    service: await watched(t.stack.secretKey),
  }
  for (const [code, message] of Object.entries(raised)) {
    const name = `raise_${code.toLowerCase()}`
    await t.ddl(
      `create function public.${name}() returns trigger language plpgsql set search_path = '' as $$
       begin raise exception '${message}' using errcode = '${code}'; end $$`,
      `drop function public.${name}()`,
    )
    await t.ddl(
      `create trigger ${name} before insert on storage.objects for each row
       when (new.bucket_id = '${bucket}' and new.name = 'raise/${code}') execute function public.${name}()`,
      `drop trigger ${name} on storage.objects`,
    )
  }
})
afterAll(() => t?.close())

// What a project's trigger may raise, by SQLSTATE.
const raised = {
  '42501': 'quota_exceeded',
  P0001: 'anything',
  '23514': 'a check',
  '55P03': 'a lock',
  '57014': 'a cancel',
  '25006': 'read only',
  '22P02': 'invalid input syntax',
  '42P17': 'a definition',
}

// source | what | HTTP status | statusCode | code | error | message
const table = `
codes.ts | missing object | 400 | 404 | NoSuchKey | not_found | Object not found
codes.ts | missing bucket | 400 | 404 | NoSuchBucket | Bucket not found | Bucket not found
codes.ts | upload to no bucket | 400 | 404 | NoSuchBucket | Bucket not found | Bucket not found
codes.ts | taken key | 400 | 409 | KeyAlreadyExists | Duplicate | The resource already exists
codes.ts | taken bucket | 400 | 409 | BucketAlreadyExists | Duplicate | The resource already exists
codes.ts | bucket not empty | 400 | 409 | ResourceNotEmpty | ResourceNotEmpty | The bucket you tried to delete is not empty
codes.ts | new bucket's name | 400 | 400 | InvalidBucketName | Invalid Input | Bucket name invalid
codes.ts | bucket's name | 400 | 400 | InvalidBucketName | Invalid Input | Bucket name invalid
codes.ts | key | 400 | 400 | InvalidKey | InvalidKey | Invalid key: ö
codes.ts | size | 400 | 413 | EntityTooLarge | Payload too large | The object exceeded the maximum allowed size
codes.ts | type | 400 | 415 | InvalidMimeType | invalid_mime_type | mime type text/css is not supported
codes.ts | empty form | 400 | 400 | InvalidRequest | InvalidRequest | No content provided
jwt.ts | role | 403 | 403 | AccessDenied | Unauthorized | Access denied: Invalid role
object.ts | signature | 400 | 400 | InvalidJWT | InvalidJWT | Invalid Compact JWS
errors.ts | policy | 400 | 403 | AccessDenied | Unauthorized | new row violates row-level security policy
errors.ts | no destination | 400 | 404 | InvalidRequest | InvalidRequest | The related resource does not exist
errors.ts | taken destination | 400 | 409 | ResourceAlreadyExists | Duplicate | The resource already exists
errors.ts | 42501 | 400 | 403 | AccessDenied | Unauthorized | quota_exceeded
errors.ts | P0001 | 500 | 500 | DatabaseError | DatabaseError | database error, code: P0001
errors.ts | 23514 | 500 | 500 | DatabaseError | DatabaseError | database error, code: 23514
errors.ts | 55P03 | 400 | 423 | ResourceLocked | ResourceLocked | The resource is locked
errors.ts | 57014 | 544 | 544 | DatabaseTimeout | DatabaseTimeout | The connection to the database timed out
errors.ts | 25006 | 400 | 503 | DatabaseReadOnly | DatabaseReadOnly | The database is currently in read-only mode. Please try again later.
errors.ts | 22P02 | 400 | 400 | InvalidParameter | InvalidParameter | invalid input syntax
errors.ts | 42P17 | 400 | 503 | DatabaseInvalidObjectDefinition | DatabaseInvalidObjectDefinition | The database schema is invalid or incompatible.
error-handler.ts | missing field | 400 | 400 | InvalidRequest | Error | body must have required property 'prefixes'
error-handler.ts | wrong field | 400 | 400 | InvalidRequest | Error | body/limit must be >= 1
error-handler.ts | content type | 400 | 415 | InvalidMimeType | invalid_mime_type | Invalid Content-Type header
error-handler.ts | large JSON | 413 | 413 | EntityTooLarge | FastifyError | Request body is too large
not-found-handler.ts | route | 404 | 404 | InvalidRequest | Not Found | Route GET:/bucket/a/b not found
`

type Storage = SupabaseClient['storage']
const provoke: Record<string, (clients: { owner: Storage; service: Storage }) => PromiseLike<unknown>> = {
  'missing object': ({ owner }) => owner.from(bucket).download('nothing'),
  'missing bucket': ({ service }) => service.getBucket('no'),
  'upload to no bucket': ({ service }) => service.from('no').upload('a', 'x'),
  'taken key': ({ service }) => service.from(bucket).upload('taken', 'x'),
  'taken bucket': ({ service }) => service.createBucket(bucket),
  'bucket not empty': ({ service }) => service.deleteBucket(bucket),
  "new bucket's name": ({ service }) => service.createBucket('ö'),
  "bucket's name": ({ service }) => service.from('ö').list(),
  key: ({ service }) => service.from(bucket).upload('ö', 'x'),
  size: ({ service }) => service.from(limited).upload('a', '1234', { contentType: 'text/plain' }),
  type: ({ service }) => service.from(limited).upload('a', 'x', { contentType: 'text/css' }),
  'empty form': ({ service }) => service.from(bucket).upload('a', new FormData()),
  role: ({ owner }) => owner.emptyBucket(bucket),
  signature: ({ owner }) => owner.from(bucket).uploadToSignedUrl('a', 'nonsense', 'x'),
  policy: ({ owner }) => owner.from(bucket).upload('a', 'x'),
  'no destination': ({ service }) => service.from(bucket).copy('taken', 'a', { destinationBucket: 'no' }),
  'taken destination': ({ service }) => service.from(bucket).move('other', 'taken'),
  'missing field': ({ service }) => service.from(bucket).remove(undefined as never),
  'wrong field': ({ service }) => service.from(bucket).list('', { limit: -1 }),
  'content type': ({ service }) => service.from(bucket).upload('a', 'x', { contentType: 'png' }),
  'large JSON': ({ service }) => service.from(bucket).remove(['k'.repeat(1_100_000)]),
  route: ({ service }) => service.getBucket('a/b'),
}

const rows = table
  .trim()
  .split('\n')
  .map((line) => line.split(' | ') as [string, string, string, string, string, string, string])

test.each(rows)('%s: %s', async (_, what, status, statusCode, code, error, message) => {
  const run = provoke[what] ?? (({ service }) => service.from(bucket).upload(`raise/${what}`, 'x'))
  await run({ owner: clients.owner.storage, service: clients.service.storage })
  expect(answer).toEqual({ status: Number(status), body: { statusCode, code, error, message } })
})

test('error-handler.ts: every reason why a size is none', async () => {
  await clients.service.storage.updateBucket(bucket, { public: false, fileSizeLimit: 'x' })
  const pattern = '^[0-9]+(?:\\.[0-9]+)?(?:[gG][bB]|[mM][bB]|[kK][bB]|[bB])$'
  const reasons = ['must be integer', `must match pattern "${pattern}"`, 'must match a schema in anyOf']
  const message = reasons.map((reason) => `body/file_size_limit ${reason}`).join(', ')
  expect(answer).toMatchObject({ status: 400, body: { code: 'InvalidRequest', error: 'Error', message } })
})

test.each([
  ['expired or foreign', 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA', 'signature verification failed'],
  ['no JWT', 'sb_publishable_wrong', 'Invalid Compact JWS'],
])('http/plugins/jwt.ts: a token that is %s', async (_, token, message) => {
  const client = await watched(t.stack.publishableKey, token)
  await client.storage.from(bucket).upload('a', 'x')
  expect(answer).toEqual({
    status: 400,
    body: { statusCode: '403', code: 'AccessDenied', error: 'Unauthorized', message },
  })
  // Where a public object could be meant, a bad token counts as none.
  await client.storage.from(bucket).info('taken')
  expect(answer).toMatchObject({ body: { statusCode: '404', code: 'NoSuchBucket' } })
})

test('what is not imitated says so', async () => {
  const { service } = clients
  const files = service.storage.from(bucket)
  const tries: [() => PromiseLike<unknown>, string][] = [
    [() => service.storage.createBucket('analytics', { public: false, type: 'ANALYTICS' }), 'Analytics buckets'],
    [
      () => service.storage.createBucket('kept', { public: false, versioningStatus: 'ENABLED' } as never),
      'Object versions',
    ],
    [() => service.storage.getBucketLifecycle(bucket), 'Lifecycle rules'],
    [() => service.storage.purgeBucketCache(bucket), 'The CDN cache'],
    [() => service.storage.vectors.listBuckets(), 'Vector buckets'],
    [() => service.storage.analytics.listBuckets(), 'Analytics buckets'],
    [() => files.purgeCache('taken'), 'The CDN cache'],
    [() => files.info('taken', { versionId: '1' }), 'Object versions'],
    [() => files.move('taken', 'b', { sourceVersionId: '1' } as never), 'Object versions'],
    [() => files.upload('a', 'x', { contentEncoding: 'gzip' }), 'Content-Encoding of an upload'],
    [() => files.upload('a', new Blob(['x']), { contentEncoding: 'gzip' }), 'Content-Encoding of an upload'],
    [() => files.upload('a', 'x', { headers: { 'x-robots-tag': 'all' } }), 'X-Robots-Tag of an upload'],
  ]
  for (const [run, feature] of tries) {
    await run()
    expect(answer).toMatchObject({
      status: 501,
      body: { statusCode: '501', code: 'NotSupported', message: expect.stringMatching(`^${feature}: `) },
    })
  }
  for (const path of ['upload/resumable', 's3/bucket']) {
    const headers = { apikey: t.stack.secretKey }
    expect((await fetch(`${t.stack.url}/storage/v1/${path}`, { method: 'POST', headers })).status).toBe(501)
  }
  expect((await t.rows(bucket)).map((row) => row.name)).toEqual(['other', 'taken'])
})
