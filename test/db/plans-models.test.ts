import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { type Explainer, openExplainer, type Scan } from './explain.ts'

let stack: TestStack
let explainer: Explainer
let somebody: string

const count = 200_000

/** Every filter of list_models, with a value that many models have and one that few have. */
const filters: Record<string, { many: string | number; few: string | number }> = {
  gender: { many: 'female', few: 'other' },
  min_age: { many: 25, few: 56 },
  max_age: { many: 30, few: 57 },
  min_height: { many: 175, few: 195 },
  max_height: { many: 180, few: 195 },
  city: { many: 'city 7', few: 'City 99' },
  category: { many: 'category_7', few: 'rare' },
  experience: { many: 'beginner', few: 'experienced' },
  search: { many: 'word 77', few: 'name 19997' },
}

/** How many rows of what is searched a list may look at: it counts to 1,001, of which filters together leave a part. */
const most = { many: count / 3, few: count / 10 }

// A hosted project gives nobody the superuser that auto_explain needs.
describe.skipIf(process.env.TALENTBASE_URL !== undefined)(`over ${count} models`, () => {
  beforeAll(async () => {
    stack = await startTestStack()
    await fill()
    const { ids } = await makeAccounts(stack, 50, { role: 'client' })
    somebody = ids[0]!
    await sql(stack)`
      insert into public.blocks (account_id, blocked_id) select ${somebody}, id from unnest(${ids.slice(1)}::uuid[]) as id
    `
    explainer = await openExplainer(stack)
  }, 240_000)
  afterAll(async () => {
    await explainer.close()
    await stack.close()
  })

  async function scansOf(viewer: string | null, call: string, args: Record<string, string | number>): Promise<Scan[]> {
    const names = Object.keys(args).map((name, i) => `${name} => $${i + 1}`)
    return explainer.scans(viewer, `select * from public.${call}(${names})`, Object.values(args))
  }

  /** What is wrong with how a list was read: a table without its index, or more rows than it needs. */
  function faults(scans: Scan[], atMost: number): string[] {
    const found = scans
      .filter(({ table, node }) => table !== undefined && node === 'Seq Scan')
      .map(({ table }) => table!)
    const searched = scans.filter(({ table }) => table === 'model_search')
    const read = searched.reduce((sum, scan) => sum + scan.read, 0)
    if (searched.length === 0) found.push('nothing was searched')
    if (!scans.some(({ index }) => index?.startsWith('model_search_'))) found.push('no index')
    if (read > atMost) found.push(`${read} rows read`)
    return found
  }

  const names = Object.keys(filters)
  const cursor = Buffer.from(`${Date.now() * 1000 - 30 * 86_400_000_000},${crypto.randomUUID()}`).toString('base64url')

  test.each([
    { kind: 'many', variant: {} },
    { kind: 'many', variant: { promoted_first: true, cursor } },
    { kind: 'few', variant: { cursor } },
    { kind: 'few', variant: { promoted_first: true } },
  ] as { kind: 'many' | 'few'; variant: Record<string, string> }[])(
    'anon: every combination of filters that $kind match is read through indexes, with $variant',
    { timeout: 120_000 },
    async ({ kind, variant }) => {
      const wrong: Record<string, string[]> = {}
      for (let set = 0; set < 2 ** names.length; set++) {
        const chosen = names.filter((_, i) => set & (1 << i))
        const args = Object.fromEntries(chosen.map((name) => [name, filters[name]![kind]]))
        // All of them together match nobody; what matters is how that is found out.
        const found = faults(await scansOf(null, 'list_models', { ...args, ...variant }), most[kind])
        if (found.length > 0) wrong[chosen.join(', ')] = found
      }
      expect(wrong).toEqual({})
    },
  )

  test('somebody signed in, who has blocked others, by each filter', async () => {
    for (const name of names) {
      for (const kind of ['many', 'few'] as const) {
        const scans = await scansOf(somebody, 'list_models', { [name]: filters[name]![kind] })
        expect(faults(scans, most[kind]), name).toEqual([])
      }
    }
  })

  test('one model, their photos, some by their accounts, and the promoted ones', async () => {
    const [{ account_id, id }] = (await sql(stack)`
      select account_id, id from public.model_profiles limit 1
    `) as unknown as [{ account_id: string; id: string }]
    for (const viewer of [null, somebody]) {
      for (const one of [id, account_id]) {
        for (const scans of [
          await scansOf(viewer, 'get_model', { id: one }),
          await scansOf(viewer, 'list_photos', { profile_id: one }),
          await scansOf(viewer, 'get_models', { account_ids: `{${account_id}}` }),
        ]) {
          const read = scans.filter(({ table }) => table === 'model_profiles')
          expect(read.length).toBeGreaterThan(0)
          expect(read.filter(({ node, read }) => node === 'Seq Scan' || read > 2)).toEqual([])
        }
      }
      expect(faults(await scansOf(viewer, 'list_promoted_models', {}), 2000)).toEqual([])
    }
  })
})

/**
 * Without triggers: a superuser's right, and the only way to so many in seconds. Nothing of accounts is read by a list, so
 * there are none.
 */
async function fill(): Promise<void> {
  const admin = postgres(stack.databaseUrl('supabase_admin'), { max: 1, onnotice: () => undefined })
  await admin.unsafe(`
    set session_replication_role = replica;
    select setseed(0.5);
    insert into public.model_profiles (
      account_id, name, birth_date, gender, bio, height, city, categories, experience, created_at, promoted_until
    )
    select
      gen_random_uuid(), 'Name ' || i, (now() - (18 + 40 * pow(random(), 2)) * interval '1 year')::date,
      (array['female', 'female', 'female', 'male', 'male', 'other'])[1 + floor(5.1 * random())::int],
      'A bio of word ' || i % 5000 || ' and more.', case when random() < 0.9 then 155 + (40 * random())::int end,
      'City ' || (100 * pow(random(), 2))::int,
      array[case when i % 3000 = 7 then 'rare' else 'category_' || i % 20 end, 'category_' || (i * 7) % 20],
      (array['beginner', 'intermediate', 'experienced', null])[1 + floor(4 * random())::int],
      now() - i * interval '1 minute',
      case when i % 1000 = 0 then now() + interval '5 days' when i % 500 = 0 then now() - interval '5 days' end
    from generate_series(1, ${count}) as i;
    insert into private.model_search (
      account_id, created_at, gender, birth_date, height, city, categories, experience, words, promoted_until
    )
    select
      m.account_id, m.created_at, m.gender, m.birth_date, m.height, lower(m.city), m.categories, m.experience,
      lower(m.name || ' ' || m.bio), m.promoted_until
    from public.model_profiles as m;
    reset session_replication_role;
  `)
  await admin.unsafe('vacuum analyze public.model_profiles, private.model_search')
  await admin.end()
}
