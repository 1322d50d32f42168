import { randomUUID } from 'node:crypto'
import type { Db } from '../auth.ts'
import { nilUuid } from '../uuid.ts'
import type { UserRow } from './users.ts'

const logTypes = {
  login: 'account',
  logout: 'account',
  user_signedup: 'team',
  user_invited: 'team',
  user_deleted: 'team',
  token_revoked: 'token',
  token_refreshed: 'token',
  user_modified: 'user',
  user_recovery_requested: 'user',
  user_reauthenticate_requested: 'user',
  user_confirmation_requested: 'user',
  user_repeated_signup: 'user',
  user_updated_password: 'user',
}

/** One line in auth.audit_log_entries; an admin is named by the role of its token. */
export async function audit(
  tx: Db,
  actor: UserRow | string,
  action: keyof typeof logTypes,
  traits?: Record<string, unknown>,
): Promise<void> {
  const isAdmin = typeof actor === 'string'
  const name = isAdmin ? undefined : actor.raw_user_meta_data.full_name
  const payload = {
    action,
    actor_id: isAdmin ? nilUuid : actor.id,
    actor_username: isAdmin ? actor : actor.phone || actor.email || '',
    actor_via_sso: isAdmin ? false : actor.is_sso_user,
    log_type: logTypes[action],
    ...(name !== undefined && { actor_name: name }),
    ...(traits && { traits }),
  }
  await tx`
    insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
    values (${nilUuid}, ${randomUUID()}, ${tx.json(payload as never)}, ${new Date()}, '')`
}

export function traitsOf(user: UserRow) {
  return { user_id: user.id, user_email: user.email ?? '', user_phone: user.phone ?? '' }
}
