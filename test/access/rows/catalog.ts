import { unique } from '../../helpers/people.ts'
import type { TableRows } from './types.ts'

export const categories: TableRows = { make: async () => ({ slug: 'fashion' }) }

export const skills: TableRows = {
  async make({ sql }) {
    const [row] = await sql`select id from public.skills order by name limit 1`
    return { id: row!.id }
  },
}

export const reference_options: TableRows = { make: async () => ({ type: 'eye_color', slug: 'green' }) }

export const countries: TableRows = { make: async () => ({ code: 'KZ' }) }

export const states: TableRows = { make: async () => ({ slug: 'turkistan' }) }

export const cities: TableRows = { make: async () => ({ state_slug: 'delhi', slug: 'new-delhi' }) }

export const catalog_proposals: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql }, _kind, owner) {
    const [row] = await sql`
      insert into public.catalog_proposals (account_id, type, name) values (${owner.id}, 'skill', ${unique('skill')}) returning id
    `
    return { id: row!.id }
  },
  samples: () => ({ type: 'city', name: unique('City'), parent: 'turkistan', note: 'People live there.' }),
  insert: (owner) => ({ account_id: owner.id, type: 'skill', name: unique('skill') }),
}
