import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

const columns =
  'title description category city country address shoot_date duration_days response_deadline pay_type pay_min pay_max ' +
  'currency gender min_age max_age min_height max_height experience languages appearance models_needed is_urgent tags ' +
  'cover_path'

export const castings: ModuleAccess = {
  tables: {
    castings: {
      rows: {
        draft: { select: ['owner', 'service'], update: ['owner'] },
        active: { select: ['owner', 'stranger', 'responder', 'service'], update: ['owner'] },
        'completed, without the responder': { select: ['owner', 'service'] },
        'completed, with a response': { select: ['owner', 'responder', 'service'] },
      },
      insert: { by: ['employer', 'agency'], columns: `owner_id ${columns}` },
      update: columns,
      policies: ['select_authenticated', 'insert_owner', 'update_owner'],
    },
    casting_responses: {
      rows: { any: { select: ['owner', 'casting owner', 'service'] } },
      policies: ['select_parties'],
    },
  },
  privateTables: ['casting_transitions', 'casting_response_transitions'],
  functions: {
    'anon, authenticated': [
      ...inPublic(
        'list_castings(text,text,text,text,integer,integer,text,uuid,integer,text,integer)',
        'get_casting(uuid)',
      ),
      ...inPrivate('find_castings(uuid,uuid,text,text,text,text,integer,integer,text,integer,text,integer)'),
    ],
    authenticated: [
      ...inPublic('list_my_castings(text,integer,text,integer)'),
      ...both('set_casting_status(uuid,text)'),
      ...both('delete_casting(uuid)'),
      ...inPrivate('own_casting_ids()', 'responded_casting_ids()'),
    ],
    nobody: inPrivate(
      'is_open(uuid,text,integer,integer,timestamp with time zone)',
      'count_responses()',
      'lock_own_casting(uuid)',
      'tell_responders(uuid,text)',
      'tell_of_deletion()',
      'remind_of_castings()',
      'remind_again()',
    ),
  },
}
