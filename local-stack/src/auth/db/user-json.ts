import type { IdentityRow } from './identities.ts'
import type { UserRow } from './users.ts'

/** A user as clients, hooks and admins see it; what is not set is left out. */
export function userJson(user: UserRow, identities: IdentityRow[] | null) {
  return {
    id: user.id,
    aud: user.aud,
    role: user.role,
    email: user.email ?? '',
    email_confirmed_at: set(user.email_confirmed_at),
    invited_at: set(user.invited_at),
    phone: user.phone ?? '',
    phone_confirmed_at: set(user.phone_confirmed_at),
    confirmation_sent_at: set(user.confirmation_sent_at),
    confirmed_at: set(user.confirmed_at),
    recovery_sent_at: set(user.recovery_sent_at),
    new_email: set(user.email_change),
    email_change_sent_at: set(user.email_change_sent_at),
    new_phone: set(user.phone_change),
    phone_change_sent_at: set(user.phone_change_sent_at),
    reauthentication_sent_at: set(user.reauthentication_sent_at),
    last_sign_in_at: set(user.last_sign_in_at),
    app_metadata: user.raw_app_meta_data,
    user_metadata: user.raw_user_meta_data,
    identities: identities?.map(identityJson) ?? null,
    created_at: moment(user.created_at),
    updated_at: moment(user.updated_at),
    banned_until: set(user.banned_until),
    deleted_at: set(user.deleted_at),
    is_anonymous: user.is_anonymous,
  }
}

function identityJson(identity: IdentityRow) {
  return {
    identity_id: identity.id,
    id: identity.provider_id,
    user_id: identity.user_id,
    identity_data: identity.identity_data,
    provider: identity.provider,
    last_sign_in_at: set(identity.last_sign_in_at),
    created_at: identity.created_at,
    updated_at: identity.updated_at,
    email: identity.email ?? undefined,
  }
}

function set(value: Date | string | null): string | undefined {
  if (value === null || value === '') return undefined
  return typeof value === 'string' ? value : moment(value)
}

// Go writes the zero time of a user that is not stored yet without fractions.
function moment(time: Date | null): string {
  return (time ?? new Date('0001-01-01T00:00:00Z')).toISOString().replace('.000Z', 'Z')
}
