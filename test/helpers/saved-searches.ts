import { sql } from './people.ts'
import type { TestStack } from './stack.ts'

/** What a saved search finds, past the API: nobody has to sign in. */
interface SearchInput {
  filters?: Record<string, unknown>
  frequency?: 'instant' | 'daily'
  name?: string
}

/** A saved search, made past the API; answers its id. */
export async function makeSearch(
  stack: TestStack,
  { id }: { id: string },
  entity_type: string,
  { filters = {}, frequency = 'instant', name = 'Mine' }: SearchInput = {},
): Promise<string> {
  const [row] = await sql(stack)`
    insert into public.saved_searches (account_id, entity_type, name, filters, frequency)
    values (${id}, ${entity_type}, ${name}, ${sql(stack).json(filters as never)}, ${frequency}) returning id
  `
  return row!.id
}

/** Tells of what is new, first the followers of organizations, as the jobs do. */
export async function matchSearches(stack: TestStack): Promise<void> {
  await sql(stack)`select private.announce_castings()`
  await sql(stack)`select private.match_saved_searches()`
}

/** What saved searches have told an account, oldest first: the data of each notification. */
export async function heardOf(stack: TestStack, { id }: { id: string }): Promise<Record<string, unknown>[]> {
  const rows = await sql(stack)`
    select data from public.notifications
    where account_id = ${id} and type in ('new_casting', 'saved_search_match') order by id
  `
  return rows.map(({ data }) => data)
}

/** Lets the day's notifications be due, for whatever has matched until now. */
export async function makeDigestsDue(stack: TestStack): Promise<void> {
  await sql(stack)`update private.settings set value = '0' where key = 'saved_searches.digest_hour'`
  await sql(stack)`update private.saved_search_matches set matched_at = matched_at - interval '1 day' where true`
  await sql(
    stack,
  )`update public.saved_searches set last_digest_on = last_digest_on - 1 where last_digest_on is not null`
}

export const sendDigests = (stack: TestStack) => sql(stack)`select private.send_search_digests()`
