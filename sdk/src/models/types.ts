import type { z } from 'zod'
import type { Photo } from '../photos/photo.ts'
import type { Row } from '../rows.ts'
import type { experience, gender } from '../schemas/fields.ts'
import type { visibility } from './schemas.ts'

/** What lists and details of models have in common. */
interface ModelBase {
  /** Of the profile; opens it also where it is by link only. */
  id: string
  account_id: string
  name: string
  age: number
  gender: z.output<typeof gender>
  /** Centimetres. */
  height: number | null
  city: string | null
  country: string | null
  /** Slugs of categories of the kind casting. */
  categories: string[]
  experience: z.output<typeof experience> | null
  languages: string[]
  can_travel: boolean
  /** Url of the main photo. */
  main_photo: string | null
  /** Url of the main photo at 400 pixels at most in both directions. */
  main_photo_thumbnail: string | null
  is_promoted: boolean
  /** End of the promotion that is running. */
  promoted_until: string | null
  /** 1-5; null before the first review. */
  rating: number | null
  reviews_count: number
  created_at: string
}

/** A model as lists answer it. */
export interface ModelCard extends ModelBase {
  /** Path in the bucket `photos`. */
  main_photo_path: string | null
}

/** A model's profile as everybody reads it who may see it. */
export interface Model extends ModelBase {
  bio: string | null
  /** Kilograms. */
  weight: number | null
  /** Centimetres. */
  measurements: { bust: number | null; waist: number | null; hips: number | null }
  /** European. */
  shoe_size: number | null
  clothing_size: string | null
  hair_color: string | null
  eye_color: string | null
  skin_tone: string | null
  travel_cities: string[]
  /** Minor units of `currency`. */
  hourly_rate: number | null
  /** Minor units of `currency`. */
  day_rate: number | null
  currency: string
  accepts_barter: boolean
  visibility: z.output<typeof visibility>
  /** In order. */
  photos: Photo[]
  /** The latest first, at most 100. */
  work_experiences: WorkExperience[]
  /** Who represents the model now. */
  agencies: { id: string; name: string }[]
  /** 0-100: how much of the profile is filled in. */
  completeness: number
  /** Whether one has saved it. */
  is_saved: boolean
  updated_at: string
}

/** One's own profile, or one of a model that one's agency represents. */
export interface ModelProfile extends Model {
  /** ISO 8601 without a time. Others see the age alone. */
  birth_date: string
}

/** Where a model has worked; end_date null: still there. */
export type WorkExperience = Row<'model_work_experiences'>
