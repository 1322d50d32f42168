import type { Context } from '../context.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card } from '../rows.ts'
import type { Me } from './types.ts'

type MeRow = Card<
  'me',
  | 'username'
  | 'first_name'
  | 'last_name'
  | 'full_name'
  | 'avatar_path'
  | 'bio'
  | 'phone'
  | 'city'
  | 'country'
  | 'role'
  | 'user_type'
  | 'plan_expires_at'
>

export async function getMe(context: Context): Promise<Me> {
  const row = (await context.rows(context.supabase.rpc('me').single())) as MeRow
  const { plan, plan_expires_at, ...account } = row
  return {
    ...account,
    avatar: pictureUrl(context.supabase, 'avatars', account.avatar_path),
    locale: account.locale as Me['locale'],
    role: account.role as Me['role'],
    roles: account.roles as Me['roles'],
    user_type: account.user_type as Me['user_type'],
    subscription: { plan, expires_at: plan_expires_at },
  }
}
