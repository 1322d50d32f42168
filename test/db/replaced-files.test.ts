import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { serviceClient, sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { candidate, resume } from '../parity/candidates.ts'
import { draft } from '../parity/castings.ts'
import { type Member, member, picture, startParityStack } from '../parity/people.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())
beforeEach(() => sql(stack)`delete from private.object_deletions`)

const queued = () => sql(stack)`select bucket_id, path from private.object_deletions`
const isStored = async (bucket: string, path: string) =>
  (await serviceClient(stack).storage.from(bucket).exists(path)).data

async function drain() {
  const { data, error } = await serviceClient(stack).functions.invoke('drain', { body: {} })
  if (error) throw error
  return data
}

/** A picture that a row names, and how its owner changes it. */
interface Kind {
  bucket: string
  upload(): Promise<string | null>
  /** Names another picture, or none. */
  set(path: string | null): Promise<string | null>
  /** Changes something else of the same row. */
  touch(): Promise<unknown>
}

const kinds: Record<string, () => Promise<Kind>> = {
  'an avatar': async () => {
    const { tb } = await member(stack, ['client'])
    return {
      bucket: 'avatars',
      upload: async () => (await must(tb.accounts.uploadAvatar(await picture()))).avatar_path,
      set: async (avatar_path) => (await must(tb.accounts.update({ avatar_path }))).avatar_path,
      touch: () => must(tb.accounts.update({ city: 'Almaty' })),
    }
  },
  'a logo': async () => {
    const { tb } = await member(stack, ['agency'])
    await must(tb.employers.create({ company_name: 'Fashion House' }))
    return {
      bucket: 'avatars',
      upload: async () => (await must(tb.employers.uploadLogo(await picture()))).logo_path,
      set: async (logo_path) => (await must(tb.employers.update({ logo_path }))).logo_path,
      touch: () => must(tb.employers.update({ city: 'Almaty' })),
    }
  },
  "a work's cover": async () => {
    const { tb, client } = await member(stack, ['creator'])
    const { id } = await must(tb.portfolio.create({ title: 'A work' }))
    return {
      bucket: 'portfolio',
      upload: async () => (await must(tb.portfolio.update(id, { cover: await picture() }))).cover_path,
      async set(cover_path) {
        const { data, error } = await client
          .from('portfolio_items')
          .update({ cover_path })
          .eq('id', id)
          .select()
          .single()
        if (error) throw error
        return data.cover_path
      },
      touch: () => must(tb.portfolio.update(id, { title: 'The same work' })),
    }
  },
  "a candidate's resume": async () => {
    const { tb, client } = await candidate(stack)
    const before = (await must(tb.candidates.mine())).resume_path
    return {
      bucket: 'resumes',
      async upload() {
        const { resume_path } = await must(tb.candidates.update({ resume: resume() }))
        await sql(stack)`delete from private.object_deletions where path = ${before}`
        return resume_path
      },
      set: async (resume_path) =>
        (await client.rpc('update_candidate', { fields: { resume_path } }).select('resume_path').single()).data!
          .resume_path,
      touch: () => must(tb.candidates.update({ city: 'Pune' })),
    }
  },
  "the picture of a candidate's card": async () => {
    const { tb, client } = await candidate(stack)
    return {
      bucket: 'cards',
      upload: async () => (await must(tb.candidates.update({ profile_image: await picture() }))).picture_path,
      set: async (picture_path) =>
        (await client.rpc('update_candidate', { fields: { picture_path } }).select('picture_path').single()).data!
          .picture_path,
      touch: () => must(tb.candidates.update({ city: 'Pune' })),
    }
  },
  "a casting's cover": async () => {
    const owner = await member(stack, ['agency'])
    const { id } = await draft(owner)
    const path = async () => (await sql(stack)`select cover_path from public.castings where id = ${id}`)[0]!.cover_path
    return {
      bucket: 'banners',
      async upload() {
        await must(owner.tb.castings.uploadCover(id, await picture()))
        return path()
      },
      async set(cover_path) {
        await must(owner.tb.castings.update(id, { cover_path }))
        return path()
      },
      touch: () => must(owner.tb.castings.update(id, { city: 'Astana' })),
    }
  },
}

describe.each(Object.keys(kinds))('%s', (name) => {
  let kind: Kind
  let first: string
  beforeEach(async () => {
    kind = await kinds[name]!()
    first = (await kind.upload())!
    expect([await queued(), await isStored(kind.bucket, first)]).toEqual([[], true])
  })

  test('that another replaces is queued and goes with the next drain; the new one stays', async () => {
    const second = (await kind.upload())!
    expect(second).not.toBe(first)
    expect(await queued()).toEqual([{ bucket_id: kind.bucket, path: first }])
    expect(await isStored(kind.bucket, first)).toBe(true)

    expect(await drain()).toMatchObject({ deleted: 1, failed: 0 })
    expect([await isStored(kind.bucket, first), await isStored(kind.bucket, second)]).toEqual([false, true])
    expect(await queued()).toEqual([])
  })

  test('that its owner takes off goes, too', async () => {
    expect(await kind.set(null)).toBeNull()
    expect(await queued()).toEqual([{ bucket_id: kind.bucket, path: first }])
    expect(await drain()).toMatchObject({ deleted: 1, failed: 0 })
    expect(await isStored(kind.bucket, first)).toBe(false)
  })

  test('stays while it is named', async () => {
    await kind.touch()
    expect(await kind.set(first)).toBe(first)
    expect(await queued()).toEqual([])
    expect(await drain()).toMatchObject({ deleted: 0, failed: 0 })
    expect(await isStored(kind.bucket, first)).toBe(true)
  })
})

test("a casting's cover goes with the casting", async () => {
  const owner = await member(stack, ['agency'])
  const [gone, kept] = [await draft(owner), await draft(owner)]
  for (const { id } of [gone, kept]) await must(owner.tb.castings.uploadCover(id, await picture()))
  const covers = await sql(stack)`select id, cover_path from public.castings where owner_id = ${owner.id}`
  const pathOf = (casting: { id: string }) => covers.find(({ id }) => id === casting.id)!.cover_path
  await must(owner.tb.castings.delete(gone.id))

  expect(await queued()).toEqual([{ bucket_id: 'banners', path: pathOf(gone) }])
  expect(await drain()).toMatchObject({ deleted: 1, failed: 0 })
  expect([await isStored('banners', pathOf(gone)), await isStored('banners', pathOf(kept))]).toEqual([false, true])
})

describe("deleting an avatar's object", () => {
  const avatarOf = async ({ id }: Member) =>
    (await sql(stack)`select avatar_path from public.accounts where id = ${id}`)[0]!.avatar_path
  let person: Member
  let path: string
  beforeEach(async () => {
    person = await member(stack, ['client'])
    path = (await must(person.tb.accounts.uploadAvatar(await picture()))).avatar_path!
  })

  test('clears the path in the account', async () => {
    const other = await member(stack, ['client'])
    const others = (await must(other.tb.accounts.uploadAvatar(await picture()))).avatar_path
    expect((await person.client.storage.from('avatars').remove([path])).error).toBeNull()
    expect([await isStored('avatars', path), await avatarOf(person)]).toEqual([false, null])
    expect(await must(person.tb.accounts.me())).toMatchObject({ avatar_path: null, avatar: null })
    expect(await avatarOf(other)).toBe(others)
  })

  test('leaves an avatar that is another object', async () => {
    const spare = `${person.id}/spare.png`
    for (const bucket of ['avatars', 'banners']) {
      const own = person.client.storage.from(bucket)
      expect((await own.upload(spare, await picture())).error).toBeNull()
      expect((await own.remove([spare])).error).toBeNull()
    }
    const namesake = person.client.storage.from('banners')
    expect((await namesake.upload(path, await picture())).error).toBeNull()
    expect((await namesake.remove([path])).error).toBeNull()
    expect([await isStored('avatars', path), await avatarOf(person)]).toEqual([true, path])
  })

  test('that was replaced leaves the new one', async () => {
    const second = (await must(person.tb.accounts.uploadAvatar(await picture()))).avatar_path
    expect(await drain()).toMatchObject({ deleted: 1, failed: 0 })
    expect([await isStored('avatars', path), await avatarOf(person)]).toEqual([false, second])
  })
})
