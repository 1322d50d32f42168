import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, draft, model } from './castings.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let face: Member
let agency: Member
beforeAll(async () => {
  stack = await startParityStack()
  face = await model(stack)
  agency = await member(stack, ['agency'])
})
afterAll(() => stack.close())

const pdf = new Blob(['%PDF-1.7'], { type: 'application/pdf' })
const film = new Blob(['\0\0\0\x14ftypisom'], { type: 'video/mp4' })

/** Every object and what refers to it. */
const everything = async () => ({
  objects: [...(await sql(stack)`select bucket_id, name, version from storage.objects order by 1, 2`)],
  files: [...(await sql(stack)`select * from public.files order by id`)],
  attached: [...(await sql(stack)`select * from public.casting_files order by 1, 2`)],
  images: [...(await sql(stack)`select * from public.portfolio_images order by id`)],
  avatars: [...(await sql(stack)`select id, avatar_path from public.accounts order by id`)],
})

it('MB16 files.upload: for an entity of one’s own', async () => {
  const { tb, client } = face
  const { id: profile_id } = await must(tb.models.mine())
  const item = await must(tb.portfolio.create({ title: 'Editorial' }))
  const casting = await draft(agency)

  const avatar = await must(
    tb.files.upload(await picture(), { entity_type: 'model_profile', entity_id: profile_id, usage: 'avatar' }),
  )
  expect(avatar).toMatchObject({ bucket: 'avatars', content_type: 'image/png' })
  expect(await must(tb.accounts.me())).toMatchObject({ avatar: avatar.url, avatar_path: avatar.path })

  const photo = await must(tb.files.upload(await picture(), { entity_type: 'model_profile', usage: 'portfolio_photo' }))
  expect(await must(tb.photos.list())).toMatchObject([{ url: photo.url, is_main: true }])

  const part = { entity_type: 'portfolio', entity_id: item.id } as const
  const image = await must(tb.files.upload(await picture(), { ...part, usage: 'photo' }))
  const video = await must(tb.files.upload(film, { ...part, usage: 'video' }))
  expect(await must(device(stack).tb.portfolio.get(item.id))).toMatchObject({
    images: [{ image: image.url }, { image: video.url }],
  })
  expect(video).toMatchObject({ bucket: 'portfolio', content_type: 'video/mp4', size: 12 })

  const target = { entity_type: 'casting', entity_id: casting.id, usage: 'attachment' } as const
  const brief = await must(agency.tb.files.upload(pdf, { ...target, name: 'Brief.pdf' }))
  expect(brief).toMatchObject({ bucket: 'attachments', name: 'Brief.pdf' })
  const attached = await client.from('casting_files').select('file_id')
  expect(attached.data).toEqual([])
  expect((await agency.client.from('casting_files').select('casting_id, file_id')).data).toEqual([
    { casting_id: casting.id, file_id: brief.id },
  ])

  // Whoever sees the casting reads the file.
  expect(await must(tb.files.listForCasting(casting.id))).toEqual([])
  await must(agency.tb.castings.setStatus(casting.id, 'active'))
  const [shown] = await must(tb.files.listForCasting(casting.id))
  expect({ ...shown, url: '' }).toEqual({ ...brief, url: '', uploaded_at: shown!.uploaded_at })
  expect(await (await fetch(shown!.url)).text()).toBe('%PDF-1.7')
  await expectRefusal(device(stack).tb.files.listForCasting(casting.id), 'auth_required')

  // The plain way: an object, then the row.
  const { data: object } = await agency.client.storage.from('attachments').upload(`${agency.id}/plain.pdf`, pdf)
  const plain = { casting_id: casting.id, file_id: object!.id }
  expect((await agency.client.rpc('attach_casting_file', plain)).error).toBeNull()
  expect((await must(tb.files.listForCasting(casting.id))).map(({ id }) => id)).toEqual([brief.id, object!.id])

  const others = await active(await member(stack, ['agency']))
  const otherItem = await must((await model(stack)).tb.portfolio.create({ title: 'Other' }))
  const { id: otherProfile } = await must((await model(stack)).tb.models.mine())
  await expectUnchanged(everything, async () => {
    const { files } = tb
    const png = await picture()
    for (const usage of ['avatar', 'portfolio_photo'] as const) {
      const stolen = { entity_type: 'model_profile', entity_id: otherProfile, usage } as const
      await expectRefusal(files.upload(png, stolen), 'not_found')
    }
    await expectRefusal(files.upload(png, { ...part, entity_id: otherItem.id, usage: 'photo' }), 'not_found')
    for (const stranger of [tb, agency.tb]) {
      await expectRefusal(stranger.files.upload(pdf, { ...target, entity_id: others.id }), 'not_found')
    }
    await expectRefusal(files.upload(pdf, target), 'not_found')
    for (const person of [face, agency]) {
      const stolen = { casting_id: others.id, file_id: object!.id }
      expect((await person.client.rpc('attach_casting_file', stolen)).error?.code).toBe('not_found')
    }
    await expectRefusal(files.upload(film, { ...part, usage: 'photo' }), 'validation_failed', { file: ['type'] })
    await expectRefusal(files.upload(png, { ...part, usage: 'video' }), 'validation_failed', { file: ['type'] })
    await expectRefusal(files.upload(pdf, { entity_type: 'model_profile', usage: 'avatar' }), 'validation_failed', {
      file: ['type'],
    })
    await expectRefusal(agency.tb.files.upload(film, target), 'validation_failed', { file: ['type'] })
    const large = new Blob([new Uint8Array(10 * 1024 * 1024 + 1)], { type: 'image/png' })
    await expectRefusal(files.upload(large, { ...part, usage: 'photo' }), 'payload_too_large', { file: ['size'] })
    await expectRefusal(files.upload(png, { entity_type: 'casting', usage: 'photo' }), 'validation_failed', {
      usage: ['known'],
      entity_id: ['required'],
    })
    await expectRefusal(files.upload(png, { entity_type: 'model_profile' }), 'validation_failed', {
      usage: ['required'],
    })
    await expectRefusal(files.upload(png, { entity_id: item.id }), 'validation_failed', { entity_type: ['required'] })
    await expectRefusal(device(stack).tb.files.upload(pdf, target), 'auth_required')
  })

  // A twentieth file is the last.
  await sql(stack)`
    with made as (
      insert into storage.objects (bucket_id, name, owner_id, version, metadata)
      select 'attachments', ${agency.id} || '/n' || i || '.pdf', ${agency.id}, '1', '{"size": 1, "mimetype": "application/pdf"}'
      from generate_series(1, 18) as i returning id
    ) select count(*) from made`
  await sql(stack)`
    insert into public.casting_files (casting_id, file_id, account_id)
    select ${casting.id}, f.id, f.account_id from public.files f where f.account_id = ${agency.id} and f.path like '%/n%'`
  const full = await everything()
  await expectRefusal(agency.tb.files.upload(pdf, target), 'conflict')
  expect(await everything()).toEqual(full)
})
