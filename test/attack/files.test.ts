import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Cast, makeCast, suspend } from '../access/cast.ts'
import { buckets } from '../access/declared.ts'
import { rowsOf } from '../access/rows/index.ts'
import type { Person } from '../helpers/people.ts'
import { startTestStack } from '../helpers/stack.ts'

// Private buckets, and what casting owners attach: it is read by whoever sees the casting, and by nobody else.
const names = ['attachments', 'documents', 'deliveries'] as const
const pdf = new Blob(['%PDF'], { type: 'application/pdf' })

let cast: Cast
let victim: Person
let attacker: Person
let gone: Person
const path = () => `${victim.id}/secret.pdf`

beforeAll(async () => {
  cast = await makeCast(await startTestStack())
  ;({ owner: victim, stranger: attacker, suspended: gone } = cast.agency)
  for (const { client, id } of [victim, gone]) {
    for (const bucket of names) await client.storage.from(bucket).upload(`${id}/secret.pdf`, pdf)
  }
  // Attached to a draft of the victim's: still nobody's to read.
  const { id: casting_id } = await rowsOf.castings!.make(cast, 'draft', victim)
  const [file] = await cast.sql`select id from public.files where bucket_id = 'attachments' and path = ${path()}`
  const { error } = await victim.client.rpc('attach_casting_file', { casting_id, file_id: file!.id })
  if (error) throw error
  await suspend(cast)
})
afterAll(() => cast.stack.close())

const state = async () => ({
  objects: [
    ...(await cast.sql`select id, bucket_id, name, version, metadata, owner_id from storage.objects order by id`),
  ],
  files: [...(await cast.sql`select * from public.files order by id`)],
  attached: [...(await cast.sql`select * from public.casting_files order by 1, 2`)],
})
let before: Awaited<ReturnType<typeof state>>
beforeEach(async () => {
  before = await state()
})
const nothingChanged = async () => expect(await state()).toEqual(before)

test.each(names)(
  '25: another’s file in %s is not downloaded, listed, signed, moved, copied or removed',
  async (bucket) => {
    for (const client of [attacker.client, cast.anon]) {
      const storage = client.storage.from(bucket)
      expect((await storage.download(path())).data).toBeNull()
      expect((await storage.info(path())).data).toBeNull()
      expect((await storage.exists(path())).data).toBe(false)
      expect((await storage.createSignedUrl(path(), 60)).data).toBeNull()
      expect((await storage.createSignedUrls([path()], 60)).data?.every(({ signedUrl }) => !signedUrl) ?? true).toBe(
        true,
      )
      for (const folder of ['', victim.id, path()]) expect((await storage.list(folder)).data ?? []).toEqual([])
      await storage.move(path(), `${attacker.id}/mine.pdf`)
      for (const destinationBucket of names)
        await storage.copy(path(), `${attacker.id}/mine.pdf`, { destinationBucket })
      await storage.remove([path()])
      expect((await fetch(storage.getPublicUrl(path()).data.publicUrl)).ok).toBe(false)
    }
    await nothingChanged()
  },
)

test.each(names)('26, 27: nothing is put into another’s folder of %s, or over their file', async (bucket) => {
  const storage = attacker.client.storage.from(bucket)
  for (const target of [
    path(),
    `${victim.id}/new.pdf`,
    `${victim.id}-x/new.pdf`,
    `${attacker.id}/../${victim.id}/new.pdf`,
  ]) {
    for (const upsert of [false, true])
      expect((await storage.upload(target, pdf, { upsert })).error, target).not.toBeNull()
    expect((await storage.createSignedUploadUrl(target)).error, target).not.toBeNull()
  }
  expect((await storage.update(path(), pdf)).error).not.toBeNull()
  // Not even its owner makes it public.
  for (const client of [victim.client, cast.service]) {
    for (const destinationBucket of ['avatars', 'portfolio', 'banners']) {
      expect((await client.storage.from(bucket).move(path(), path(), { destinationBucket })).error).not.toBeNull()
    }
  }
  await nothingChanged()
})

describe('28: type and size', () => {
  test.each([
    ['attachments', 'text/html'],
    ['attachments', 'image/svg+xml'],
    ['attachments', 'application/zip'],
    ['attachments', 'video/mp4'],
    ['documents', 'text/html'],
    ['documents', 'video/mp4'],
    ['deliveries', 'text/html'],
    ['deliveries', 'image/svg+xml'],
    ['deliveries', 'application/x-msdownload'],
    ['deliveries', 'application/javascript'],
    ['deliveries', ''],
  ])('%s takes no %s', async (bucket, contentType) => {
    const storage = victim.client.storage.from(bucket)
    const body = Buffer.from('<script>')
    for (const upsert of [false, true]) {
      expect((await storage.upload(`${victim.id}/bad`, body, { contentType, upsert })).error).not.toBeNull()
    }
    expect((await storage.update(path(), body, { contentType })).error).not.toBeNull()
    const { data } = await storage.createSignedUploadUrl(`${victim.id}/bad`)
    expect((await storage.uploadToSignedUrl(data!.path, data!.token, body, { contentType })).error).not.toBeNull()
    await nothingChanged()
  })

  test.each(names)('%s takes nothing larger than it says, also over a small file', async (bucket) => {
    const { megabytes } = buckets[bucket]!
    const large = new Blob([new Uint8Array(megabytes * 1048576 + 1)], { type: 'application/pdf' })
    const storage = victim.client.storage.from(bucket)
    expect((await storage.upload(`${victim.id}/large.pdf`, large)).error).not.toBeNull()
    expect((await storage.upload(path(), large, { upsert: true })).error).not.toBeNull()
    await nothingChanged()
  })
})

test('54: copies do not get round type and size', async () => {
  const large = new Blob([new Uint8Array(11 * 1048576)], { type: 'application/zip' })
  const deliveries = victim.client.storage.from('deliveries')
  expect((await deliveries.upload(`${victim.id}/large.zip`, large)).error).toBeNull()
  before = await state()
  for (const destinationBucket of ['attachments', 'documents', 'avatars', 'resumes']) {
    expect(
      (await deliveries.copy(`${victim.id}/large.zip`, `${victim.id}/large.zip`, { destinationBucket })).error,
    ).not.toBeNull()
  }
  const answer = await fetch(`${cast.stack.url}/storage/v1/object/copy`, {
    method: 'POST',
    headers: {
      apikey: cast.stack.publishableKey,
      authorization: `Bearer ${victim.token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      bucketId: 'documents',
      sourceKey: path(),
      destinationKey: `${victim.id}/copy.html`,
      copyMetadata: false,
      metadata: { mimetype: 'text/html' },
    }),
  })
  expect(answer.ok).toBe(false)
  await nothingChanged()
})

test('12: a suspended owner neither stores, reads nor attaches', async () => {
  const own = `${gone.id}/secret.pdf`
  const [file] = await cast.sql`select id from public.files where bucket_id = 'attachments' and path = ${own}`
  const { id: casting_id } = await rowsOf.castings!.make(cast, 'draft', gone)
  for (const bucket of names) {
    const storage = gone.client.storage.from(bucket)
    expect((await storage.upload(`${gone.id}/new.pdf`, pdf)).error).not.toBeNull()
    expect((await storage.download(own)).data).toBeNull()
    expect((await storage.createSignedUrl(own, 60)).data).toBeNull()
    await storage.remove([own])
    await storage.move(own, `${gone.id}/moved.pdf`)
    await storage.copy(own, `${gone.id}/copy.pdf`)
  }
  const attach = await gone.client.rpc('attach_casting_file', { casting_id, file_id: file!.id })
  expect(attach.error?.code).toBe('account_suspended')
  expect((await gone.client.from('files').select()).data ?? []).toEqual([])
  await nothingChanged()
})

test('53: no error of a file shows another’s key', async () => {
  const answers = [
    await attacker.client.rpc('attach_casting_file', {
      casting_id: before.attached[0]!.casting_id,
      file_id: before.attached[0]!.file_id,
    }),
    await attacker.client.from('casting_files').insert(before.attached[0]!),
    await attacker.client.from('files').upsert(before.files[0]!),
    await attacker.client.storage.from('attachments').upload(path(), pdf, { upsert: true }),
  ]
  for (const { error } of answers) {
    expect(error).not.toBeNull()
    expect(JSON.stringify(error)).not.toContain(victim.id)
  }
  await nothingChanged()
})
