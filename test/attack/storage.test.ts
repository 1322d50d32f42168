import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { buckets } from '../access/declared.ts'
import { type Person, serviceClient } from '../helpers/people.ts'
import { startTestStack } from '../helpers/stack.ts'

const png = new Blob(['x'], { type: 'image/png' })
const pdf = new Blob(['x'], { type: 'application/pdf' })
const film = new Blob(['x'], { type: 'video/mp4' })

let cast: Cast
let victim: Person
let attacker: Person

beforeAll(async () => {
  cast = await makeCast(await startTestStack())
  victim = cast.model.owner
  attacker = cast.model.stranger
  await victim.client.storage.from('documents').upload(`${victim.id}/passport.pdf`, pdf)
  await victim.client.storage.from('avatars').upload(`${victim.id}/face.png`, png)
  await victim.client.storage.from('portfolio').upload(`${victim.id}/film.mp4`, film)
})
afterAll(() => cast.stack.close())

// All but those that wait to be deleted, which may happen at any time.
const objects = () => cast.sql`
  select o.bucket_id, o.name, o.version, o.metadata, o.owner_id
  from storage.objects o
  where not exists (select from private.object_deletions d where d.bucket_id = o.bucket_id and d.path = o.name)
  order by 1, 2`
let before: Awaited<ReturnType<typeof objects>>
beforeEach(async () => {
  before = await objects()
})
const nothingChanged = async () => expect(await objects()).toEqual(before)

/** As it is written: supabase-js and fetch would tidy the path up. */
async function rawPost(path: string, person: Person, headers = {}): Promise<number> {
  const { hostname, port } = new URL(cast.stack.url)
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: hostname,
      port,
      method: 'POST',
      path: `/storage/v1/object/${path}`,
      headers: {
        apikey: cast.stack.publishableKey,
        authorization: `Bearer ${person.token}`,
        'content-type': 'image/png',
        ...headers,
      },
    })
    outgoing.on('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    outgoing.on('error', reject)
    outgoing.end('x')
  })
}

test('25: another’s private object is not downloaded, listed, signed, moved or copied', async () => {
  const documents = attacker.client.storage.from('documents')
  const path = `${victim.id}/passport.pdf`
  for (const asked of [path, `${attacker.id}/../${path}`, `/${path}`, path.toUpperCase()]) {
    expect((await documents.download(asked)).data, asked).toBeNull()
    expect((await documents.info(asked)).data, asked).toBeNull()
    expect((await documents.createSignedUrl(asked, 60)).data, asked).toBeNull()
    const many = await documents.createSignedUrls([asked], 60)
    expect(many.data?.every(({ signedUrl }) => !signedUrl) ?? true, asked).toBe(true)
    await documents.move(asked, `${attacker.id}/mine.pdf`)
    await documents.copy(asked, `${attacker.id}/mine.pdf`)
    await documents.copy(asked, `${attacker.id}/mine.pdf`, { destinationBucket: 'attachments' })
    await documents.remove([asked])
  }
  for (const folder of [victim.id, '', `${attacker.id}/../${victim.id}`, '%', `${victim.id.slice(0, 8)}`]) {
    expect((await documents.list(folder)).data ?? [], folder).toEqual([])
    expect((await documents.list(folder, { search: 'passport' })).data ?? [], folder).toEqual([])
  }
  const open = `${cast.stack.url}/storage/v1/object/public/documents/${path}`
  expect((await fetch(open)).ok).toBe(false)
  await nothingChanged()
})

test('26: nothing is stored in another’s folder or in one that looks like it', async () => {
  const me = attacker.id
  for (const path of [
    `${victim.id}/x.png`,
    `${victim.id}-x/x.png`,
    `${victim.id}%20/x.png`,
    `${victim.id}%2Fx.png`,
    `%2e%2e/${victim.id}/x.png`,
    `../${victim.id}/x.png`,
    `${me}/../${victim.id}/x.png`,
    `${me}/%2e%2e/${victim.id}/x.png`,
    `${me}%2F..%2F${victim.id}%2Fx.png`,
    `/${me}/x.png`,
    `${me}//x.png`,
    `${me}/.hidden`,
    `${me}/x.png%00`,
    `${me}/%E2%80%AEgnp.x`,
    `${me}/a/b/c/d/e.png`,
    `${me.toUpperCase()}/x.png`,
    `${me}`,
    'x.png',
  ]) {
    expect(await rawPost(`avatars/${path}`, attacker), path).toBeGreaterThanOrEqual(400)
    expect(await rawPost(`avatars/${path}`, attacker, { 'x-upsert': 'true' }), path).toBeGreaterThanOrEqual(400)
    expect(await rawPost(`upload/sign/avatars/${path}`, attacker), path).toBeGreaterThanOrEqual(400)
  }
  await nothingChanged()
  await attacker.client.storage.from('avatars').upload(`${me}/own.png`, png)
  await attacker.client.storage.from('avatars').move(`${me}/own.png`, `${victim.id}/own.png`)
  await attacker.client.storage.from('avatars').copy(`${me}/own.png`, `${victim.id}/own.png`)
  const inVictims = (await objects()).filter((row) => row.name.includes(victim.id))
  expect(inVictims).toEqual(before.filter((row) => row.name.includes(victim.id)))
})

test('27: no overwrite of another’s object, and nothing changes its bucket', async () => {
  const documents = victim.client.storage.from('documents')
  const path = `${victim.id}/passport.pdf`
  await attacker.client.storage.from('avatars').upload(`${victim.id}/face.png`, png, { upsert: true })
  await attacker.client.storage.from('avatars').update(`${victim.id}/face.png`, png)
  await attacker.client.storage.from('portfolio').upload(`${victim.id}/film.mp4`, film, { upsert: true })
  await attacker.client.storage.from('portfolio').update(`${victim.id}/film.mp4`, film)
  await attacker.client.storage.from('portfolio').copy(`${attacker.id}/x.mp4`, `${victim.id}/film.mp4`)
  await attacker.client.storage.from('portfolio').remove([`${victim.id}/film.mp4`])
  for (const client of [attacker.client, victim.client, cast.service]) {
    await client.storage.from('documents').move(path, path, { destinationBucket: 'avatars' })
    await client.storage.from('documents').move(path, path, { destinationBucket: 'attachments' })
  }
  await documents.copy(path, path, { destinationBucket: 'avatars' })
  await nothingChanged()
})

describe('28: type and size', () => {
  test.each([
    ['avatars', 'text/html', '<script>'],
    ['avatars', 'image/svg+xml', '<svg onload="x"/>'],
    ['photos', 'image/svg+xml', '<svg/>'],
    ['avatars', 'application/pdf', '%PDF'],
    ['resumes', 'image/png', 'x'],
    ['resumes', 'text/html', 'x'],
    ['videos', 'video/x-msvideo', 'x'],
    ['documents', 'application/zip', 'x'],
    ['portfolio', 'text/html', '<script>'],
    ['portfolio', 'image/svg+xml', '<svg onload="x"/>'],
    ['portfolio', 'video/webm', 'x'],
    ['portfolio', 'application/pdf', '%PDF'],
    ['avatars', 'image/png, text/html', 'x'],
    ['avatars', 'IMAGE/SVG+XML', 'x'],
    ['avatars', '', 'x'],
  ])('%s takes no %s', async (bucket, type, content) => {
    const { client, id } = attacker
    const file = Buffer.from(content)
    const { error } = await client.storage.from(bucket).upload(`${id}/bad.png`, file, { contentType: type })
    expect(error).not.toBeNull()
    await client.storage.from(bucket).upload(`${id}/bad.png`, file, { contentType: type, upsert: true })
    await nothingChanged()
  })

  test.each(['avatars', 'resumes', 'portfolio'])('%s takes nothing larger than it says', async (bucket) => {
    const { megabytes, types } = buckets[bucket]!
    const file = new Blob([new Uint8Array(megabytes * 1048576 + 1)], { type: types[0]! })
    const { error } = await attacker.client.storage.from(bucket).upload(`${attacker.id}/large`, file)
    expect(error).not.toBeNull()
    await nothingChanged()
  })

  test('no bucket takes an empty file, by upload, overwrite or signed url', async () => {
    const service = serviceClient(cast.stack)
    for (const [bucket, { types }] of Object.entries(buckets)) {
      const storage = service.storage.from(bucket)
      const empty = new Blob([], { type: types[0]! })
      expect((await storage.upload('platform/empty', empty)).error, bucket).not.toBeNull()
    }
    const documents = victim.client.storage.from('documents')
    const empty = new Blob([], { type: 'application/pdf' })
    const path = `${victim.id}/passport.pdf`
    expect((await documents.upload(path, empty, { upsert: true })).error).not.toBeNull()
    const { data } = await documents.createSignedUploadUrl(`${victim.id}/empty.pdf`)
    expect((await documents.uploadToSignedUrl(data!.path, data!.token, empty)).error).not.toBeNull()
    await nothingChanged()
  })

  test('no sixth photo with a plan of five, by upload, copy or overwrite', async () => {
    const photos = victim.client.storage.from('photos')
    for (let i = 0; i < 5; i++) expect((await photos.upload(`${victim.id}/${i}.png`, png)).error).toBeNull()
    before = await objects()
    expect((await photos.upload(`${victim.id}/5.png`, png)).error).not.toBeNull()
    expect((await photos.upload(`${victim.id}/5.png`, png, { upsert: true })).error).not.toBeNull()
    expect((await photos.copy(`${victim.id}/0.png`, `${victim.id}/5.png`)).error).not.toBeNull()
    await nothingChanged()
    expect((await photos.upload(`${victim.id}/4.png`, png, { upsert: true })).error).toBeNull()
    expect((await photos.move(`${victim.id}/4.png`, `${victim.id}/moved.png`)).error).toBeNull()
    const rows = await cast.sql`select path from public.photos where account_id = ${victim.id} order by path`
    const stored = await cast.sql`
      select name from storage.objects where bucket_id = 'photos' and name like ${`${victim.id}/%`} order by name
    `
    expect(rows.map((row) => row.path)).toEqual(stored.map((row) => row.name))
    expect(rows).toHaveLength(5)
  })
})

test('29: nobody lists a public bucket but the owner their own folder', async () => {
  for (const bucket of Object.keys(buckets)) {
    for (const client of [cast.anon, attacker.client]) {
      for (const folder of ['', victim.id]) {
        const { data } = await client.storage.from(bucket).list(folder, { limit: 1000 })
        expect(
          (data ?? []).filter(({ name }) => name !== attacker.id),
          `${bucket}/${folder}`,
        ).toEqual([])
      }
    }
  }
})

test('54: copies and moves do not get round type, size and bucket', async () => {
  const avatars = victim.client.storage.from('avatars')
  const post = (path: string, body: object) =>
    fetch(`${cast.stack.url}/storage/v1/object/${path}`, {
      method: 'POST',
      headers: {
        apikey: cast.stack.publishableKey,
        authorization: `Bearer ${victim.token}`,
        'content-type': 'application/json',
        'x-upsert': 'true',
      },
      body: JSON.stringify({ bucketId: 'avatars', sourceKey: `${victim.id}/face.png`, ...body }),
    })
  for (const mimetype of ['text/html', 'image/svg+xml', 'application/javascript']) {
    for (const destinationKey of [`${victim.id}/copy.html`, `${victim.id}/face.png`]) {
      const answer = await post('copy', { destinationKey, copyMetadata: false, metadata: { mimetype } })
      expect(answer.ok, `${mimetype} ${destinationKey}`).toBe(false)
    }
  }
  await avatars.copy(`${victim.id}/face.png`, `${victim.id}/face.png`, { destinationBucket: 'resumes' })
  await avatars.copy(`${victim.id}/face.png`, `${victim.id}/face.png`, { destinationBucket: 'cards' })
  await avatars.move(`${victim.id}/face.png`, `${victim.id}/face.png`, { destinationBucket: 'resumes' })
  // A film may be in the portfolio, and nowhere that takes pictures alone.
  const portfolio = victim.client.storage.from('portfolio')
  for (const bucket of ['avatars', 'photos', 'banners']) {
    await portfolio.copy(`${victim.id}/film.mp4`, `${victim.id}/film.png`, { destinationBucket: bucket })
    await portfolio.move(`${victim.id}/film.mp4`, `${victim.id}/film.png`, { destinationBucket: bucket })
  }
  await post('copy', {
    bucketId: 'portfolio',
    sourceKey: `${victim.id}/film.mp4`,
    destinationKey: `${victim.id}/film.html`,
    copyMetadata: false,
    metadata: { mimetype: 'text/html' },
  })
  const long = new Blob([new Uint8Array(50 * 1048576 + 1)], { type: 'video/mp4' })
  expect((await portfolio.upload(`${victim.id}/film.mp4`, long, { upsert: true })).error).not.toBeNull()
  const large = new Blob([new Uint8Array(10 * 1048576 + 1)], { type: 'image/png' })
  expect((await avatars.upload(`${victim.id}/face.png`, large, { upsert: true })).error).not.toBeNull()
  expect((await avatars.update(`${victim.id}/face.png`, large)).error).not.toBeNull()
  await nothingChanged()
})
