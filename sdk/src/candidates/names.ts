import type { Context } from '../context.ts'

const most = 100

/**
 * Names of candidates by their ids, of those whom the caller, a verified recruiter, has unlocked; none of others. For
 * whatever holds ids and is read by people: names are put in when they are read.
 */
export async function namesOf({ supabase, rows }: Context, ids: Iterable<string>): Promise<Map<string, string>> {
  const asked = [...new Set(ids)]
  const pages = Array.from({ length: Math.ceil(asked.length / most) }, (_, i) => asked.slice(i * most, (i + 1) * most))
  const known = await Promise.all(
    pages.map((candidate_ids) => rows(supabase.rpc('get_unlocked_names', { candidate_ids }))),
  )
  return new Map(known.flat().map(({ candidate_id, full_name }) => [candidate_id, full_name]))
}
