import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

export const moderation: ModuleAccess = {
  tables: {
    blocks: {
      rows: { any: { select: ['owner', 'service'], delete: ['owner'] } },
      policies: ['select_owner', 'delete_owner'],
    },
    reports: {
      rows: { any: { select: ['owner', 'service'] } },
      policies: ['select_owner'],
    },
  },
  privateTables: ['entity_types'],
  functions: {
    authenticated: [
      ...both('block_account(uuid)'),
      ...both('create_report(text,uuid,text,text)'),
      ...inPublic('list_blocks(integer,text,integer)', 'list_reports(integer,text,integer)'),
      ...inPrivate('blocked_ids()', 'find_blocks(integer,text,integer)', 'find_reports(integer,text,integer)'),
    ],
    nobody: inPrivate(
      'is_blocked(uuid,uuid)',
      'blocker_ids()',
      'owner_of_entity(text,uuid)',
      'look_up_accounts(uuid[])',
      'decide_report(uuid,text,text)',
      'forget_words()',
    ),
  },
}
