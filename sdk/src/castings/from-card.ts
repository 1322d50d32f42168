import type { Supabase } from '../context.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card } from '../rows.ts'
import type { Casting, CastingRequirements } from './types.ts'

export type CastingRow = Card<
  'casting_card',
  | 'company_name'
  | 'logo_path'
  | 'organization_id'
  | 'organization_name'
  | 'city'
  | 'country'
  | 'address'
  | 'shoot_date'
  | 'duration_days'
  | 'response_deadline'
  | 'pay_min'
  | 'pay_max'
  | 'gender'
  | 'min_age'
  | 'max_age'
  | 'min_height'
  | 'max_height'
  | 'experience'
  | 'appearance'
  | 'models_needed'
  | 'cover_path'
  | 'my_response_status'
  | 'published_at'
>

/** The flat row of the database as people read a casting: creator and requirements in one piece each. */
export function castingOf(supabase: Supabase, row: CastingRow): Casting {
  const { gender, min_age, max_age, min_height, max_height, experience, languages, appearance, ...rest } = row
  const { owner_id, company_name, logo_path, organization_id, organization_name, ...described } = rest
  const { total: _total, cursor: _cursor, ...casting } = described
  return {
    ...casting,
    creator: { id: owner_id, company_name, avatar: pictureUrl(supabase, 'avatars', logo_path) },
    organization:
      organization_id === null || organization_name === null ? null : { id: organization_id, name: organization_name },
    requirements: {
      gender: gender as CastingRequirements['gender'],
      min_age,
      max_age,
      min_height,
      max_height,
      experience: experience as CastingRequirements['experience'],
      languages,
      appearance,
    },
    pay_type: casting.pay_type as Casting['pay_type'],
    status: casting.status as Casting['status'],
    cover: pictureUrl(supabase, 'banners', casting.cover_path),
  }
}
