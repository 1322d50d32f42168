import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate } from '../declare.ts'

const ofEmployers = 'company_name description website contact_person phone city country logo_path'
const ofModels = 'name birth_date gender height city country bio'

export const profiles: ModuleAccess = {
  tables: {
    employer_profiles: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'] } },
      insert: { by: ['employer', 'agency'], columns: `account_id ${ofEmployers}` },
      update: ofEmployers,
      policies: ['select_owner', 'insert_owner', 'update_owner'],
    },
    model_profiles: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'] } },
      insert: { by: ['model'], columns: `account_id ${ofModels}` },
      update: ofModels,
      policies: ['select_owner', 'insert_owner', 'update_owner'],
    },
    photos: {
      rows: { any: { select: ['owner', 'service'], delete: ['owner'] } },
      policies: ['select_owner', 'delete_owner'],
    },
  },
  functions: {
    'anon, authenticated': [...both('get_employer(uuid)'), ...both('list_photos(uuid)')],
    authenticated: [...both('set_main_photo(uuid)'), ...both('reorder_photos(uuid[])')],
    nobody: inPrivate(
      'age(date)',
      'check_birth_date()',
      'lock_photos(uuid)',
      'lock_own_photos()',
      'add_photo()',
      'move_photo()',
      'remove_photo()',
      'forget_photo()',
    ),
  },
  servicePolicies: {
    'storage.objects': ['photos_within_plan'],
  },
}
