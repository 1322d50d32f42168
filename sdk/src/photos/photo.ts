import type { Supabase } from '../context.ts'
import { pictureUrl } from '../pictures.ts'
import type { Row } from '../rows.ts'

export interface Photo {
  id: string
  account_id: string
  url: string
  /** Of at most 400 pixels in both directions. */
  thumbnail_url: string
  is_main: boolean
  /** Order in the profile, from 0. */
  position: number
  created_at: string
}

const thumbnailPixels = 400

export function photoOf(supabase: Supabase, { path, ...photo }: Row<'photos'>): Photo {
  return { ...photo, url: pictureUrl(supabase, 'photos', path), thumbnail_url: thumbnailUrl(supabase, path) }
}

export function thumbnailUrl(supabase: Supabase, path: string): string
export function thumbnailUrl(supabase: Supabase, path: string | null): string | null
export function thumbnailUrl(supabase: Supabase, path: string | null): string | null {
  return pictureUrl(supabase, 'photos', path, thumbnailPixels)
}
