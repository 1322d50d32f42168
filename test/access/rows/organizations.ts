import { addOrganization, members, represent } from '../organizations.ts'
import type { TableRows } from './types.ts'

/** An organization that anybody may follow, in every database that is tried. */
const followed = '0a9f6f7e-5b0c-4f0e-9d53-2f6f3c6a1d10'

export const organizations: TableRows = {
  trio: (cast) => cast.agency,
  make: async (cast, _kind, owner) => ({ id: await addOrganization(cast, owner) }),
  others: members,
  samples: (owner) => ({
    kind: 'company',
    name: 'After',
    description: 'Who we are.',
    website: 'https://agency.example',
    size: '10-50',
    city: 'Astana',
    country: 'Kazakhstan',
    logo_path: `${owner.id}/logo.png`,
  }),
  insert: (owner) => ({ owner_id: owner.id, kind: 'company', name: 'New' }),
}

export const organization_members: TableRows = {
  trio: (cast) => cast.agency,
  make: async (cast, _kind, owner) => ({ organization_id: await addOrganization(cast, owner), account_id: owner.id }),
  others: members,
}

export const organization_invitations: TableRows = {
  trio: (cast) => cast.agency,
  async make(cast, kind, owner) {
    const email = kind === 'to another address' ? 'somebody@example.test' : cast.model.owner.email
    const [row] = await cast.sql`
      insert into public.organization_invitations (organization_id, email, role, invited_by, expires_at)
      values (${await addOrganization(cast, owner)}, ${email}, 'member', ${owner.id}, now() + interval '1 day') returning id
    `
    return { id: row!.id }
  },
  others: (cast) => ({ ...members(cast), invited: cast.model.owner }),
}

export const organization_followers: TableRows = {
  trio: (cast) => cast.model,
  async make({ sql, agency }, _kind, owner) {
    await sql`
      insert into public.organizations (id, owner_id, kind, name) values (${followed}, ${agency.owner.id}, 'brand', 'Followed')
      on conflict do nothing
    `
    await sql`insert into public.organization_followers (organization_id, account_id) values (${followed}, ${owner.id})`
    return { organization_id: followed, account_id: owner.id }
  },
  samples: (owner) => ({ organization_id: followed, account_id: owner.id }),
  insert: (owner) => ({ organization_id: followed, account_id: owner.id }),
}

export const representations: TableRows = {
  trio: (cast) => cast.model,
  // One that has ended: elsewhere the same model stands on their own.
  make: async (cast, _kind, owner) => ({ id: await represent(cast, owner, cast.agency.owner, 'ended') }),
  others: (cast) => ({ agency: cast.agency.owner, 'agency member': members(cast).member }),
}
