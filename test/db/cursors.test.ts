import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listFunctions } from '../access/lists.ts'
import { createRecruiter, makeCandidates } from '../helpers/hiring.ts'
import { makeAccounts } from '../helpers/many.ts'
import { createPerson, liftRequestLimits, type Person, sql, unique } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let agency: Person
let model: Person
let keeper: Person
let recruiter: Person
let moved: string
let answered: string
let work: string
let organization: string
let appliedTo: string
const category = unique('c').toLowerCase()
const city = unique('Town')

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  agency = await createPerson(stack, { roles: ['agency'] })
  model = await createPerson(stack, { roles: ['model'] })
  keeper = await createPerson(stack, { roles: ['client'] })
  await sql(stack)`insert into public.categories (slug, kinds, name) values (${category}, '{casting}', 'Cursors')`
  // 120 rows on three moments that differ in a microsecond: a cursor that rounds, or looks at the time alone, loses some.
  const rows = await sql(stack)`
    insert into public.castings (owner_id, title, description, category, status, created_at)
    select ${agency.id}, 'Casting ' || i, 'x', ${category}, 'active',
      timestamptz '2024-02-29 23:59:59.999998+00' + (i % 3) * interval '1 microsecond'
    from generate_series(1, 120) as i returning id
  `
  answered = rows[0]!.id
  const { ids } = await makeAccounts(stack, 50, { role: 'client', city })
  await sql(
    stack,
  )`update public.accounts set created_at = '2024-02-29 12:00:00.123456+00' where id = any (${ids}::uuid[])`
  await sql(stack)`
    insert into public.casting_responses (casting_id, model_id, currency, created_at)
    select c, ${model.id}, 'KZT', timestamptz '2024-03-31 00:00:00.000001+00' from unnest(${rows.map(({ id }) => id)}::uuid[]) as c
    union all select ${answered}, a, 'KZT', timestamptz '2024-03-31 00:00:00.000001+00' from unnest(${ids}::uuid[]) as a
  `
  const moment = '2024-03-31 00:00:00.000001+00'
  await sql(stack)`
    insert into public.model_profiles (account_id, name, birth_date, gender, city, created_at)
    select a, 'Model', '2000-01-31', 'other', ${city}, ${moment} from unnest(${ids}::uuid[]) as a
  `
  await sql(stack)`
    insert into public.promotions (account_id, casting_id, status, ends_at, created_at)
    select ${agency.id}, ${answered}, 'ended', now(), ${moment} from generate_series(1, 60)
  `
  await sql(stack)`
    insert into public.blocks (account_id, blocked_id, created_at)
    select ${keeper.id}, a, ${moment} from unnest(${ids}::uuid[]) as a
  `
  await sql(stack)`
    insert into public.reports (account_id, entity_type, entity_id, reason, created_at)
    select ${keeper.id}, 'casting', c, 'spam', ${moment} from unnest(${rows.map(({ id }) => id)}::uuid[]) as c
  `
  await sql(stack)`
    insert into public.favorites (account_id, entity_type, entity_id, created_at)
    select ${keeper.id}, 'casting', c, ${moment} from unnest(${rows.map(({ id }) => id)}::uuid[]) as c
  `
  await sql(stack)`
    insert into public.catalog_proposals (account_id, type, name, created_at)
    select ${keeper.id}, 'skill', 'Word ' || i, ${moment} from generate_series(1, 60) as i
  `
  await sql(stack)`
    insert into public.files (id, account_id, bucket_id, path, name, size, content_type, created_at)
    select gen_random_uuid(), ${keeper.id}, 'documents', ${keeper.id} || '/' || i, i, 1, 'application/pdf', ${moment}
    from generate_series(1, 60) as i
  `
  await sql(stack)`
    insert into public.subscriptions (account_id, product, plan_id, period, ended_at, created_at)
    select ${keeper.id}, 'hiring', 'hiring_basic', 'month', now(), ${moment} from generate_series(1, 60)
  `
  await sql(stack)`
    with paid as (
      insert into public.payments (account_id, purpose, pack_id, quantity, provider, amount, currency, status, paid_at, created_at)
      select ${keeper.id}, 'pack', 'casting_responses_10', 10, 'manual', 200000, 'KZT', 'succeeded', now(), ${moment}
      from generate_series(1, 60) returning id
    )
    insert into public.invoices (account_id, number, payment_id, purpose, description, amount, currency)
    select ${keeper.id}, row_number() over (), id, 'pack', '10 responses', 200000, 'KZT' from paid
  `
  await sql(stack)`
    insert into public.withdrawals (account_id, amount, currency, method, status, created_at)
    select ${keeper.id}, 500000, 'KZT', 'manual', 'cancelled', ${moment} from generate_series(1, 60)
  `
  await sql(stack)`
    insert into public.saved_searches (account_id, entity_type, name, filters, frequency, created_at)
    select ${keeper.id}, 'casting', 'Search', jsonb_build_object('search', 'x' || i), 'daily', ${moment} from generate_series(1, 60) as i
  `
  await sql(stack)`
    insert into public.assistant_sessions (account_id, locale, last_message_at)
    select ${keeper.id}, 'en', ${moment} from generate_series(1, 60)
  `
  await sql(stack)`select private.adjust_wallet(${keeper.id}, i, 'For a list') from generate_series(1, 60) as i`
  recruiter = await createRecruiter(stack)
  const cards = (await makeCandidates(stack, 60)).map(({ card_id }) => card_id)
  await sql(stack)`
    update private.candidate_cards d set city = 'City ' || i, experience_years = i % 3
    from unnest(${cards}::uuid[]) with ordinality as c (id, i) where d.id = c.id
  `
  await sql(stack)`
    insert into private.candidate_unlocks (card_id, recruiter_id, is_shared, paid_from, credits, unlocked_at)
    select c, ${recruiter.id}, false, 'subscription', 0, timestamptz '2024-02-29 23:59:59.999998+00' + (i % 3) * interval '1 microsecond'
    from unnest(${cards}::uuid[]) with ordinality as c (c, i)
  `
  const standing = await sql(stack)`
    insert into private.pipeline_candidates (organization_id, card_id, stage_id, moved_at)
    select s.organization_id, c, s.id, ${moment}
    from unnest(${cards}::uuid[]) as c, public.recruiter_profiles as r
    join public.pipeline_stages as s on s.organization_id = r.organization_id and s.name = 'New'
    where r.account_id = ${recruiter.id} returning id, card_id, stage_id
  `
  const { id: standingId, card_id, stage_id } = standing[0]!
  moved = card_id
  await sql(stack)`
    insert into private.pipeline_moves (pipeline_candidate_id, to_stage_id, to_stage, moved_at)
    select ${standingId}, ${stage_id}, 'New', ${moment} from generate_series(1, 60)
  `
  await sql(stack)`
    insert into public.candidate_follow_ups (account_id, candidate_id, due_at)
    select ${recruiter.id}, c, '2100-03-31 00:00:00.000001+00' from unnest(${cards}::uuid[]) as c
  `
  const [made] = await sql(stack)`
    insert into public.organizations (owner_id, kind, name, city, created_at)
    select ${agency.id}, 'agency', 'Agency ' || i, ${city}, timestamptz '2024-02-29 23:59:59.999998+00' + (i % 3) * interval '1 microsecond'
    from generate_series(1, 60) as i returning id
  `
  organization = made!.id
  await sql(stack)`
    insert into public.organization_invitations (organization_id, email, role, expires_at, created_at)
    select ${organization}, i || '@example.test', 'member', now(), timestamptz '2024-03-31 00:00:00.000001+00'
    from generate_series(1, 60) as i
  `
  await sql(stack)`
    insert into public.representations (organization_id, model_id, status, created_at)
    select ${organization}, ${model.id}, 'ended', timestamptz '2024-03-31 00:00:00.000001+00' from generate_series(1, 60)
  `
  const skills = await sql(stack)`
    insert into public.skills (name) select ${category} || i from generate_series(1, 60) as i returning id
  `
  await sql(stack)`
    insert into public.account_skills (account_id, skill_id, created_at)
    select ${model.id}, s, timestamptz '2024-03-31 00:00:00.000001+00' from unnest(${skills.map(({ id }) => id)}::uuid[]) as s
  `
  const works = await sql(stack)`
    insert into public.portfolio_items (account_id, title, created_at)
    select ${model.id}, 'Work ' || i, timestamptz '2024-02-29 23:59:59.999998+00' + (i % 3) * interval '1 microsecond'
    from generate_series(1, 60) as i returning id
  `
  work = works[0]!.id
  await sql(stack)`
    insert into public.portfolio_images (item_id, account_id, image_path, position)
    select ${work}, ${model.id}, ${model.id} || '/' || i || '.png', i % 11 from generate_series(1, 60) as i
  `
  const moments = `timestamptz '2024-02-29 23:59:59.999998+00' + (i % 3) * interval '1 microsecond'`
  const tasks = await sql(stack).unsafe(
    `insert into public.tasks (owner_id, title, description, category, task_type, budget, created_at)
     select $1, 'Task ' || i, 'x', 'design', 'digital', 1 + i % 3, ${moments} from generate_series(1, 60) as i returning id`,
    [agency.id],
  )
  appliedTo = tasks[0]!.id
  await sql(stack)`
    insert into public.task_applications (task_id, freelancer_id, proposal, offered_price, currency, created_at)
    select t, ${model.id}, 'x', 1, 'USD', timestamptz '2024-03-31 00:00:00.000001+00' from unnest(${tasks.map(({ id }) => id)}::uuid[]) as t
    union all select ${appliedTo}, a, 'x', 1, 'USD', timestamptz '2024-03-31 00:00:00.000001+00' from unnest(${ids}::uuid[]) as a
  `
  await sql(stack).unsafe(
    `insert into public.services (owner_id, title, description, category, price, delivery_days, created_at)
     select $1, 'Service ' || i, 'x', 'design', 1 + i % 3, 1, ${moments} from generate_series(1, 60) as i`,
    [agency.id],
  )
  await sql(stack).unsafe(
    `with ordered as (
       insert into public.orders (
         buyer_id, seller_id, title, price, total_price, currency, delivery_days, allows_modifications, modifications_price, created_at
       )
       select $1, $2, 'Order', 1, 1, 'USD', 1, true, 0, ${moments} from generate_series(1, 60) as i returning id, created_at
     )
     insert into public.reviews (entity_type, entity_id, author_id, subject_id, subject_role, rating, published_at)
     select 'order', id, $1, $2, 'creator', 5, created_at from ordered`,
    [keeper.id, agency.id],
  )
  const talks = await sql(stack).unsafe(
    `with made as (
       insert into public.conversations (kind, title, created_by, last_message_at)
       select 'group', 'Group ' || i, $1, ${moments} from generate_series(1, 60) as i returning id
     )
     insert into public.conversation_members (conversation_id, account_id, role) select id, $1, 'owner' from made returning conversation_id`,
    [keeper.id],
  )
  await sql(stack)`
    insert into public.messages (conversation_id, seq, version, body, created_at)
    select c, n, n, 'A word', ${moment} from unnest(${talks.map(({ conversation_id }) => conversation_id)}::uuid[]) as c, generate_series(1, 2) as n
  `
})
afterAll(() => stack.close())

interface Row {
  id: string
  cursor: string
}

interface ListCase {
  args: Record<string, unknown>
  client: Person['client']
  count: number
  /** What tells the rows apart; their id unless told. */
  key?: string | string[]
}

const cases: Record<string, () => ListCase> = {
  list_castings: () => ({ args: { category }, client: model.client, count: 120 }),
  list_my_castings: () => ({ args: {}, client: agency.client, count: 120 }),
  list_accounts: () => ({ args: { city }, client: model.client, count: 50 }),
  list_models: () => ({ args: { city }, client: model.client, count: 50 }),
  list_my_promotions: () => ({ args: {}, client: agency.client, count: 60 }),
  list_organizations: () => ({ args: { city }, client: model.client, count: 60 }),
  list_my_organizations: () => ({ args: {}, client: agency.client, count: 60 }),
  list_invitations: () => ({ args: { organization_id: organization }, client: agency.client, count: 60 }),
  list_representations: () => ({ args: {}, client: model.client, count: 60 }),
  list_account_skills: () => ({ args: { account_id: model.id }, client: agency.client, count: 60 }),
  list_portfolio: () => ({ args: { account_id: model.id }, client: agency.client, count: 60 }),
  list_portfolio_images: () => ({ args: { item_id: work }, client: agency.client, count: 60 }),
  list_tasks: () => ({
    args: { owner_id: agency.id, sort: 'lowest_budget', currency: 'USD' },
    client: model.client,
    count: 60,
  }),
  list_my_tasks: () => ({ args: {}, client: agency.client, count: 60 }),
  list_task_applications: () => ({ args: { task_id: appliedTo }, client: agency.client, count: 51 }),
  list_my_applications: () => ({ args: {}, client: model.client, count: 60 }),
  list_services: () => ({ args: { owner_id: agency.id }, client: model.client, count: 60 }),
  list_orders: () => ({ args: { side: 'buyer' }, client: keeper.client, count: 60 }),
  list_reviews: () => ({ args: { subject_id: agency.id }, client: model.client, count: 60 }),
  list_my_responses: () => ({ args: {}, client: model.client, count: 120 }),
  list_casting_responses: () => ({ args: { casting_id: answered }, client: agency.client, count: 51 }),
  list_blocks: () => ({ args: {}, client: keeper.client, count: 50, key: 'account_id' }),
  list_reports: () => ({ args: {}, client: keeper.client, count: 120 }),
  list_favorites: () => ({ args: { entity_type: 'casting' }, client: keeper.client, count: 120, key: 'entity_id' }),
  list_proposals: () => ({ args: {}, client: keeper.client, count: 60 }),
  list_files: () => ({ args: {}, client: keeper.client, count: 60 }),
  list_skills: () => ({ args: { search: category }, client: keeper.client, count: 60 }),
  list_follow_ups: () => ({ args: {}, client: recruiter.client, count: 60 }),
  search_candidates: () => ({ args: { sort: 'experience' }, client: recruiter.client, count: 60 }),
  list_candidate_options: () => ({ args: { type: 'city' }, client: recruiter.client, count: 60, key: 'word' }),
  list_pipeline: () => ({ args: {}, client: recruiter.client, count: 60 }),
  list_pipeline_moves: () => ({ args: { candidate_id: moved }, client: recruiter.client, count: 60 }),
  list_subscriptions: () => ({ args: { product: 'hiring' }, client: keeper.client, count: 60 }),
  list_unlocked_candidates: () => ({ args: {}, client: recruiter.client, count: 60 }),
  list_payments: () => ({ args: { purpose: 'pack' }, client: keeper.client, count: 60 }),
  list_invoices: () => ({ args: {}, client: keeper.client, count: 60, key: 'number' }),
  list_withdrawals: () => ({ args: {}, client: keeper.client, count: 60 }),
  list_saved_searches: () => ({ args: {}, client: keeper.client, count: 60 }),
  list_conversations: () => ({ args: {}, client: keeper.client, count: 60 }),
  search_messages: () => ({
    args: { search: 'a word' },
    client: keeper.client,
    count: 120,
    key: ['conversation_id', 'seq'],
  }),
  list_wallet_transactions: () => ({ args: { type: 'credit' }, client: keeper.client, count: 60 }),
  list_assistant_sessions: () => ({ args: {}, client: keeper.client, count: 60 }),
}
const names = Object.keys(cases)
const caseOf = (name: string) => ({ list: name, ...cases[name]!() })

async function page(one: ReturnType<typeof caseOf>, args: Record<string, unknown>): Promise<Row[]> {
  const { data, error } = await one.client.rpc(one.list, { ...one.args, ...args })
  if (error) throw error
  const keys = [one.key ?? 'id'].flat()
  return data.map((row: Record<string, string>) => ({ id: keys.map((key) => row[key]).join(' '), cursor: row.cursor }))
}

async function walk(one: ReturnType<typeof caseOf>, size: number, between = async () => {}): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  for (;;) {
    const rows = await page(one, { page_size: size, ...(cursor && { cursor }) })
    ids.push(...rows.map(({ id }) => id))
    if (rows.length < size) return ids
    cursor = rows.at(-1)!.cursor
    await between()
  }
}

describe('paging to the end, while rows share their moment', () => {
  test('every function that pages is tried here', async () => {
    expect([...names].sort()).toEqual(await listFunctions(stack))
  })

  test.each(names)('%s: no gaps, no doubles, one order, whatever the size', async (name) => {
    const one = caseOf(name)
    const whole = await walk(one, 100)
    expect(whole).toHaveLength(one.count)
    expect(new Set(whole).size).toBe(one.count)
    for (const size of [1, 7, 40]) expect(await walk(one, size)).toEqual(whole)
  })

  test.each(names)('%s: skip counts the same rows', async (name) => {
    const one = caseOf(name)
    const whole = await walk(one, 100)
    const skipped: string[] = []
    for (let skip = 0; skip < one.count + 20; skip += 20) {
      skipped.push(...(await page(one, { page_size: 20, skip })).map(({ id }) => id))
    }
    expect(skipped).toEqual(whole)
  })

  test('a cursor is free of characters that a url would change, and the row it names may be gone', async () => {
    const one = caseOf('list_my_castings')
    const rows = await page(one, { page_size: 100 })
    for (const { cursor } of rows) expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/)
    const [gone] = await sql(stack)`
      insert into public.castings (owner_id, title, description, category, created_at)
      values (${agency.id}, 'Soon gone', 'x', 'fashion', '2024-02-29 23:59:59.999999+00') returning id
    `
    const before = (await page(one, { page_size: 100 })).find(({ id }) => id === gone!.id)!
    await sql(stack)`delete from public.castings where id = ${gone!.id}`
    const whole = await walk(one, 100)
    const rest = await page(one, { page_size: 100, cursor: before.cursor })
    expect(rest.length).toBeGreaterThan(0)
    expect(whole.slice(-rest.length)).toEqual(rest.map(({ id }) => id))
  })

  test('rows that come while somebody pages are not shown twice and hide none', async () => {
    const one = caseOf('list_my_castings')
    const whole = await walk(one, 100)
    const added: string[] = []
    const walked = await walk(one, 25, async () => {
      const [row] = await sql(stack)`
        insert into public.castings (owner_id, title, description, category) values (${agency.id}, 'New', 'x', 'fashion') returning id
      `
      added.push(row!.id)
    })
    expect(walked).toEqual(whole)
    expect(added.length).toBeGreaterThan(2)
    await sql(stack)`delete from public.castings where id = any (${added}::uuid[])`
  })

  test('another list’s cursor continues from its moment, and one that is broken is an error', async () => {
    const [account] = await page(caseOf('list_accounts'), { page_size: 1 })
    const castings = await page(caseOf('list_my_castings'), { page_size: 100, cursor: account!.cursor })
    expect(castings).toEqual([])
    for (const cursor of [
      account!.cursor.slice(1),
      `${account!.cursor}A`,
      account!.cursor.slice(0, -3),
      'AAAA',
      '====',
    ]) {
      await expect(page(caseOf('list_my_castings'), { cursor })).rejects.toMatchObject({ code: 'validation_failed' })
    }
  })
})
