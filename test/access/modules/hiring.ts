import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

/** Whoever has an organization has its pipeline, whatever else they are. */
const managers = ['model', 'employer', 'agency', 'candidate', 'recruiter', 'client', 'freelancer', 'creator', 'none']

export const hiring: ModuleAccess = {
  tables: {
    candidate_notes: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'], delete: ['owner'] } },
      insert: { by: ['recruiter'], columns: 'account_id candidate_id note_text' },
      update: 'note_text',
      policies: ['select_owner', 'insert_owner', 'update_owner', 'delete_owner'],
    },
    candidate_follow_ups: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'], delete: ['owner'] } },
      insert: { by: ['recruiter'], columns: 'account_id candidate_id due_at notes is_completed' },
      update: 'due_at notes is_completed',
      policies: ['select_owner', 'insert_owner', 'update_owner', 'delete_owner'],
    },
    pipeline_stages: {
      rows: {
        any: {
          select: ['owner', 'member', 'admin', 'service'],
          update: ['owner', 'admin'],
          delete: ['owner', 'admin'],
        },
      },
      insert: { by: managers, columns: 'organization_id name position' },
      update: 'name position',
      policies: ['select_members', 'insert_managers', 'update_managers', 'delete_managers'],
    },
  },
  privateTables: ['candidate_unlocks', 'candidate_search', 'candidate_terms', 'pipeline_candidates', 'pipeline_moves'],
  functions: {
    authenticated: [
      ...both('get_candidates(uuid[])'),
      'public.get_candidate(uuid)',
      ...both('search_candidates(jsonb,text,integer,text,integer)'),
      ...both('candidate_facets(jsonb)'),
      ...both('candidate_categories(text)'),
      ...both('candidate_options()'),
      ...both('unlock_candidates(uuid[],uuid)'),
      ...both('get_unlocked_names(uuid[])'),
      ...both('add_to_pipeline(uuid,uuid,text)'),
      ...both('move_in_pipeline(uuid,uuid,text)'),
      ...both('remove_from_pipeline(uuid)'),
      ...inPublic(
        'list_candidate_options(text,text,integer,text,integer)',
        'unlock_candidate(uuid,uuid)',
        'list_unlocked_candidates(integer,text,integer)',
        'list_follow_ups(boolean,integer,text,integer)',
        'list_pipeline(uuid,integer,text,integer)',
        'list_pipeline_moves(uuid,integer,text,integer)',
      ),
      ...inPrivate(
        'has_unlocked(uuid)',
        'find_candidate_options(text,text,integer,text,integer)',
        'find_unlocked_candidates(integer,text,integer)',
        'find_follow_ups(boolean,integer,text,integer)',
        'find_pipeline(uuid,uuid,integer,text,integer)',
        'find_pipeline_moves(uuid,integer,text,integer)',
      ),
    ],
    nobody: inPrivate(
      'require_verified_recruiter()',
      'unlock_of(uuid,recruiter_profiles)',
      'blocked_card_ids()',
      'unlock_sources(uuid)',
      'unlock_cost(uuid)',
      'is_unlocked_file(uuid)',
      'card_terms(private.candidate_cards)',
      'index_candidate()',
      'category_paths()',
      'candidate_keys(text,text,text,uuid[],integer)',
      'search_query(text)',
      'candidate_filters_of(jsonb)',
      'candidate_conditions(private.candidate_filters)',
      'candidate_card(private.candidate_cards,timestamp with time zone,bigint,bigint,text)',
      'candidate_detail(uuid,recruiter_profiles)',
      'match_candidates(text)',
      'count_candidates(text)',
      'lock_recruiter(uuid)',
      'raise_unpaid(jsonb)',
      'pay_unlocks(recruiter_profiles,uuid[])',
      'refund_unlock(uuid,text)',
      'check_follow_up()',
      'remind_of_follow_ups()',
      'lock_stages()',
      'make_room_for_stage()',
      'place_stage()',
      'add_stages()',
      'stage_of(uuid,uuid)',
      'check_move_note(text)',
      'lock_pipeline_candidate(uuid,recruiter_profiles)',
      'hidden_card_ids(recruiter_profiles)',
    ),
  },
}
