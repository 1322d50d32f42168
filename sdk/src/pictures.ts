import type { Context, Supabase } from './context.ts'
import { pictures, type Upload, withStored } from './uploads.ts'

/** A picture to store. React Native has files as ArrayBuffer; then say what it is with `content_type`. */
export type Picture = Upload

/** Buckets of pictures that everybody may see by url. */
export type PictureBucket = 'avatars' | 'photos' | 'banners' | 'portfolio' | 'cards'

/** Stores a picture in the account's own folder for what is done with its path, and takes it back when that is refused. */
export function withPicture<T>(
  context: Context,
  bucket: PictureBucket,
  file: Picture,
  content_type: string | undefined,
  use: (path: string) => Promise<T>,
): Promise<T> {
  // Plain JavaScript may hand over nothing at all.
  return withStored(context, { bucket, file, content_type, accepted: pictures }, async (path) => {
    if (path === undefined) throw context.error('validation_failed', { file: ['required'] })
    return use(path)
  })
}

/** Where a picture is shown; null for none. `width` is of a smaller version: at most so many pixels in both directions. */
export function pictureUrl(supabase: Supabase, bucket: PictureBucket, path: string, width?: number): string
export function pictureUrl(
  supabase: Supabase,
  bucket: PictureBucket,
  path: string | null,
  width?: number,
): string | null
export function pictureUrl(
  supabase: Supabase,
  bucket: PictureBucket,
  path: string | null,
  width?: number,
): string | null {
  if (path === null) return null
  const options = width === undefined ? {} : { transform: { width, height: width, resize: 'contain' as const } }
  return supabase.storage.from(bucket).getPublicUrl(path, options).data.publicUrl
}
