import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

export const savedSearches: ModuleAccess = {
  tables: {
    saved_searches: {
      rows: { any: { select: ['owner', 'service'], delete: ['owner'] } },
      policies: ['select_owner', 'delete_owner'],
    },
  },
  privateTables: ['saved_search_queue', 'saved_search_entities', 'saved_search_runs', 'saved_search_matches'],
  functions: {
    authenticated: [
      ...both('create_saved_search(text,text,jsonb,text)'),
      ...both('update_saved_search(uuid,text,jsonb,text)'),
      ...inPublic('list_saved_searches(text,integer,text,integer)'),
      ...inPrivate('find_saved_searches(text,integer,text,integer)'),
    ],
    nobody: inPrivate(
      'find_among(text,jsonb,uuid[])',
      'saved_filters_of(text,jsonb)',
      'check_saved_search(text,text,text)',
      'refuse_same_search(saved_searches)',
      'queue_for_searches()',
      'forget_for_searches()',
      'search_state(text,uuid)',
      'claim_news(text)',
      'matches_of(saved_searches,uuid[])',
      'has_heard_of_casting(uuid,uuid)',
      'tell_of_match(saved_searches,uuid)',
      'tell_searcher(uuid,private.saved_search_runs)',
      'match_news(text,timestamp with time zone)',
      'match_saved_searches()',
      'send_search_digest(saved_searches,timestamp with time zone)',
      'send_search_digests()',
    ),
  },
}
