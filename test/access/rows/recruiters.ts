import { unique } from '../../helpers/people.ts'
import type { TableRows } from './types.ts'

export const recruiter_profiles: TableRows = {
  trio: (cast) => cast.recruiter,
  async make({ sql }, _kind, owner) {
    const [company] = await sql`
      insert into public.organizations (owner_id, kind, name) values (${owner.id}, 'company', ${unique('Company')}) returning id
    `
    await sql`
      insert into public.recruiter_profiles (account_id, organization_id, full_name, designation, phone)
      values (${owner.id}, ${company!.id}, 'Before', 'HR Manager', '+919876543210')
    `
    return { account_id: owner.id }
  },
  samples: () => ({ full_name: 'After', designation: 'Head of HR', phone: '+77771234567' }),
}
