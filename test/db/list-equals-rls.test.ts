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
let organizations: string[]

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
  const founded = await sql(stack)`
    insert into public.organizations (owner_id, kind, name, created_at)
    select o, 'agency', 'Agency ' || i, date_trunc('hour', now()) - i * interval '1 hour'
    from unnest(${owners}::uuid[]) as o, generate_series(1, 6) as i returning id
  `
  organizations = founded.map(({ id }) => id)
  await sql(stack)`
    update public.castings c
    set organization_id = (select o.id from public.organizations o where o.owner_id = c.owner_id order by o.id limit 1)
    where c.owner_id = any (${owners}::uuid[]) and random() < 0.5
  `
  await sql(stack)`
    insert into public.organization_members (organization_id, account_id, role)
    select o, v, case when random() < 0.5 then 'admin' else 'member' end
    from unnest(${organizations}::uuid[]) as o, unnest(${viewers}::uuid[]) as v where random() < 0.01 on conflict do nothing
  `
  await sql(stack)`
    insert into public.organization_invitations (organization_id, email, role, status, expires_at)
    select o, u.email, 'member', case when random() < 0.5 then 'declined' else 'pending' end, now() + (random() - 0.5) * interval '2 days'
    from unnest(${organizations}::uuid[]) as o, auth.users as u where u.id = any (${viewers}::uuid[]) and random() < 0.02
  `
  await sql(stack)`
    insert into public.representations (organization_id, model_id, status)
    select o, m, (array['invited', 'active', 'declined', 'ended'])[1 + floor(random() * 4)::int]
    from unnest(${organizations}::uuid[]) as o, unnest(${models.ids}::uuid[]) as m where random() < 0.02
  `
  const posing = models.ids.slice(0, 15)
  await sql(stack)`update public.accounts set city = 'Posing' where id = any (${posing}::uuid[])`
  await sql(stack)`
    insert into public.model_profiles (account_id, name, birth_date, gender, city, visibility, created_at, promoted_until)
    select m, 'Model', '2000-01-31', 'other', 'Astana', (array['public', 'public', 'link', 'hidden'])[1 + floor(random() * 4)::int],
      date_trunc('hour', now()) - floor(random() * 5) * interval '1 hour', case when random() < 0.3 then now() + interval '1 day' end
    from unnest(${posing}::uuid[]) as m
  `
  await sql(stack)`
    insert into public.promotions (account_id, model_id, status, ends_at, created_at)
    select (${owners}::uuid[])[1 + floor(random() * 40)::int], m, 'ended', now(), date_trunc('hour', now()) - i % 2 * interval '1 hour'
    from unnest(${posing}::uuid[]) as m, generate_series(1, 10) as i
  `
  // Of the agencies' castings some are saved, and some of the agencies are blocked, both by whoever has responded and not.
  await sql(stack)`
    insert into public.favorites (account_id, entity_type, entity_id)
    select v, 'casting', c.id from public.castings c, unnest(${viewers}::uuid[]) as v
    where c.owner_id = any (${owners}::uuid[]) and random() < 0.01
  `
  await sql(stack)`
    insert into public.blocks (account_id, blocked_id)
    select v, o from unnest(${viewers}::uuid[]) as v, unnest(${owners}::uuid[]) as o where v <> o and random() < 0.05
    union all
    select o, v from unnest(${viewers}::uuid[]) as v, unnest(${owners}::uuid[]) as o where v <> o and random() < 0.02
    on conflict do nothing
  `
  await sql(stack)`
    insert into public.reports (account_id, entity_type, entity_id, reason, created_at)
    select v, 'casting', gen_random_uuid(), 'spam', date_trunc('hour', now()) - (i % 2) * interval '1 hour'
    from unnest(${viewers}::uuid[]) as v, generate_series(1, 4) as i where random() < 0.7
  `
  await sql(stack)`
    insert into public.catalog_proposals (account_id, type, name, created_at)
    select v, 'skill', 'Word ' || i, date_trunc('hour', now()) - (i % 2) * interval '1 hour'
    from unnest(${viewers}::uuid[]) as v, generate_series(1, 4) as i where random() < 0.7
  `
  await sql(stack)`
    insert into public.files (id, account_id, bucket_id, path, name, size, content_type, created_at)
    select gen_random_uuid(), v, 'documents', v || '/' || i, i, 1, 'application/pdf', date_trunc('hour', now()) - (i % 2) * interval '1 hour'
    from unnest(${viewers}::uuid[]) as v, generate_series(1, 4) as i where random() < 0.7
  `
  await sql(stack)`
    insert into public.account_skills (account_id, skill_id, level, created_at)
    select v, s.id, 1 + i % 5, date_trunc('hour', now()) - (i % 3) * interval '1 hour'
    from unnest(${viewers}::uuid[]) as v
    cross join (select id, row_number() over (order by id)::int as i from public.skills order by id limit 12) as s
    where random() < 0.5
  `
  const works = await sql(stack)`
    insert into public.portfolio_items (account_id, title, created_at)
    select v, 'Work ' || i, date_trunc('hour', now()) - (i % 3) * interval '1 hour'
    from unnest(${viewers}::uuid[]) as v, generate_series(1, 6) as i where random() < 0.5 returning id
  `
  await sql(stack)`
    insert into public.portfolio_images (item_id, account_id, image_path, position)
    select w.id, w.account_id, w.account_id || '/' || i || '.png', i % 2
    from public.portfolio_items w, generate_series(1, 5) as i
    where w.id = any (${works.map(({ id }) => id)}::uuid[]) and random() < 0.5
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

async function allPages(
  viewer: Viewer,
  list: string,
  filters: Record<string, string | number>,
  key = 'id',
): Promise<Listed[]> {
  const rows: Listed[] = []
  let cursor: string | null = null
  do {
    const values = [...Object.values(filters), cursor]
    const names = [...Object.keys(filters), 'cursor'].map((name, i) => `${name} => $${i + 1}`)
    const page: Listed[] = await eyes.as(
      viewer,
      `select ${key} as id, total, cursor from public.${list}(page_size => 100, ${names})`,
      values,
    )
    rows.push(...page)
    cursor = page.length === 100 ? page[99]!.cursor : null
  } while (cursor !== null)
  return rows
}

const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id).sort()

interface ListCase {
  filters?: Record<string, string>
  /** What tells the listed rows apart; their id unless told. */
  key?: string
  /** The rows that the list is about, as row-level security shows them; $1 is one of `of`. */
  rows: string
  /** What the viewer asks the list of, each by itself, under the argument's name. */
  of?: { argument: string; ids: string }
}

const lists: Record<string, ListCase> = {
  list_castings: { filters: { status: 'all' }, rows: 'select id from public.castings' },
  list_accounts: { rows: 'select id from public.accounts where is_listed' },
  list_organizations: { rows: 'select id from public.organizations' },
  list_my_organizations: {
    rows: `select id from public.organizations where id in (
      select organization_id from public.organization_members where account_id = auth.uid())`,
  },
  list_invitations: { rows: 'select id from public.organization_invitations where email = private.account_email()' },
  list_representations: { rows: 'select id from public.representations' },
  // These two and the next show others, too, what row-level security does not; of oneself they show the same.
  list_account_skills: {
    rows: 'select id from public.account_skills where account_id = $1',
    of: { argument: 'account_id', ids: 'select auth.uid() as id' },
  },
  list_portfolio: {
    rows: 'select id from public.portfolio_items where account_id = $1',
    of: { argument: 'account_id', ids: 'select auth.uid() as id' },
  },
  list_portfolio_images: {
    rows: 'select id from public.portfolio_images where item_id = $1',
    of: { argument: 'item_id', ids: 'select id from public.portfolio_items order by id limit 3' },
  },
  list_blocks: { rows: 'select blocked_id as id from public.blocks', key: 'account_id' },
  list_reports: { rows: 'select id from public.reports' },
  list_proposals: { rows: 'select id from public.catalog_proposals' },
  list_files: { rows: 'select id from public.files' },
  list_skills: { rows: 'select id from public.skills' },
  // A block hides also what one has responded to, which stays readable by itself.
  list_favorites: {
    filters: { entity_type: 'casting' },
    rows: `select c.id from public.favorites f join public.castings c on c.id = f.entity_id
      where f.entity_type = 'casting' and c.owner_id not in (select private.blocked_ids())`,
    key: 'entity_id',
  },
  // Nobody but the model reads the table; get_model has rules of its own.
  list_models: {
    key: 'account_id',
    rows: `select a.id from public.accounts a cross join lateral public.get_model(a.id) m where a.city = 'Posing' and m.visibility = 'public'`,
  },
  list_my_promotions: { rows: 'select id from public.promotions' },
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

  test.each(Object.entries(lists))('%s, for 200 viewers', async (list, { filters = {}, key, rows, of }) => {
    expect(viewers).toHaveLength(200)
    let shown = 0
    for (const viewer of viewers) {
      const asked = of ? (await eyes.as<{ id: string }>(viewer, of.ids)).map(({ id }) => [id]) : [[]]
      for (const values of asked) {
        const more = of ? { [of.argument]: values[0]! } : {}
        const listed = await allPages(viewer, list, { ...filters, ...more }, key)
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
  organization_id: 'organization_id = $',
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
      organization_id: fc.nat(239),
    },
    { requiredKeys: ['status'] },
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(199), filters, async (viewerIndex, { owner_id, organization_id, ...rest }) => {
      const asked: Record<string, string | number> = {
        ...rest,
        ...(owner_id === undefined ? {} : { owner_id: owners[owner_id]! }),
        ...(organization_id === undefined ? {} : { organization_id: organizations[organization_id]! }),
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
