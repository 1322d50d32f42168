import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

export const accounts: ModuleAccess = {
  tables: {
    accounts: {
      rows: {
        listed: { select: ['owner', 'stranger', 'service'], update: ['owner'] },
        'of a candidate alone': { select: ['owner', 'service'], update: ['owner'] },
      },
      update: 'first_name last_name avatar_path bio city country',
      policies: ['select_authenticated', 'update_owner'],
    },
    account_details: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'] } },
      update: 'phone locale',
      policies: ['select_owner', 'update_owner'],
    },
    account_roles: {
      rows: { any: { select: ['owner', 'service'] } },
      policies: ['select_owner'],
    },
    devices: {
      rows: { any: { select: ['owner', 'service'], delete: ['owner'] } },
      policies: ['select_owner', 'delete_owner'],
    },
  },
  functions: {
    'anon, authenticated': [...both('check_username(text)'), ...both('check_email(text)')],
    authenticated: [
      ...both('add_role(text)'),
      ...both('set_username(text)'),
      ...both('delete_account(text)'),
      ...both('register_device(text,text)'),
      ...inPublic(
        'update_account(text,text,text,text,text,text,text,text)',
        'list_accounts(text,text,text,integer,text,integer)',
        'get_account(text)',
      ),
      ...inPrivate('find_accounts(text,text,text,text,integer,text,integer)'),
    ],
    service_role: both('email_for_sign_in(text,text)'),
    'anon, authenticated, service_role': inPrivate('has_role(text[])'),
    supabase_auth_admin: inPrivate('before_user_created(jsonb)'),
    nobody: inPrivate(
      'lock_accounts(uuid[])',
      'lock_profile(uuid,text)',
      'require_role(text[])',
      'user_type(text[])',
      'list_account()',
      'wanted_roles(jsonb)',
      'checked(text,boolean)',
      'create_account()',
      'distrust_sign_up()',
      'end_verification()',
      'forget_files()',
      'leave_one_by_one()',
      'page_size(integer,integer,integer)',
      'skipped(integer)',
      'cursor_of(timestamp with time zone,uuid)',
      'cursor_at(text)',
      'number_cursor_of(bigint,uuid)',
      'number_cursor_at(text)',
      'text_cursor_of(text,uuid)',
      'text_cursor_at(text)',
      'like_pattern(text)',
    ),
  },
}
