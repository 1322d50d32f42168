import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { tables } from '../access/declared.ts'
import { rowsOf } from '../access/rows/index.ts'
import type { Key } from '../access/rows/types.ts'
import { subscribe } from '../helpers/people.ts'
import { startTestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { expectUnchanged } from '../parity/refusals.ts'

let cast: Cast
const keys: Record<string, Key> = {}

beforeAll(async () => {
  cast = await makeCast(await startTestStack())
  for (const [table, { trio, make }] of Object.entries(rowsOf)) {
    const kind = Object.keys(tables[table]!.rows)[0]!
    keys[table] = await make(cast, kind, (trio?.(cast, kind) ?? cast.agency).owner)
  }
})
afterAll(() => cast.stack.close())

const changesNothing = (attempts: () => Promise<unknown>) => expectUnchanged(() => stateOf(cast.stack), attempts)

const patch = async (client: SupabaseClient, table: string, change: Record<string, unknown>) =>
  (await client.from(table).update(change).match(keys[table]!)).error

test('1: anon reads nothing outside the public list and writes nothing', async () => {
  const open = [
    'categories',
    'currencies',
    'entitlements',
    'organizations',
    'plan_entitlements',
    'plan_prices',
    'plans',
    'quota_packs',
    'skills',
  ]
  await changesNothing(async () => {
    const readable: string[] = []
    for (const table of Object.keys(tables)) {
      if ((await cast.anon.from(table).select()).data?.length) readable.push(table)
      const row: Record<string, unknown> = keys[table]!
      await cast.anon.from(table).insert(row)
      await cast.anon.from(table).upsert(row)
      await patch(cast.anon, table, row)
      await cast.anon.from(table).delete().match(keys[table]!)
    }
    expect(readable.sort()).toEqual(open)
  })
})

const forbidden: [string, Record<string, unknown>][] = [
  ['accounts', { is_verified: true }],
  ['accounts', { is_listed: false }],
  ['accounts', { created_at: '2001-01-01T00:00:00Z' }],
  ['account_roles', { role: 'admin' }],
  ['devices', { last_seen_at: '2001-01-01T00:00:00Z' }],
  ['notifications', { read_at: '2001-01-01T00:00:00Z' }],
  ['notification_preferences', { is_enabled: false }],
  ['notification_settings', { digest: 'off' }],
  ['subscriptions', { plan_id: 'casting_business' }],
  ['subscriptions', { expires_at: '2100-01-01T00:00:00Z' }],
  ['subscriptions', { started_at: '2001-01-01T00:00:00Z', expires_at: '2100-01-01T00:00:00Z' }],
  ['subscriptions', { auto_renew: true }],
  ['subscriptions', { cancelled_at: null }],
  ['subscriptions', { approved_at: '2001-01-01T00:00:00Z' }],
  ['subscriptions', { amount: 1 }],
  ['subscriptions', { payment_reference: 'paid' }],
  ['employer_profiles', { created_at: '2001-01-01T00:00:00Z' }],
  ['employer_profiles', { is_verified: true }],
  ['employer_profiles', { rejection_reason: null }],
  ['employer_profiles', { company_name: 'Allowed', is_verified: true }],
  ['recruiter_profiles', { is_verified: true }],
  ['recruiter_profiles', { rejection_reason: null }],
  ['recruiter_profiles', { total_spent: 0 }],
  ['recruiter_profiles', { organization_id: null }],
  ['recruiter_profiles', { created_at: '2001-01-01T00:00:00Z' }],
  ['creator_profiles', { rating: 5 }],
  ['creator_profiles', { reviews_count: 99 }],
  ['creator_profiles', { completed_orders: 99 }],
  ['creator_profiles', { updated_at: '2001-01-01T00:00:00Z' }],
  ['freelancer_profiles', { rating: 5 }],
  ['freelancer_profiles', { completed_tasks: 99 }],
  ['client_profiles', { rating: 5 }],
  ['client_profiles', { reviews_count: 99 }],
  ['account_skills', { created_at: '2001-01-01T00:00:00Z' }],
  ['account_skills', { level: 5, updated_at: '2001-01-01T00:00:00Z' }],
  ['portfolio_items', { created_at: '2001-01-01T00:00:00Z' }],
  ['portfolio_images', { created_at: '2001-01-01T00:00:00Z' }],
  ['blocks', { created_at: '2001-01-01T00:00:00Z' }],
  ['blocks', { blocked_id: '00000000-0000-4000-8000-000000000000' }],
  ['reports', { status: 'resolved' }],
  ['reports', { resolution: 'Done.' }],
  ['reports', { reason: 'hate' }],
  ['catalog_proposals', { status: 'approved' }],
  ['catalog_proposals', { name: 'Another' }],
  ['files', { path: 'elsewhere' }],
  ['files', { bucket_id: 'avatars' }],
  ['files', { name: 'Another.pdf' }],
  ['files', { size: 0 }],
  ['casting_files', { created_at: '2001-01-01T00:00:00Z' }],
  ['favorites', { created_at: '2001-01-01T00:00:00Z' }],
  ['favorites', { entity_id: '00000000-0000-4000-8000-000000000000' }],
  ['model_profiles', { id: '00000000-0000-4000-8000-000000000000' }],
  ['model_profiles', { rating: 5 }],
  ['model_profiles', { reviews_count: 99 }],
  ['model_profiles', { promoted_until: '2100-01-01T00:00:00Z' }],
  ['model_profiles', { name: 'Allowed', promoted_until: '2100-01-01T00:00:00Z' }],
  ['model_profiles', { created_at: '2001-01-01T00:00:00Z' }],
  ['model_work_experiences', { created_at: '2001-01-01T00:00:00Z' }],
  ['promotions', { status: 'active' }],
  ['promotions', { ends_at: '2100-01-01T00:00:00Z' }],
  ['photos', { is_main: false }],
  ['photos', { position: 7 }],
  ['castings', { status: 'completed' }],
  ['castings', { responses_count: 99 }],
  ['castings', { accepted_count: 99 }],
  ['castings', { published_at: '2001-01-01T00:00:00Z' }],
  ['castings', { title: 'Allowed', status: 'completed' }],
  ['castings', { promoted_until: '2100-01-01T00:00:00Z' }],
  ['castings', { announced_at: '2001-01-01T00:00:00Z' }],
  ['casting_responses', { status: 'accepted' }],
  ['casting_responses', { responded_by: null }],
  ['tasks', { status: 'completed' }],
  ['tasks', { applications_count: 99 }],
  ['tasks', { started_at: null }],
  ['tasks', { accepted_application_id: null }],
  ['tasks', { title: 'Allowed', status: 'completed' }],
  ['task_applications', { status: 'accepted' }],
  ['task_applications', { offered_price: 1 }],
  ['services', { rating: 5 }],
  ['services', { reviews_count: 99 }],
  ['services', { orders_count: 99 }],
  ['services', { created_at: '2001-01-01T00:00:00Z' }],
  ['service_options', { created_at: '2001-01-01T00:00:00Z' }],
  ['orders', { status: 'completed' }],
  ['orders', { total_price: 1 }],
  ['orders', { price: 1 }],
  ['orders', { delivered_at: '2001-01-01T00:00:00Z' }],
  ['orders', { requirements: 'Allowed', modifications_price: 0 }],
  ['order_options', { price: 0 }],
  ['order_deliveries', { message: 'Another' }],
  ['order_delivery_files', { file_id: '00000000-0000-4000-8000-000000000000' }],
  ['order_revisions', { message: 'Another' }],
  ['reviews', { rating: 1 }],
  ['reviews', { published_at: '2001-01-01T00:00:00Z' }],
  ['reviews', { reply: 'Mine' }],
  ['organizations', { kind: 'company' }],
  ['organizations', { followers_count: 99 }],
  ['organizations', { created_at: '2001-01-01T00:00:00Z' }],
  ['organization_members', { role: 'admin' }],
  ['organization_invitations', { status: 'accepted' }],
  ['organization_invitations', { role: 'admin' }],
  ['organization_invitations', { expires_at: '2100-01-01T00:00:00Z' }],
  ['organization_followers', { created_at: '2001-01-01T00:00:00Z' }],
  ['representations', { status: 'ended' }],
  ['representations', { started_at: '2001-01-01T00:00:00Z' }],
  ['candidate_notes', { created_at: '2001-01-01T00:00:00Z' }],
  ['candidate_notes', { candidate_id: '00000000-0000-4000-8000-000000000000' }],
  ['candidate_notes', { note_text: 'Allowed', updated_at: '2001-01-01T00:00:00Z' }],
  ['candidate_follow_ups', { reminded_at: null }],
  ['candidate_follow_ups', { candidate_id: '00000000-0000-4000-8000-000000000000' }],
  ['candidate_follow_ups', { created_at: '2001-01-01T00:00:00Z' }],
  ['pipeline_stages', { organization_id: '00000000-0000-4000-8000-000000000000' }],
  ['pipeline_stages', { name: 'Allowed', created_at: '2001-01-01T00:00:00Z' }],
]

describe('4: an owner sets no role, verification, plan, status, counter or timestamp', () => {
  test.each(forbidden)('%s %o', async (table, change) => {
    const owner = rowsOf[table]!.trio!(cast, Object.keys(tables[table]!.rows)[0]!).owner
    await changesNothing(async () => {
      expect((await patch(owner.client, table, change))?.code).toBe('42501')
    })
  })
})

test('5: an insert chooses no id, owner, timestamp, status or counter', async () => {
  const { owner, stranger } = cast.agency
  const plain = rowsOf.castings!.insert!(stranger)
  await changesNothing(async () => {
    for (const chosen of [
      { id: '00000000-0000-4000-8000-000000000000' },
      { owner_id: owner.id },
      { created_at: '2001-01-01T00:00:00Z' },
      { status: 'active' },
      { responses_count: 5 },
      { accepted_count: 5 },
    ]) {
      const { error } = await stranger.client.from('castings').insert({ ...plain, ...chosen })
      expect(error?.code, JSON.stringify(chosen)).toBe('42501')
    }
  })
})

test('6: nobody hands a row to someone else', async () => {
  await changesNothing(async () => {
    for (const table of Object.keys(tables)) {
      const trio = rowsOf[table]!.trio?.(cast, Object.keys(tables[table]!.rows)[0]!)
      if (trio === undefined) continue
      for (const column of ['owner_id', 'account_id', 'model_id', 'id']) {
        await patch(trio.owner.client, table, { [column]: trio.stranger.id })
      }
    }
  })
})

test('7: an upsert does not land on another’s key', async () => {
  await changesNothing(async () => {
    for (const [table, { trio, insert, samples }] of Object.entries(rowsOf)) {
      const people = trio?.(cast, Object.keys(tables[table]!.rows)[0]!)
      if (people === undefined) continue
      const row = { ...insert?.(people.owner), ...samples?.(people.owner), ...keys[table]! }
      for (const onConflict of [undefined, Object.keys(keys[table]!).join(',')]) {
        expect((await people.stranger.client.from(table).upsert(row, { onConflict })).error, table).not.toBeNull()
      }
    }
  })
})

test('8: no child row under a stranger’s parent', async () => {
  const { stranger } = cast.model
  const organization_id = keys.organizations!.id
  const creator_id = cast.creator.owner.id
  const [note] = await cast.sql`select candidate_id from public.candidate_notes`
  const noted = { candidate_id: note!.candidate_id, note_text: 'Of a stranger' }
  const rows: { table: string; values: Record<string, unknown> }[] = [
    { table: 'casting_responses', values: { casting_id: keys.castings!.id, model_id: stranger.id } },
    { table: 'notifications', values: { account_id: cast.agency.owner.id, type: 'general' } },
    { table: 'photos', values: { account_id: cast.model.owner.id, path: `${cast.model.owner.id}/x`, position: 0 } },
    {
      table: 'model_work_experiences',
      values: { account_id: cast.model.owner.id, company: 'A', position: 'B', start_date: '2020-01-01' },
    },
    {
      table: 'promotions',
      values: { account_id: stranger.id, model_id: stranger.id, ends_at: '2100-01-01T00:00:00Z' },
    },
    { table: 'devices', values: { account_id: cast.model.owner.id, token: 'of a stranger', platform: 'web' } },
    { table: 'blocks', values: { account_id: cast.agency.owner.id, blocked_id: stranger.id } },
    { table: 'favorites', values: { ...keys.favorites!, account_id: stranger.id } },
    {
      table: 'files',
      values: { id: keys.files!.id, account_id: stranger.id, bucket_id: 'documents', path: 'x', name: 'x' },
    },
    { table: 'casting_files', values: { ...keys.casting_files!, account_id: stranger.id } },
    { table: 'reports', values: { account_id: cast.agency.owner.id, entity_type: 'account', entity_id: stranger.id } },
    { table: 'catalog_proposals', values: { account_id: cast.agency.owner.id, type: 'skill', name: 'Of a stranger' } },
    { table: 'organization_members', values: { organization_id, account_id: stranger.id, role: 'member' } },
    { table: 'organization_invitations', values: { organization_id, email: stranger.email, role: 'member' } },
    { table: 'organization_followers', values: { organization_id, account_id: cast.model.owner.id } },
    { table: 'portfolio_items', values: { account_id: creator_id, title: 'Of a stranger' } },
    {
      table: 'portfolio_images',
      values: { item_id: keys.portfolio_items!.id, account_id: creator_id, image_path: `${creator_id}/x.png` },
    },
    { table: 'representations', values: { organization_id, model_id: stranger.id } },
    { table: 'candidate_notes', values: { ...keys.candidate_notes!, ...noted, account_id: stranger.id } },
    { table: 'candidate_notes', values: noted },
    { table: 'candidate_follow_ups', values: { candidate_id: noted.candidate_id, due_at: '2100-01-01T00:00:00Z' } },
    { table: 'pipeline_stages', values: { organization_id, name: 'Of a stranger' } },
  ]
  await changesNothing(async () => {
    for (const { table, values } of rows) {
      expect((await stranger.client.from(table).insert(values)).error?.code, table).toBe('42501')
    }
  })
})

test('11: the audit log is append-only for everybody', async () => {
  await subscribe(cast.stack, cast.agency.stranger, 'casting_pro')
  const kept = await cast.sql`select * from private.audit_log order by id`
  expect(kept.length).toBeGreaterThan(0)
  for (const client of [cast.anon, cast.agency.stranger.client, cast.service]) {
    await client.schema('private').from('audit_log').update({ action: 'x' }).gt('id', 0)
    await client.schema('private').from('audit_log').delete().gt('id', 0)
  }
  await expect(cast.sql`update private.audit_log set action = 'x' where id > 0`).rejects.toThrow('append-only')
  await expect(cast.sql`delete from private.audit_log where id > 0`).rejects.toThrow('append-only')
  await expect(cast.sql`truncate private.audit_log`).rejects.toThrow('append-only')
  expect(await cast.sql`select * from private.audit_log order by id`).toEqual(kept)
})

test('11: the ledger is append-only for everybody, and its accounts keep whose they are', async () => {
  const owner = cast.recruiter.owner
  await cast.sql`select private.adjust_wallet(${owner.id}, 10, 'To be kept.')`
  await cast.sql`select private.adjust_wallet(${owner.id}, -3, 'To be kept.')`
  const tables = ['ledger_accounts', 'ledger_transfers', 'ledger_entries']
  const kept = () =>
    Promise.all(
      tables.map(async (table) => [...(await cast.sql`select * from ${cast.sql(`private.${table}`)} order by id`)]),
    )
  const before = await kept()
  expect(before.every((rows) => rows.length > 1)).toBe(true)
  for (const client of [cast.anon, owner.client, cast.service]) {
    for (const table of tables) {
      for (const reach of [client.schema('private').from(table), client.from(table)]) {
        await reach.update({ amount: 1000, balance: 1000 }).not('id', 'is', null)
        await reach.delete().not('id', 'is', null)
        await reach.insert({ owner_id: owner.id, kind: 'wallet', currency: 'INR', balance: 5 })
      }
    }
  }
  // As postgres, who owns the tables: what admins write in Studio.
  const changes = [
    'update private.ledger_transfers set amount = amount + 1',
    'update private.ledger_entries set amount = amount + 1',
    'update private.ledger_entries set balance_after = 1000',
    'delete from private.ledger_transfers',
    'delete from private.ledger_entries',
    'delete from private.ledger_accounts',
    'truncate private.ledger_entries',
    'truncate private.ledger_transfers cascade',
    'truncate private.ledger_accounts cascade',
    `update private.ledger_accounts set owner_id = '${cast.recruiter.stranger.id}' where owner_id = '${owner.id}'`,
    `update private.ledger_accounts set currency = 'INR' where owner_id = '${owner.id}'`,
  ]
  for (const change of changes) await expect(cast.sql.unsafe(change), change).rejects.toThrow('append-only')
  const balance = `update private.ledger_accounts set balance = 1000 where owner_id = '${owner.id}'`
  await expect(cast.sql.unsafe(balance)).rejects.toThrow('balance of its last entry')
  expect(await kept()).toEqual(before)
})

test('55: a write without a filter reaches nobody else’s rows', async () => {
  const { stranger } = cast.agency
  const rows = () => cast.sql`
    select to_jsonb(a) from public.accounts a where id <> ${stranger.id}
    union all select to_jsonb(c) from public.castings c union all select to_jsonb(d) from public.devices d
    union all select to_jsonb(n) from public.notifications n union all select to_jsonb(b) from public.blocks b
    union all select to_jsonb(f) from public.favorites f union all select to_jsonb(x) from public.casting_files x
    union all select to_jsonb(n) from public.candidate_notes n union all select to_jsonb(u) from public.candidate_follow_ups u
    union all select to_jsonb(s) from public.pipeline_stages s
  `
  const before = await rows()
  await stranger.client.from('accounts').update({ city: 'Nowhere' })
  await stranger.client.from('castings').update({ city: 'Nowhere' })
  await stranger.client.from('devices').delete()
  await stranger.client.from('notifications').delete()
  for (const table of ['blocks', 'favorites', 'casting_files']) await stranger.client.from(table).delete()
  const { client } = cast.recruiter.stranger
  await client.from('candidate_notes').update({ note_text: 'Changed' })
  await client.from('candidate_follow_ups').update({ is_completed: true })
  await client.from('pipeline_stages').update({ name: 'Changed' })
  for (const table of ['candidate_notes', 'candidate_follow_ups', 'pipeline_stages']) await client.from(table).delete()
  expect(new Set((await rows()).map((row) => JSON.stringify(row)))).toEqual(
    new Set(before.map((row) => JSON.stringify(row))),
  )
})
