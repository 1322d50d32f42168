import type { Supabase } from '../context.ts'
import { photoOf, thumbnailUrl } from '../photos/photo.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card } from '../rows.ts'
import type { Model, ModelCard } from './types.ts'

export type ModelCardRow = Card<
  'model_card',
  'height' | 'city' | 'country' | 'experience' | 'main_photo_path' | 'promoted_until' | 'rating'
>

export type ModelRow = Card<
  'model_details',
  | 'bio'
  | 'height'
  | 'weight'
  | 'bust'
  | 'waist'
  | 'hips'
  | 'shoe_size'
  | 'clothing_size'
  | 'hair_color'
  | 'eye_color'
  | 'skin_tone'
  | 'city'
  | 'country'
  | 'experience'
  | 'hourly_rate'
  | 'day_rate'
  | 'promoted_until'
  | 'rating'
>

/** A row of a list with the urls of the main photo. */
export function modelCardOf(supabase: Supabase, row: ModelCardRow): ModelCard {
  const { total: _total, cursor: _cursor, ...card } = row
  return {
    ...card,
    gender: card.gender as ModelCard['gender'],
    experience: card.experience as ModelCard['experience'],
    main_photo: pictureUrl(supabase, 'photos', card.main_photo_path),
    main_photo_thumbnail: thumbnailUrl(supabase, card.main_photo_path),
  }
}

/** The flat row of the database as people read a profile: measurements in one piece, photos with their urls. */
export function modelOf(supabase: Supabase, row: ModelRow): Model {
  const { bust, waist, hips, ...model } = row
  const photos = row.photos.map((photo) => photoOf(supabase, photo))
  const main = photos.find(({ is_main }) => is_main)
  return {
    ...model,
    gender: model.gender as Model['gender'],
    experience: model.experience as Model['experience'],
    visibility: model.visibility as Model['visibility'],
    agencies: model.agencies as Model['agencies'],
    measurements: { bust, waist, hips },
    photos,
    main_photo: main?.url ?? null,
    main_photo_thumbnail: main?.thumbnail_url ?? null,
  }
}
