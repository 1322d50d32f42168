import { unique } from '../../helpers/people.ts'
import type { TableRows } from './types.ts'

export const accounts: TableRows = {
  trio: (cast, kind) => (kind === 'listed' ? cast.agency : cast.candidate),
  make: async (_cast, _kind, owner) => ({ id: owner.id }),
  samples: (owner) => ({
    username: unique('renamed'),
    first_name: 'Aru',
    last_name: 'Bek',
    avatar_path: `${owner.id}/avatar.png`,
    bio: 'A few words.',
    city: 'Almaty',
    country: 'Kazakhstan',
  }),
}

export const account_details: TableRows = {
  trio: (cast) => cast.agency,
  make: async (_cast, _kind, owner) => ({ account_id: owner.id }),
  samples: () => ({ phone: '+7 700 123 45 67', locale: 'kk' }),
}

export const account_roles: TableRows = {
  trio: (cast) => cast.agency,
  make: async (_cast, _kind, owner) => ({ account_id: owner.id, role: 'agency' }),
}

export const devices: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql }, _kind, owner) {
    const [row] = await sql`
      insert into public.devices (account_id, token, platform) values (${owner.id}, ${unique('token')}, 'web') returning id
    `
    return { id: row!.id }
  },
}
