import type { Context } from '../context.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { buckets, checkFile, type Upload, withStored } from '../uploads.ts'

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

/** Does what needs the files stored, with the paths that change; where it is refused, none of them stays. */
export async function withFiles<T>(
  context: Context,
  files: CandidateFiles,
  use: (paths: Paths) => Promise<T>,
): Promise<T> {
  checkFiles(context, files)
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

/** Names every file that is of another type or too large, before any is stored. */
function checkFiles(context: Context, files: CandidateFiles): void {
  const errors = kinds.flatMap(({ name, bucket }) => {
    const file = files[name]
    if (file === undefined || file === null) return []
    try {
      checkFile(context, file, files.content_types?.[name], buckets[bucket])
      return []
    } catch (error) {
      if (!(error instanceof TalentbaseError)) throw error
      return [{ code: error.code, fields: { [name]: error.fields?.file ?? [] } }]
    }
  })
  const [first] = errors
  if (first !== undefined) throw context.error(first.code, Object.assign({}, ...errors.map(({ fields }) => fields)))
}
