import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

const columns =
  'organization_id title description category city country address shoot_date duration_days response_deadline pay_type pay_min pay_max ' +
  'currency gender min_age max_age min_height max_height experience languages appearance models_needed is_urgent tags ' +
  'cover_path'

export const castings: ModuleAccess = {
  tables: {
    castings: {
      rows: {
        draft: { select: ['owner', 'service'], update: ['owner'] },
        active: { select: ['owner', 'stranger', 'responder', 'agency', 'saver', 'service'], update: ['owner'] },
        'completed, without the responder': { select: ['owner', 'service'] },
        'completed, with a response': { select: ['owner', 'responder', 'agency', 'service'] },
        'completed, saved': { select: ['owner', 'saver', 'service'] },
      },
      insert: { by: ['employer', 'agency'], columns: `owner_id ${columns}` },
      update: columns,
      policies: ['select_authenticated', 'insert_owner', 'update_owner'],
    },
    casting_responses: {
      rows: { any: { select: ['owner', 'casting owner', 'agency', 'service'] } },
      policies: ['select_parties'],
    },
  },
  privateTables: ['casting_transitions', 'casting_response_transitions', 'profile_reminders', 'casting_announcements'],
  functions: {
    'anon, authenticated': [
      ...inPublic(
        'list_castings(text,text,text,text,integer,integer,text,uuid,uuid,boolean,integer,text,integer)',
        'get_casting(uuid)',
        'get_castings(uuid[])',
      ),
      ...inPrivate(
        'find_castings(uuid[],uuid,uuid,text,text,text,text,integer,integer,text,boolean,integer,text,integer)',
      ),
    ],
    authenticated: [
      ...both('set_casting_status(uuid,text)'),
      ...both('delete_casting(uuid)'),
      ...inPublic('list_my_castings(text,integer,text,integer)'),
      ...inPrivate('kept_casting_ids()', 'own_casting_ids()'),
    ],
    nobody: inPrivate(
      'leave_castings()',
      'look_up_castings(uuid[])',
      'check_casting_organization()',
      'count_responses()',
      'lock_own_casting(uuid)',
      'lock_castings_of_account()',
      'tell_responders(uuid,text)',
      'tell_of_deletion()',
      'is_open(uuid,text,integer,integer,timestamp with time zone)',
      'remind_of_castings()',
      'remind_again()',
      'announce_castings()',
      'skip_announcement()',
      'has_finished_profile(uuid,text)',
      'remind_of_profiles()',
    ),
  },
}
