import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { type Explainer, openExplainer } from './explain.ts'

let stack: TestStack
let explainer: Explainer
let owner: string
let viewer: string
/** Every second task asks for it. */
const skill = 'a5c11000-0000-4000-8000-00000000000b'

// A hosted project gives nobody the superuser that auto_explain needs.
describe.skipIf(process.env.TALENTBASE_URL !== undefined)('over 60,000 tasks and services', () => {
  beforeAll(async () => {
    stack = await startTestStack()
    const { ids } = await makeAccounts(stack, 600, { roles: ['client', 'creator'] })
    ;[owner, viewer] = [ids[7]!, ids[8]!]
    const db = sql(stack)
    await db`
      insert into public.categories (slug, kinds, name)
      select 'work_' || i, '{task,service}', 'Work ' || i from generate_series(0, 19) as i
    `
    await db`insert into public.skills (id, name) values (${skill}, 'Asked for by many')`
    // Half of everything is in work_0 and in each currency: what a planner that knows nothing would read whole.
    await db`
      insert into public.tasks (
        owner_id, title, description, category, task_type, budget, currency, city, status, skill_ids, created_at
      )
      select (${ids}::uuid[])[1 + i % 600], 'Task ' || i, 'x', 'work_' || greatest(i % 40 - 20, 0), 'digital', 1 + i,
        (array['USD', 'KZT'])[1 + i / 40 % 2], 'City ' || i % 100, (array['open', 'in_progress', 'completed'])[1 + i % 3],
        case when i % 2 = 0 then array[${skill}::uuid] else '{}' end, now() - i * interval '1 minute'
      from generate_series(1, 60000) as i
    `
    await db`
      insert into public.services (owner_id, title, description, category, price, currency, delivery_days, tags, is_active, created_at)
      select (${ids}::uuid[])[1 + i % 600], 'Service ' || i, 'x', 'work_' || greatest(i % 40 - 20, 0), 1 + i,
        (array['USD', 'KZT'])[1 + i / 40 % 2], 1, array['tag_' || i % 500], i % 10 > 0, now() - i * interval '1 minute'
      from generate_series(1, 60000) as i
    `
    await db`insert into public.blocks (account_id, blocked_id) select ${viewer}, a from unnest(${ids.slice(20, 30)}::uuid[]) as a`
    await db`vacuum analyze public.tasks, public.services, public.accounts, public.blocks`
    explainer = await openExplainer(stack)
  }, 120_000)
  afterAll(async () => {
    await explainer.close()
    await stack.close()
  })

  /** No statement looks at more than a few rows: lists count to 1,001, of which a filter leaves a part. */
  async function readsLittle(call: string, most = 6_000): Promise<void> {
    for (const who of [viewer, null]) {
      const scans = await explainer.scans(who, `select * from public.${call}`)
      const read = scans.filter(({ table }) => table === 'tasks' || table === 'services')
      expect(read.length).toBeGreaterThan(0)
      expect(
        read.filter((scan) => scan.read > most),
        call,
      ).toEqual([])
    }
  }

  test.each([
    '',
    `status => 'open'`,
    `category => 'work_7'`,
    `category => 'work_0'`,
    `currency => 'USD'`,
    `skill_id => '${skill}'`,
    `city => 'city 7'`,
    `city => 'nowhere'`,
    `sort => 'oldest'`,
    `sort => 'highest_budget', currency => 'USD'`,
    `sort => 'lowest_budget', currency => 'KZT', category => 'work_7'`,
    `min_budget => 100, max_budget => 50000, currency => 'KZT', status => 'open'`,
    `min_budget => 59990, currency => 'USD'`,
    `search => 'Task 4711'`,
    `search => 'nothing like it'`,
    'skip => 1000',
  ])('tasks by %s', (filters) => readsLittle(`list_tasks(${filters})`))

  test.each([
    '',
    `category => 'work_7'`,
    `category => 'work_0'`,
    `currency => 'USD'`,
    `tag => 'tag_7'`,
    `sort => 'lowest_price', currency => 'KZT'`,
    `sort => 'highest_price', currency => 'KZT', category => 'work_0'`,
    `min_price => 59990, currency => 'USD'`,
    `search => 'Service 4711'`,
    `search => 'nothing like it'`,
    'skip => 1000',
  ])('services by %s', (filters) => readsLittle(`list_services(${filters})`))

  test('of one owner, and behind a cursor', async () => {
    await readsLittle(`list_tasks(owner_id => '${owner}')`, 300)
    await readsLittle(`list_services(owner_id => '${owner}')`, 300)
    for (const list of ['list_tasks', 'list_services']) {
      const [row] = await sql(stack).unsafe(`select cursor from public.${list}(skip => 1000, page_size => 1)`)
      await readsLittle(`${list}(cursor => '${row!.cursor}')`)
    }
  })
})
