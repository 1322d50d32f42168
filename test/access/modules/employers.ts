import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate } from '../declare.ts'

const ofEmployers = 'company_name description website contact_person phone city country logo_path business_id'

export const employers: ModuleAccess = {
  tables: {
    employer_profiles: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'] } },
      insert: { by: ['employer', 'agency'], columns: `account_id ${ofEmployers}` },
      update: ofEmployers,
      policies: ['select_owner', 'insert_owner', 'update_owner'],
    },
  },
  functions: {
    'anon, authenticated': [...both('get_employer(uuid)')],
    nobody: inPrivate('tell_of_verification(uuid,text,text)', 'verify_employer(uuid)', 'reject_employer(uuid,text)'),
  },
}
