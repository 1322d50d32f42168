import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'

/**
 * The functions in public that page, by name: tests of lists compare their cases with it, so that none is left out.
 * Messages page by their numbers, see db/messages.
 */
export async function listFunctions(stack: TestStack): Promise<string[]> {
  const rows = await sql(stack)`
    select proname as name from pg_proc
    where pronamespace = 'public'::regnamespace and proargnames[:pronargs] && '{page_size,cursor,skip}' and proname <> 'list_messages'
    order by proname
  `
  return rows.map(({ name }) => name)
}
