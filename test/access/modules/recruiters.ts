import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

export const recruiters: ModuleAccess = {
  tables: {
    recruiter_profiles: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'] } },
      update: 'full_name designation phone',
      policies: ['select_owner', 'update_owner'],
    },
  },
  functions: {
    authenticated: [
      ...both('create_recruiter(text,text,text,text,text,text,uuid)'),
      ...both('update_recruiter(text,text,text,text,text,text,uuid)'),
      ...inPublic('my_recruiter()'),
    ],
    nobody: inPrivate(
      'end_verifications_of_company()',
      'leave_company()',
      'verify_recruiter(uuid,text)',
      'reject_recruiter(uuid,text)',
      'check_recruiter(text,text,text,text,text,text)',
      'lock_own_membership(uuid)',
      'require_company_size(uuid)',
    ),
  },
}
