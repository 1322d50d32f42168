import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { type Explainer, openExplainer } from './explain.ts'

let stack: TestStack
let explainer: Explainer
let owner: string
let model: string
let picky: string
let organization: string

// A hosted project gives nobody the superuser that auto_explain needs.
describe.skipIf(process.env.TALENTBASE_URL !== undefined)('over 200,000 castings and 4,000 accounts', () => {
  beforeAll(async () => {
    stack = await startTestStack()
    const [agencies, models] = await Promise.all([
      makeAccounts(stack, 500, { role: 'agency', city: 'Almaty' }),
      makeAccounts(stack, 1000, { role: 'model', city: 'Astana' }),
      makeAccounts(stack, 1500, { roles: ['client', 'freelancer'], first_name: 'Dana' }),
      makeAccounts(stack, 1000, { role: 'candidate' }),
    ])
    owner = agencies.ids[7]!
    model = models.ids[7]!
    await sql(stack)`
      insert into public.categories (slug, kinds, name)
      select 'category_' || i, '{casting}', 'Category ' || i from generate_series(0, 19) as i
    `
    await sql(stack)`
      insert into public.castings (owner_id, title, description, category, city, gender, min_age, max_age, status, created_at)
      select
        (${agencies.ids}::uuid[])[1 + i % 500], 'Casting ' || i, 'x', 'category_' || i % 20,
        'City ' || i % 100, (array['male', 'female', null])[1 + i % 3],
        case when i % 5 < 3 then 18 + i % 20 end, case when i % 7 < 3 then 40 + i % 20 end,
        (array['draft', 'active', 'active', 'completed', 'cancelled'])[1 + i % 5], now() - i * interval '1 minute'
      from generate_series(1, 200000) as i
    `
    await sql(stack)`
      insert into public.casting_responses (casting_id, model_id, currency)
      select c.id, (${models.ids}::uuid[])[1 + (row_number() over ())::int % 1000], 'KZT'
      from (select id from public.castings limit 20000) as c
    `
    // Somebody who has saved much, blocked some, and is in an agency with many models.
    picky = models.ids[8]!
    await sql(stack)`
      insert into public.blocks (account_id, blocked_id) select ${picky}, a from unnest(${agencies.ids.slice(0, 20)}::uuid[]) as a`
    await sql(stack)`
      insert into public.favorites (account_id, entity_type, entity_id)
      select ${picky}, 'casting', id from (select id from public.castings limit 300) as c`
    const founded = await sql(stack)`
      insert into public.organizations (owner_id, kind, name, city, created_at)
      select (${agencies.ids}::uuid[])[1 + i % 500], (array['agency', 'company', 'brand'])[1 + i % 3], 'Organization ' || i,
        'City ' || i % 100, now() - i * interval '1 minute'
      from generate_series(1, 20000) as i returning id, owner_id`
    organization = founded.find(({ owner_id }) => owner_id === owner)!.id
    await sql(stack)`update public.castings set organization_id = ${organization} where owner_id = ${owner}`
    await sql(stack)`insert into public.organization_members values (${organization}, ${picky}, 'member')`
    await sql(stack)`
      insert into public.representations (organization_id, model_id, status)
      select ${organization}, m, 'active' from unnest(${models.ids.slice(0, 50)}::uuid[]) as m`
    await sql(stack)`
      insert into public.organization_followers (organization_id, account_id)
      select ${organization}, m from unnest(${models.ids}::uuid[]) as m`
    await sql(stack)`
      vacuum analyze public.castings, public.casting_responses, public.accounts, public.account_roles, public.organizations,
        public.organization_members, public.representations, public.favorites, public.blocks`
    explainer = await openExplainer(stack)
  }, 240_000)
  afterAll(async () => {
    await explainer.close()
    await stack.close()
  })

  // How many of its rows a statement may look at: lists count to 1,001, of which a filter leaves a part.
  const most: Record<string, number> = {
    castings: 5000,
    casting_responses: 3000,
    accounts: 3000,
    account_roles: 3000,
    organizations: 5000,
  }

  /** No statement looks at more than a few rows of a large table, and this index is used. */
  async function uses(index: string | null, viewer: string | null, query: string, values: (string | number)[] = []) {
    const scans = await explainer.scans(viewer, query, values)
    const read = scans.filter(({ table }) => table! in most)
    expect(read.length).toBeGreaterThan(0)
    expect(read.filter((scan) => scan.read > most[scan.table!]!)).toEqual([])
    if (index) expect(scans.flatMap((scan) => scan.index ?? [])).toContain(index)
  }

  const cursor = Buffer.from(`${Date.now() * 1000 - 3_600_000_000},${crypto.randomUUID()}`).toString('base64url')

  test.each([
    ['nothing', {}, 'castings_active_idx'],
    ['a city', { city: 'city 7' }, 'castings_active_city_idx'],
    ['a category', { category: 'category_7' }, 'castings_active_category_idx'],
    ['a gender', { gender: 'female' }, 'castings_active_idx'],
    ['ages', { min_age: 25, max_age: 30 }, 'castings_active_idx'],
    ['a text', { search: 'Casting 4711' }, 'castings_search_idx'],
    ['a rare text in a category', { search: 'casting 199977', category: 'category_17' }, 'castings_search_idx'],
    ['a cursor', { cursor }, 'castings_active_idx'],
    [
      'a city, a category and a cursor',
      { city: 'City 7', category: 'category_7', cursor },
      'castings_active_city_category_idx',
    ],
  ])('active castings by %s', async (_by, filters, index) => {
    const names = Object.keys(filters).map((name, i) => `${name} => $${i + 1}`)
    const query = `select * from public.list_castings(${names})`
    for (const viewer of [null, model, picky]) await uses(index, viewer, query, Object.values(filters))
  })

  test('castings of one owner, in every status', async () => {
    for (const status of ['active', 'all', 'draft']) {
      const query = 'select * from public.list_castings(owner_id => $1, status => $2)'
      await uses('castings_owner_id_idx', model, query, [owner, status])
    }
    await uses('castings_owner_id_idx', owner, 'select * from public.list_my_castings()')
    await uses('castings_owner_id_idx', owner, `select * from public.list_my_castings('completed')`)
  })

  test('castings of an organization, in every status', async () => {
    const query = 'select * from public.list_castings(organization_id => $1, status => $2)'
    for (const viewer of [model, owner, picky]) {
      await uses('castings_organization_id_idx', viewer, query, [organization, 'active'])
      // Drafts are found by their owner.
      for (const status of ['all', 'draft']) await uses(null, viewer, query, [organization, status])
    }
  })

  test.each([
    ['nothing', {}, 'organizations_created_at_idx'],
    ['a kind', { kind: 'agency' }, null],
    ['a city', { city: 'city 7' }, 'organizations_city_idx'],
    ['a text', { search: 'Organization 4711' }, 'organizations_search_idx'],
    ['a cursor', { cursor }, 'organizations_created_at_idx'],
  ])('organizations by %s', async (_by, filters, index) => {
    const names = Object.keys(filters).map((name, i) => `${name} => $${i + 1}`)
    for (const viewer of [null, model]) {
      await uses(index, viewer, `select * from public.list_organizations(${names})`, Object.values(filters))
    }
  })

  test('organizations of one’s own, and those that one follows', async () => {
    await uses('organization_members_account_id_idx', owner, 'select * from public.list_my_organizations()')
    await uses('organization_followers_account_id_idx', model, `select * from public.list_my_organizations('follower')`)
  })

  test('castings of every status, as far as the caller may see them', async () => {
    for (const viewer of [model, owner, picky]) {
      for (const status of ['all', 'draft', 'completed', 'cancelled']) {
        await uses(null, viewer, 'select * from public.list_castings(status => $1)', [status])
      }
    }
    const search = `select * from public.list_castings(status => 'all', search => 'Casting 4711')`
    await uses('castings_search_idx', model, search)
  })

  test('one casting, as a function and as a table', async () => {
    const [casting] = await sql(stack)`select id from public.castings where owner_id = ${owner} limit 1`
    await uses('castings_pkey', null, 'select * from public.get_casting($1)', [casting!.id])
    await uses('castings_pkey', model, 'select * from public.get_casting($1)', [casting!.id])
    await uses('castings_pkey', model, 'select * from public.castings where id = $1', [casting!.id])
    await uses('castings_owner_id_idx', owner, 'select * from public.castings where owner_id = $1', [owner])
    const newest = `select * from public.castings where status = 'active' order by created_at desc, id desc limit 20`
    await uses('castings_active_idx', model, newest)
  })

  test('responses of a model and of a casting', async () => {
    await uses('casting_responses_model_id_idx', model, 'select * from public.list_my_responses()')
    const [answered] = await sql(stack)`
      select c.id, c.owner_id from public.castings c join public.casting_responses r on r.casting_id = c.id limit 1
    `
    const query = 'select * from public.list_casting_responses($1)'
    await uses('casting_responses_casting_id_idx', answered!.owner_id, query, [answered!.id])
    const table = 'select * from public.casting_responses where casting_id = $1'
    await uses('casting_responses_casting_id_idx', answered!.owner_id, table, [answered!.id])
  })

  test.each([
    ['nothing', {}, 'accounts_directory_idx'],
    ['a city', { city: 'almaty' }, 'accounts_city_idx'],
    ['a name', { search: 'no such name' }, 'accounts_search_idx'],
    ['what they are', { user_type: 'both' }, 'account_roles_pkey'],
  ])('the directory by %s', async (_by, filters, index) => {
    const names = Object.keys(filters).map((name, i) => `${name} => $${i + 1}`)
    await uses(index, model, `select * from public.list_accounts(${names})`, Object.values(filters))
  })

  test('one account by its username', async () => {
    await uses('accounts_username_key', model, `select * from public.get_account('somebody')`)
  })
})
