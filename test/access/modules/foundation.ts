import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate } from '../declare.ts'

export const foundation: ModuleAccess = {
  privateTables: [
    'settings',
    'audit_log',
    'idempotency_keys',
    'suspensions',
    'request_log',
    'jobs',
    'object_deletions',
  ],
  functions: {
    // Checks, policies and the pre-request run as whoever asks.
    'anon, authenticated, service_role': inPrivate(
      'raise_error(text,integer,text,jsonb,jsonb)',
      'is_clean_text(text,integer,integer)',
      'are_clean_texts(text[],integer,integer)',
      'is_web_url(text)',
      'are_web_urls(text[],integer)',
      'is_object_path(text,uuid)',
      'account_id()',
      'is_active()',
      'check_request()',
    ),
    service_role: [
      ...both('claim_object_deletions(integer)'),
      ...both('complete_object_deletions(bigint[])'),
      ...both('fail_object_deletions(bigint[],text)'),
    ],
    nobody: inPrivate(
      'hide_estimates(regclass,text[])',
      'touch_updated_at()',
      'setting(text)',
      'refuse_change()',
      'audit(text,text,text,jsonb)',
      'claim_idempotency_key(text,uuid,jsonb)',
      'keep_idempotent_answer(text,uuid,jsonb)',
      'is_active_account(uuid)',
      'suspend_account(uuid,text)',
      'lift_suspension(uuid)',
      'network_of(text)',
      'answer_status(integer)',
      'client_address()',
      'requests_left(text,text,integer)',
      'limit_requests(text,text,integer)',
      'limit_rows()',
      'run_jobs()',
      'forget_old_requests()',
      'forget_old_answers()',
      'queue_object_deletion(text,text)',
      'queue_object_deletions(text,text)',
      'call_drain()',
    ),
  },
}
