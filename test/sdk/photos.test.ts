import type { Photo } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { liftRequestLimits, setRequestLimits, sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { device, type Member, member, picture, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'
import { rowsOf as storedRows } from '../parity/state.ts'

let stack: TestStack
let stranger: Member

beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['model'])
})
afterAll(() => stack.close())

const rowsOf = (table: string, owner: Member) => storedRows(stack, table, owner)

describe('photos', () => {
  let model: Member
  let photos: Photo[]

  beforeEach(async () => {
    model = await member(stack, ['model'])
    photos = []
    for (let i = 0; i < 3; i++) photos.push(await must(model.tb.photos.upload(await picture())))
  })

  const ids = () => photos.map(({ id }) => id)
  const idsOf = (list: Photo[]) => list.map(({ id }) => id)
  const mainOf = (list: Photo[]) => list.filter(({ is_main }) => is_main).map(({ id }) => id)

  test('list: in order, one’s own or a shown profile’s, with urls that answer', async () => {
    expect(await must(stranger.tb.photos.list(model.id))).toEqual([])
    await must(model.tb.models.create({ name: 'Aisha N.', birth_date: '2000-05-30', gender: 'female' }))
    const own = await must(model.tb.photos.list())
    expect(own).toEqual(photos)
    expect(own.map(({ position }) => position)).toEqual([0, 1, 2])
    expect(mainOf(own)).toEqual([photos[0]!.id])
    for (const { tb } of [device(stack), stranger]) expect(await must(tb.photos.list(model.id))).toEqual(photos)
    expect(await must(stranger.tb.photos.list())).toEqual([])
    for (const url of [photos[2]!.url, photos[2]!.thumbnail_url]) expect((await fetch(url)).status).toBe(200)
    await expectRefusal(device(stack).tb.photos.list(), 'auth_required')
    await expectRefusal(model.tb.photos.list('7'), 'validation_failed', { profile_id: ['format'] })
  })

  test('update: another main photo, another place, or both', async () => {
    const [first, second, third] = ids()
    const main = await must(model.tb.photos.update(second!, { is_main: true }))
    expect(main).toEqual({ ...photos[1], is_main: true })
    expect(mainOf(await must(model.tb.photos.list()))).toEqual([second])

    expect(await must(model.tb.photos.update(third!, { position: 0 }))).toEqual({ ...photos[2], position: 0 })
    expect(idsOf(await must(model.tb.photos.list()))).toEqual([third, first, second])

    const both = await must(model.tb.photos.update(first!, { is_main: true, position: 2 }))
    expect(both).toMatchObject({ id: first, is_main: true, position: 2 })
    const list = await must(model.tb.photos.list())
    expect([idsOf(list), mainOf(list)]).toEqual([[third, second, first], [first]])
  })

  test.each([{ is_main: true }, { position: 0 }] as const)(
    'update: %o of others or of nobody is not found',
    async (change) => {
      await expectUnchanged(
        () => rowsOf('photos', model),
        async () => {
          await expectRefusal(stranger.tb.photos.update(photos[1]!.id, change), 'not_found')
          await expectRefusal(model.tb.photos.update(crypto.randomUUID(), change), 'not_found')
          await expectRefusal(device(stack).tb.photos.update(photos[1]!.id, change), 'auth_required')
        },
      )
    },
  )

  test('update: nothing wrong', async () => {
    await expectUnchanged(
      () => rowsOf('photos', model),
      async () => {
        for (const wrong of [{}, { position: -1 }, { is_main: 'yes' as unknown as boolean }]) {
          await expectRefusal(model.tb.photos.update(photos[1]!.id, wrong), 'validation_failed')
        }
        await expectRefusal(model.tb.photos.update('7', { position: 0 }), 'validation_failed', { photo_id: ['format'] })
      },
    )
  })

  test('update: a main photo stays it until another one is; for the others that is nothing new', async () => {
    const [first, second] = ids()
    await must(model.tb.photos.update(first!, { is_main: true }))
    await expectUnchanged(
      () => rowsOf('photos', model),
      async () => {
        await expectRefusal(model.tb.photos.update(first!, { is_main: false, position: 2 }), 'conflict')
        await must(model.tb.photos.update(second!, { is_main: false, position: 1 }))
      },
    )
  })

  test('upload: nothing of a refused one stays, nor of a change that is refused', async () => {
    await setRequestLimits(stack, { writes: 0 })
    await expectUnchanged(
      () => rowsOf('photos', model),
      async () => {
        for (const place of [{ is_main: true }, { position: 0 }]) {
          await expectRefusal(model.tb.photos.upload(await picture(), place), 'rate_limit_exceeded')
        }
        const change = { is_main: true, position: 0 }
        await expectRefusal(model.tb.photos.update(photos[1]!.id, change), 'rate_limit_exceeded')
      },
    )
    await liftRequestLimits(stack)
  })

  test('reorder: all of them in the order that is named', async () => {
    const [first, second, third] = ids()
    const ordered = await must(model.tb.photos.reorder([third!, first!, second!]))
    expect(idsOf(ordered)).toEqual([third, first, second])
    expect(ordered.map(({ position }) => position)).toEqual([0, 1, 2])
    expect(mainOf(ordered)).toEqual([first])
    expect(await must(model.tb.photos.list())).toEqual(ordered)
  })

  test('reorder: each of one’s own exactly once, or nothing changes', async () => {
    const [first, second, third] = ids()
    const other = await must(stranger.tb.photos.upload(await picture()))
    const orders = [
      [],
      [third, second],
      [third, second, second],
      [third, second, first, first],
      [third, second, first, other.id],
      [third, second, other.id],
      [third, second, first, crypto.randomUUID()],
    ]
    await expectUnchanged(
      async () => [await rowsOf('photos', model), await rowsOf('photos', stranger)],
      async () => {
        for (const order of orders) {
          const answer = model.tb.photos.reorder(order as string[])
          await expectRefusal(answer, 'validation_failed', { photo_ids: ['set'] })
        }
        await expectRefusal(stranger.tb.photos.reorder([third!, second!, first!]), 'validation_failed')
        await expectRefusal(device(stack).tb.photos.reorder([third!, second!, first!]), 'auth_required')
      },
    )
    await must(stranger.tb.photos.delete(other.id))
  })

  test('delete: the row goes, the file is queued, the next one is the main one, the place in the plan is free', async () => {
    const [first, second, third] = ids()
    const used = async () => {
      const rows = await sql(stack)`
        select used from private.entitlement_usage where account_id = ${model.id} and entitlement_id = 'photos'
      `
      return Number(rows[0]!.used)
    }
    const [row] = await sql(stack)`select path from public.photos where id = ${first!}`
    expect(await used()).toBe(3)
    expect(await must(model.tb.photos.delete(first!))).toBeNull()
    const left = await must(model.tb.photos.list())
    expect([idsOf(left), mainOf(left)]).toEqual([[second, third], [second]])
    expect(await used()).toBe(2)
    const queued = await sql(stack)`select path from private.object_deletions where path like ${`${model.id}/%`}`
    expect(queued).toEqual([row])

    await must(model.tb.photos.delete(third!))
    const last = await must(model.tb.photos.list())
    expect([idsOf(last), mainOf(last)]).toEqual([[second], [second]])
    await expectRefusal(model.tb.photos.delete(first!), 'not_found')
  })

  test('delete: nothing of others', async () => {
    await expectUnchanged(
      async () => [
        await rowsOf('photos', model),
        await sql(stack)`select path from private.object_deletions where path like ${`${model.id}/%`}`,
      ],
      async () => {
        await expectRefusal(stranger.tb.photos.delete(photos[0]!.id), 'not_found')
        await expectRefusal(device(stack).tb.photos.delete(photos[0]!.id), 'auth_required')
        await expectRefusal(model.tb.photos.delete('7'), 'validation_failed', { photo_id: ['format'] })
      },
    )
  })
})
