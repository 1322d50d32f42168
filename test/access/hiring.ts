import type { Person } from '../helpers/people.ts'
import type { Cast } from './cast.ts'
import { members } from './organizations.ts'

/** A company of this owner's with the usual members; the same one every time where its id is told. */
export async function addCompany({ sql, ...cast }: Cast, owner: Person, id?: string): Promise<string> {
  const [made] = await sql`
    insert into public.organizations (id, owner_id, kind, name)
    values (coalesce(${id ?? null}::uuid, gen_random_uuid()), ${owner.id}, 'company', 'Company')
    on conflict (id) do update set kind = excluded.kind returning id
  `
  for (const [role, person] of Object.entries(members({ sql, ...cast }))) {
    await sql`
      insert into public.organization_members (organization_id, account_id, role) values (${made!.id}, ${person.id}, ${role})
      on conflict do nothing
    `
  }
  return made!.id
}

/** A recruiter who may have written about a candidate; answers the candidate's id. */
export async function wroteAbout({ sql }: Cast, recruiter: Person, card: string): Promise<string> {
  await sql`insert into private.candidate_cards (id) values (${card}) on conflict do nothing`
  await sql`
    insert into public.recruiter_profiles (account_id, full_name, designation, phone)
    values (${recruiter.id}, 'Jane Smith', 'HR Manager', '+919876543210')
    on conflict do nothing
  `
  return card
}

/** Verifies a recruiter, where the account may be one, and has them unlock a candidate; nothing for others. */
export async function unlockedBy(cast: Cast, person: Person, card: string): Promise<void> {
  const { sql } = cast
  const roles = await sql`select from public.account_roles where account_id = ${person.id} and role = 'recruiter'`
  if (roles.length === 0) return
  await wroteAbout(cast, person, card)
  const company = await addCompany(cast, person, person.id)
  await sql`update public.recruiter_profiles set organization_id = ${company} where account_id = ${person.id}`
  await sql`select private.verify_recruiter(${person.id})`
  await sql`
    insert into private.candidate_unlocks (card_id, recruiter_id, organization_id, is_shared, paid_from, credits)
    values (${card}, ${person.id}, ${company}, false, 'subscription', 0)
    on conflict do nothing
  `
}
