import type { EmployerProfile, ModelProfile, Photo } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { device, type Member, member, picture, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'

let stack: TestStack
let stranger: Member

beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['model'])
})
afterAll(() => stack.close())

const rowsOf = async (table: string, { id }: Member) => [
  ...(await sql(stack)`select * from ${sql(stack)(`public.${table}`)} where account_id = ${id} order by 1`),
]

describe('notifications.delete', () => {
  const notify = ({ id }: Member) => sql(stack)`select private.notify(${id}, 'general', '{}')`

  test('one of one’s own goes, the others stay', async () => {
    const reader = await member(stack, ['model'])
    for (let i = 0; i < 3; i++) await notify(reader)
    const { items } = await must(reader.tb.notifications.list())
    const [newest, middle, oldest] = items.map(({ id }) => id)
    expect(await must(reader.tb.notifications.delete(middle!))).toBeNull()
    expect((await rowsOf('notifications', reader)).map(({ id }) => Number(id))).toEqual([oldest, newest])
    expect(await must(reader.tb.notifications.count())).toEqual({ unread: 2, total: 2 })
    await expectRefusal(reader.tb.notifications.delete(middle!), 'not_found')
  })

  test('of others, and of nobody, there is nothing to delete', async () => {
    const reader = await member(stack, ['model'])
    await notify(reader)
    const [own] = await rowsOf('notifications', reader)
    const id = Number(own!.id)
    await expectUnchanged(
      () => rowsOf('notifications', reader),
      async () => {
        await expectRefusal(stranger.tb.notifications.delete(id), 'not_found')
        await expectRefusal(stranger.tb.notifications.delete(id + 1000), 'not_found')
        await expectRefusal(device(stack).tb.notifications.delete(id), 'auth_required')
        const wrong = await reader.tb.notifications.delete('1' as unknown as number)
        expect(wrong.error?.code).toBe('validation_failed')
      },
    )
  })
})

describe('plans.list', () => {
  const plan = { product: 'casting', currency: 'KZT', is_default: false }
  const expected = [
    {
      ...plan,
      ...{ id: 'casting_free', name: 'FREE', rank: 0, is_default: true, prices: [] },
      ...{ price_monthly: 0, price_yearly: 0, currency: null },
      features: { max_photos: 5, max_responses_per_month: 3, chat_access: false, profile_promotion: false },
    },
    {
      ...plan,
      ...{ id: 'casting_pro', name: 'PRO', rank: 1, price_monthly: 500_000, price_yearly: 5_000_000 },
      features: { max_photos: 20, max_responses_per_month: 30, chat_access: true, profile_promotion: false },
    },
    {
      ...plan,
      ...{ id: 'casting_business', name: 'BUSINESS', rank: 2, price_monthly: 1_500_000, price_yearly: 15_000_000 },
      features: { max_photos: null, max_responses_per_month: null, chat_access: true, profile_promotion: true },
    },
  ]

  test('everybody reads the plans, the least first, with prices and what they allow', async () => {
    for (const { tb } of [device(stack), stranger]) expect(await must(tb.plans.list())).toMatchObject(expected)
    const pro = (await must(stranger.tb.plans.list()))[1]!
    expect(pro.prices).toHaveLength(2)
    expect(pro.prices).toContainEqual({ period: 'year', amount: 5_000_000, currency: 'KZT' })
    expect(pro.entitlements).toContainEqual({ entitlement_id: 'analytics', quantity: null, level: 'basic' })
  })

  test('a plan that is not on offer is left out', async () => {
    const offer = (is: boolean) => sql(stack)`update public.plans set is_offered = ${is} where id = 'casting_pro'`
    await offer(false)
    const ids = (await must(device(stack).tb.plans.list())).map(({ id }) => id)
    await offer(true)
    expect(ids).toEqual(['casting_free', 'casting_business'])
  })
})

describe('models.update', () => {
  let aisha: Member
  let made: ModelProfile

  beforeEach(async () => {
    aisha = await member(stack, ['model'])
    const profile = {
      name: 'Aisha N.',
      birth_date: '2000-05-30',
      gender: 'female',
      height: 175,
      city: 'Almaty',
    } as const
    made = await must(aisha.tb.models.create({ ...profile, country: 'Kazakhstan', bio: 'Runway.' }))
  })

  test('what is named changes, null clears, the rest stays', async () => {
    const changes = { height: 176, bio: null, birth_date: '2000-05-31' }
    const updated = await must(aisha.tb.models.update(changes))
    expect(updated).toEqual({ ...made, ...changes, updated_at: updated.updated_at })
    expect(Date.parse(updated.updated_at)).toBeGreaterThan(Date.parse(made.updated_at))
    expect(await must(aisha.tb.models.mine())).toEqual(updated)

    const all = {
      name: 'A. N.',
      birth_date: '1999-01-01',
      gender: 'other',
      height: null,
      city: null,
      country: null,
    } as const
    expect(await must(aisha.tb.models.update({ ...all, bio: 'New.' }))).toMatchObject({ ...all, bio: 'New.' })
  })

  test('nothing wrong, nothing of others', async () => {
    await expectUnchanged(
      () => rowsOf('model_profiles', aisha),
      async () => {
        const child = `${new Date().getUTCFullYear() - 10}-01-01`
        const wrong = { name: '', birth_date: child, height: 300, gender: 'x' as 'other' }
        await expectRefusal(aisha.tb.models.update(wrong), 'validation_failed', {
          name: ['length'],
          birth_date: ['range'],
          height: ['range'],
          gender: ['known'],
        })
        await expectRefusal(aisha.tb.models.update({}), 'validation_failed')
        await expectRefusal(stranger.tb.models.update({ city: 'Astana' }), 'not_found')
        await expectRefusal(device(stack).tb.models.update({ city: 'Astana' }), 'auth_required')
      },
    )
    expect(await rowsOf('model_profiles', stranger)).toEqual([])
  })
})

describe('employers.update', () => {
  let agency: Member
  let made: EmployerProfile

  beforeEach(async () => {
    agency = await member(stack, ['agency'])
    made = await must(
      agency.tb.employers.create({
        company_name: 'Steppe Models',
        description: 'An agency.',
        website: 'https://steppe.example',
        contact_person: 'Dana K.',
        phone: '+77771234567',
        city: 'Almaty',
        country: 'Kazakhstan',
      }),
    )
  })

  test('what is named changes, null clears, the rest stays, and everybody sees it', async () => {
    const changes = { company_name: 'Steppe', website: null, phone: '+77770000000' }
    const updated = await must(agency.tb.employers.update(changes))
    expect(updated).toEqual({ ...made, ...changes, updated_at: updated.updated_at })
    expect(Date.parse(updated.updated_at)).toBeGreaterThan(Date.parse(made.updated_at))
    expect(await must(agency.tb.employers.mine())).toEqual(updated)
    const shown = await must(device(stack).tb.employers.get(agency.id))
    expect(shown).toMatchObject({ company_name: 'Steppe', website: null, city: 'Almaty' })

    const logo_path = `${agency.id}/logo.png`
    const withLogo = await must(agency.tb.employers.update({ logo_path }))
    expect(withLogo.logo).toBe(`${stack.url}/storage/v1/object/public/avatars/${logo_path}`)
  })

  test('nothing wrong, nothing of others', async () => {
    const hirer = await member(stack, ['employer'])
    await expectUnchanged(
      () => rowsOf('employer_profiles', agency),
      async () => {
        const wrong = { company_name: ' ', website: 'javascript:alert(1)', phone: '1' }
        await expectRefusal(agency.tb.employers.update(wrong), 'validation_failed', {
          company_name: ['length'],
          website: ['format'],
          phone: ['format'],
        })
        const foreign = agency.tb.employers.update({ logo_path: `${hirer.id}/logo.png` })
        await expectRefusal(foreign, 'validation_failed')
        await expectRefusal(agency.tb.employers.update({}), 'validation_failed')
        await expectRefusal(hirer.tb.employers.update({ city: 'Astana' }), 'not_found')
        await expectRefusal(device(stack).tb.employers.update({ city: 'Astana' }), 'auth_required')
      },
    )
    expect(await rowsOf('employer_profiles', hirer)).toEqual([])
  })
})

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

  test('list: in order, one’s own or a named account’s, with urls that answer', async () => {
    const own = await must(model.tb.photos.list())
    expect(own).toEqual(photos)
    expect(own.map(({ position }) => position)).toEqual([0, 1, 2])
    expect(mainOf(own)).toEqual([photos[0]!.id])
    for (const { tb } of [device(stack), stranger]) expect(await must(tb.photos.list(model.id))).toEqual(photos)
    expect(await must(stranger.tb.photos.list())).toEqual([])
    for (const url of [photos[2]!.url, photos[2]!.thumbnail_url]) expect((await fetch(url)).status).toBe(200)
    await expectRefusal(device(stack).tb.photos.list(), 'auth_required')
    await expectRefusal(model.tb.photos.list('7'), 'validation_failed', { account_id: ['format'] })
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
        for (const wrong of [{}, { position: -1 }, { is_main: false as true }]) {
          await expectRefusal(model.tb.photos.update(photos[1]!.id, wrong), 'validation_failed')
        }
        await expectRefusal(model.tb.photos.update('7', { position: 0 }), 'validation_failed', { photo_id: ['format'] })
      },
    )
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
