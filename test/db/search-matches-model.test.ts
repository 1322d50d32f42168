import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCandidates, makeRecruiters } from '../helpers/hiring.ts'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { type Eyes, openEyes } from './viewer.ts'

// Whoever saves a search hears of exactly what the list shows them with its filters, their own things left out.

const people = 20

let stack: TestStack
let eyes: Eyes
let owners: string[]
let recruiters: string[]

beforeAll(async () => {
  stack = await startTestStack()
  eyes = openEyes(stack)
  owners = (await makeAccounts(stack, people, { roles: ['agency', 'client', 'creator', 'freelancer'] })).ids
  recruiters = (await makeRecruiters(stack, people)).map(({ id }) => id)
  const db = sql(stack)
  const someone = db`(${owners}::uuid[])[1 + floor(random() * ${people})::int]`
  await db`
    insert into public.castings (owner_id, title, description, category, city, gender, min_age, max_age, status)
    select ${someone}, 'Casting ' || i, case when random() < 0.3 then 'needle' else 'hay' end,
      (array['fashion', 'film', 'event'])[1 + floor(random() * 3)::int],
      (array['Almaty', 'ASTANA', 'astana', null])[1 + floor(random() * 4)::int],
      (array['male', 'female', null])[1 + floor(random() * 3)::int],
      case when random() < 0.5 then 18 + floor(random() * 20)::int end,
      case when random() < 0.5 then 40 + floor(random() * 20)::int end,
      (array['draft', 'active', 'active', 'completed'])[1 + floor(random() * 4)::int]
    from generate_series(1, 150) as i
  `
  const skills = (await db`select id from public.skills order by id limit 3`).map(({ id }) => id)
  await db`
    insert into public.tasks (owner_id, title, description, category, task_type, budget, currency, city, skill_ids, status)
    select ${someone}, 'Task ' || i, case when random() < 0.3 then 'a needle' else 'hay' end,
      (array['design', 'logo-design', 'cleaning'])[1 + floor(random() * 3)::int],
      case when i % 2 = 0 then 'physical' else 'digital' end, 1 + i % 9, (array['USD', 'KZT'])[1 + i % 2],
      (array['Almaty', 'astana'])[1 + floor(random() * 2)::int], array[(${skills}::uuid[])[1 + i % 3]],
      (array['open', 'open', 'in_progress', 'cancelled'])[1 + floor(random() * 4)::int]
    from generate_series(1, 150) as i
  `
  await db`
    insert into public.services (owner_id, title, description, category, price, currency, tags, delivery_days, is_active)
    select ${someone}, 'Service ' || i, case when random() < 0.3 then 'a needle' else 'hay' end,
      (array['ugc-video', 'design'])[1 + floor(random() * 2)::int], 1 + i % 9, (array['USD', 'KZT'])[1 + i % 2],
      array[(array['film', 'photo'])[1 + i % 2]], 1, random() < 0.8
    from generate_series(1, 100) as i
  `
  const cards = await makeCandidates(stack, 60)
  await db`
    update private.candidate_cards d set
      city = (array['Mumbai', 'goa'])[1 + i % 2], experience_years = i % 7, current_ctc = case when i % 3 > 0 then i end,
      skills = array['Skill ' || i % 5, 'Skill ' || i % 3], willing_to_relocate = (array[true, false, null])[1 + i % 3],
      birth_date = '1980-01-01'::date + i::int * 300
    from unnest(${cards.map(({ card_id }) => card_id)}::uuid[]) with ordinality as c (id, i) where d.id = c.id
  `
  await db`
    insert into public.blocks (account_id, blocked_id)
    select a, b from unnest(${owners}::uuid[]) as a, unnest(${owners}::uuid[]) as b where a <> b and random() < 0.1
    union all
    select c, r from unnest(${cards.map(({ id }) => id)}::uuid[]) as c, unnest(${recruiters}::uuid[]) as r where random() < 0.1
  `
  await db`select private.suspend_account(${owners[0]!}, 'under review')`
})
afterAll(async () => {
  await eyes.close()
  await stack.close()
})

type Filters = Record<string, unknown>

/** One or two of these filters, or none: many together find nothing. */
const maybe = (shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Filters> =>
  fc
    .subarray(Object.keys(shape), { maxLength: 2 })
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, shape[name]!]))))

/** The least and the most of something, in order, with the currency that they take. */
const range = (least: string, most: string, top: number, currencies = ['USD', 'KZT']): fc.Arbitrary<Filters> => {
  const end = fc.integer({ min: 0, max: top })
  const some = fc
    .tuple(end, end, fc.constantFrom(...currencies))
    .map(([a, b, currency]) => ({ [least]: Math.min(a, b), [most]: Math.max(a, b), currency }))
  return fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: some })
}

const both = (one: fc.Arbitrary<Filters>, other: fc.Arbitrary<Filters>) =>
  fc.tuple(one, other).map(([a, b]) => ({ ...a, ...b }))

const search = fc.constantFrom('needle', 'HAY', 'a', '1')
const owner = fc.nat(people - 1).map((i) => `owner ${i}`)

interface Kind {
  filters: fc.Arbitrary<Filters>
  /** The list as the owner of a search asks it; $1 are the filters. */
  list: string
  by: () => string[]
}

const argument = (name: string, type: string) => `${name} => ($1::jsonb ->> '${name}')::${type}`

const kinds: Record<string, Kind> = {
  casting: {
    filters: maybe({
      status: fc.constant('active'),
      city: fc.constantFrom('almaty', 'Astana', 'Nowhere'),
      category: fc.constantFrom('fashion', 'film'),
      gender: fc.constantFrom('male', 'female', 'other'),
      min_age: fc.integer({ min: 18, max: 70 }),
      max_age: fc.integer({ min: 18, max: 70 }),
      search,
      owner_id: owner,
    }),
    list: `select f.id from public.list_castings(
      ${['city', 'category', 'gender', 'search'].map((name) => argument(name, 'text'))},
      ${['min_age', 'max_age'].map((name) => argument(name, 'integer'))}, ${argument('owner_id', 'uuid')}, page_size => 100
    ) as f where f.owner_id <> auth.uid()`,
    by: () => owners,
  },
  task: {
    filters: both(
      maybe({
        category: fc.constantFrom('design', 'logo-design', 'cleaning'),
        task_type: fc.constantFrom('physical', 'digital'),
        city: fc.constantFrom('almaty', 'Astana'),
        skill_id: fc.nat(2).map((i) => `skill ${i}`),
        search,
        owner_id: owner,
      }),
      range('min_budget', 'max_budget', 10),
    ),
    list: `select f.id from public.list_tasks(
      status => 'open', ${['category', 'task_type', 'city', 'currency', 'search'].map((name) => argument(name, 'text'))},
      ${['min_budget', 'max_budget'].map((name) => argument(name, 'bigint'))},
      ${['skill_id', 'owner_id'].map((name) => argument(name, 'uuid'))}, page_size => 100
    ) as f where f.owner_id <> auth.uid()`,
    by: () => owners,
  },
  service: {
    filters: both(
      maybe({
        category: fc.constantFrom('ugc-video', 'design'),
        tag: fc.constantFrom('film', 'photo'),
        search,
        owner_id: owner,
      }),
      range('min_price', 'max_price', 10),
    ),
    list: `select f.id from public.list_services(
      ${['category', 'tag', 'currency', 'search'].map((name) => argument(name, 'text'))},
      ${['min_price', 'max_price'].map((name) => argument(name, 'bigint'))}, ${argument('owner_id', 'uuid')}, page_size => 100
    ) as f where f.owner_id <> auth.uid()`,
    by: () => owners,
  },
  candidate: {
    filters: both(
      maybe({
        city: fc.constantFrom('Mumbai', 'Goa', 'Nowhere'),
        min_experience: fc.integer({ min: 0, max: 4 }),
        max_experience: fc.integer({ min: 4, max: 8 }),
        min_age: fc.integer({ min: 18, max: 30 }),
        max_age: fc.integer({ min: 30, max: 45 }),
        skills: fc.subarray(['skill 1', 'Skill 2', 'Skill 4'], { minLength: 1 }),
        willing_to_relocate: fc.boolean(),
        search: fc.constantFrom('engin', 'skill', 'mum', 'nothing'),
      }),
      range('min_ctc', 'max_ctc', 60, ['INR', 'USD']),
    ),
    list: 'select id from public.search_candidates(filters => $1::jsonb, page_size => 100)',
    by: () => recruiters,
  },
}

test.each(Object.entries(kinds))('%s: what is told is what the list shows', async (type, { filters, list, by }) => {
  const db = sql(stack)
  const skills = (await db`select id from public.skills order by id limit 3`).map(({ id }) => id)
  /** Filters were made before there were people and skills. */
  const named = (one: Filters): Filters =>
    Object.fromEntries(
      Object.entries(one).map(([name, value]) => {
        const [, known, i] = /^(owner|skill_id|skill) (\d+)$/.exec(name.endsWith('_id') ? String(value) : '') ?? []
        return [name, known === undefined ? value : known === 'owner' ? owners[Number(i)] : skills[Number(i)]]
      }),
    )
  let told = 0
  await fc.assert(
    fc.asyncProperty(fc.array(filters, { minLength: people, maxLength: people }), async (wanted) => {
      await db`delete from public.saved_searches where true`
      await db`delete from public.notifications where true`
      // Everything is new again, in the order of its ids.
      await db`delete from private.saved_search_entities where true`
      await db`delete from private.saved_search_queue where true`
      await db`
        insert into private.saved_search_queue (entity_type, entity_id)
        select 'casting', id from public.castings union all select 'task', id from public.tasks
        union all select 'service', id from public.services union all select 'candidate', id from private.candidate_cards`
      const searches = by().map((account_id, i) => ({ account_id, filters: named(wanted[i]!) }))
      for (const { account_id, filters } of searches) {
        await eyes.as(account_id, 'select from public.create_saved_search($1, $2, $3::text::jsonb)', [
          type,
          'Drawn',
          JSON.stringify(filters),
        ])
      }
      await db`select private.match_saved_searches()`
      for (const { account_id, filters } of searches) {
        const heard = await db`
          select coalesce(data ->> 'casting_id', data ->> 'entity_id') as id from public.notifications where account_id = ${account_id}`
        const listed = await eyes.as<{ id: string }>(account_id, list.replaceAll('$1', '($1::text)'), [
          JSON.stringify(filters),
        ])
        // Whoever is suspended asks for nothing, and of theirs nobody hears yet; the list of castings shows them.
        const shown = await db`
          select l.id from unnest(${listed.map(({ id }) => id)}::uuid[]) as l (id)
          left join public.castings c on c.id = l.id
          where ${account_id} <> ${owners[0]!} and c.owner_id is distinct from ${owners[0]!}`
        const ids = (rows: readonly { id?: string }[]) => rows.map(({ id }) => id).sort()
        expect(ids(heard as never), JSON.stringify(filters)).toEqual(ids(shown as never))
        told += heard.length
      }
    }),
    { numRuns: 5 },
  )
  expect(told).toBeGreaterThan(100)
})
