import { sql } from './people.ts'
import type { TestStack } from './stack.ts'

// What every request changes, refused or not; and what its jobs change in a Supabase that ticks.
const unsteady = ['private.request_log', 'private.jobs']
if (process.env.TALENTBASE_URL !== undefined) unsteady.push('private.object_deletions', 'storage.objects')

/**
 * A fingerprint of each table in public and private and of storage.objects, by its name. Two that are equal say that
 * nothing was written in between.
 */
export async function stateOf(stack: TestStack): Promise<Record<string, string>> {
  const tables = await sql(stack)`
    select t.name from (
      select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'private')
      union all select 'storage.objects'
    ) as t
    where t.name <> all (${unsteady}) order by 1
  `
  const fingerprints = tables.map(
    ({ name }) =>
      `select '${name}' as name, count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as value from ${name} t`,
  )
  const rows = await sql(stack).unsafe(fingerprints.join(' union all '))
  return Object.fromEntries(rows.map((row) => [row.name, row.value]))
}
