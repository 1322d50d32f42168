import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate } from '../declare.ts'

export const candidates: ModuleAccess = {
  privateTables: ['candidate_cards', 'candidates', 'candidate_educations', 'candidate_experiences', 'candidate_gaps'],
  functions: {
    authenticated: [
      ...both('my_candidate()'),
      ...both('candidate_folder()'),
      ...both('create_candidate(jsonb,boolean)'),
      ...both('save_candidate_step(integer,jsonb)'),
      ...both('update_candidate(jsonb)'),
      ...both('submit_candidate(boolean)'),
      ...both('set_candidate_availability(boolean)'),
    ],
    nobody: inPrivate(
      'add_candidate()',
      'forget_card()',
      'mask_name(text)',
      'mask_phone(text)',
      'mask_email(text)',
      'holds_contact(text)',
      'missing_candidate_fields(uuid)',
      'sync_candidate_card(uuid)',
      'sync_candidate_of_row()',
      'clear_candidate_file()',
      'sync_candidates()',
      'approve_candidate(uuid)',
      'reject_candidate(uuid,text)',
      'is_stored(text,text)',
      'candidate_rows_problem(private.candidate_fields)',
      'candidate_problems(private.candidate_fields,uuid,uuid)',
      'check_fields(regclass,jsonb)',
      'candidate_fields_of(jsonb)',
      'word_key(text)',
      'distinct_words(text[])',
      'lock_own_candidate()',
      'candidate_history(uuid)',
      'write_candidate(private.candidates,jsonb)',
      'declare_candidate(private.candidates)',
      'require_declaration(boolean)',
    ),
  },
}
