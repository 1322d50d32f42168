import type { Context } from '../context.ts'
import { buckets, type Upload, withStored } from '../uploads.ts'

type Name = (typeof kinds)[number]['name']

/** The files of an input: null takes one away, what is not named stays. */
export type CandidateFiles = {
  [Kind in Name]?: Upload | null | undefined
} & { content_types?: { [Kind in Name]?: string | undefined } | undefined }

type Paths = Record<string, string | null>

const kinds = [
  { name: 'resume', bucket: 'resumes', column: 'resume_path' },
  { name: 'video_intro', bucket: 'videos', column: 'video_path' },
  { name: 'profile_image', bucket: 'cards', column: 'picture_path' },
] as const

/** What is taken as each of the files. */
export const acceptedFiles = Object.fromEntries(kinds.map(({ name, bucket }) => [name, buckets[bucket]]))

/** Does what needs the files stored, with the paths that change; where it is refused, none of them stays. */
export async function withFiles<T>(
  context: Context,
  files: CandidateFiles,
  use: (paths: Paths) => Promise<T>,
): Promise<T> {
  // The picture lies where nobody can tell whose it is. Asked before anything is stored: only candidates have a folder.
  const folder = files.profile_image ? await context.rows(context.supabase.rpc('candidate_folder')) : undefined
  const storeFrom = (index: number, paths: Paths): Promise<T> => {
    const kind = kinds[index]
    if (kind === undefined) return use(paths)
    const { name, bucket, column } = kind
    const stored = {
      bucket,
      file: files[name] ?? undefined,
      field: name,
      content_type: files.content_types?.[name],
      folder: bucket === 'cards' ? folder : undefined,
    }
    return withStored(context, stored, (path) => {
      const named = path ?? (files[name] === null ? null : undefined)
      return storeFrom(index + 1, named === undefined ? paths : { ...paths, [column]: named })
    })
  }
  return storeFrom(0, {})
}

const signedSeconds = 60

/** Where private files are read for 60 seconds, each at the place of its path; null for none, and for one that is gone. */
export async function signedUrls(
  { supabase, stored }: Context,
  bucket: 'resumes' | 'videos',
  paths: (string | null)[],
): Promise<(string | null)[]> {
  const asked = paths.filter((path) => path !== null)
  if (asked.length === 0) return paths.map(() => null)
  const signed = await stored(supabase.storage.from(bucket).createSignedUrls(asked, signedSeconds))
  const urls = new Map(signed.map(({ path, error, signedUrl }) => [path, error === null ? signedUrl : null]))
  return paths.map((path) => urls.get(path) ?? null)
}
