import type { ModuleAccess } from '../../access.ts'
import { inPrivate, inPublic } from '../declare.ts'

const everyone = ['anon', 'stranger', 'service']
const members = ['stranger', 'service']

/** Whoever has an account, also without a role. */
const anybody = ['model', 'employer', 'agency', 'candidate', 'recruiter', 'client', 'freelancer', 'creator', 'none']

export const catalog: ModuleAccess = {
  tables: {
    categories: { rows: { any: { select: everyone } }, policies: ['select_everyone'] },
    skills: { rows: { any: { select: everyone } }, policies: ['select_everyone'] },
    reference_options: { rows: { any: { select: members } }, policies: ['select_authenticated'] },
    countries: { rows: { any: { select: members } }, policies: ['select_authenticated'] },
    states: { rows: { any: { select: members } }, policies: ['select_authenticated'] },
    cities: { rows: { any: { select: members } }, policies: ['select_authenticated'] },
    catalog_proposals: {
      rows: { any: { select: ['owner', 'service'] } },
      insert: { by: anybody, columns: 'account_id type name parent note' },
      policies: ['select_owner', 'insert_owner'],
    },
  },
  functions: {
    'anon, authenticated': [
      ...inPublic('list_skills(text,integer,text,integer)'),
      ...inPrivate('find_skills(text,integer,text,integer)'),
    ],
    authenticated: [
      ...inPublic('list_proposals(integer,text,integer)'),
      ...inPrivate('find_proposals(integer,text,integer)'),
    ],
    nobody: inPrivate(
      'check_category()',
      'slug_of(text)',
      'check_proposal()',
      'decide_proposal(uuid,text,text)',
      'approve_proposal(uuid,text)',
      'reject_proposal(uuid,text)',
    ),
  },
}
