import type { z } from 'zod'
import type { experience } from '../schemas/fields.ts'
import type { castingStatus, payType } from './schemas.ts'

/** draft → active or cancelled; active → completed or cancelled. */
export type CastingStatus = z.output<typeof castingStatus>

/** Whom a casting looks for; null asks for nothing. */
export interface CastingRequirements {
  gender: 'male' | 'female' | 'other' | null
  min_age: number | null
  max_age: number | null
  /** Centimetres. */
  min_height: number | null
  /** Centimetres. */
  max_height: number | null
  experience: z.output<typeof experience> | null
  languages: string[]
  appearance: string | null
}

export interface Casting {
  id: string
  creator: { id: string; company_name: string | null; avatar: string | null }
  /** In whose name it is; null for the creator's own. */
  organization: { id: string; name: string } | null
  title: string
  description: string
  category: string
  city: string | null
  country: string | null
  address: string | null
  shoot_date: string | null
  duration_days: number | null
  response_deadline: string | null
  pay_type: z.output<typeof payType>
  /** Minor units of `currency`. */
  pay_min: number | null
  /** Minor units of `currency`. */
  pay_max: number | null
  currency: string
  requirements: CastingRequirements
  /** Null: no limit. */
  models_needed: number | null
  is_urgent: boolean
  tags: string[]
  /** Path in the bucket `banners`. */
  cover_path: string | null
  /** Url of the picture. */
  cover: string | null
  status: CastingStatus
  /** Whether it takes responses now. */
  is_open: boolean
  responses_count: number
  accepted_count: number
  /** Of one's own response, when there is one. */
  my_response_status: string | null
  /** Whether one has saved it. */
  is_saved: boolean
  is_promoted: boolean
  published_at: string | null
  created_at: string
  updated_at: string
}
