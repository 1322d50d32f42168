import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BucketOperation } from '../access.ts'
import { type Person, subscribe } from '../helpers/people.ts'
import { type Cast, makeCast, suspend } from './cast.ts'
import { databases } from './databases.ts'
import { buckets } from './declared.ts'
import { unlockedBy } from './hiring.ts'
import { represent } from './organizations.ts'

const all = Object.entries(buckets).map(([bucket, { types, operations }]) => ({ bucket, type: types[0]!, operations }))

interface Try {
  party: string
  client: SupabaseClient
  /** The owner's folder; the suspended try in their own. The agency represents the model, and no candidate. */
  folder: string
  file: string
}

// Every operation × every party on every bucket, through the Storage API.
describe.each(databases)('$name', ({ start }) => {
  let cast: Cast

  beforeAll(async () => {
    cast = await makeCast(await start())
    const { owner, suspended } = cast.model
    // Without a limit on photos: what is tried here is who, not how many.
    await represent(cast, owner, cast.agency.owner)
    for (const person of [owner, suspended]) await subscribe(cast.stack, person, 'casting_business')
    for (const { bucket, type } of all) {
      const paths = new Set((await triesOf(bucket)).map(({ folder, file }) => `${folder}/${file}`))
      for (const path of paths) await put(cast.service, bucket, path, type)
    }
    await show(owner)
    await suspend(cast)
  })
  afterAll(() => cast.stack.close())

  // What a candidate shows in a profile cannot be moved or removed: the owner tries it on another file.
  const isShown = (bucket: string) => bucket === 'resumes' || bucket === 'videos'
  async function show({ id }: Person): Promise<void> {
    await cast.sql`insert into public.account_roles (account_id, role) values (${id}, 'candidate')`
    const [candidate] = await cast.sql`
      update private.candidates set resume_path = ${`${id}/shown`}, video_path = ${`${id}/shown`}
      where account_id = ${id} returning card_id
    `
    await unlockedBy(cast, cast.recruiter.owner, candidate!.card_id)
  }

  // The folder of a candidate's card has a name of its own.
  const trioOf = (bucket: string) => (bucket === 'cards' ? cast.candidate : cast.model)
  const folderOf = async (bucket: string, { id }: Person): Promise<string> => {
    const [folder] = await cast.sql`select id from private.folders where bucket_id = ${bucket} and account_id = ${id}`
    return folder?.id ?? id
  }
  const triesOf = async (bucket: string): Promise<Try[]> => {
    const { owner, stranger, suspended } = trioOf(bucket)
    const folder = await folderOf(bucket, owner)
    const file = 'one'
    return [
      { party: 'anon', client: cast.anon, folder, file },
      { party: 'stranger', client: stranger.client, folder, file },
      { party: 'agency', client: cast.agency.owner.client, folder, file },
      { party: 'recruiter', client: cast.recruiter.owner.client, folder, file: isShown(bucket) ? 'shown' : file },
      { party: 'suspended', client: suspended.client, folder: await folderOf(bucket, suspended), file },
      { party: 'owner', client: owner.client, folder, file },
      { party: 'service', client: cast.service, folder, file },
    ]
  }

  const body = (type: string) => new Blob(['x'], { type })
  const put = async (client: SupabaseClient, bucket: string, path: string, type: string, upsert = false) => {
    const { error } = await client.storage.from(bucket).upload(path, body(type), { upsert })
    return error
  }
  const objectAt = async (bucket: string, path: string) => {
    const [row] = await cast.sql`select version from storage.objects where bucket_id = ${bucket} and name = ${path}`
    return row
  }

  // What an operation is seen by: the row it leaves, or the data it answers.
  const operations: Record<BucketOperation, (one: Try, bucket: string, type: string) => Promise<boolean>> = {
    async upload({ client, folder, party }, bucket, type) {
      await put(client, bucket, `${folder}/by-${party}`, type)
      return (await objectAt(bucket, `${folder}/by-${party}`)) !== undefined
    },
    async overwrite({ client, folder, file }, bucket, type) {
      const before = await objectAt(bucket, `${folder}/${file}`)
      await put(client, bucket, `${folder}/${file}`, type, true)
      return (await objectAt(bucket, `${folder}/${file}`))!.version !== before!.version
    },
    async download({ client, folder, file }, bucket) {
      return (await client.storage.from(bucket).download(`${folder}/${file}`)).data !== null
    },
    async info({ client, folder, file }, bucket) {
      return (await client.storage.from(bucket).info(`${folder}/${file}`)).data !== null
    },
    async list({ client, folder }, bucket) {
      return (await client.storage.from(bucket).list(folder)).data!.length > 0
    },
    async sign({ client, folder, file }, bucket) {
      return (await client.storage.from(bucket).createSignedUrl(`${folder}/${file}`, 60)).data !== null
    },
    async move({ client, folder, file }, bucket) {
      await client.storage.from(bucket).move(`${folder}/${file}`, `${folder}/moved`)
      if ((await objectAt(bucket, `${folder}/moved`)) === undefined) return false
      await cast.service.storage.from(bucket).move(`${folder}/moved`, `${folder}/${file}`)
      return true
    },
    async copy({ client, folder, file, party }, bucket) {
      await client.storage.from(bucket).copy(`${folder}/${file}`, `${folder}/copy-${party}`)
      return (await objectAt(bucket, `${folder}/copy-${party}`)) !== undefined
    },
    async remove({ client, folder, file }, bucket, type) {
      await client.storage.from(bucket).remove([`${folder}/${file}`])
      if ((await objectAt(bucket, `${folder}/${file}`)) !== undefined) return false
      await put(cast.service, bucket, `${folder}/${file}`, type)
      return true
    },
    async publicUrl({ client, folder, file }, bucket) {
      const { data } = client.storage.from(bucket).getPublicUrl(`${folder}/${file}`)
      return (await fetch(data.publicUrl)).ok
    },
  }

  test.each(all)('$bucket', async ({ bucket, type, operations: declared }) => {
    const tries = await triesOf(bucket)
    for (const [operation, tried] of Object.entries(operations)) {
      const did: string[] = []
      for (const one of tries) if (await tried(one, bucket, type)) did.push(one.party)
      expect(did.sort(), operation).toEqual([...declared[operation as BucketOperation]].sort())
    }
  })

  test('no party but the secret key sees or changes a bucket', async () => {
    const before = await cast.sql`select * from storage.buckets order by id`
    for (const { party, client } of (await triesOf('documents')).slice(0, -1)) {
      expect((await client.storage.listBuckets()).data ?? [], party).toEqual([])
      await client.storage.createBucket(`by-${party}`, { public: true })
      await client.storage.updateBucket('documents', { public: true })
      await client.storage.emptyBucket('documents')
      await client.storage.deleteBucket('documents')
    }
    expect(await cast.sql`select * from storage.buckets order by id`).toEqual(before)
    expect((await objectAt('documents', `${cast.model.owner.id}/one`)) !== undefined).toBe(true)
  })
})
