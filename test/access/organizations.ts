import type { Person } from '../helpers/people.ts'
import type { Cast } from './cast.ts'

/** Who belongs to every organization that is made here, beside its owner. */
export const members = ({ candidate, creator }: Cast) => ({ member: candidate.owner, admin: creator.owner })

export async function addOrganization(cast: Cast, owner: Person): Promise<string> {
  const { sql } = cast
  const [row] = await sql`
    insert into public.organizations (owner_id, kind, name) values (${owner.id}, 'agency', 'Before') returning id
  `
  for (const [role, { id }] of Object.entries(members(cast))) {
    await sql`
      insert into public.organization_members (organization_id, account_id, role) values (${row!.id}, ${id}, ${role})
      on conflict do nothing
    `
  }
  return row!.id
}

/** An agency of this owner's represents a model; answers the representation's id. */
export async function represent(cast: Cast, model: Person, owner: Person, status = 'active'): Promise<string> {
  const organization = await addOrganization(cast, owner)
  const [row] = await cast.sql`
    insert into public.representations (organization_id, model_id, status)
    values (${organization}, ${model.id}, ${status}) returning id
  `
  return row!.id
}
