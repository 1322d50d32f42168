import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { tables } from '../access/declared.ts'
import { rowsOf } from '../access/rows/index.ts'
import type { Key } from '../access/rows/types.ts'
import { subscribe } from '../helpers/people.ts'
import { startTestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'

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

/** Runs attempts and proves that not one of them has changed anything. */
async function changesNothing(attempts: () => Promise<void>): Promise<void> {
  const before = await stateOf(cast.stack)
  await attempts()
  expect(await stateOf(cast.stack)).toEqual(before)
}

const patch = async (client: SupabaseClient, table: string, change: Record<string, unknown>) =>
  (await client.from(table).update(change).match(keys[table]!)).error

test('1: anon reads nothing outside the public list and writes nothing', async () => {
  const open = ['entitlements', 'plan_entitlements', 'plan_prices', 'plans']
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
  ['subscriptions', { plan_id: 'casting_business' }],
  ['subscriptions', { expires_at: '2100-01-01T00:00:00Z' }],
  ['employer_profiles', { created_at: '2001-01-01T00:00:00Z' }],
  ['photos', { is_main: false }],
  ['photos', { position: 7 }],
  ['castings', { status: 'completed' }],
  ['castings', { responses_count: 99 }],
  ['castings', { accepted_count: 99 }],
  ['castings', { published_at: '2001-01-01T00:00:00Z' }],
  ['castings', { title: 'Allowed', status: 'completed' }],
  ['casting_responses', { status: 'accepted' }],
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
  const rows: { table: string; values: Record<string, unknown> }[] = [
    { table: 'casting_responses', values: { casting_id: keys.castings!.id, model_id: stranger.id } },
    { table: 'notifications', values: { account_id: cast.agency.owner.id, type: 'general' } },
    { table: 'photos', values: { account_id: cast.model.owner.id, path: `${cast.model.owner.id}/x`, position: 0 } },
    { table: 'devices', values: { account_id: cast.model.owner.id, token: 'of a stranger', platform: 'web' } },
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

test('55: a write without a filter reaches nobody else’s rows', async () => {
  const { stranger } = cast.agency
  const rows = () => cast.sql`
    select to_jsonb(a) from public.accounts a where id <> ${stranger.id}
    union all select to_jsonb(c) from public.castings c union all select to_jsonb(d) from public.devices d
    union all select to_jsonb(n) from public.notifications n
  `
  const before = await rows()
  await stranger.client.from('accounts').update({ city: 'Nowhere' })
  await stranger.client.from('castings').update({ city: 'Nowhere' })
  await stranger.client.from('devices').delete()
  await stranger.client.from('notifications').delete()
  expect(new Set((await rows()).map((row) => JSON.stringify(row)))).toEqual(
    new Set(before.map((row) => JSON.stringify(row))),
  )
})
