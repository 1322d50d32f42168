import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

export const files: ModuleAccess = {
  tables: {
    files: {
      rows: { any: { select: ['owner', 'service'] } },
      policies: ['select_owner'],
    },
    casting_files: {
      rows: { any: { select: ['owner', 'service'], delete: ['owner'] } },
      policies: ['select_owner', 'delete_owner'],
    },
  },
  privateTables: ['file_readers'],
  functions: {
    authenticated: [
      ...both('attach_casting_file(uuid,uuid)'),
      ...both('list_casting_files(uuid)'),
      ...inPublic('list_files(text,integer,text,integer)'),
      ...inPrivate('find_files(text,integer,text,integer)'),
    ],
    'anon, authenticated, service_role': inPrivate('is_shared_file(text,text)'),
    nobody: inPrivate(
      'keep_file_row()',
      'drop_file_row()',
      'keep_used_file()',
      'can_see_casting(uuid)',
      'is_before_blocks(uuid,timestamp with time zone)',
      'reads_casting_file(uuid)',
    ),
  },
  servicePolicies: {
    'storage.objects': ['select_readers'],
  },
}
