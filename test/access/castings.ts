import type postgres from 'postgres'
import type { Person } from '../helpers/people.ts'

/** A casting of somebody's, made as postgres; answers its id. */
export async function addCasting(
  sql: postgres.Sql,
  owner: Person,
  status: string,
  organization: string | null = null,
): Promise<string> {
  const [row] = await sql`
    insert into public.castings (owner_id, organization_id, title, description, category, status)
    values (${owner.id}, ${organization}, 'A casting', 'Before', 'runway', ${status}) returning id
  `
  return row!.id
}
