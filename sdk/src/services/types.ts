import type { Supabase } from '../context.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card } from '../rows.ts'

/** What costs extra; `price` in minor units of the service's currency. */
export type ServiceOption = Card<'service_option', 'description'>

export type ServiceRow = Omit<
  Card<'service_card', 'creator_username' | 'creator_name' | 'creator_avatar_path' | 'rating'>,
  'options'
> & { options: ServiceOption[] }

/** What a creator sells. `price` and `modifications_price` are minor units of `currency`. */
export interface Service
  extends Omit<
    ServiceRow,
    'owner_id' | 'creator_username' | 'creator_name' | 'creator_avatar_path' | 'total' | 'cursor'
  > {
  creator: { id: string; username: string | null; full_name: string | null; avatar: string | null }
}

export function serviceOf(supabase: Supabase, row: ServiceRow): Service {
  const { owner_id, creator_username, creator_name, creator_avatar_path, ...rest } = row
  const { total: _total, cursor: _cursor, ...service } = rest
  return {
    ...service,
    creator: {
      id: owner_id,
      username: creator_username,
      full_name: creator_name,
      avatar: pictureUrl(supabase, 'avatars', creator_avatar_path),
    },
  }
}
