import { unique } from '../../helpers/people.ts'
import type { TableRows } from './types.ts'

export const employer_profiles: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql }, _kind, owner) {
    await sql`insert into public.employer_profiles (account_id, company_name) values (${owner.id}, 'Before')`
    return { account_id: owner.id }
  },
  samples: (owner) => ({
    company_name: 'After',
    description: 'Who we are.',
    website: 'https://agency.example',
    contact_person: 'Dana',
    phone: '+7 727 1234567',
    city: 'Astana',
    country: 'Kazakhstan',
    logo_path: `${owner.id}/logo.png`,
  }),
  insert: (owner) => ({ account_id: owner.id, company_name: 'New' }),
}

export const model_profiles: TableRows = {
  trio: (cast) => cast.model,
  async make({ sql }, _kind, owner) {
    await sql`
      insert into public.model_profiles (account_id, name, birth_date, gender)
      values (${owner.id}, 'Before', '2000-01-31', 'female')
    `
    return { account_id: owner.id }
  },
  samples: () => ({
    name: 'After',
    birth_date: '1999-02-28',
    gender: 'other',
    height: 175,
    city: 'Astana',
    country: 'Kazakhstan',
    bio: 'What I did.',
  }),
  insert: (owner) => ({ account_id: owner.id, name: 'New', birth_date: '2000-01-31', gender: 'male' }),
}

export const photos: TableRows = {
  trio: (cast) => cast.model,
  async make({ sql }, _kind, owner) {
    const path = `${owner.id}/${unique('photo')}.png`
    await sql`
      insert into storage.objects (bucket_id, name, owner_id, version, metadata)
      values ('photos', ${path}, ${owner.id}, '1', '{"mimetype": "image/png", "size": 1}')
    `
    return { path }
  },
}
