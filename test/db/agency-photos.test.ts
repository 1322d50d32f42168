import type { Organization, Photo } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buckets } from '../access/declared.ts'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, meanwhile, type Run, statement } from '../helpers/at-once.ts'
import { sql, subscribe, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { model } from '../parity/castings.ts'
import { device, type Member, member, picture, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'

let stack: TestStack
/** Owner and member of the agency, the model it represents, and one it does not. */
let owner: Member
let booker: Member
let aisha: Member
let saule: Member
let agency: Organization
let representation: string
let png: Blob

beforeAll(async () => {
  stack = await startParityStack()
  png = await picture()
})
beforeEach(async () => {
  ;[owner, booker, aisha, saule] = await Promise.all([
    member(stack, ['agency']),
    member(stack, ['client']),
    model(stack),
    model(stack, 'Saule K.'),
  ])
  agency = await must(owner.tb.organizations.create({ kind: 'agency', name: `Agency ${unique()}` }))
  await sql(stack)`insert into public.organization_members values (${agency.id}, ${booker.id}, 'member')`
  representation = await represent(aisha)
})
afterAll(() => stack.close())

async function represent(whom: Member): Promise<string> {
  const asked = { organization_id: agency.id, model_id: whom.id }
  const { id } = await must(owner.tb.representations.invite(asked))
  await must(whom.tb.representations.accept(id))
  return id
}

const upload = (by: Member, whose = aisha) => must(by.tb.photos.upload(png, { account_id: whose.id }))
const bucket = ({ client }: Pick<Member, 'client'>, name = 'photos') => client.storage.from(name)
const pathOf = async ({ id }: Photo) => (await sql(stack)`select path from public.photos where id = ${id}`)[0]!.path

const used = async ({ id }: Member) => {
  const [row] = await sql(stack)`
    select used from private.entitlement_usage where account_id = ${id} and entitlement_id = 'photos'`
  return Number(row?.used ?? 0)
}

const stored = async (whose = aisha) => ({
  photos: [...(await sql(stack)`select * from public.photos where account_id = ${whose.id} order by position`)],
  objects: [
    ...(await sql(stack)`
      select bucket_id, name, version from storage.objects where name like ${`${whose.id}/%`} order by 1, 2`),
  ],
  files: [...(await sql(stack)`select * from public.files where account_id = ${whose.id} order by id`)],
  queued: [...(await sql(stack)`select path from private.object_deletions where path like ${`${whose.id}/%`}`)],
  used: await used(whose),
  log: [...(await sql(stack)`select * from private.audit_log where action like 'photos.%' order by id`)],
})

const backwards = async () => (await stored()).photos.map(({ id }) => id as string).toReversed()

/** Everything that can be done to these photos; each answers whether it worked. */
const attempts = (photos: Photo[], paths: string[]): Record<string, (person: Member) => Promise<boolean>> => {
  const ids = photos.map(({ id }) => id)
  const folder = aisha.id
  return {
    'read the rows': async ({ client }) => (await client.from('photos').select().in('id', ids)).data!.length > 0,
    list: async (person) => (await bucket(person).list(folder)).data!.length > 0,
    sign: async (person) => (await bucket(person).createSignedUrl(paths[0]!, 60)).error === null,
    upload: async ({ tb }) => (await tb.photos.upload(png, { account_id: folder })).error === null,
    'store under a name': async (person) =>
      (await bucket(person).upload(`${folder}/${unique()}.png`, png)).error === null,
    'ask for an upload url': async (person) =>
      (await bucket(person).createSignedUploadUrl(`${folder}/${unique()}.png`)).error === null,
    overwrite: async (person) => (await bucket(person).upload(paths[0]!, png, { upsert: true })).error === null,
    replace: async (person) => (await bucket(person).update(paths[0]!, png)).error === null,
    move: async (person) => (await bucket(person).move(paths[0]!, `${folder}/moved.png`)).error === null,
    copy: async (person) => (await bucket(person).copy(paths[1]!, `${folder}/${unique()}.png`)).error === null,
    choose: async ({ tb }) => (await tb.photos.update(ids[1]!, { is_main: true })).error === null,
    'choose by function': async ({ client }) =>
      (await client.rpc('change_photo', { photo_id: ids[1]!, is_main: true })).error === null,
    'put first': async ({ tb }) => (await tb.photos.update(ids[2]!, { position: 0 })).error === null,
    order: async ({ tb }) => (await tb.photos.reorder(await backwards())).error === null,
    'delete the row': async ({ client }) =>
      (await client.from('photos').delete().eq('id', ids[0]!).select('id')).data?.length === 1,
    delete: async ({ tb }) => (await tb.photos.delete(ids[1]!)).error === null,
    'remove the object': async (person) => (await bucket(person).remove([paths[2]!])).data?.length === 1,
  }
}

async function three(): Promise<[Photo[], string[]]> {
  const photos = [await upload(aisha), await upload(aisha), await upload(aisha)]
  return [photos, await Promise.all(photos.map(pathOf))]
}

/** Holds that none of it works, and that nothing has changed. */
async function canDoNothing(...people: Member[]): Promise<void> {
  const all = attempts(...(await three()))
  await expectUnchanged(stored, async () => {
    for (const person of people) {
      for (const [name, attempt] of Object.entries(all)) expect(await attempt(person), name).toBe(false)
    }
  })
}

describe('an agency manages the photos of a model', () => {
  test('who has agreed, and for nobody else', async () => {
    await must(owner.tb.representations.end(representation))
    await must(owner.tb.representations.invite({ organization_id: agency.id, model_id: aisha.id }))
    await canDoNothing(owner, booker, saule)
    const [asked] = (await must(aisha.tb.representations.list({ status: 'invited' }))).items
    await must(aisha.tb.representations.accept(asked!.id))

    await subscribe(stack, aisha, 'casting_pro')
    const all = attempts(...(await three()))
    for (const [name, attempt] of Object.entries(all)) expect(await attempt(booker), name).toBe(true)
    await canDoNothing(saule)
  })

  test('as theirs: their rows, files and plan', async () => {
    const photo = await upload(booker)
    expect(photo).toMatchObject({ account_id: aisha.id, is_main: true, position: 0 })
    const second = await must(booker.tb.photos.upload(png, { account_id: aisha.id, is_main: true, position: 0 }))
    expect(second).toMatchObject({ is_main: true, position: 0 })
    const photos = await must(aisha.tb.photos.list())
    expect(photos.map(({ id }) => id)).toEqual([second.id, photo.id])
    expect(await must(booker.tb.photos.list(aisha.id))).toEqual(photos)
    expect(await must(booker.tb.photos.update(photo.id, { position: 0, is_main: true }))).toMatchObject({ position: 0 })
    const reordered = await must(booker.tb.photos.reorder([second.id, photo.id]))
    expect(reordered).toEqual(await must(aisha.tb.photos.list()))
    expect(reordered.map(({ is_main }) => is_main)).toEqual([false, true])

    const { files, objects } = await stored()
    expect(files.map(({ path }) => path).sort()).toEqual(objects.map(({ name }) => name).sort())
    expect([await used(aisha), await used(booker), await used(owner)]).toEqual([2, 0, 0])
    expect(await must(booker.tb.photos.list())).toEqual([])
    expect((await booker.client.from('files').select()).data).toEqual([])
    await must(booker.tb.photos.delete(photo.id))
    expect(await must(aisha.tb.photos.list())).toMatchObject([{ id: second.id, is_main: true }])
    expect(await used(aisha)).toBe(1)
    // What an agency stored is the model's to keep and to remove.
    await must(aisha.tb.representations.end(representation))
    await must(aisha.tb.photos.delete(second.id))
  })

  test('who has no profile yet', async () => {
    const dana = await member(stack, ['model'])
    await represent(dana)
    const photos = [await upload(booker, dana), await upload(booker, dana)]
    expect(await must(booker.tb.photos.list(dana.id))).toEqual(photos)
    await must(booker.tb.photos.update(photos[1]!.id, { position: 0 }))
    expect(await must(dana.tb.photos.list())).toMatchObject([{ id: photos[1]!.id }, { id: photos[0]!.id }])
    expect(await must(saule.tb.photos.list(dana.id))).toEqual([])
  })

  test.each([
    ['the model ends it', () => must(aisha.tb.representations.end(representation))],
    ['the agency ends it', () => must(owner.tb.representations.end(representation))],
    ['the member is removed', () => must(owner.tb.organizations.removeMember(agency.id, booker.id))],
    ['the member leaves', () => must(booker.tb.organizations.leave(agency.id))],
    ['the agency is deleted', () => must(owner.tb.organizations.delete(agency.id))],
    ['the model blocks the member', () => must(aisha.tb.blocks.add(booker.id))],
    ['the member blocks the model', () => must(booker.tb.blocks.add(aisha.id))],
  ])('until %s, whatever token and upload url is left', async (_, end) => {
    await upload(aisha)
    const path = `${aisha.id}/${unique()}.png`
    const [known] = await must(aisha.tb.photos.list())
    const old = await pathOf(known!)
    const url = (await bucket(booker).createSignedUploadUrl(path)).data!
    const over = (await bucket(booker).createSignedUploadUrl(old, { upsert: true })).data!
    await end()
    await expectUnchanged(stored, async () => {
      expect((await bucket(booker).uploadToSignedUrl(path, url.token, png)).error).not.toBeNull()
      expect((await bucket(booker).uploadToSignedUrl(old, over.token, png)).error).not.toBeNull()
    })
    await canDoNothing(booker)
  })

  test.each(['model', 'member'])('and not while the %s is suspended', async (who) => {
    const all = attempts(...(await three()))
    const suspended = who === 'model' ? aisha : booker
    await sql(stack)`select private.suspend_account(${suspended.id}, 'under review')`
    await expectUnchanged(stored, async () => {
      for (const [name, attempt] of Object.entries(all)) {
        const worked = await attempt(booker).catch(() => false)
        expect(worked, name).toBe(false)
      }
    })
    await sql(stack)`select private.lift_suspension(${suspended.id})`
    await must(booker.tb.photos.delete((await must(aisha.tb.photos.list()))[0]!.id))
  })

  test('and nothing else that the model has stored', async () => {
    await represent(saule)
    await upload(aisha)
    const others = Object.keys(buckets).filter((name) => name !== 'photos' && name !== 'cards')
    for (const name of others) {
      const file = new Blob(['x'], { type: buckets[name]!.types[0]! })
      expect((await bucket(aisha, name).upload(`${aisha.id}/one`, file)).error, name).toBeNull()
    }
    await expectUnchanged(stored, async () => {
      for (const name of others) {
        const { types, operations } = buckets[name]!
        const file = new Blob(['y'], { type: types[0]! })
        const files = bucket(booker, name)
        expect((await files.list(aisha.id)).data, name).toEqual([])
        const isPublic = operations.publicUrl.length > 0
        expect((await files.download(`${aisha.id}/one`)).data !== null, name).toBe(isPublic)
        expect((await files.createSignedUrl(`${aisha.id}/one`, 60)).data, name).toBeNull()
        expect((await files.upload(`${aisha.id}/two`, file)).error, name).not.toBeNull()
        expect((await files.upload(`${aisha.id}/one`, file, { upsert: true })).error, name).not.toBeNull()
        expect((await files.createSignedUploadUrl(`${aisha.id}/two`)).error, name).not.toBeNull()
        expect((await files.move(`${aisha.id}/one`, `${aisha.id}/two`)).error, name).not.toBeNull()
        expect((await files.remove([`${aisha.id}/one`])).data, name).toEqual([])
        // Nor does a photo become one of them, or one of them a photo.
        const photo = (await stored()).photos[0]!.path
        const there = { destinationBucket: name }
        await bucket(booker).move(photo, `${aisha.id}/two`, there)
        await bucket(booker).copy(photo, `${aisha.id}/two`, there)
        if (!isPublic) await files.copy(`${aisha.id}/one`, `${aisha.id}/two`, { destinationBucket: 'photos' })
      }
      // A photo stays with whose it is, also between two models of the agency.
      const photo = (await stored()).photos[0]!.path
      expect((await bucket(booker).move(photo, `${saule.id}/hers.png`)).error).not.toBeNull()
      for (const path of [
        `${aisha.id}-x/x.png`,
        `${aisha.id.toUpperCase()}/x.png`,
        `${aisha.id}/../x/x.png`,
        'x.png',
      ]) {
        expect((await bucket(booker).upload(path, png)).error, path).not.toBeNull()
      }
    })
    expect((await stored(saule)).objects).toEqual([])
  })
})

describe('the plan', () => {
  test('is the model’s: neither a better one of the agency’s nor a used-up one counts', async () => {
    await subscribe(stack, owner, 'casting_business')
    await subscribe(stack, booker, 'casting_business')
    for (let i = 0; i < 5; i++) await upload(booker)
    await expectUnchanged(stored, async () => {
      const { details } = await expectRefusal(booker.tb.photos.upload(png, { account_id: aisha.id }), 'quota_exceeded')
      expect(details).toEqual({ entitlement_id: 'photos', account_id: aisha.id })
      const own = await expectRefusal(aisha.tb.photos.upload(png), 'quota_exceeded')
      expect(own.details).toMatchObject({ quantity: 5, used: 5, upgrade_plan_id: 'casting_pro' })
      expect((await bucket(booker).upload(`${aisha.id}/six.png`, png)).error).not.toBeNull()
      expect((await bucket(booker).copy((await stored()).photos[0]!.path, `${aisha.id}/six.png`)).error).not.toBeNull()
      // Whom it does not concern is not told that it is full.
      await expectRefusal(saule.tb.photos.upload(png, { account_id: aisha.id }), 'permission_denied')
      await expectRefusal(device(stack).tb.photos.upload(png, { account_id: aisha.id }), 'auth_required')
      await expectRefusal(booker.tb.photos.upload(png, { account_id: '7' }), 'validation_failed', {
        account_id: ['format'],
      })
    })
    // An overwrite takes no place, and there is one more with a better plan.
    expect((await bucket(booker).update((await stored()).photos[0]!.path, png)).error).toBeNull()
    await subscribe(stack, aisha, 'casting_pro')
    await upload(booker)
    expect(await used(aisha)).toBe(6)

    // An agency whose own photos are as many as its plan allows.
    const maria = await member(stack, ['model', 'agency'])
    await sql(stack)`insert into public.organization_members values (${agency.id}, ${maria.id}, 'member')`
    for (let i = 0; i < 5; i++) await upload(maria, maria)
    await upload(maria)
    expect([await used(aisha), await used(maria)]).toEqual([7, 5])
  })

  test('holds when model and agency upload at once', async () => {
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        Array.from({ length: 9 }, (_, i) =>
          [aisha, booker, owner][i % 3]!.tb.photos.upload(png, { account_id: aisha.id }),
        ),
      )
      const refusals = answers.flatMap(({ error }) => error ?? [])
      expect(refusals.map(({ code }) => code)).toEqual(Array(4).fill('quota_exceeded'))
      const { photos, objects } = await stored()
      expect(photos.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4])
      expect(photos.map(({ path }) => path).sort()).toEqual(objects.map(({ name }) => name))
      expect(photos.filter(({ is_main }) => is_main)).toHaveLength(1)
      expect(await used(aisha)).toBe(5)
      await bucket(booker).remove(objects.map(({ name }) => name))
      expect(await used(aisha)).toBe(0)
    }
  })
})

test('an order names the photos of one model, each once', async () => {
  await represent(saule)
  const hers = [await upload(booker), await upload(booker)].map(({ id }) => id)
  const others = [await upload(booker, saule), await upload(booker, saule)].map(({ id }) => id)
  const own = (await must(owner.tb.photos.upload(png))).id
  await expectUnchanged(
    async () => [await stored(), await stored(saule), await stored(owner)],
    async () => {
      for (const order of [
        [...hers, ...others],
        [hers[0]!, others[1]!],
        [hers[0]!, hers[0]!],
        [hers[0]!],
        [own, ...hers],
        [],
      ]) {
        await expectRefusal(owner.tb.photos.reorder(order), 'validation_failed', { photo_ids: ['set'] })
      }
      await expectRefusal(owner.tb.photos.reorder([null as never, ...hers]), 'validation_failed')
      const { error } = await owner.client.rpc('reorder_photos', { photo_ids: [null, ...hers] as string[] })
      expect(error?.code).toBe('validation_failed')
    },
  )
  await must(owner.tb.photos.reorder(hers.toReversed()))
  expect((await must(aisha.tb.photos.list())).map(({ id }) => id)).toEqual(hers.toReversed())
})

test('a right that ends while its use waits is not used', async () => {
  const [photos] = await three()
  const ids = photos.map(({ id }) => id)
  const end: Run = async (tx) => {
    await tx`select private.lock_photos(array[${aisha.id}::uuid])`
    await tx`update public.representations set status = 'ended', ended_at = now() where id = ${representation}`
  }
  await expectUnchanged(stored, async () => {
    const choose = statement('select public.change_photo($1, true)', ids[1]!)
    const order = statement('select public.reorder_photos($1::uuid[])', `{${ids.toReversed().join(',')}}`)
    expect(await meanwhile(stack, { runs: [end] }, { as: booker, runs: [choose, order] })).toEqual([
      'done',
      'not_found',
      'validation_failed',
    ])
  })
})

test('models and agencies that delete, choose, order and upload at once end in no deadlock, with one main photo each', async () => {
  await represent(saule)
  const second = await must(owner.tb.organizations.create({ kind: 'agency', name: `Agency ${unique()}` }))
  const scout = await member(stack, ['client'])
  await sql(stack)`insert into public.organization_members values (${second.id}, ${scout.id}, 'member')`
  for (const { id } of [aisha, saule]) {
    await sql(stack)`
      insert into public.representations (organization_id, model_id, status, started_at)
      values (${second.id}, ${id}, 'active', now())`
  }
  for (const person of [aisha, saule]) await subscribe(stack, person, 'casting_business')
  const store = (whose: Member, by: Member): Run =>
    statement(
      `insert into storage.objects (bucket_id, name, owner_id, version, metadata)
        values ('photos', $1 || '/' || gen_random_uuid() || '.png', $2, '1', '{"mimetype": "image/png", "size": 1}')`,
      whose.id,
      by.id,
    )
  for (let round = 0; round < 5; round++) {
    for (const whose of [aisha, saule]) for (let i = 0; i < 6; i++) await upload(booker, whose)
    const both = [await stored(), await stored(saule)].map(({ photos }) => photos.map(({ id }) => id as string))
    const [hers, others] = both as [string[], string[]]
    const remove = (...ids: string[]) =>
      statement('delete from public.photos where id = any ($1)', `{${ids.join(',')}}`)
    const choose = (id: string) => statement('select public.change_photo($1, true)', id)
    const turn = (whose: Member) =>
      statement(
        `select public.reorder_photos(array(
          select id from public.photos where account_id = $1 order by position desc, id
        ))`,
        whose.id,
      )
    const outcomes = await atOnce(stack, [
      { as: booker, runs: [remove(hers[0]!, others[0]!), turn(aisha)] },
      { as: scout, runs: [remove(others[1]!, hers[1]!), turn(saule)] },
      { as: owner, runs: [remove(others[2]!), remove(hers[2]!)] },
      { as: aisha, runs: [remove(hers[3]!), choose(hers[4]!)] },
      { as: saule, runs: [choose(others[5]!), remove(others[3]!)] },
      { as: booker, runs: [choose(others[4]!), choose(hers[5]!)] },
      { runs: [store(aisha, booker), store(saule, scout)] },
      { runs: [store(saule, saule), store(aisha, aisha)] },
    ])
    expect(codesOf(outcomes).filter((code) => code !== 'done' && code !== 'validation_failed')).toEqual([])
    for (const whose of [aisha, saule]) {
      const { photos, used } = await stored(whose)
      expect(photos.filter(({ is_main }) => is_main)).toHaveLength(1)
      expect(used).toBe(photos.length)
      await whose.client.from('photos').delete().eq('account_id', whose.id)
    }
  }
})

test('the log says who did what to whose photos, in whose name, and names no file', async () => {
  const [photos, [first, second]] = await three()
  const ids = photos.map(({ id }) => id)
  const name = unique('secret')
  const { client } = booker
  await bucket(booker).upload(`${aisha.id}/${name}.png`, png)
  await bucket(booker).update(first!, png)
  await bucket(booker).move(first!, `${aisha.id}/${name}-2.png`)
  await client.rpc('change_photo', { photo_id: ids[1]!, is_main: true })
  await client.rpc('change_photo', { photo_id: ids[1]!, is_main: true })
  const order = (await must(aisha.tb.photos.list())).map(({ id }) => id)
  await client.rpc('reorder_photos', { photo_ids: order })
  await client.rpc('reorder_photos', { photo_ids: order.toReversed() })
  await client.from('photos').delete().eq('id', ids[2]!)
  await bucket(booker).remove([second!])
  // What is refused, and what the model does or the platform, is no agency's doing.
  await bucket(saule).upload(`${aisha.id}/x.png`, png)
  await must(aisha.tb.photos.upload(png))
  await must(aisha.tb.photos.delete(ids[0]!))
  await must(upload(booker).then(({ id }) => aisha.tb.photos.delete(id)))

  const log = await sql(stack)`
    select actor_id, action, details from private.audit_log
    where entity = 'account' and entity_id = ${aisha.id} and action like 'photos.%' order by id`
  const actions = ['insert', 'update', 'update', 'set_main', 'reorder', 'delete', 'delete', 'insert']
  expect([...log]).toEqual(
    actions.map((action) => ({
      actor_id: booker.id,
      action: `photos.${action}`,
      details: { organization_id: agency.id },
    })),
  )
  expect(
    (
      await client
        .schema('private' as never)
        .from('audit_log')
        .select()
    ).data,
  ).toBeNull()
})
