import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createHandler } from '../../edge-functions/drain/handler.ts'
import { createDependencies } from '../../edge-functions/drain/supabase.ts'
import { createPerson, liftRequestLimits, type Person, serviceClient, sql, unique } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let owner: Person
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  owner = await createPerson(stack, { roles: ['model'] })
})
afterAll(() => stack.close())
beforeEach(() => sql(stack)`delete from private.object_deletions`)

const type = 'application/pdf'
const documents = () => serviceClient(stack).storage.from('documents')

async function store(content: string, path = `${owner.id}/${unique()}.pdf`): Promise<string> {
  const { error } = await documents().upload(path, new Blob([content], { type }), { contentType: type, upsert: true })
  if (error) throw error
  return path
}

/** What is stored there, or null. */
async function stored(path: string): Promise<string | null> {
  if (!(await documents().exists(path)).data) return null
  return (await documents().download(path)).data!.text()
}

const queue = (path: string) => sql(stack)`select private.queue_object_deletion('documents', ${path})`
const queued = async () => (await sql(stack)`select path from private.object_deletions`).map(({ path }) => path)

async function drain() {
  const { data, error } = await serviceClient(stack).functions.invoke('drain', { body: {} })
  if (error) throw error
  return data
}

/** What a drain does that stops before it removes anything. */
async function claim(): Promise<string[]> {
  const { data, error } = await serviceClient(stack).rpc('claim_object_deletions', { batch: 100 })
  if (error) throw error
  return data.map((object: { path: string }) => object.path)
}

const claimsRunOut = () => sql(stack)`update private.object_deletions set claimed_until = '-infinity'`

test('an object that was overwritten after its deletion was queued is left alone', async () => {
  const [overwritten, gone] = [await store('old'), await store('old')]
  await queue(overwritten)
  await queue(gone)
  await store('new', overwritten)

  expect(await drain()).toMatchObject({ deleted: 1, failed: 0 })
  expect([await stored(overwritten), await stored(gone), await queued()]).toEqual(['new', null, []])
})

test('an object that was removed and stored again is left alone', async () => {
  const path = await store('old')
  await queue(path)
  await documents().remove([path])
  await store('new', path)

  expect(await drain()).toMatchObject({ deleted: 0, failed: 0 })
  expect([await stored(path), await queued()]).toEqual(['new', []])
})

test('an object that was overwritten after a drain had claimed it and stopped is left alone', async () => {
  const [overwritten, gone] = [await store('old'), await store('old')]
  await queue(overwritten)
  await queue(gone)
  expect((await claim()).sort()).toEqual([overwritten, gone].sort())
  await store('new', overwritten)

  expect(await drain()).toMatchObject({ deleted: 0, failed: 0 })
  expect([await stored(overwritten), await stored(gone)]).toEqual(['new', 'old'])
  await claimsRunOut()
  expect(await drain()).toMatchObject({ deleted: 1, failed: 0 })
  expect([await stored(overwritten), await stored(gone), await queued()]).toEqual(['new', null, []])
})

test('what was overwritten and is queued anew goes', async () => {
  const path = await store('old')
  await queue(path)
  await store('new', path)
  await queue(path)

  expect(await drain()).toMatchObject({ deleted: 1, failed: 0 })
  expect([await stored(path), await queued()]).toEqual([null, []])
})

test('a photo stored again where one was deleted stays, with its row', async () => {
  const path = `${owner.id}/${unique()}.png`
  const photos = owner.client.storage.from('photos')
  const put = (content: string) => photos.upload(path, new Blob([content], { type: 'image/png' }), { upsert: true })
  expect((await put('old')).error).toBeNull()
  expect((await owner.client.from('photos').delete().eq('path', path)).error).toBeNull()
  expect(await queued()).toEqual([path])
  expect((await put('new')).error).toBeNull()

  expect(await drain()).toMatchObject({ deleted: 0, failed: 0 })
  expect(await (await photos.download(path)).data!.text()).toBe('new')
  expect(await sql(stack)`select path from public.photos where account_id = ${owner.id}`).toEqual([{ path }])
})

test('an object that is overwritten between the claim and the removal is left alone', async () => {
  const path = await store('old')
  await queue(path)
  const { connect } = createDependencies(stack.url, {})
  const handler = createHandler({
    connect(...caller) {
      const real = connect(...caller)
      const objects: typeof real.objects = {
        ...real.objects,
        async claim(batch) {
          const claimed = await real.objects.claim(batch)
          await store('new', path)
          return claimed
        },
      }
      return { ...real, objects }
    },
  })
  const headers = { apikey: stack.secretKey }
  const answer = await handler(new Request('http://functions/drain', { method: 'POST', headers }))
  expect(answer.status).toBe(200)
  expect(await stored(path)).toBe('new')
})

test('a file that is named again while it waits to be deleted stays', async () => {
  const avatars = owner.client.storage.from('avatars')
  const paths = ['one', 'two'].map((name) => `${owner.id}/${name}-${unique()}.png`)
  for (const path of paths) await avatars.upload(path, new Blob(['x'], { type: 'image/png' }))
  const wear = (path: string) => owner.client.from('accounts').update({ avatar_path: path }).eq('id', owner.id)
  for (const path of [paths[0]!, paths[1]!, paths[0]!]) expect((await wear(path)).error).toBeNull()

  await drain()
  const { data } = await serviceClient(stack).from('accounts').select('avatar_path').eq('id', owner.id).single()
  const left = await sql(stack)`
    select name from storage.objects where bucket_id = 'avatars' and name like ${`${owner.id}/%`}`
  expect([data?.avatar_path, left, await queued()]).toEqual([paths[0], [{ name: paths[0] }], []])
})

test('a cover that two castings show stays until neither does', async () => {
  const agency = await createPerson(stack, { roles: ['agency'] })
  const cover_path = `${agency.id}/${unique()}.png`
  await agency.client.storage.from('banners').upload(cover_path, new Blob(['x'], { type: 'image/png' }))
  const row = { title: 'A casting', description: 'Twice the same cover.', category: 'fashion', cover_path }
  const { data } = await agency.client.from('castings').insert([row, row]).select('id')
  const covers = () => sql(stack)`select from storage.objects where bucket_id = 'banners' and name = ${cover_path}`
  for (const left of [1, 0]) {
    expect((await agency.client.rpc('delete_casting', { casting_id: data!.pop()!.id })).error).toBeNull()
    await drain()
    expect(await covers()).toHaveLength(left)
  }
})
