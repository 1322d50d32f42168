import type { Supabase } from '../context.ts'
import { pictureUrl } from '../pictures.ts'

/** Whose profile it is, as everybody who sees it may. */
export interface Person {
  id: string
  username: string | null
  full_name: string | null
  /** Url of the picture. */
  avatar: string | null
  bio: string | null
  city: string | null
  country: string | null
}

interface PersonRow {
  account_id: string
  username: string | null
  full_name: string | null
  avatar_path: string | null
  bio: string | null
  city: string | null
  country: string | null
}

/** Columns of a person that can be null in the database's profile cards. */
export type EmptyOfPerson = Exclude<keyof PersonRow, 'account_id'>

/** A profile's card with the person in one piece. */
export function withUser<Row extends PersonRow>(
  supabase: Supabase,
  row: Row,
): Omit<Row, EmptyOfPerson> & { user: Person } {
  const { username, full_name, avatar_path, bio, city, country, ...profile } = row
  const avatar = pictureUrl(supabase, 'avatars', avatar_path)
  return { ...profile, user: { id: row.account_id, username, full_name, avatar, bio, city, country } }
}
