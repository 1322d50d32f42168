import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, statement } from '../helpers/at-once.ts'
import { serviceClient, sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, draft, model } from '../parity/castings.ts'
import { device, type Member, member, picture, startParityStack } from '../parity/people.ts'
import { expectRefusal } from '../parity/refusals.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const pdf = (content = '%PDF-1.7') => new Blob([content], { type: 'application/pdf' })
const storage = ({ client }: Pick<Member, 'client'>, bucket = 'attachments') => client.storage.from(bucket)

/** Rows of `files` and the objects they stand for, as far as both agree. */
async function expectMirrored(owner: {
  id: string
}): Promise<{ id: string; bucket_id: string; path: string; name: string }[]> {
  const objects = await sql(stack)`
    select id, bucket_id, name as path, (metadata ->> 'size')::bigint as size, metadata ->> 'mimetype' as content_type
    from storage.objects where split_part(name, '/', 1) = ${owner.id} order by id`
  const rows = await sql(stack)`
    select id, bucket_id, path, size, content_type, name from public.files where account_id = ${owner.id} order by id`
  expect(rows.map(({ name: _, ...row }) => row)).toEqual([...objects])
  return rows as never
}

describe('a row an object', () => {
  test('from the upload to the end: overwritten, moved, copied, deleted', async () => {
    const owner = await member(stack, ['creator'])
    const files = storage(owner, 'documents')
    const path = `${owner.id}/one.pdf`
    await files.upload(path, pdf('short'), { metadata: { name: 'First.pdf' } })
    const [first] = await expectMirrored(owner)
    expect(first).toMatchObject({ path, name: 'First.pdf' })

    // The same file with other bytes; it keeps its name unless a new one is told.
    await files.upload(path, pdf('longer than before'), { upsert: true })
    expect(await expectMirrored(owner)).toMatchObject([{ id: first!.id, name: 'First.pdf', size: '18' }])
    await files.update(path, pdf('x'), { metadata: { name: 'Second.pdf' } })
    expect(await expectMirrored(owner)).toMatchObject([{ id: first!.id, name: 'Second.pdf', size: '1' }])

    await files.move(path, `${owner.id}/moved.pdf`)
    expect(await expectMirrored(owner)).toMatchObject([
      { id: first!.id, path: `${owner.id}/moved.pdf`, name: 'Second.pdf' },
    ])
    await files.copy(`${owner.id}/moved.pdf`, `${owner.id}/copy.pdf`)
    await files.copy(`${owner.id}/moved.pdf`, `${owner.id}/copy.pdf`, { destinationBucket: 'attachments' })
    expect((await expectMirrored(owner)).map(({ bucket_id }) => bucket_id).sort()).toEqual([
      'attachments',
      'documents',
      'documents',
    ])

    const { data } = await files.createSignedUploadUrl(`${owner.id}/signed.pdf`)
    expect(await expectMirrored(owner)).toHaveLength(3)
    await files.uploadToSignedUrl(data!.path, data!.token, pdf())
    expect(await expectMirrored(owner)).toHaveLength(4)

    await files.remove([`${owner.id}/moved.pdf`, `${owner.id}/copy.pdf`])
    expect((await expectMirrored(owner)).map(({ path }) => path.split('/')[1]).sort()).toEqual([
      'copy.pdf',
      'signed.pdf',
    ])
    await serviceClient(stack)
      .storage.from('documents')
      .remove([`${owner.id}/signed.pdf`])
    expect(await expectMirrored(owner)).toHaveLength(1)
  })

  test('in every bucket with folders of accounts, and none of what is the platform’s', async () => {
    const owner = await model(stack)
    const type: Record<string, string> = { resumes: 'application/pdf', videos: 'video/mp4' }
    const buckets = (await sql(stack)`select unnest(private.own_buckets()) as bucket`).map(({ bucket }) => bucket)
    expect(buckets.length).toBeGreaterThan(7)
    for (const bucket of buckets) {
      const file = new Blob(['x'], { type: type[bucket] ?? 'image/png' })
      expect((await storage(owner, bucket).upload(`${owner.id}/x`, file)).error, bucket).toBeNull()
    }
    expect((await expectMirrored(owner)).map(({ bucket_id }) => bucket_id).sort()).toEqual(buckets.toSorted())
    const before = await sql(stack)`select count(*)::int from public.files`
    const { error } = await serviceClient(stack)
      .storage.from('banners')
      .upload('platform/welcome.png', new Blob(['x'], { type: 'image/png' }))
    expect(error).toBeNull()
    expect(await sql(stack)`select count(*)::int from public.files`).toEqual(before)
  })

  test('all go with the account, attached ones, too', async () => {
    const owner = await member(stack, ['agency'])
    const casting = await active(owner)
    const target = { entity_type: 'casting', entity_id: casting.id, usage: 'attachment' } as const
    await must(owner.tb.files.upload(pdf(), target))
    await must(owner.tb.files.upload(pdf()))
    await must(owner.tb.accounts.delete({ password: owner.password }))
    const rows = await sql(stack)`
      select id from public.files where account_id = ${owner.id}
      union all select casting_id from public.casting_files where account_id = ${owner.id}`
    expect(rows).toEqual([])
    const { error } = await serviceClient(stack).functions.invoke('drain', { body: {} })
    expect(error).toBeNull()
    expect(await sql(stack)`select name from storage.objects where name like ${`${owner.id}/%`}`).toEqual([])
  })

  test('a hostile name is left out, and the file is kept under its path’s', async () => {
    const owner = await member(stack, ['creator'])
    const names: unknown[] = [
      'a\u202egnp.exe',
      'x'.repeat(10_240),
      ' \t',
      '',
      'a\u0007b',
      'a\u200bb',
      7,
      null,
      { a: 1 },
    ]
    for (const [i, name] of names.entries()) {
      const { error } = await storage(owner, 'documents').upload(`${owner.id}/n${i}.pdf`, pdf(), { metadata: { name } })
      expect(error, JSON.stringify(name).slice(0, 40)).toBeNull()
    }
    const rows = await expectMirrored(owner)
    const shown = Object.fromEntries(rows.map(({ path, name }) => [path.split('/')[1], name]))
    const kept: Record<string, string> = { 'n6.pdf': '7', 'n8.pdf': '{"a": 1}' }
    for (const [file, name] of Object.entries(shown)) expect(name).toBe(kept[file] ?? file)
    // NUL is no text for Postgres: nothing is stored.
    const { error } = await storage(owner, 'documents').upload(`${owner.id}/nul.pdf`, pdf(), {
      metadata: { name: 'a\u0000b' },
    })
    expect(error).not.toBeNull()
    expect(await expectMirrored(owner)).toHaveLength(names.length)
    await expectRefusal(owner.tb.files.upload(pdf(), { name: 'a\u202eb' }), 'validation_failed', { name: ['format'] })
    // What a device calls a file is not its owner's input: it is taken as far as it may be.
    const file = new File(['%PDF-1.7'], 'a\u202eb.pdf', { type: 'application/pdf' })
    const stored = await must(owner.tb.files.upload(file))
    expect(stored.name).toBe(stored.path.split('/')[1])
  })
})

describe('what is attached to a casting', () => {
  interface Attached {
    owner: Member
    casting: string
    file: { id: string; path: string }
  }

  async function attach(publish = true): Promise<Attached> {
    const owner = await member(stack, ['agency'])
    const { id: casting } = publish ? await active(owner) : await draft(owner)
    const target = { entity_type: 'casting', entity_id: casting, usage: 'attachment' } as const
    return {
      owner,
      casting,
      file: await must(owner.tb.files.upload(pdf('%PDF-1.7 the brief'), { ...target, name: 'Brief.pdf' })),
    }
  }

  /** Which roads to the file are open. */
  async function read(reader: Pick<Member, 'client' | 'tb'>, { casting, file }: Attached): Promise<string[]> {
    const bucket = storage(reader)
    const listed = await reader.tb.files.listForCasting(casting)
    const signed = await bucket.createSignedUrl(file.path, 60)
    const many = await bucket.createSignedUrls([file.path], 60)
    const roads = {
      list: listed.data?.some(({ url }) => url !== '') === true,
      sign: signed.data !== null && (await (await fetch(signed.data.signedUrl)).text()) === '%PDF-1.7 the brief',
      signMany: Boolean(many.data?.[0]?.signedUrl),
      download: (await bucket.download(file.path)).data !== null,
      info: (await bucket.info(file.path)).data !== null,
    }
    return Object.entries(roads).flatMap(([road, isOpen]) => (isOpen ? [road] : []))
  }

  const every = ['list', 'sign', 'signMany', 'download', 'info']
  const anon = () => device(stack)

  test('is read by whoever sees the casting, and by nobody else', async () => {
    const attached = await attach(false)
    const { owner, casting } = attached
    const reader = await model(stack)
    const responder = await model(stack)
    expect(await read(owner, attached)).toEqual(every)
    for (const one of [reader, responder, anon()]) expect(await read(one, attached)).toEqual([])

    await must(owner.tb.castings.setStatus(casting, 'active'))
    for (const one of [reader, responder]) expect(await read(one, attached)).toEqual(every)
    expect(await read(anon(), attached)).toEqual([])
    await expectRefusal(anon().tb.files.listForCasting(casting), 'auth_required')

    await must(responder.tb.castings.respond(casting))
    await must(owner.tb.castings.setStatus(casting, 'completed'))
    expect(await read(reader, attached)).toEqual([])
    expect(await read(responder, attached)).toEqual(every)

    await must(owner.tb.files.detachFromCasting(casting, attached.file.id))
    expect(await read(responder, attached)).toEqual([])
    expect((await must(owner.tb.files.list())).items).toMatchObject([{ id: attached.file.id }])
    await expectRefusal(owner.tb.files.detachFromCasting(casting, attached.file.id), 'not_found')
  })

  test('is not read by whom the owner has blocked, nor by who has blocked the owner', async () => {
    const attached = await attach()
    const [blocked, blocker] = [await model(stack), await model(stack)]
    await must(attached.owner.tb.blocks.add(blocked.id))
    await must(blocker.tb.blocks.add(attached.owner.id))
    for (const one of [blocked, blocker]) expect(await read(one, attached)).toEqual([])
  })

  test('after a block is read by who has responded only if it was there before', async () => {
    const attached = await attach()
    const { owner, casting } = attached
    const [blocked, blocker, other] = [await model(stack), await model(stack), await model(stack)]
    for (const { tb } of [blocked, blocker, other]) await must(tb.castings.respond(casting))
    await must(owner.tb.blocks.add(blocked.id))
    await must(blocker.tb.blocks.add(owner.id))
    const target = { entity_type: 'casting', entity_id: casting, usage: 'attachment' } as const
    const later = { ...attached, file: await must(owner.tb.files.upload(pdf('%PDF-1.7 the brief'), target)) }
    for (const one of [blocked, blocker, other]) {
      const { data } = await one.tb.files.listForCasting(casting)
      const files = one === other ? [attached.file.id, later.file.id] : [attached.file.id]
      expect(data!.map(({ id }) => id)).toEqual(files)
    }
    for (const one of [blocked, blocker]) {
      expect(await read(one, attached)).toEqual(every)
      const bucket = storage(one)
      expect((await bucket.createSignedUrl(later.file.path, 60)).error).not.toBeNull()
      expect((await bucket.download(later.file.path)).error).not.toBeNull()
      expect((await bucket.info(later.file.path)).error).not.toBeNull()
    }
    expect(await read(other, later)).toEqual(every)
    expect(await read(owner, later)).toEqual(every)
  })

  test('is neither changed, listed nor taken by its readers', async () => {
    const attached = await attach()
    const { owner, casting, file } = attached
    const reader = await model(stack)
    const bucket = storage(reader)
    for (const folder of ['', owner.id, file.path]) expect((await bucket.list(folder)).data).toEqual([])
    expect((await bucket.list(owner.id, { search: file.path.split('/')[1]! })).data).toEqual([])
    const before = await sql(stack)`select version from storage.objects where name = ${file.path}`
    expect((await bucket.upload(file.path, pdf('mine'), { upsert: true })).error).not.toBeNull()
    expect((await bucket.update(file.path, pdf('mine'))).error).not.toBeNull()
    expect((await bucket.move(file.path, `${reader.id}/mine.pdf`)).error).not.toBeNull()
    await bucket.remove([file.path])
    expect(await sql(stack)`select version from storage.objects where name = ${file.path}`).toEqual(before)
    expect((await reader.client.from('files').select()).data).toEqual([])
    expect((await reader.client.from('casting_files').select()).data).toEqual([])
    await expectRefusal(reader.tb.files.detachFromCasting(casting, file.id), 'not_found')
    await reader.client.from('casting_files').delete().eq('file_id', file.id)
    expect(
      (await reader.client.rpc('attach_casting_file', { casting_id: casting, file_id: file.id })).error?.code,
    ).toBe('not_found')
    expect(await read(owner, attached)).toEqual(every)
  })

  test('is not lost: by its owner, the secret key, a move or an overwrite', async () => {
    const attached = await attach()
    const { owner, casting, file } = attached
    await expectRefusal(owner.tb.files.delete(file.id), 'conflict')
    await storage(owner).remove([file.path])
    await storage({ client: serviceClient(stack) }).remove([file.path])
    // As when its row of another module goes.
    await sql(stack)`select private.queue_object_deletion('attachments', ${file.path})`
    await serviceClient(stack).functions.invoke('drain', { body: {} })
    expect(await read(owner, attached)).toEqual(every)

    await storage(owner).move(file.path, `${owner.id}/moved.pdf`)
    const reader = await model(stack)
    expect(await read(reader, attached)).toEqual(['list'])
    expect(await read(reader, { ...attached, file: { ...file, path: `${owner.id}/moved.pdf` } })).toEqual(every)
    expect(await must(reader.tb.files.listForCasting(casting))).toMatchObject([{ id: file.id, name: 'Brief.pdf' }])

    await must(owner.tb.castings.delete(casting))
    await must(owner.tb.files.delete(file.id))
    expect(await sql(stack)`select from public.files where id = ${file.id}`).toHaveLength(0)
  })

  test('takes only one’s own attachments', async () => {
    const { owner, casting, file } = await attach()
    const other = await attach()
    const document = await must(owner.tb.files.upload(pdf()))
    const attachFile = (by: Member, casting_id: string, file_id: string) =>
      by.client.rpc('attach_casting_file', { casting_id, file_id })
    const rows = () => sql(stack)`select * from public.casting_files order by 1, 2`
    const before = await rows()
    for (const [by, id, file_id] of [
      [owner, casting, document.id],
      [owner, casting, other.file.id],
      [owner, other.casting, file.id],
      [owner, casting, crypto.randomUUID()],
      [owner, crypto.randomUUID(), file.id],
      [other.owner, casting, file.id],
    ] as const) {
      expect((await attachFile(by, id, file_id)).error?.code).toBe('not_found')
    }
    expect((await attachFile(owner, casting, file.id)).error).toBeNull()
    for (const by of [owner, other.owner]) {
      const row = { casting_id: casting, file_id: document.id, account_id: by.id }
      expect((await by.client.from('casting_files').insert(row)).error?.code).toBe('42501')
    }
    expect(await rows()).toEqual(before)
  })

  test('is not read once its owner is suspended', async () => {
    const attached = await attach()
    const reader = await model(stack)
    expect(await read(reader, attached)).toEqual(every)
    await sql(stack)`select private.suspend_account(${attached.owner.id}, 'files')`
    expect(await read(attached.owner, attached)).toEqual([])
  })

  test('twenty at most, also when thirty come at once; attached or deleted, never half', async () => {
    const owner = await member(stack, ['agency'])
    const { id: casting } = await active(owner)
    await sql(stack)`
      insert into storage.objects (bucket_id, name, owner_id, version, metadata)
      select 'attachments', ${owner.id} || '/' || i || '.pdf', ${owner.id}, '1', '{"size": 1, "mimetype": "application/pdf"}'
      from generate_series(1, 30) as i`
    const ids = (await sql(stack)`select id from public.files where account_id = ${owner.id} order by id`).map(
      ({ id }) => id,
    )
    const attachFile = (id: string) => statement('select public.attach_casting_file($1, $2)', casting, id)
    await atOnce(
      stack,
      [0, 1, 2, 3, 4, 5].map((n) => ({ as: owner, runs: ids.slice(5 * n, 5 * n + 5).map(attachFile) })),
    )
    const attached = await sql(stack)`select file_id from public.casting_files where casting_id = ${casting}`
    expect(attached).toHaveLength(20)

    // One attaches what the other deletes.
    await sql(stack)`delete from public.casting_files where casting_id = ${casting}`
    for (const id of ids.slice(0, 10)) {
      const [file] = await sql(stack)`select path from public.files where id = ${id}`
      await Promise.all([
        owner.client.rpc('attach_casting_file', { casting_id: casting, file_id: id }),
        storage(owner).remove([file!.path]),
      ])
    }
    const [odd] = await sql(stack)`
      select
        (select count(*)::int from public.casting_files c where not exists (select from storage.objects o where o.id = c.file_id)) as lost,
        (select count(*)::int from public.files f where not exists (select from storage.objects o where o.id = f.id)) as bare`
    expect(odd).toEqual({ lost: 0, bare: 0 })
  })
})

describe('what another module names by its path', () => {
  test('is changed there first: a cover stays, an avatar is cleared, a photo goes with its row', async () => {
    const owner = await member(stack, ['agency'])
    const casting = await active(owner)
    const png = await picture()
    const { cover_path } = await must(owner.tb.castings.uploadCover(casting.id, png))
    const { avatar_path } = await must(owner.tb.accounts.uploadAvatar(png))
    const { items } = await must(owner.tb.files.list())
    const [avatar, cover] = items
    expect(items.map(({ path }) => path)).toEqual([avatar_path, cover_path])
    await expectRefusal(owner.tb.files.delete(cover!.id), 'conflict')
    await storage(owner, 'banners').remove([cover_path!])
    expect((await fetch(cover!.url)).ok).toBe(true)
    await must(owner.tb.files.delete(avatar!.id))
    expect((await must(owner.tb.accounts.me())).avatar_path).toBeNull()
    await must(owner.tb.castings.update(casting.id, { cover_path: null }))
    await serviceClient(stack).functions.invoke('drain', { body: {} })
    expect((await must(owner.tb.files.list())).items).toEqual([])

    const face = await model(stack)
    await must(face.tb.photos.upload(png))
    const [photo] = (await must(face.tb.files.list())).items
    await must(face.tb.files.delete(photo!.id))
    expect(await must(face.tb.photos.list())).toEqual([])
  })
})
