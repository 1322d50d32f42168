import type { Session } from '@supabase/supabase-js'
import type { Me, Role, UserType } from '../accounts/types.ts'

/** Who signed up; an account it becomes when the email address is confirmed. */
export interface NewUser {
  id: string
  email: string
  username: string | null
  first_name: string | null
  last_name: string | null
  /** The first of `roles`; null until one is chosen. */
  role: Role | null
  roles: Role[]
  user_type: UserType | null
  /** False where addresses have to be confirmed. */
  email_verified: boolean
}

export interface SignUp {
  user: NewUser
  /** Null where addresses have to be confirmed. */
  session: Session | null
}

/** A session of Supabase Auth: access_token (15 minutes), refresh_token, expires_in (seconds), expires_at. */
export interface SignIn {
  user: Me
  session: Session
}
