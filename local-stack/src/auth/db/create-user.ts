import type { Db } from '../auth.ts'
import { nilUuid } from '../uuid.ts'
import { type UserRow, updateUser } from './users.ts'

/** Inserts the user and then sets its role, in two statements as the real service does: triggers see both. */
export async function insertUser(tx: Db, user: UserRow, role = 'authenticated'): Promise<UserRow> {
  const now = new Date()
  await tx`
    insert into auth.users (
      instance_id, id, aud, role, email, encrypted_password, email_change, phone_change, phone_change_token,
      confirmation_token, recovery_token, email_change_token_current, email_change_token_new,
      email_change_confirm_status, reauthentication_token, raw_app_meta_data, raw_user_meta_data,
      is_sso_user, is_anonymous, created_at, updated_at
    ) values (
      ${nilUuid}, ${user.id}, ${user.aud}, ${user.role}, ${user.email}, ${user.encrypted_password}, '', '', '',
      '', '', '', '', 0, '', ${tx.json(user.raw_app_meta_data as never)}, ${tx.json(user.raw_user_meta_data as never)},
      false, false, ${now}, ${now}
    )`
  return updateUser(tx, user.id, { role })
}
