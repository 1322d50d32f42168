import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active } from './castings.ts'
import { expectFields } from './fields.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let owner: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  owner = await member(stack, ['creator'])
  stranger = await member(stack, ['creator'])
})
afterAll(() => stack.close())

const pdf = (content = '%PDF-1.7') => new Blob([content], { type: 'application/pdf' })

/** Somebody's objects and their rows. */
const kept = async (...people: Member[]) => {
  const ids = people.map(({ id }) => id)
  const objects = await sql(stack)`
    select id, bucket_id, name from storage.objects where split_part(name, '/', 1) = any (${ids}) order by id`
  const rows = await sql(stack)`select * from public.files where account_id = any (${ids}) order by id`
  return { objects: [...objects], rows: [...rows] }
}

it('UG29 files.upload: a file of one’s own, private until shared', async () => {
  const file = await must(owner.tb.files.upload(pdf('%PDF-1.7 contract'), { name: 'Договор №1.pdf' }))
  expectFields(file, {
    id: 'id',
    name: 'name',
    url: 'url',
    size: 'size',
    content_type: 'content_type',
    uploaded_at: 'uploaded_at',
  })
  expect(file).toMatchObject({
    name: 'Договор №1.pdf',
    size: 17,
    content_type: 'application/pdf',
    bucket: 'documents',
    path: expect.stringMatching(new RegExp(`^${owner.id}/[0-9a-f-]+\\.pdf$`)),
  })
  expect(await (await fetch(file.url)).text()).toBe('%PDF-1.7 contract')
  const { objects, rows } = await kept(owner)
  expect(objects).toEqual([{ id: file.id, bucket_id: 'documents', name: file.path }])
  expect(rows).toMatchObject([{ id: file.id, account_id: owner.id, path: file.path, name: file.name }])

  // Private: the url is for whoever is given it, and nothing else leads there.
  const open = `${stack.url}/storage/v1/object/public/documents/${file.path}`
  expect((await fetch(open)).ok).toBe(false)
  for (const { client } of [stranger, device(stack)]) {
    expect((await client.storage.from('documents').download(file.path)).data).toBeNull()
    expect((await client.storage.from('documents').createSignedUrl(file.path, 60)).data).toBeNull()
  }
  expect((await stranger.client.from('files').select()).data).toEqual([])
  expect((await device(stack).client.from('files').select()).error?.code).toBe('42501')

  // As an ArrayBuffer, under the name that the device knows, and for a delivery.
  const bytes = await must(
    owner.tb.files.upload(await pdf().arrayBuffer(), { name: 'Шарт ё', content_type: 'application/pdf' }),
  )
  expect(bytes).toMatchObject({ name: 'Шарт ё', size: 8 })
  const named = new File(['%PDF-1.7'], 'brief.pdf', { type: 'application/pdf' })
  expect(await must(owner.tb.files.upload(named, { usage: 'attachment' }))).toMatchObject({
    name: 'brief.pdf',
    bucket: 'attachments',
  })
  const zip = new Blob(['PK'], { type: 'application/zip' })
  const delivery = await must(owner.tb.files.upload(zip, { usage: 'delivery' }))
  expect(delivery).toMatchObject({ bucket: 'deliveries', name: delivery.path.split('/')[1] })
  const path = `${owner.id}/plain.pdf`
  const plain = await owner.client.storage.from('documents').upload(path, pdf(), { metadata: { name: 'Plain.pdf' } })
  expect(plain.error).toBeNull()
  const { data } = await owner.client.from('files').select('id, name').eq('path', path).single()
  expect(data).toEqual({ id: plain.data!.id, name: 'Plain.pdf' })

  await expectUnchanged(
    () => kept(owner, stranger),
    async () => {
      const { files } = owner.tb
      await expectRefusal(files.upload(new Blob(['<script>'], { type: 'text/html' })), 'validation_failed', {
        file: ['type'],
      })
      await expectRefusal(files.upload(zip), 'validation_failed', { file: ['type'] })
      await expectRefusal(files.upload(zip, { usage: 'attachment' }), 'validation_failed', { file: ['type'] })
      await expectRefusal(
        files.upload(new Blob(['x'], { type: 'video/avi' }), { usage: 'delivery' }),
        'validation_failed',
        { file: ['type'] },
      )
      const large = new Blob([new Uint8Array(10 * 1024 * 1024 + 1)], { type: 'application/pdf' })
      await expectRefusal(files.upload(large), 'payload_too_large', { file: ['size'] })
      await expectRefusal(files.upload('text' as never, { name: ' ', usage: 'photo' }), 'validation_failed', {
        file: ['type'],
        name: ['length'],
        usage: ['known'],
      })
      const empty = new Blob([], { type: 'application/pdf' })
      await expectRefusal(files.upload(empty), 'validation_failed', { file: ['size'] })
      // Not what it says it is.
      for (const type of ['image/jpeg', 'image/png', 'image/webp', 'video/mp4', 'video/quicktime', 'application/zip']) {
        const lie = files.upload(pdf(), { usage: 'delivery', content_type: type })
        await expectRefusal(lie, 'validation_failed', { file: ['type'] })
      }
      for (const page of [new Blob(['<html>']), new TextEncoder().encode('<html>').buffer, Buffer.from('<html>')]) {
        const lie = files.upload(page, { content_type: 'application/pdf' })
        await expectRefusal(lie, 'validation_failed', { file: ['type'] })
      }
      await expectRefusal(files.upload(large, { name: ' ' }), 'validation_failed', { file: ['size'], name: ['length'] })
      await expectRefusal(files.upload(zip, { name: ' ' }), 'validation_failed', { file: ['type'], name: ['length'] })
      await expectRefusal(files.upload(undefined as never), 'validation_failed', { file: ['required'] })
      await expectRefusal(device(stack).tb.files.upload(pdf()), 'auth_required')
      const storage = (person: Member) => person.client.storage.from('documents')
      expect(
        (await storage(owner).upload(`${owner.id}/x.html`, new Blob(['x'], { type: 'text/html' }))).error,
      ).not.toBeNull()
      expect((await storage(owner).upload(`${owner.id}/x.pdf`, large)).error).not.toBeNull()
      expect((await storage(stranger).upload(`${owner.id}/x.pdf`, pdf())).error).not.toBeNull()
    },
  )
})

it('UG30 files.list: one’s own, newest first, in pages', async () => {
  const person = await member(stack, ['creator'])
  const { tb, client } = person
  const made = []
  for (let i = 0; i < 3; i++) made.unshift(await must(tb.files.upload(pdf(), { name: `${i}.pdf` })))
  made.unshift(await must(tb.files.upload(pdf(), { usage: 'attachment' })))
  await must(tb.accounts.uploadAvatar(await picture()))

  const answer = await must(tb.files.list())
  expect(answer).toMatchObject({ total: 5, total_is_exact: true, has_more: false, next_cursor: null })
  const [avatar, ...others] = answer.items
  expect(avatar).toMatchObject({ bucket: 'avatars', content_type: 'image/png' })
  const withoutUrl = ({ url: _, ...file }: { url: string }) => file
  expect(others.map(withoutUrl)).toEqual(made.map(withoutUrl))
  for (const { url } of answer.items) expect((await fetch(url)).ok).toBe(true)

  const first = await must(tb.files.list({ limit: 2 }))
  const rest = await must(tb.files.list({ limit: 3, cursor: first.next_cursor! }))
  expect([...first.items, ...rest.items].map(withoutUrl)).toEqual(answer.items.map(withoutUrl))
  expect((await must(tb.files.list({ offset: 4 }))).items.map(withoutUrl)).toEqual([withoutUrl(made[3]!)])
  const documents = await must(tb.files.list({ bucket: 'documents' }))
  expect(documents).toMatchObject({ total: 3 })

  const ids = answer.items.map(({ id }) => id)
  const plain = await client.from('files').select('id').order('created_at', { ascending: false })
  expect(plain.data?.map(({ id }) => id)).toEqual(ids)
  const { data } = await client.rpc('list_files')
  expect(data.map(({ id }: { id: string }) => id)).toEqual(ids)

  const other = await member(stack, ['creator'])
  expect((await must(other.tb.files.list())).items).toEqual([])
  expect((await other.client.from('files').select()).data).toEqual([])
  await expectRefusal(device(stack).tb.files.list(), 'auth_required')
  await expectRefusal(tb.files.list({ bucket: 'secrets' as 'documents', limit: 101 }), 'validation_failed', {
    bucket: ['known'],
    limit: ['range'],
  })
})

it('UG31 files.delete: with its object, unless it is in use', async () => {
  const agency = await member(stack, ['agency'])
  const { tb, client } = agency
  const file = await must(tb.files.upload(pdf()))
  const casting = await active(agency)
  const attached = await must(
    tb.files.upload(pdf(), { entity_type: 'casting', entity_id: casting.id, usage: 'attachment' }),
  )
  expect(await must(tb.files.url(file.id))).toMatch(/^http.*token=/)

  await expectUnchanged(
    () => kept(agency),
    async () => {
      // What somebody is shown stays, whichever road is tried.
      await expectRefusal(tb.files.delete(attached.id), 'conflict')
      await client.storage.from('attachments').remove([attached.path])
      await expectRefusal(stranger.tb.files.delete(file.id), 'not_found')
      await expectRefusal(stranger.tb.files.url(file.id), 'not_found')
      await stranger.client.storage.from('documents').remove([file.path])
      await expectRefusal(device(stack).tb.files.delete(file.id), 'auth_required')
      await expectRefusal(tb.files.delete(crypto.randomUUID()), 'not_found')
      await expectRefusal(tb.files.delete('1'), 'validation_failed', { file_id: ['format'] })
      expect((await client.from('files').delete().eq('id', file.id)).error?.code).toBe('42501')
      expect((await client.from('files').update({ name: 'x' }).eq('id', file.id)).error?.code).toBe('42501')
    },
  )
  expect(await must(tb.files.delete(file.id))).toBeNull()
  expect((await fetch(file.url)).ok).toBe(false)
  await must(tb.files.detachFromCasting(casting.id, attached.id))
  await must(tb.files.delete(attached.id))
  expect(await kept(agency)).toEqual({ objects: [], rows: [] })
})
