import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { agencyOf, born, modelInput, modelWith, promoted } from './models.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { rowsOf } from './state.ts'

let stack: TestStack
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['model'])
})
afterAll(() => stack.close())

const accounts = (list: { account_id: string }[] | null) => list?.map(({ account_id }) => account_id)
const profileOf = (...people: Member[]) => Promise.all(people.map((one) => rowsOf(stack, 'model_profiles', one)))

/** What every field of a profile that is out of its range is told, and how. */
const wrong = {
  name: ' ',
  birth_date: born(17),
  gender: 'robot' as 'other',
  height: 251,
  weight: 29,
  bust: 49,
  waist: 201,
  hips: 201,
  shoe_size: 51,
  clothing_size: 'x'.repeat(21),
  languages: Array(21).fill('kk'),
  categories: ['No slug'],
  experience: 'old' as 'beginner',
  visibility: 'secret' as 'hidden',
  day_rate: -1,
  currency: 'tenge',
}
const told = {
  name: ['length'],
  birth_date: ['range'],
  gender: ['known'],
  height: ['range'],
  weight: ['range'],
  bust: ['range'],
  waist: ['range'],
  hips: ['range'],
  shoe_size: ['range'],
  clothing_size: ['length'],
  languages: ['length'],
  categories: ['format'],
  experience: ['known'],
  visibility: ['known'],
  day_rate: ['range'],
  currency: ['format'],
}

it('MW06 models.list: public profiles by every filter, newest first or promoted first, in pages', async () => {
  const word = unique()
  const named = (name: string) => ({ name: `${name} ${word}` })
  const aisha = await modelWith(stack, named('Aisha'))
  await must(aisha.tb.photos.upload(await picture()))
  const arman = await modelWith(stack, {
    ...named('Arman'),
    birth_date: born(40),
    gender: 'male',
    height: 190,
    city: 'Astana',
    categories: ['runway'],
    experience: 'beginner',
    bio: `Walks ${word}.`,
  })
  await modelWith(stack, { ...named('Hidden'), visibility: 'hidden' })
  await modelWith(stack, { ...named('By link'), visibility: 'link' })

  const visitor = device(stack)
  const answer = await must(visitor.tb.models.list({ search: word }))
  expectFields(answer, {
    models: 'items',
    id: 'items.0.id',
    user_id: 'items.0.account_id',
    name: 'items.0.name',
    age: 'items.0.age',
    gender: 'items.0.gender',
    height: 'items.0.height',
    city: 'items.0.city',
    categories: 'items.0.categories',
    experience: 'items.0.experience',
    main_photo: 'items.0.main_photo',
    is_promoted: 'items.0.is_promoted',
    rating: 'items.0.rating',
    reviews_count: 'items.0.reviews_count',
    total: 'total',
    // Whoever asks knows both; a page goes on by its cursor.
    limit: 'items.length',
    offset: 'next_cursor',
    has_more: 'has_more',
  })
  expect(answer).toMatchObject({ total: 2, total_is_exact: true, has_more: false, next_cursor: null })
  expect(accounts(answer.items)).toEqual([arman.id, aisha.id])
  const { name, height, categories, experience } = modelInput()
  expect(answer.items[1]).toMatchObject({
    ...named('Aisha'),
    age: 24,
    gender: 'female',
    height,
    categories,
    experience,
  })
  expect(name).not.toBe(answer.items[1]!.name)
  expect((await fetch(answer.items[1]!.main_photo!)).headers.get('content-type')).toBe('image/png')
  expect(Object.keys(answer.items[1]!)).not.toContain('birth_date')

  const filters = {
    limit: [{ limit: 1 }, [arman]],
    offset: [{ offset: 1 }, [aisha]],
    gender: [{ gender: 'male' }, [arman]],
    min_age: [{ min_age: 40 }, [arman]],
    max_age: [{ max_age: 39 }, [aisha]],
    min_height: [{ min_height: 176 }, [arman]],
    max_height: [{ max_height: 175 }, [aisha]],
    city: [{ city: 'almaty' }, [aisha]],
    category: [{ category: 'commercial' }, [aisha]],
    experience: [{ experience: 'beginner' }, [arman]],
    search: [{ search: `AISHA ${word}` }, [aisha]],
  } as const
  expectTaken(filters, {
    limit: 'limit',
    offset: 'offset',
    gender: 'gender',
    min_age: 'min_age',
    max_age: 'max_age',
    min_height: 'min_height',
    max_height: 'max_height',
    city: 'city',
    category: 'category',
    experience: 'experience',
    search: 'search',
  })
  for (const [filter, [values, expected]] of Object.entries(filters)) {
    const { items } = await must(visitor.tb.models.list({ search: word, ...values }))
    expect(accounts(items), filter).toEqual(expected.map(({ id }) => id))
  }
  // The bio is searched, too.
  expect(accounts((await must(visitor.tb.models.list({ search: `walks ${word}` }))).items)).toEqual([arman.id])

  // Promoted ones come first only where that is asked for.
  await promoted(stack, aisha)
  const listed = async (input: Parameters<typeof visitor.tb.models.list>[0]) =>
    must(visitor.tb.models.list({ search: word, ...input }))
  expect(accounts((await listed({})).items)).toEqual([arman.id, aisha.id])
  const first = await listed({ promoted_first: true, limit: 1 })
  expect(first.items).toMatchObject([{ account_id: aisha.id, is_promoted: true }])
  const second = await listed({ promoted_first: true, cursor: first.next_cursor! })
  expect(second.items).toMatchObject([{ account_id: arman.id, is_promoted: false, promoted_until: null }])
  expect(second).toMatchObject({ total: 2, has_more: false })

  for (const { client } of [visitor, stranger]) {
    expect(accounts((await client.rpc('list_models', { search: word })).data)).toEqual([arman.id, aisha.id])
  }
  // The table is no road to them.
  expect((await visitor.client.from('model_profiles').select()).error?.code).toBe('42501')
  expect((await stranger.client.from('model_profiles').select()).data).toEqual([])

  const bad = { limit: 101, offset: -1, gender: 'robot' as 'male', min_age: 1.5, experience: 'old' as 'beginner' }
  await expectRefusal(visitor.tb.models.list({ ...bad, search: '', max_height: -1 }), 'validation_failed', {
    limit: ['range'],
    offset: ['range'],
    gender: ['known'],
    min_age: ['type'],
    max_height: ['range'],
    experience: ['known'],
    search: ['length'],
  })
  await expectRefusal(visitor.tb.models.list({ cursor: 'none of ours' }), 'validation_failed', { cursor: ['format'] })
  for (const args of [{ page_size: 101 }, { gender: 'robot' }, { experience: 'old' }]) {
    expect((await visitor.client.rpc('list_models', args)).error?.code).toBe('validation_failed')
  }
})

it('MW07 models.listPromoted: only those whose promotion is running', async () => {
  const [running, paused, over, hidden, plain] = await Promise.all(Array.from({ length: 5 }, () => modelWith(stack)))
  for (const one of [running!, hidden!]) await promoted(stack, one)
  const pausedId = await promoted(stack, paused!)
  await must(paused!.tb.promotions.pause(pausedId))
  await sql(stack)`
    update public.promotions set starts_at = now() - interval '9 days', ends_at = now() - interval '1 second'
    where id = ${await promoted(stack, over!)}
  `
  await must(hidden!.tb.models.update({ visibility: 'hidden' }))

  const visitor = device(stack)
  const answer = await must(visitor.tb.models.listPromoted({ limit: 50 }))
  expectFields(answer, { models: '.', promoted_until: '0.promoted_until' })
  const found = accounts(answer)
  expect(found).toContain(running!.id)
  for (const one of [paused!, over!, hidden!, plain!]) expect(found).not.toContain(one.id)
  expect(answer.every(({ promoted_until }) => Date.parse(promoted_until!) > Date.now())).toBe(true)

  for (let i = 0; i < 11; i++) await promoted(stack, await modelWith(stack))
  expect(await must(visitor.tb.models.listPromoted())).toHaveLength(10)
  expect(await must(visitor.tb.models.listPromoted({ limit: 3 }))).toHaveLength(3)
  expectTaken({ limit: 3 }, { limit: 'limit' })
  for (const limit of [0, 51, 1.5]) {
    const rule = limit === 1.5 ? 'type' : 'range'
    await expectRefusal(visitor.tb.models.listPromoted({ limit }), 'validation_failed', { limit: [rule] })
  }
  const ask = (client: Member['client'], max_items?: number) => client.rpc('list_promoted_models', { max_items })
  expect((await ask(visitor.client)).data).toHaveLength(10)
  expect((await ask(stranger.client, 3)).data).toHaveLength(3)
  expect((await ask(visitor.client, 51)).error?.code).toBe('validation_failed')
})

it('MW08 models.get: everything of one profile, for whom it is to see', async () => {
  const input = modelInput()
  const aisha = await modelWith(stack, input)
  for (let i = 0; i < 3; i++) await must(aisha.tb.photos.upload(await picture()))
  const [first, second, third] = await must(aisha.tb.photos.list())
  await must(aisha.tb.photos.reorder([third!.id, first!.id, second!.id]))
  const earlier = {
    company: 'Fashion Week Almaty',
    position: 'Runway model',
    start_date: '2019-01-01',
    end_date: '2020-06-01',
  }
  const latest = { company: 'Vogue', position: 'Model', start_date: '2021-01-01' }
  for (const experience of [earlier, latest]) await must(aisha.tb.models.addWorkExperience(experience))

  const { tb: visitor, client: anon } = device(stack)
  const model = await must(visitor.models.get(aisha.id))
  expectFields(model, {
    model: '.',
    id: 'id',
    user_id: 'account_id',
    name: 'name',
    bio: 'bio',
    age: 'age',
    gender: 'gender',
    height: 'height',
    weight: 'weight',
    measurements: 'measurements',
    bust: 'measurements.bust',
    waist: 'measurements.waist',
    hips: 'measurements.hips',
    shoe_size: 'shoe_size',
    clothing_size: 'clothing_size',
    hair_color: 'hair_color',
    eye_color: 'eye_color',
    skin_tone: 'skin_tone',
    city: 'city',
    country: 'country',
    languages: 'languages',
    categories: 'categories',
    experience: 'experience',
    can_travel: 'can_travel',
    photos: 'photos',
    url: 'photos.0.url',
    is_main: 'photos.0.is_main',
    order: 'photos.0.position',
    work_experience: 'work_experiences',
    company: 'work_experiences.0.company',
    position: 'work_experiences.0.position',
    start_date: 'work_experiences.0.start_date',
    end_date: 'work_experiences.1.end_date',
    rating: 'rating',
    reviews_count: 'reviews_count',
    completeness: 'completeness',
  })
  const { birth_date: _, bust, waist, hips, ...rest } = input
  expect(model).toMatchObject({
    ...rest,
    account_id: aisha.id,
    age: 24,
    measurements: { bust, waist, hips },
    work_experiences: [latest, earlier],
    agencies: [],
    rating: null,
    reviews_count: 0,
    completeness: 100,
    main_photo: first!.url,
    is_saved: false,
  })
  expect(model.photos.map(({ id, position }) => [id, position])).toEqual([
    [third!.id, 0],
    [first!.id, 1],
    [second!.id, 2],
  ])
  expect(Object.keys(model)).not.toContain('birth_date')
  // Its own id finds the same as its account's.
  expect(await must(visitor.models.get(model.id))).toEqual(model)
  expect(await must(stranger.tb.models.get(aisha.id))).toEqual(model)
  const plain = await anon.rpc('get_model', { id: aisha.id }).single<{ bust: number; completeness: number }>()
  expect(plain.data).toMatchObject({ account_id: aisha.id, bust, completeness: 100 })

  // By link: whoever has the profile's own id. Hidden: nobody else.
  await must(aisha.tb.models.update({ visibility: 'link' }))
  expect((await must(visitor.models.get(model.id))).visibility).toBe('link')
  await expectRefusal(visitor.models.get(aisha.id), 'not_found')
  await must(aisha.tb.models.update({ visibility: 'hidden' }))
  for (const tb of [visitor, stranger.tb]) {
    for (const id of [model.id, aisha.id]) await expectRefusal(tb.models.get(id), 'not_found')
  }
  for (const id of [model.id, aisha.id]) expect((await anon.rpc('get_model', { id })).data).toEqual([])
  expect((await must(aisha.tb.models.get(model.id))).visibility).toBe('hidden')

  await expectRefusal(visitor.models.get('7'), 'validation_failed', { id: ['format'] })
  await expectRefusal(visitor.models.get(crypto.randomUUID()), 'not_found')
})

it('MW09 models.create: a profile for a model, once', async () => {
  const [aisha, newcomer] = [await member(stack, ['model']), await member(stack, ['model'])]
  const employer = await member(stack, ['employer'])
  const input = modelInput()
  const created = await must(aisha.tb.models.create(input))
  expectTaken(input, {
    name: 'name',
    bio: 'bio',
    // Kept as a date of birth, of which everybody sees the age.
    age: 'birth_date',
    gender: 'gender',
    height: 'height',
    weight: 'weight',
    bust: 'bust',
    waist: 'waist',
    hips: 'hips',
    shoe_size: 'shoe_size',
    clothing_size: 'clothing_size',
    hair_color: 'hair_color',
    eye_color: 'eye_color',
    skin_tone: 'skin_tone',
    city: 'city',
    country: 'country',
    languages: 'languages',
    categories: 'categories',
    experience: 'experience',
    can_travel: 'can_travel',
  })
  const { bust, waist, hips, ...rest } = input
  const expected = { ...rest, measurements: { bust, waist, hips }, age: 24, visibility: 'public', account_id: aisha.id }
  expect(created).toMatchObject(expected)
  expect(await must(aisha.tb.models.mine())).toEqual(created)
  expect((await must(aisha.tb.accounts.me())).has_model_profile).toBe(true)

  const other = await member(stack, ['model'])
  const insert = ({ client }: Pick<Member, 'client'>, account_id: string, changes = {}) =>
    client.from('model_profiles').insert({ account_id, ...input, ...changes })
  expect((await insert(other, other.id)).error).toBeNull()
  expect(await must(other.tb.models.mine())).toMatchObject({ ...rest, account_id: other.id })

  await expectUnchanged(
    () => profileOf(aisha, newcomer, employer),
    async () => {
      await expectRefusal(aisha.tb.models.create(input), 'duplicate')
      await expectRefusal(employer.tb.models.create(input), 'permission_denied')
      await expectRefusal(device(stack).tb.models.create(input), 'auth_required')
      await expectRefusal(newcomer.tb.models.create({ ...input, ...wrong }), 'validation_failed', told)
      await expectRefusal(newcomer.tb.models.create({} as typeof input), 'validation_failed', {
        name: ['required'],
        birth_date: ['required'],
        gender: ['required'],
      })
      const unknown = { ...input, categories: ['fashion', 'no_such_category'] }
      await expectRefusal(newcomer.tb.models.create(unknown), 'validation_failed', { categories: ['known'] })
      // Postgres refuses each of them alone.
      for (const [name, value] of Object.entries(wrong)) {
        expect((await insert(newcomer, newcomer.id, { [name]: value })).error, name).not.toBeNull()
      }
      expect((await insert(employer, employer.id)).error?.code).toBe('42501')
      expect((await insert(other, newcomer.id)).error?.code).toBe('42501')
      expect((await insert(device(stack), newcomer.id)).error?.code).toBe('42501')
      // Nothing but what a model says of themselves.
      for (const more of [{ rating: 5 }, { reviews_count: 9 }, { promoted_until: '2100-01-01T00:00:00Z' }]) {
        expect((await insert(newcomer, newcomer.id, more)).error?.code).toBe('42501')
      }
    },
  )
})

it('MW10 models.update: by the owner and their agency; what is not sent stays', async () => {
  const aisha = await modelWith(stack)
  const other = await modelWith(stack)
  const before = await must(aisha.tb.models.mine())
  const changes = { bio: 'Updated.', height: 176, categories: ['editorial'] }
  expectTaken(changes, { bio: 'bio', height: 'height', categories: 'categories' })
  const updated = await must(aisha.tb.models.update(changes))
  expect(updated).toEqual({ ...before, ...changes, updated_at: updated.updated_at })
  expect(Date.parse(updated.updated_at)).toBeGreaterThan(Date.parse(before.updated_at))
  const cleared = await must(aisha.tb.models.update({ bio: null, languages: [], day_rate: 5_000_000, currency: 'USD' }))
  expect(cleared).toMatchObject({ bio: null, languages: [], day_rate: 5_000_000, currency: 'USD', height: 176 })
  const plain = await aisha.client.from('model_profiles').update({ weight: 56 }).eq('account_id', aisha.id).select()
  expect(plain.data).toMatchObject([{ weight: 56, height: 176, bio: null }])

  // The agency that represents her, in the log with who did it; no other.
  const agency = await agencyOf(stack, aisha)
  const edited = await must(agency.tb.models.update({ city: 'Astana' }, { account_id: aisha.id }))
  expect(edited).toMatchObject({ account_id: aisha.id, city: 'Astana', birth_date: before.birth_date })
  expect(edited.agencies).toMatchObject([{ name: 'Steppe Models' }])
  const [logged] = await sql(stack)`
    select actor_id, entity_id, details from private.audit_log where action = 'model_profiles.update' order by id desc limit 1
  `
  expect(logged).toMatchObject({ actor_id: agency.id, entity_id: aisha.id, details: { fields: ['city'] } })

  await expectUnchanged(
    () => profileOf(aisha, other, stranger),
    async () => {
      await expectRefusal(aisha.tb.models.update(wrong), 'validation_failed', told)
      await expectRefusal(aisha.tb.models.update({}), 'validation_failed')
      await expectRefusal(stranger.tb.models.update({ bio: 'Mine.' }), 'not_found')
      await expectRefusal(device(stack).tb.models.update({ bio: 'Mine.' }), 'auth_required')
      for (const tb of [stranger.tb, other.tb]) {
        await expectRefusal(tb.models.update({ bio: 'Mine.' }, { account_id: aisha.id }), 'not_found')
      }
      await expectRefusal(agency.tb.models.update({ bio: 'Ours.' }, { account_id: other.id }), 'not_found')
      await expectRefusal(agency.tb.models.update({ bio: 'Ours.' }, { account_id: '7' }), 'validation_failed', {
        account_id: ['format'],
      })
      await other.client.from('model_profiles').update({ bio: 'Mine.' }).eq('account_id', aisha.id)
      const handed = await aisha.client.from('model_profiles').update({ account_id: stranger.id }).eq('id', before.id)
      expect(handed.error?.code).toBe('42501')
    },
  )
})

it('MW12 models.mine: one’s own, with what nobody else reads', async () => {
  const aisha = await modelWith(stack, { visibility: 'hidden' })
  await must(aisha.tb.photos.upload(await picture()))
  await must(aisha.tb.models.addWorkExperience({ company: 'Vogue', position: 'Model', start_date: '2021-01-01' }))
  const mine = await must(aisha.tb.models.mine())
  const { birth_date, ...shown } = mine
  expect(birth_date).toBe(born(24))
  expect(shown).toEqual(await must(aisha.tb.models.get(mine.id)))
  expect(mine).toMatchObject({ account_id: aisha.id, completeness: 100, photos: [{ is_main: true }] })
  expect(mine.work_experiences).toMatchObject([{ company: 'Vogue' }])
  const plain = await aisha.client.from('model_profiles').select().single()
  expect(plain.data).toMatchObject({ id: mine.id, birth_date: born(24), visibility: 'hidden' })
  await expectRefusal(stranger.tb.models.mine(), 'not_found')
  await expectRefusal(stranger.tb.models.mine({ account_id: aisha.id }), 'not_found')
  await expectRefusal(device(stack).tb.models.mine(), 'auth_required')
  expect((await stranger.client.from('model_profiles').select()).data).toEqual([])
})

it('models: work experience is added, changed and removed by the model and their agency alone', async () => {
  const aisha = await modelWith(stack)
  const agency = await agencyOf(stack, aisha)
  const input = {
    company: 'Vogue',
    position: 'Model',
    description: 'Covers.',
    start_date: '2021-01-01',
    end_date: '2022-01-01',
  }
  const added = await must(aisha.tb.models.addWorkExperience(input))
  expect(added).toMatchObject({ account_id: aisha.id, ...input })
  const theirs = await must(agency.tb.models.addWorkExperience({ ...input, company: 'Elle' }, { account_id: aisha.id }))
  expect(theirs).toMatchObject({ account_id: aisha.id, company: 'Elle' })
  expect(await must(agency.tb.models.updateWorkExperience(added.id, { end_date: null }))).toEqual({
    ...added,
    end_date: null,
  })
  await expectUnchanged(
    () => rowsOf(stack, 'model_work_experiences', aisha),
    async () => {
      const bad = { company: ' ', position: '', start_date: '1949-12-31', end_date: '2021-02-30' }
      await expectRefusal(aisha.tb.models.addWorkExperience(bad), 'validation_failed', {
        company: ['length'],
        position: ['length'],
        start_date: ['range'],
        end_date: ['format'],
      })
      const backwards = { ...input, end_date: '2020-12-31' }
      await expectRefusal(aisha.tb.models.addWorkExperience(backwards), 'validation_failed', { end_date: ['order'] })
      // Only the database knows the other date.
      const change = aisha.tb.models.updateWorkExperience(added.id, { end_date: '2020-12-31' })
      await expectRefusal(change, 'validation_failed', { end_date: ['order'] })
      await expectRefusal(aisha.tb.models.updateWorkExperience(added.id, {}), 'validation_failed')
      const other = await modelWith(stack)
      for (const { tb } of [other, stranger]) {
        await expectRefusal(tb.models.addWorkExperience(input, { account_id: aisha.id }), 'permission_denied')
        await expectRefusal(tb.models.updateWorkExperience(added.id, { company: 'Mine' }), 'not_found')
        await expectRefusal(tb.models.removeWorkExperience(added.id), 'not_found')
      }
      const nobody = device(stack).tb
      await expectRefusal(nobody.models.addWorkExperience(input, { account_id: aisha.id }), 'auth_required')
      await expectRefusal(nobody.models.removeWorkExperience(added.id), 'auth_required')
      await expectRefusal(aisha.tb.models.removeWorkExperience('7'), 'validation_failed', {
        work_experience_id: ['format'],
      })
    },
  )
  expect(await must(agency.tb.models.removeWorkExperience(theirs.id))).toBeNull()
  expect(await must(aisha.tb.models.removeWorkExperience(added.id))).toBeNull()
  expect(await rowsOf(stack, 'model_work_experiences', aisha)).toEqual([])
})
