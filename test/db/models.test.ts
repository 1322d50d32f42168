import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccounts } from '../helpers/many.ts'
import { createPeople, createPerson, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { agencyOf, promoted } from '../parity/models.ts'
import { type Eyes, openEyes, type Viewer } from './viewer.ts'

let stack: TestStack
let eyes: Eyes

beforeAll(async () => {
  stack = await startTestStack()
  eyes = openEyes(stack)
})
afterAll(async () => {
  await eyes.close()
  await stack.close()
})

/** A model with nothing but what must be said; answers the profile's id, too. */
async function bare(): Promise<Person & { profileId: string }> {
  const person = await createPerson(stack, { roles: ['model'] })
  const [row] = await sql(stack)`
    insert into public.model_profiles (account_id, name, birth_date, gender) values (${person.id}, 'Aisha', '2000-01-31', 'female')
    returning id
  `
  return { ...person, profileId: row!.id }
}

const addPhoto = ({ id }: { id: string }) => sql(stack)`
  insert into storage.objects (bucket_id, name, owner_id, version, metadata)
  values ('photos', ${id} || '/' || gen_random_uuid() || '.png', ${id}, '1', '{"mimetype": "image/png", "size": 1}')
`
const addWork = ({ id }: { id: string }) => sql(stack)`
  insert into public.model_work_experiences (account_id, company, position, start_date) values (${id}, 'Vogue', 'Model', '2021-01-01')
`

describe('completeness', () => {
  const completeness = async ({ id }: { id: string }) => {
    const [row] = await eyes.as<{ completeness: number }>(null, 'select completeness from public.get_model($1)', [id])
    return row!.completeness
  }
  /** A value of each field that counts, as SQL; the two that are rows are added otherwise. */
  const values: Record<string, string> = {
    bio: "'Five seasons.'",
    height: '175',
    weight: '55',
    bust: '86',
    waist: '61',
    hips: '90',
    shoe_size: '38',
    clothing_size: "'S'",
    hair_color: "'Brown'",
    eye_color: "'Green'",
    skin_tone: "'Olive'",
    city: "'Almaty'",
    country: "'Kazakhstan'",
    languages: "'{kk}'",
    categories: "'{fashion}'",
    experience: "'beginner'",
  }
  const fillIn = ({ id }: { id: string }, fields: string[]) =>
    sql(stack).unsafe(
      `update public.model_profiles set ${fields.map((field) => `${field} = ${values[field]}`)} where account_id = '${id}'`,
    )

  test('nothing filled in is 0, everything is 100, and each field adds its weight once', async () => {
    const model = await bare()
    expect(await completeness(model)).toBe(0)
    const weights = await sql(stack)`select field, weight from private.completeness_weights where profile = 'model'`
    expect(weights.map(({ field }) => field).sort()).toEqual(
      [...Object.keys(values), 'photos', 'work_experiences'].sort(),
    )
    let sum = 0
    for (const { field, weight } of weights) {
      const add = { photos: addPhoto, work_experiences: addWork }[field as string] ?? (() => fillIn(model, [field]))
      // The second time adds nothing.
      for (let times = 0; times < 2; times++) await add(model)
      sum += weight
      expect(await completeness(model), field).toBe(sum)
    }
    expect(sum).toBe(100)
    // What is taken out, or emptied, counts no more.
    await sql(stack)`update public.model_profiles set bio = null, languages = '{}' where account_id = ${model.id}`
    await sql(stack)`delete from public.photos where account_id = ${model.id}`
    const lost = weights.filter(({ field }) => ['bio', 'languages', 'photos'].includes(field))
    expect(await completeness(model)).toBe(100 - lost.reduce((all, { weight }) => all + weight, 0))
  })

  test('it is right as soon as the weights are others, which always sum to 100', async () => {
    const model = await bare()
    await fillIn(model, ['bio', 'height'])
    const [before] = await sql(stack)`
      select sum(weight)::int as sum from private.completeness_weights where field in ('bio', 'height')
    `
    expect(await completeness(model)).toBe(before!.sum)
    for (const change of [
      `update private.completeness_weights set weight = weight + 1 where field = 'bio'`,
      `delete from private.completeness_weights where field = 'bio'`,
      `insert into private.completeness_weights (profile, field, weight) values ('model', 'name', 1)`,
    ]) {
      await expect(sql(stack).unsafe(change), change).rejects.toThrow('must sum to 100')
    }
    expect(await completeness(model)).toBe(before!.sum)
    await sql(stack).begin(async (tx) => {
      await tx`update private.completeness_weights set weight = weight - 5 where field = 'photos'`
      await tx`update private.completeness_weights set weight = weight + 5 where field = 'bio'`
    })
    expect(await completeness(model)).toBe(before!.sum + 5)
  })
})

/** Every road from a viewer to a model, and whether it leads there. */
async function roads(viewer: Viewer, model: { id: string; profileId: string }) {
  const leads = async (query: string, ...values: string[]) => {
    try {
      const rows = await eyes.as<{ account_id: string }>(viewer, query, values)
      return rows.some(({ account_id }) => account_id === model.id)
    } catch {
      return false
    }
  }
  await sql(stack)`delete from public.favorites`
  await sql(stack)`delete from public.reports`
  const isDone = async (query: string) =>
    viewer !== null &&
    (await eyes.as(viewer, query, [model.id]).then(
      () => true,
      () => false,
    ))
  const found = {
    profile: await leads('select account_id from public.get_model($1)', model.profileId),
    account: await leads('select account_id from public.get_model($1)', model.id),
    list: await leads('select account_id from public.list_models(page_size => 100)'),
    'list, promoted first': await leads(
      'select account_id from public.list_models(page_size => 100, promoted_first => true)',
    ),
    promoted: await leads('select account_id from public.list_promoted_models(50)'),
    some: await leads('select account_id from public.get_models(array[$1::uuid])', model.id),
    'photos of the profile': await leads('select account_id from public.list_photos($1)', model.profileId),
    'photos of the account': await leads('select account_id from public.list_photos($1)', model.id),
    save: await isDone(`select public.add_favorite('model', $1)`),
    report: await isDone(`select public.create_report('model', $1, 'spam')`),
  }
  return Object.entries(found).flatMap(([road, open]) => (open ? [road] : []))
}

describe('who sees a profile', () => {
  let model: Person & { profileId: string }
  let parties: Record<string, Viewer>

  beforeAll(async () => {
    model = await bare()
    await addPhoto(model)
    await promoted(stack, model)
    const agency = await agencyOf(stack, model)
    const formerAgency = await agencyOf(stack, model)
    await sql(stack)`
      update public.representations set status = 'ended', ended_at = now()
      where organization_id in (select id from public.organizations where owner_id = ${formerAgency.id})
    `
    const [stranger, blocking, blocked] = await createPeople(stack, 3, { roles: ['client'] })
    const [answered, other] = await createPeople(stack, 2, { roles: ['employer'] })
    await sql(stack)`
      insert into public.blocks (account_id, blocked_id) values (${blocking!.id}, ${model.id}), (${model.id}, ${blocked!.id})
    `
    for (const { id } of [answered!, other!]) {
      await sql(stack)`
        insert into public.castings (owner_id, title, description, category, status) values (${id}, 'A casting', 'x', 'runway', 'active')
      `
    }
    await sql(stack)`
      insert into public.casting_responses (casting_id, model_id, currency)
      select id, ${model.id}, currency from public.castings where owner_id = ${answered!.id}
    `
    parties = {
      anon: null,
      stranger: stranger!.id,
      'employer who was answered': answered!.id,
      'employer who was not': other!.id,
      'who blocked them': blocking!.id,
      'whom they blocked': blocked!.id,
      agency: agency.id,
      'former agency': formerAgency.id,
      owner: model.id,
    }
  })

  const byName = ['profile', 'photos of the profile']
  const byBoth = [...byName, 'account', 'photos of the account', 'some']
  const inLists = ['list', 'list, promoted first', 'promoted']
  const everywhere = [...byBoth, ...inLists, 'save', 'report']
  // Nobody reports themselves; one reports whom one has blocked.
  const expected: Record<string, Record<string, string[]>> = {
    public: {
      anon: [...byBoth, ...inLists],
      stranger: everywhere,
      'employer who was answered': everywhere,
      'employer who was not': everywhere,
      'who blocked them': ['report'],
      'whom they blocked': [],
      agency: everywhere,
      'former agency': everywhere,
      owner: [...byBoth, ...inLists, 'save'],
    },
    link: {
      anon: byName,
      stranger: byName,
      'employer who was answered': [...byBoth, 'save', 'report'],
      'employer who was not': byName,
      'who blocked them': [],
      'whom they blocked': [],
      agency: [...byBoth, 'save', 'report'],
      'former agency': byName,
      owner: [...byBoth, 'save'],
    },
    hidden: {
      anon: [],
      stranger: [],
      'employer who was answered': [...byBoth, 'save', 'report'],
      'employer who was not': [],
      'who blocked them': [],
      'whom they blocked': [],
      agency: [...byBoth, 'save', 'report'],
      'former agency': [],
      owner: [...byBoth, 'save'],
    },
  }

  test.each(Object.keys(expected))('%s', async (visibility) => {
    await sql(stack)`update public.model_profiles set visibility = ${visibility} where account_id = ${model.id}`
    for (const [party, viewer] of Object.entries(parties)) {
      expect((await roads(viewer, model)).sort(), party).toEqual([...expected[visibility]![party]!].sort())
    }
  })

  test('while suspended, nobody; afterwards everybody again', async () => {
    await sql(stack)`update public.model_profiles set visibility = 'public' where account_id = ${model.id}`
    const searched = async () =>
      (await sql(stack)`select from private.model_search where account_id = ${model.id}`).length === 1
    expect(await searched()).toBe(true)
    await sql(stack)`select private.suspend_account(${model.id}, 'test')`
    expect(await searched()).toBe(false)
    for (const [party, viewer] of Object.entries(parties)) {
      // Their own requests are refused before they reach a function.
      if (party !== 'owner') expect(await roads(viewer, model), party).toEqual([])
    }
    await sql(stack)`select private.lift_suspension(${model.id})`
    expect(await searched()).toBe(true)
    expect((await roads(null, model)).sort()).toEqual([...expected.public!.anon!].sort())
  })

  test('what was saved is left out of the list once it is not to be seen', async () => {
    const viewer = parties.stranger!
    const saved = () => eyes.as(viewer, `select entity_id from public.list_favorites('model')`)
    await sql(stack)`update public.model_profiles set visibility = 'public' where account_id = ${model.id}`
    await eyes.as(viewer, `select public.add_favorite('model', $1)`, [model.id])
    expect(await saved()).toEqual([{ entity_id: model.id }])
    for (const visibility of ['link', 'hidden']) {
      await sql(stack)`update public.model_profiles set visibility = ${visibility} where account_id = ${model.id}`
      expect(await saved()).toEqual([])
    }
  })
})

test('what is searched is every public profile of an active account, whatever was changed, and nothing else', async () => {
  const models = [await bare(), await bare(), await bare()]
  const [first, second, third] = models.map(({ id }) => id) as [string, string, string]
  await sql(stack)`
    update public.model_profiles set name = 'RENAMED', bio = 'Bio', city = 'ALMATY', height = 180, gender = 'other',
      birth_date = '1999-01-01', categories = '{fashion}', experience = 'beginner'
    where account_id = ${first}
  `
  await sql(stack)`update public.model_profiles set visibility = 'hidden' where account_id = ${second}`
  await sql(stack)`update public.model_profiles set visibility = 'public' where account_id = ${second}`
  await sql(stack)`update public.model_profiles set visibility = 'link' where account_id = ${third}`
  const wrong = await sql(stack)`
    with expected as (
      select m.account_id, m.created_at, m.gender, m.birth_date, m.height, lower(m.city) as city, m.categories, m.experience,
        lower(m.name || ' ' || coalesce(m.bio, '')) as words, m.promoted_until
      from public.model_profiles as m
      where m.visibility = 'public' and private.is_active_account(m.account_id)
    )
    (select * from expected except select * from private.model_search)
    union all (select * from private.model_search except select * from expected)
  `
  expect(wrong).toEqual([])
  const [row] = await sql(stack)`select words, city from private.model_search where account_id = ${first}`
  expect(row).toEqual({ words: 'renamed bio', city: 'almaty' })
  await sql(stack)`delete from public.model_profiles where account_id = ${first}`
  expect(await sql(stack)`select from private.model_search where account_id = ${first}`).toEqual([])
})

test('a range that nobody is in finds nobody and looks at nobody', async () => {
  await bare()
  for (const args of ['min_age => 30, max_age => 29', 'min_height => 180, max_height => 179']) {
    expect(await eyes.as(null, `select * from public.list_models(${args})`)).toEqual([])
  }
})

test('ages are counted to the day, in UTC', async () => {
  const model = await bare()
  const seen = async (birthDate: string, args: string) => {
    await sql(stack).unsafe(
      `update public.model_profiles set birth_date = ${birthDate}, name = 'Counted' where account_id = '${model.id}'`,
    )
    return (await eyes.as(null, `select * from public.list_models(search => 'counted', ${args})`)).length === 1
  }
  const ago = (years: number) => `((now() at time zone 'UTC')::date - interval '${years} years')::date`
  expect(await seen(ago(30), 'min_age => 30')).toBe(true)
  expect(await seen(`${ago(30)} + 1`, 'min_age => 30')).toBe(false)
  expect(await seen(`${ago(31)} + 1`, 'max_age => 30')).toBe(true)
  expect(await seen(ago(31), 'max_age => 30')).toBe(false)
  for (const beyond of ['min_age => 2147483647', 'max_age => -2147483648', 'max_height => -2147483648']) {
    expect(await seen(ago(30), beyond), beyond).toBe(false)
  }
  for (const all of ['max_age => 2147483647', 'min_age => -150']) expect(await seen(ago(30), all), all).toBe(true)
})

describe('any filters together', () => {
  const conditions: Record<string, string> = {
    gender: 'gender = $',
    min_age: 'private.age(birth_date) >= $',
    max_age: 'private.age(birth_date) <= $',
    min_height: 'height >= $',
    max_height: 'height <= $',
    city: 'lower(city) = lower($)',
    category: '$ = any (categories)',
    experience: 'experience = $',
    search: "position(lower($) in lower(name || ' ' || coalesce(bio, ''))) > 0",
  }
  let ids: string[]

  beforeAll(async () => {
    ids = (await makeAccounts(stack, 150, { role: 'model' })).ids
    await sql(stack)`
      insert into public.model_profiles (
        account_id, name, birth_date, gender, bio, height, city, categories, experience, visibility, created_at
      )
      select m, (array['Aisha', 'AIGUL', 'Жанна'])[1 + floor(random() * 3)::int],
        (now() at time zone 'UTC')::date - (18 + floor(random() * 20)) * interval '1 year' - floor(random() * 2) * interval '1 day',
        (array['male', 'female', 'other'])[1 + floor(random() * 3)::int],
        case when random() < 0.5 then 'Needle 100%' end, case when random() < 0.8 then 160 + floor(random() * 30)::int end,
        (array['Almaty', 'ASTANA', 'astana', null])[1 + floor(random() * 4)::int],
        (array['{}', '{fashion}', '{fashion,runway}'])[1 + floor(random() * 3)::int]::text[],
        (array['beginner', 'experienced', null])[1 + floor(random() * 3)::int],
        (array['public', 'public', 'public', 'hidden'])[1 + floor(random() * 4)::int],
        date_trunc('hour', now()) - floor(random() * 10) * interval '1 hour'
      from unnest(${ids}::uuid[]) as m
    `
    await sql(stack)`
      insert into public.promotions (account_id, model_id, ends_at, starts_at)
      select m, m, now() + (random() - 0.5) * interval '2 days', now() - interval '3 days'
      from unnest(${ids}::uuid[]) as m where random() < 0.3
    `
  })

  test('answer what the conditions do, in the order that is asked for, page by page', async () => {
    const filters = fc.record(
      {
        gender: fc.constantFrom('male', 'female', 'other'),
        min_age: fc.integer({ min: 17, max: 40 }),
        max_age: fc.integer({ min: 17, max: 40 }),
        min_height: fc.integer({ min: 158, max: 192 }),
        max_height: fc.integer({ min: 158, max: 192 }),
        city: fc.constantFrom('almaty', 'Astana', 'Nowhere'),
        category: fc.constantFrom('fashion', 'runway', 'none'),
        experience: fc.constantFrom('beginner', 'experienced'),
        search: fc.constantFrom('needle', 'AI', 'жанна', '100%', 'a', '_', 'x'),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(filters, fc.boolean(), fc.integer({ min: 3, max: 40 }), async (asked, first, size) => {
        const names = Object.keys(asked)
        const values = Object.values(asked)
        const where = names.map((name, i) => conditions[name]!.replaceAll('$', `$${i + 1}`))
        const expected = await sql(stack).unsafe(
          `select m.account_id as id from public.model_profiles m
           where m.visibility = 'public' ${where.map((one) => `and ${one}`).join(' ')}
           order by ${first ? 'coalesce(m.promoted_until > now(), false) desc, ' : ''} m.created_at desc, m.account_id desc`,
          values,
        )
        const args = [...names, 'promoted_first', 'page_size', 'cursor'].map((name, i) => `${name} => $${i + 1}`)
        const found: string[] = []
        let cursor: string | null = null
        do {
          const rows: { account_id: string; cursor: string; total: string }[] = await eyes.as(
            null,
            `select account_id, cursor, total from public.list_models(${args})`,
            [...values, first, size, cursor],
          )
          for (const { total } of rows) expect(Number(total)).toBe(expected.length)
          found.push(...rows.map(({ account_id }) => account_id))
          cursor = rows.length === size ? rows.at(-1)!.cursor : null
        } while (cursor !== null)
        expect(found).toEqual(expected.map(({ id }) => id))
      }),
      { numRuns: 150 },
    )
  })
})
