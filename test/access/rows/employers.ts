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
    business_id: 'BIN 123456789012',
  }),
  insert: (owner) => ({ account_id: owner.id, company_name: 'New' }),
}
