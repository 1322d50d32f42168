import type { z } from 'zod'
import type { Locale } from '../errors/messages/index.ts'
import type { role } from '../schemas/fields.ts'

/** What people can be; `admin` is given by admins alone. */
export type Role = z.output<typeof role> | 'admin'

/** Of people who give or do tasks: from the roles client and freelancer. */
export type UserType = 'client' | 'freelancer' | 'both'

/** One's own account. */
export interface Me {
  id: string
  email: string
  /** Always true: an account exists from the moment its address is confirmed. */
  email_verified: boolean
  username: string | null
  first_name: string | null
  last_name: string | null
  full_name: string | null
  /** Path in the bucket `avatars`. */
  avatar_path: string | null
  /** Url of the picture. */
  avatar: string | null
  bio: string | null
  phone: string | null
  city: string | null
  country: string | null
  /** Language of mails. */
  locale: Locale
  /** The first of `roles`; null until one is chosen. */
  role: Role | null
  roles: Role[]
  user_type: UserType | null
  /** Set by an admin. */
  is_verified: boolean
  has_model_profile: boolean
  has_employer_profile: boolean
  has_creator_profile: boolean
  has_freelancer_profile: boolean
  has_client_profile: boolean
  has_candidate_profile: boolean
  has_recruiter_profile: boolean
  /** Of the casting product; `FREE` never ends. */
  subscription: { plan: string; expires_at: string | null }
  /** Counted to 1,000. */
  unread_notifications: number
  created_at: string
}

/** What others see of an account. */
export interface Account {
  id: string
  username: string | null
  first_name: string | null
  last_name: string | null
  full_name: string | null
  avatar: string | null
  bio: string | null
  city: string | null
  country: string | null
  is_verified: boolean
  user_type: UserType | null
  roles: Role[]
  created_at: string
}
