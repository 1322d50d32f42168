import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listFunctions } from '../access/lists.ts'
import { makeCandidates } from '../helpers/hiring.ts'
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
/** Agencies that recruit for five companies, verified. */
let recruiters: string[]

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
    insert into public.assistant_sessions (account_id, locale, last_message_at)
    select v, 'en', date_trunc('hour', now()) - (i % 2) * interval '1 hour'
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
  await sql(stack)`
    insert into public.subscriptions (account_id, product, plan_id, period, ended_at, created_at)
    select v, 'hiring', 'hiring_basic', 'month', now(), date_trunc('hour', now()) - (i % 2) * interval '1 hour'
    from unnest(${viewers}::uuid[]) as v, generate_series(1, 4) as i where random() < 0.7
  `
  await sql(stack)`
    with paid as (
      insert into public.payments (account_id, purpose, pack_id, quantity, provider, amount, currency, status, paid_at, created_at)
      select v, 'pack', 'casting_responses_10', 10, 'manual', 200000, 'KZT', 'succeeded', now(),
        date_trunc('hour', now()) - (i % 2) * interval '1 hour'
      from unnest(${viewers}::uuid[]) as v, generate_series(1, 4) as i where random() < 0.7 returning id, account_id
    )
    insert into public.invoices (account_id, number, payment_id, purpose, description, amount, currency)
    select account_id, row_number() over (partition by account_id), id, 'pack', '10 responses', 200000, 'KZT' from paid
  `
  await sql(stack)`
    insert into public.withdrawals (account_id, amount, currency, method, status, created_at)
    select v, 500000, 'KZT', 'manual', 'cancelled', date_trunc('hour', now()) - (i % 2) * interval '1 hour'
    from unnest(${viewers}::uuid[]) as v, generate_series(1, 4) as i where random() < 0.7
  `
  await sql(stack)`
    insert into public.saved_searches (account_id, entity_type, name, filters, frequency, created_at)
    select v, 'casting', 'Search', jsonb_build_object('search', 'x' || i), 'daily', date_trunc('hour', now()) - (i % 2) * interval '1 hour'
    from unnest(${viewers}::uuid[]) as v, generate_series(1, 4) as i where random() < 0.7
  `
  await sql(stack)`
    select private.adjust_wallet(v, i, 'For a list')
    from unnest(${viewers}::uuid[]) as v, generate_series(1, 4) as i where random() < 0.7
  `
  recruiters = owners.slice(0, 35)
  await sql(stack)`
    insert into public.account_roles (account_id, role) select r, 'recruiter' from unnest(${recruiters}::uuid[]) as r
  `
  await sql(stack)`
    insert into public.recruiter_profiles (account_id, organization_id, full_name, designation, phone, is_verified)
    select r, (${organizations}::uuid[])[1 + i % 5], 'Recruiter', 'HR', '+77771234567', true
    from unnest(${recruiters}::uuid[]) with ordinality as r (r, i)
  `
  const refunded = (await makeCandidates(stack, 8)).map(({ card_id }) => card_id)
  await sql(stack)`
    insert into private.candidate_unlocks (card_id, recruiter_id, organization_id, is_shared, paid_from, credits, unlocked_at, refunded_at)
    select c, r.account_id, r.organization_id, random() < 0.5, 'subscription', 0, date_trunc('hour', now()) - i * interval '1 hour',
      case when i = 1 or random() < 0.3 then now() end
    from unnest(${refunded}::uuid[]) as c, public.recruiter_profiles as r, generate_series(1, 2) as i
    where r.account_id = any (${recruiters}) and random() < 0.3
  `
  const cards = (await makeCandidates(stack, 12)).map(({ card_id }) => card_id)
  await sql(stack)`
    update private.candidate_cards d set skills = array['Skill ' || i, 'Talent ' || i, 'Gift ' || i % 7]
    from unnest(${cards}::uuid[]) with ordinality as c (id, i) where d.id = c.id
  `
  await sql(stack)`
    insert into private.candidate_unlocks (card_id, recruiter_id, organization_id, is_shared, paid_from, credits)
    select c, r.account_id, r.organization_id, random() < 0.3, 'subscription', 0
    from unnest(${cards}::uuid[]) as c, public.recruiter_profiles as r where r.account_id = any (${recruiters}) and random() < 0.3
  `
  await sql(stack)`
    insert into public.blocks (account_id, blocked_id)
    select c.account_id, r from private.candidates as c, unnest(${recruiters}::uuid[]) as r
    where c.card_id = any (${cards}) and random() < 0.2
  `
  await sql(stack)`
    insert into private.pipeline_candidates (organization_id, card_id, stage_id, moved_at)
    select s.organization_id, c, s.id, date_trunc('hour', now()) - floor(random() * 3) * interval '1 hour'
    from unnest(${cards}::uuid[]) as c, public.pipeline_stages as s
    where s.organization_id = any (${organizations}) and s.name = 'New' and random() < 0.8
  `
  await sql(
    stack,
  )`update private.candidates set is_available_for_hiring = false where card_id = any (${cards.slice(0, 3)})`
  await sql(stack)`
    select private.sync_candidate_card(c.account_id)::text from private.candidates as c where c.card_id = any (${cards.slice(0, 3)})
  `
  await sql(stack)`
    insert into private.pipeline_moves (pipeline_candidate_id, to_stage_id, to_stage, moved_at)
    select p.id, p.stage_id, 'New', p.moved_at
    from private.pipeline_candidates as p, generate_series(1, 3) where p.card_id = any (${cards})
  `
  await sql(stack)`
    insert into public.candidate_follow_ups (account_id, candidate_id, due_at)
    select r, c, date_trunc('hour', now()) + (1 + floor(random() * 3)) * interval '1 hour'
    from unnest(${recruiters}::uuid[]) as r, unnest(${cards}::uuid[]) as c
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
    where w.id = any (${works.map(({ id }) => id)}::uuid[]) and random() < 0.5 order by w.account_id
  `
  await sql(stack)`
    insert into public.tasks (owner_id, title, description, category, task_type, budget, status, created_at)
    select (${viewers}::uuid[])[1 + floor(random() * 200)::int], 'Task ' || i, 'x', 'design', 'digital', 1 + i % 7,
      (array['open', 'in_progress', 'completed'])[1 + i % 3], date_trunc('hour', now()) - (i % 20) * interval '1 hour'
    from generate_series(1, 300) as i
  `
  await sql(stack)`
    insert into public.task_applications (task_id, freelancer_id, proposal, offered_price, currency)
    select t.id, v.id, 'x', 1, 'USD' from public.tasks t cross join unnest(${viewers}::uuid[]) as v (id) where random() < 0.02
  `
  await sql(stack)`
    insert into public.services (owner_id, title, description, category, price, delivery_days, is_active)
    select (${viewers}::uuid[])[1 + floor(random() * 200)::int], 'Service ' || i, 'x', 'design', 1 + i % 7, 1, i % 4 > 0
    from generate_series(1, 150) as i
  `
  await sql(stack)`
    with ordered as (
      insert into public.orders (
        buyer_id, seller_id, title, price, total_price, currency, delivery_days, allows_modifications, modifications_price, status
      )
      select (${viewers}::uuid[])[1 + i % 200], (${viewers}::uuid[])[1 + (i * 7 + 3) % 200], 'Order', 1, 1, 'USD', 1, true, 0, 'completed'
      from generate_series(1, 400) as i returning id, buyer_id, seller_id
    )
    insert into public.reviews (entity_type, entity_id, author_id, subject_id, subject_role, rating, published_at, removed_at)
    select 'order', o.id, o.buyer_id, o.seller_id, 'creator', 3, case when random() < 0.9 then now() end, case when random() < 0.1 then now() end
    from ordered as o
  `
  // Of each conversation five members, who came and left when they did, and six messages.
  await sql(stack)`
    with talks as (
      insert into public.conversations (kind, title, last_seq, version, last_message_at)
      select 'group', 'Group ' || i, 6, 6, date_trunc('hour', now()) - (i % 5) * interval '1 hour' from generate_series(1, 120) as i
      returning id, title
    ), members as (
      insert into public.conversation_members (conversation_id, account_id, joined_seq, left_seq)
      select t.id, v, floor(random() * 3), case when random() < 0.3 then 3 + floor(random() * 4) end
      from talks as t, generate_series(1, 5) as i
      cross join lateral (select (${viewers}::uuid[])[1 + (substr(t.title, 7)::int * 37 + i * 11) % 200] as v) as x
    )
    insert into public.messages (conversation_id, seq, version, body, created_at)
    select t.id, n, n, case when random() < 0.4 then 'a Needle' else 'hay' end, date_trunc('hour', now()) - (n % 3) * interval '1 hour'
    from talks as t, generate_series(1, 6) as n
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
  /** Who asks; all 200 unless told. */
  by?: () => string[]
  /** Nobody reads the table: `rows` is asked past row-level security, with the viewer as $1 and what they ask of as $2. */
  isPrivate?: boolean
}

/** Whom the recruiter r sees in a pipeline, as p: whom they would find, no block before them, or have unlocked. */
const inPipeline = `
  from public.recruiter_profiles r join private.pipeline_candidates p on p.organization_id = r.organization_id
  join private.candidates c on c.card_id = p.card_id
  join private.candidate_cards d on d.id = p.card_id
  where r.account_id = $1 and (
    d.is_searchable and not exists (select from public.blocks b where b.account_id = c.account_id and b.blocked_id = r.account_id)
    or exists (
      select from private.candidate_unlocks u
      where u.card_id = p.card_id and (u.recruiter_id = r.account_id or (u.is_shared and u.organization_id = r.organization_id))
    )
  )`

/** What is of whom no block keeps from $1. */
const shownTo = (owner: string) => `(${owner} = $1 or not exists (
  select from public.blocks b where (b.account_id, b.blocked_id) in ((${owner}, $1), ($1, ${owner}))
))`

/** Whom the recruiter $1 finds, as d. */
const found = `
  from private.candidate_cards d join private.candidates c on c.card_id = d.id
  where d.is_searchable and not exists (select from public.blocks b where b.account_id = c.account_id and b.blocked_id = $1)`

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
  list_follow_ups: { rows: 'select id from public.candidate_follow_ups' },
  search_candidates: { rows: `select d.id ${found}`, by: () => recruiters, isPrivate: true },
  list_candidate_options: {
    filters: { type: 'skill' },
    key: 'word',
    rows: `select distinct s as id ${found.replace('where', 'cross join unnest(d.skills) as s where')}`,
    by: () => recruiters,
    isPrivate: true,
  },
  list_pipeline: { rows: `select p.id ${inPipeline}`, by: () => recruiters, isPrivate: true },
  list_pipeline_moves: {
    rows: `select m.id from private.pipeline_moves m where m.pipeline_candidate_id in (select p.id ${inPipeline} and p.card_id = $2)`,
    of: { argument: 'candidate_id', ids: 'select (candidate).id as id from public.list_pipeline()' },
    by: () => recruiters,
    isPrivate: true,
  },
  list_unlocked_candidates: {
    rows: `select distinct u.card_id as id
      from public.recruiter_profiles r
      join private.candidate_unlocks u
        on u.recruiter_id = r.account_id or (u.is_shared and u.organization_id = r.organization_id)
      where r.account_id = $1 and u.refunded_at is null`,
    by: () => recruiters,
    isPrivate: true,
  },
  // Their tables are the owners' alone.
  list_tasks: { rows: `select t.id from public.tasks t where ${shownTo('t.owner_id')}`, isPrivate: true },
  list_services: {
    rows: `select s.id from public.services s where s.is_active and ${shownTo('s.owner_id')}`,
    isPrivate: true,
  },
  list_my_tasks: { rows: 'select id from public.tasks' },
  list_my_applications: { rows: 'select id from public.task_applications where freelancer_id = auth.uid()' },
  list_task_applications: {
    rows: 'select id from public.task_applications where task_id = $1',
    of: { argument: 'task_id', ids: 'select id from public.tasks order by id limit 3' },
  },
  list_orders: { rows: 'select id from public.orders' },
  list_reviews: {
    rows: 'select id from public.reviews where subject_id = $1 and published_at is not null and removed_at is null',
    of: { argument: 'subject_id', ids: 'select auth.uid() as id' },
  },
  list_payments: { rows: 'select id from public.payments' },
  list_assistant_sessions: { rows: 'select id from public.assistant_sessions' },
  list_invoices: { rows: 'select payment_id as id from public.invoices', key: 'payment_id' },
  list_saved_searches: { rows: 'select id from public.saved_searches' },
  list_withdrawals: { rows: 'select id from public.withdrawals' },
  list_subscriptions: { rows: 'select id from public.subscriptions' },
  list_conversations: { rows: 'select id from public.conversations' },
  search_messages: {
    filters: { search: 'needle' },
    key: `conversation_id || ' ' || seq`,
    rows: `select conversation_id || ' ' || seq as id from public.messages where body ilike '%needle%'`,
  },
  // Nobody reads the ledger; what is exported of it is the account's own.
  list_wallet_transactions: {
    rows: `select t ->> 'transfer_id' as id from jsonb_array_elements(public.export_account() -> 'wallet_transactions') as t`,
  },
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

  test.each(Object.entries(lists))('%s, for 200 viewers', async (list, { filters = {}, key, rows, of, ...one }) => {
    expect(viewers).toHaveLength(200)
    let shown = 0
    for (const viewer of one.by?.() ?? viewers) {
      const asked = of ? (await eyes.as<{ id: string }>(viewer, of.ids)).map(({ id }) => [id]) : [[]]
      for (const values of asked) {
        const more = of ? { [of.argument]: values[0]! } : {}
        const listed = await allPages(viewer, list, { ...filters, ...more }, key)
        const seen = one.isPrivate
          ? await sql(stack).unsafe<{ id: string }[]>(rows, [viewer, ...values])
          : await eyes.as<{ id: string }>(viewer, rows, values)
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
