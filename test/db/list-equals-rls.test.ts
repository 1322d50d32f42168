import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listFunctions } from '../access/lists.ts'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { type Eyes, openEyes, type Viewer } from './viewer.ts'

let stack: TestStack
let eyes: Eyes
let viewers: string[]
/** The castings and accounts that this file made: another Supabase may hold more. */
let owners: string[]

beforeAll(async () => {
  stack = await startTestStack()
  eyes = openEyes(stack)
  const made = await Promise.all([
    makeAccounts(stack, 40, { role: 'agency', city: 'Almaty' }),
    makeAccounts(stack, 80, { role: 'model', city: 'Astana' }),
    makeAccounts(stack, 60, { role: 'candidate' }),
    makeAccounts(stack, 20, { roles: ['client', 'freelancer', 'candidate'] }),
  ])
  const [agencies, models] = made
  owners = agencies.ids
  viewers = made.flatMap(({ ids }) => ids)
  await sql(stack)`
    insert into public.castings (owner_id, title, description, category, city, gender, min_age, max_age, status, created_at)
    select
      (${owners}::uuid[])[1 + floor(random() * 40)::int],
      'Casting ' || i, case when random() < 0.2 then 'needle' else 'hay' end,
      (array['fashion', 'film', 'event'])[1 + floor(random() * 3)::int],
      (array['Almaty', 'ASTANA', 'astana', null])[1 + floor(random() * 4)::int],
      (array['male', 'female', null])[1 + floor(random() * 3)::int],
      case when random() < 0.5 then 18 + floor(random() * 20)::int end,
      case when random() < 0.5 then 40 + floor(random() * 20)::int end,
      (array['draft', 'active', 'active', 'completed', 'cancelled'])[1 + floor(random() * 5)::int],
      date_trunc('hour', now()) - floor(random() * 20) * interval '1 hour'
    from generate_series(1, 600) as i
  `
  await sql(stack)`
    insert into public.casting_responses (casting_id, model_id, currency)
    select c.id, m.id, c.currency
    from public.castings c cross join unnest(${models.ids}::uuid[]) as m (id)
    where c.owner_id = any (${owners}::uuid[]) and random() < 0.05
  `
})
afterAll(async () => {
  await eyes.close()
  await stack.close()
})

interface Listed {
  id: string
  total: string
  cursor: string
}

async function allPages(viewer: Viewer, list: string, filters: Record<string, string | number>): Promise<Listed[]> {
  const rows: Listed[] = []
  let cursor: string | null = null
  do {
    const values = [...Object.values(filters), cursor]
    const names = [...Object.keys(filters), 'cursor'].map((name, i) => `${name} => $${i + 1}`)
    const page: Listed[] = await eyes.as(viewer, `select * from public.${list}(page_size => 100, ${names})`, values)
    rows.push(...page)
    cursor = page.length === 100 ? page[99]!.cursor : null
  } while (cursor !== null)
  return rows
}

const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id).sort()

interface ListCase {
  filters?: Record<string, string>
  /** The rows that the list is about, as row-level security shows them; $1 is one of `of`. */
  rows: string
  /** What the viewer asks the list of, each by itself, under the argument's name. */
  of?: { argument: string; ids: string }
}

const lists: Record<string, ListCase> = {
  list_castings: { filters: { status: 'all' }, rows: 'select id from public.castings' },
  list_accounts: { rows: 'select id from public.accounts where is_listed' },
  list_my_castings: { rows: 'select id from public.castings where owner_id = auth.uid()' },
  list_my_responses: { rows: 'select id from public.casting_responses where model_id = auth.uid()' },
  list_casting_responses: {
    rows: 'select id from public.casting_responses where casting_id = $1',
    of: {
      argument: 'casting_id',
      ids: 'select id from public.castings where owner_id = auth.uid() order by id limit 3',
    },
  },
}

describe('what lists answer is what row-level security would', () => {
  test('every function that pages is compared here', async () => {
    expect(Object.keys(lists).sort()).toEqual(await listFunctions(stack))
  })

  test.each(Object.entries(lists))('%s, for 200 viewers', async (list, { filters = {}, rows, of }) => {
    expect(viewers).toHaveLength(200)
    let shown = 0
    for (const viewer of viewers) {
      const asked = of ? (await eyes.as<{ id: string }>(viewer, of.ids)).map(({ id }) => [id]) : [[]]
      for (const values of asked) {
        const more = of ? { [of.argument]: values[0]! } : {}
        const listed = await allPages(viewer, list, { ...filters, ...more })
        const seen = await eyes.as<{ id: string }>(viewer, rows, values)
        expect(idsOf(listed)).toEqual(idsOf(seen))
        const totals = seen.length === 0 ? [] : [Math.min(seen.length, 1001)]
        expect([...new Set(listed.map(({ total }) => Number(total)))]).toEqual(totals)
        shown += seen.length
      }
    }
    expect(shown).toBeGreaterThan(200)
  })

  test('nobody sees every casting, and nobody another’s account that is not listed', async () => {
    const [all] = await sql(stack)`select count(*)::int as count from public.castings`
    for (const viewer of viewers) {
      const [seen] = await eyes.as<{ count: number }>(viewer, 'select count(*)::int as count from public.castings')
      expect(seen!.count).toBeLessThan(all!.count)
      const unlisted = await eyes.as<{ id: string }>(viewer, 'select id from public.accounts where not is_listed')
      expect(unlisted.every(({ id }) => id === viewer)).toBe(true)
    }
  })

  test('anon sees the active ones, whatever status is asked for', async () => {
    const active = await sql(stack)`select id from public.castings where status = 'active'`
    for (const status of ['all', 'active']) {
      expect(idsOf(await allPages(null, 'list_castings', { status }))).toEqual(idsOf(active as never))
    }
    for (const status of ['draft', 'completed', 'cancelled']) {
      expect(await allPages(null, 'list_castings', { status })).toEqual([])
    }
  })
})

const conditions: Record<string, string> = {
  status: 'status = $',
  city: 'lower(city) = lower($)',
  category: 'category = $',
  gender: '(gender is null or gender = $)',
  min_age: '(max_age is null or max_age >= $)',
  max_age: '(min_age is null or min_age <= $)',
  search: "title || ' ' || description ilike '%' || $ || '%'",
  owner_id: 'owner_id = $',
}

test('any filters together answer what the same conditions do under row-level security', async () => {
  const filters = fc.record(
    {
      status: fc.constantFrom('all', 'draft', 'active', 'completed', 'cancelled'),
      city: fc.constantFrom('almaty', 'Astana', 'Nowhere'),
      category: fc.constantFrom('fashion', 'film', 'none'),
      gender: fc.constantFrom('male', 'female', 'other'),
      min_age: fc.integer({ min: 18, max: 70 }),
      max_age: fc.integer({ min: 18, max: 70 }),
      search: fc.constantFrom('needle', 'HAY', 'casting 1', 'x'),
      owner_id: fc.nat(39),
    },
    { requiredKeys: ['status'] },
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(199), filters, async (viewerIndex, { owner_id, ...rest }) => {
      const asked: Record<string, string | number> = {
        ...rest,
        ...(owner_id === undefined ? {} : { owner_id: owners[owner_id]! }),
      }
      const listed = await allPages(viewers[viewerIndex]!, 'list_castings', asked)
      const filtering = Object.entries(asked).filter(([name, value]) => !(name === 'status' && value === 'all'))
      const where = filtering.map(([name], i) => conditions[name]!.replaceAll('$', `$${i + 1}`))
      const seen = await eyes.as<{ id: string }>(
        viewers[viewerIndex]!,
        `select id from public.castings where ${['true', ...where].join(' and ')}`,
        filtering.map(([, value]) => value),
      )
      expect(idsOf(listed)).toEqual(idsOf(seen))
    }),
    { numRuns: 200 },
  )
})
