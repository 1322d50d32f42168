import type { Context, Supabase } from './context.ts'

/** A picture to store. React Native has files as ArrayBuffer; then say what it is with `content_type`. */
export type Picture = Blob | ArrayBuffer | Uint8Array

/** Buckets of pictures that everybody may see by url. */
export type PictureBucket = 'avatars' | 'photos' | 'banners'

const endings: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' }

const largest = 10 * 1024 * 1024

/** Stores a picture in the account's own folder and answers its path. */
export async function storePicture(
  context: Context,
  bucket: PictureBucket,
  file: Picture,
  content_type: string | undefined,
): Promise<string> {
  const isBlob = typeof Blob !== 'undefined' && file instanceof Blob
  const type = content_type ?? (isBlob ? file.type : '')
  const ending = endings[type]
  const size = isBlob ? file.size : (file as ArrayBuffer | Uint8Array | undefined)?.byteLength
  if (size === undefined) throw context.error('validation_failed', { file: ['required'] })
  if (ending === undefined) throw context.error('validation_failed', { file: ['type'] })
  if (size > largest) throw context.error('payload_too_large', { file: ['size'] })

  const path = `${await context.accountId()}/${uniqueName()}.${ending}`
  const storage = context.supabase.storage.from(bucket)
  await context.stored(storage.upload(path, file, { contentType: type, cacheControl: '31536000' }))
  return path
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

/** Stored under a name of its own, so that nothing between keeps an older picture. */
function uniqueName(): string {
  // React Native and pages without https may lack it.
  const uuid = globalThis.crypto?.randomUUID?.()
  return uuid ?? Array.from({ length: 4 }, () => Math.random().toString(36).slice(2, 10)).join('')
}
