import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { tables } from './declared.ts'
import { writesWithoutWhere } from './sql-text.ts'

const folder = fileURLToPath(new URL('../../supabase/migrations/', import.meta.url))
const migrations = readdirSync(folder).map((file) => ({ file, text: readFileSync(folder + file, 'utf8') }))

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

describe('functions', () => {
  test('none in public is a definer', async () => {
    const rows = await sql(stack)`
      select oid::regprocedure::text as name from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
    `
    expect(rows).toEqual([])
  })

  test('every one has an empty search_path', async () => {
    const rows = await sql(stack)`
      select oid::regprocedure::text as name from pg_proc
      where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and not coalesce(proconfig @> array['search_path=""'], false)
    `
    expect(rows).toEqual([])
  })

  test('every definer begins with the reason why it is one', async () => {
    const rows = await sql(stack)`
      select oid::regprocedure::text as name, prosrc as body from pg_proc
      where pronamespace = 'private'::regnamespace and prosecdef
    `
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.filter((row) => !/^\s*-- Definer\b/.test(row.body)).map((row) => row.name)).toEqual([])
  })

  test('every one in public has a comment, and no name two signatures', async () => {
    const [bare, doubled] = await Promise.all([
      sql(stack)`
        select oid::regprocedure::text as name from pg_proc
        where pronamespace = 'public'::regnamespace and obj_description(oid, 'pg_proc') is null
      `,
      sql(stack)`
        select proname from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        group by pronamespace, proname having count(*) > 1
      `,
    ])
    expect([...bare, ...doubled]).toEqual([])
  })

  test('a write without WHERE is seen wherever it stands', () => {
    const body = `begin
      -- update public.a set b = 1;
      perform from public.a for update;
      insert into public.a values (1) on conflict do update set b = (select 1 where true);
      update public.a set b = (select 1 where true);
      execute 'delete from public.b';
      with gone as (delete from public.c returning id) select from gone where true;
      delete from public.d where id = 1;
    end`
    expect(writesWithoutWhere(body)).toEqual([
      'update public.a set b = (select 1 where true)',
      'delete from public.c returning id',
      'delete from public.b',
    ])
  })

  test('55: every UPDATE and DELETE in a body has a WHERE', async () => {
    const rows = await sql(stack)`
      select oid::regprocedure::text as name, prosrc as body from pg_proc
      where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
    `
    const found = rows.flatMap((row) => writesWithoutWhere(row.body).map((statement) => `${row.name}: ${statement}`))
    expect(found).toEqual([])
  })

  test('every one states language, volatility, rights and search_path', () => {
    const heads = migrations.flatMap(({ file, text }) =>
      [...text.matchAll(/create (?:or replace )?function (\S+?)\([\s\S]*?\nas \$/g)].map(([head, name]) => ({
        name: `${file}: ${name}`,
        head,
      })),
    )
    expect(heads.length).toBeGreaterThan(100)
    const lacking = (pattern: RegExp) => heads.filter(({ head }) => !pattern.test(head)).map(({ name }) => name)
    expect({
      language: lacking(/^language (sql|plpgsql)$/m),
      volatility: lacking(/^(immutable|stable|volatile)$/m),
      rights: lacking(/^security (definer|invoker)$/m),
      searchPath: lacking(/^set search_path = ''$/m),
    }).toEqual({ language: [], volatility: [], rights: [], searchPath: [] })
  })
})

/** Tables that whoever may read them reads whole, and why. A module's own rule of who sees what never belongs here. */
const wholeTables: Record<string, string> = {
  entitlements: 'what plans are made of, on every price page',
  plans: 'a price page needs no account',
  plan_prices: 'as above',
  plan_entitlements: 'as above',
  quota_packs: 'as above',
  currencies: 'what every price is in',
  notification_types: 'the switches that everybody signed in is shown',
  organizations: 'their public face',
  categories: 'what everybody chooses from',
  skills: 'as above',
  reference_options: 'as above, whoever has an account',
  countries: 'as above, whoever has an account',
  states: 'as above',
  cities: 'as above',
}

const own = 'the caller’s own'

/** What definers answer clients with, past row-level security, and whose rows they show. */
const definersThatShow: Record<string, string> = {
  find_accounts: 'listed accounts',
  find_castings: 'those that the policy of castings shows; the active ones to anon',
  get_employer: 'the card of any employer, of which the phone is no part',
  find_models: 'public profiles of active accounts that no block stands before',
  get_models: 'the same profiles as get_model, by their accounts',
  get_model: 'a profile with its photos and experience, to whoever may see it: public, by link, answered by its model',
  list_photos: 'those of a profile, to whoever get_model shows it; one’s own',
  promote: 'the promotion that the caller has made',
  set_promotion_status: 'one that the caller may move',
  find_promotions: 'those of the caller’s castings, and of the models they act for',
  promotion_statistics: 'counts of such a promotion, day by day',
  get_creator: 'the profile of any creator who is active and whom no block hides',
  get_freelancer: 'as above, of freelancers',
  get_client: 'as above, of clients',
  find_account_skills: 'as above, whoever’s',
  find_portfolio: 'as above, whoever’s',
  find_portfolio_images: 'as above, whoever’s',
  upsert_account_skills: own,
  replace_account_skills: own,
  list_casting_responses: 'those to a casting of the caller’s, with a card of each model',
  list_my_responses: 'the caller’s own, or those of a model they represent',
  set_response_status: 'one to a casting of the caller’s',
  respond_to_casting: 'the caller’s own, or that of a model they represent',
  withdraw_response: 'as above',
  own_casting_ids: own,
  kept_casting_ids: 'those the caller, or a model they represent, has responded to, and those the caller has saved',
  find_organizations: 'every one, as everybody may see it',
  list_members: 'who belongs to an organization of the caller’s',
  find_invitations: 'those to the caller’s address, and those of an organization that the caller manages',
  find_representations: 'the caller’s own as a model, and those of the caller’s agencies',
  invite_member: 'the invitation that the caller has made',
  decide_invitation: 'one to the caller’s address, or of an organization that the caller manages',
  invite_model: 'the representation that the caller has asked for',
  set_representation_status: 'one of the caller’s, or of an agency that the caller manages',
  own_organization_ids: own,
  managed_organization_ids: own,
  represented_model_ids: 'whom the caller’s agencies represent',
  my_candidate: own,
  me: own,
  export_account: own,
  my_entitlements: own,
  my_subscription: own,
  register_device: own,
  blocked_ids: 'whom a block keeps from the caller, for policies; private is not addressed by clients',
  find_blocks: own,
  create_report: 'the one that the caller has made',
  find_reports: own,
  find_skills: 'every skill',
  find_proposals: own,
  find_files: own,
  find_favorites: 'the caller’s own, as far as they still see what they saved',
  list_casting_files: 'those of a casting that the caller sees',
  set_notification_preferences: own,
  set_notification_settings: own,
  credit_price: 'a setting that everybody is told',
  find_wallets: own,
  find_wallet_transactions: own,
  find_subscriptions: own,
  get_subscription: own,
  search_candidates:
    'searchable cards, masked but for whom the caller or their company has unlocked; to verified recruiters',
  get_candidates: 'as above, and whoever is unlocked',
  find_candidate_options: 'words and counts of searchable cards, to verified recruiters',
  candidate_options: 'as above',
  candidate_facets: 'as above',
  candidate_categories: 'as above',
  unlock_candidates: 'what the caller’s unlocks cost',
  find_unlocked_candidates: 'whom the caller or their company has unlocked',
  get_unlocked_names: 'as above',
  find_follow_ups: 'the caller’s own, with names of candidates whom they have unlocked',
  find_pipeline: 'cards in the pipeline of the caller’s company, masked but for whom they have unlocked',
  find_pipeline_moves: 'moves in the pipeline of the caller’s company',
  find_tasks: 'those of active accounts that no block stands before; the address to the owner and who was accepted',
  find_own_tasks: own,
  own_task_ids: own,
  find_own_applications: own,
  find_task_applications: 'those to a task of the caller’s',
  get_application: 'the caller’s own, or one to a task of theirs',
  task_statistics: 'counts of all tasks, freelancers and clients',
  my_task_statistics: own,
  find_services: 'active ones of active accounts that no block stands before; the caller’s own',
  own_service_ids: own,
  find_escrows: 'those that the caller pays or is paid by; all to an admin',
  find_orders: 'those that the caller buys or sells',
  own_order_ids: own,
  own_delivery_ids: 'those of the caller’s orders',
  find_deliveries: 'as above',
  started_payment: own,
  find_payments: own,
  find_invoices: own,
  find_withdrawals: own,
  create_saved_search: own,
  update_saved_search: own,
  find_saved_searches: own,
  find_reviews: 'published ones of an account that is active and that no block stands before',
  known_conversation_ids: own,
  find_conversations: 'those that the caller is in; by id also those that they left, as they were then',
  get_conversation: 'as above',
  open_conversation: 'the caller’s own, with whom they may talk about it',
  create_group: 'the caller’s own',
  find_conversation_members: 'who is in a conversation that the caller is in',
  find_messages: 'what was said while the caller was in',
  find_in_messages: 'as above',
  send_message: own,
  edit_message: own,
  delete_message: own,
  unread_count: own,
  mark_conversation_read: 'what the caller has not read',
  suggest_categories: 'categories of the catalog, by words that are nobody’s',
  add_assistant_message: own,
  answer_assistant_message: own,
  extract_task: 'what a text or session of the caller’s says',
  find_assistant_sessions: own,
}

/** Columns whose statistics a hidden table keeps, for the planner. */
const shownStatistics: Record<string, string[]> = {
  castings: ['status', 'gender', 'min_age', 'max_age'],
  tasks: ['category', 'task_type', 'budget', 'currency', 'skill_ids', 'status'],
  services: ['category', 'price', 'currency', 'is_active'],
}

/** Tables with somebody's rows that private.export_account does not name, and why. */
const notExported: Record<string, string> = {
  'public.accounts': 'in private.me()',
  'public.account_details': 'in private.me()',
  'public.account_roles': 'in private.me()',
  'private.candidate_educations': 'in private.my_candidate()',
  'private.candidate_experiences': 'as above',
  'private.candidate_gaps': 'as above',
  'private.folders': 'its name is the id in private.my_candidate()',
  'private.idempotency_keys': 'repeats what is exported, for a day',
  'private.suspensions': 'the platform’s own note',
  'private.profile_reminders': 'what was sent is in the notifications',
  'private.notification_deliveries': 'what waits to be sent repeats the notifications',
  'private.notification_digests': 'when a digest was queued',
  'private.model_search': 'repeats model_profiles, for lists',
}

/** Tables whose rows keep what they refer to until both go with what they belong to: restrict would not wait for that. */
const keepers = ['public.files', 'public.pipeline_stages']

/** Tables that clients insert into without the trigger that counts rows, and why. */
const oneRowAnAccount: Record<string, string> = {
  employer_profiles: 'its key is the account',
  model_profiles: 'its key is the account',
  creator_profiles: 'its key is the account',
  freelancer_profiles: 'its key is the account',
  client_profiles: 'its key is the account',
}

/** Paths of objects that no trigger queues at this change of their row, and why. */
const notQueued: Record<string, string> = {
  'photos.path update': 'changes with the object alone',
  'files.path update': 'changes with the object alone',
  'files.path delete': 'goes with the object, or the whole folder with the account',
  'accounts.avatar_path delete': 'the whole folder goes with the account',
  'employer_profiles.logo_path delete': 'goes with the account alone',
}

/** Tables whose updated_at no trigger moves, and who does. */
const touchedElsewhere: Record<string, string> = { files: 'the trigger on storage.objects that writes the row' }

describe('what clients are shown', () => {
  test('a table is read whole only where its reason is written down', async () => {
    const rows = await sql(stack)`
      select relname as name from pg_policy join pg_class c on c.oid = polrelid
      where relnamespace = 'public'::regnamespace and polcmd in ('r', '*') and polpermissive
        and pg_get_expr(polqual, polrelid) = 'true'
    `
    expect(rows.map((row) => row.name).sort(), 'wholeTables in test/access/rules.test.ts').toEqual(
      Object.keys(wholeTables).sort(),
    )
  })

  test('a definer answers clients with rows only where it is written down which', async () => {
    const rows = await sql(stack)`
      select p.proname as name from pg_proc p join pg_type t on t.oid = p.prorettype
      where p.pronamespace = 'private'::regnamespace and p.prosecdef
        and (p.proretset or t.typtype = 'c' or t.typname in ('json', 'jsonb'))
        and (has_function_privilege('anon', p.oid, 'execute') or has_function_privilege('authenticated', p.oid, 'execute'))
    `
    expect(rows.map((row) => row.name).sort(), 'definersThatShow in test/access/rules.test.ts').toEqual(
      Object.keys(definersThatShow).sort(),
    )
  })

  test('a policy that looks at a row’s state has a kind of rows for each side of it', async () => {
    // What is no key of the row or of another, nor whose it is: a status, a switch, a date.
    const rows = await sql(stack)`
      select distinct c.relname as table, a.attname as column
      from pg_policy p
      join pg_class c on c.oid = p.polrelid and c.relnamespace = 'public'::regnamespace
      join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refobjid = c.oid and d.refobjsubid > 0
      join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
      where p.polcmd in ('r', '*') and a.attname <> 'account_id' and not exists (
        select from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'f') and a.attnum = any (k.conkey)
      )
    `
    expect(rows.length).toBeGreaterThan(1)
    expect(rows.filter(({ table }) => Object.keys(tables[table]!.rows).length < 2)).toEqual([])
  })

  test('of a table with hidden rows no statistics are kept that a client could ask for', async () => {
    const rows = await sql(stack)`
      select c.relname as table, array_agg(a.attname::text) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and coalesce(a.attstattarget, -1) <> 0
      group by c.relname
    `
    const kept = rows.filter(({ table }) => !(table in wholeTables))
    const found = Object.fromEntries(kept.map(({ table, columns }) => [table, columns.sort()]))
    const allowed = Object.entries(shownStatistics).map(([table, columns]) => [table, [...columns].sort()])
    expect(found, 'private.hide_estimates').toEqual(Object.fromEntries(allowed))
  })
})

describe('tables', () => {
  test('every one with somebody’s rows has its part in what an account may take along', async () => {
    const [{ body }] = (await sql(stack)`
      select prosrc as body from pg_proc where oid = 'private.export_account()'::regprocedure
    `) as unknown as [{ body: string }]
    const rows = await sql(stack)`
      select distinct c.relnamespace::regnamespace || '.' || c.relname as name
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind = 'r' and (
        a.attname in ('account_id', 'owner_id') or exists (
          select from pg_constraint k
          where k.conrelid = c.oid and k.contype = 'f' and k.confrelid in ('public.accounts'::regclass, 'auth.users'::regclass)
        )
      )
    `
    const lacking = rows.map(({ name }) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(body))
    expect(lacking.sort(), 'private.export_account').toEqual(Object.keys(notExported).sort())
  })

  test('every one that clients insert into counts each row as a write', async () => {
    const open = Object.keys(tables).filter((table) => tables[table]!.insert)
    const rows = await sql(stack)`
      select c.relname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where t.tgfoid = 'private.limit_rows()'::regprocedure and t.tgnewtable = 'inserted'
        and t.tgenabled = 'O' and t.tgqual is null
    `
    const counted = rows.map(({ name }) => name)
    expect(open.filter((table) => !counted.includes(table)).sort(), 'private.limit_rows').toEqual(
      Object.keys(oneRowAnAccount).sort(),
    )
  })

  test('a path that is replaced or whose row goes takes its object along', async () => {
    const rows = await sql(stack)`
      select c.relname || '.' || a.attname || ' ' || change.name as name
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and not a.attisdropped and a.attname ~ '(^|_)path$'
      cross join (values ('update', 16), ('delete', 8)) as change (name, bit)
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not exists (
        select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
        where t.tgrelid = c.oid and t.tgtype & change.bit <> 0 and t.tgenabled = 'O'
          and (t.tgattr = '' or a.attnum = any (t.tgattr))
          and (
            p.prosrc ~ ('queue_object_deletion\\(''\\w+'', old\\.' || a.attname || '\\)')
            or (p.proname = 'forget_object' and (string_to_array(encode(t.tgargs, 'escape'), '\\000'))[2] = a.attname)
          )
      )
    `
    expect(rows.map(({ name }) => name).sort(), 'private.queue_object_deletion').toEqual(Object.keys(notQueued).sort())
  })

  test('every path that a row names is known to the queue of objects to delete', async () => {
    const rows = await sql(stack)`
      select c.table_name || '.' || c.column_name as name
      from information_schema.columns c
      where c.table_schema = 'public' and c.column_name ~ '_path$'
      except
      select t.tgrelid::regclass || '.' || (string_to_array(encode(t.tgargs, 'escape'), '\\000'))[2] from pg_trigger t
      where t.tgfoid = 'private.forget_object()'::regprocedure`
    expect(rows.map(({ name }) => name)).toEqual([])
  })

  test('what can be saved is nobody’s favorite any more once it is gone', async () => {
    const rows = await sql(stack)`
      select type from private.entity_types where is_favorite
      except
      select (string_to_array(encode(t.tgargs, 'escape'), '\\000'))[1] from pg_trigger t
      where t.tgfoid = 'private.forget_favorites()'::regprocedure and t.tgtype & 8 <> 0 and t.tgenabled = 'O'`
    expect(
      rows.map(({ type }) => type),
      'private.forget_favorites',
    ).toEqual([])
  })

  test('updated_at moves with the row', async () => {
    const rows = await sql(stack)`
      select c.relname as name from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'updated_at' and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not exists (
        select from pg_trigger t
        where t.tgrelid = c.oid and t.tgfoid = 'private.touch_updated_at()'::regprocedure
          and t.tgtype & 18 = 18 and t.tgenabled = 'O'
      )`
    expect(rows.map(({ name }) => name).sort(), 'private.touch_updated_at').toEqual(
      Object.keys(touchedElsewhere).sort(),
    )
  })

  test('a key over several columns is named so that no field of it is blamed', async () => {
    const rows = await sql(stack)`
      select c.conname as name from pg_constraint c
      where c.contype = 'u' and c.connamespace = 'public'::regnamespace
        and (cardinality(c.conkey) > 1) <> (c.conname ~ '_once$')`
    expect(rows.map(({ name }) => name)).toEqual([])
  })

  test('every one in public has row-level security and a comment', async () => {
    const rows = await sql(stack)`
      select relname, relrowsecurity, obj_description(oid, 'pg_class') is not null as described from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r'
    `
    expect(rows.filter((row) => !row.relrowsecurity || !row.described)).toEqual([])
  })

  test('every foreign key says what a deletion does and leads an index', async () => {
    const rows = await sql(stack)`
      select c.conrelid::regclass || '.' || c.conname as name from pg_constraint c
      where c.contype = 'f' and c.connamespace in ('public'::regnamespace, 'private'::regnamespace) and (
        (c.confdeltype = 'a' and c.confrelid <> all (${keepers}::regclass[])) or not exists (
          select from pg_index i
          where i.indrelid = c.conrelid and i.indpred is null
            and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
        )
      )
    `
    expect(rows).toEqual([])
  })
})

test('policies name their roles, one permissive policy a table, command and role', async () => {
  const rows = await sql(stack)`
    select schemaname || '.' || tablename as table, policyname as name, permissive, lower(cmd) as command, roles::text[] as roles
    from pg_policies where schemaname in ('public', 'private', 'storage', 'realtime')
  `
  const permissive = rows.filter((row) => row.permissive === 'PERMISSIVE')
  expect(rows.filter((row) => row.roles.includes('public') || row.command === 'all')).toEqual([])
  expect(permissive.filter((row) => !row.name.startsWith(`${row.command}_`))).toEqual([])
  const keys = permissive.flatMap((row) => row.roles.map((role: string) => `${row.table} ${row.command} ${role}`))
  expect(keys.length).toBe(new Set(keys).size)
})
