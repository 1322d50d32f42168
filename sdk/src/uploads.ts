import { z } from 'zod'
import type { Context } from './context.ts'
import { renameFields } from './errors/rename-fields.ts'
import { TalentbaseError } from './errors/talentbase-error.ts'
import { newId } from './new-id.ts'

/** A file to store. React Native has files as ArrayBuffer; then say what it is with `content_type`. */
export type Upload = Blob | ArrayBuffer | Uint8Array

/** A field of an input that holds a file; what type and size it may have, its bucket says. */
export const file = z.custom<Upload>().superRefine((value: unknown, check) => {
  const rule = value === undefined ? 'required' : isFile(value) ? null : 'type'
  if (rule !== null) check.addIssue({ code: 'custom', params: { rule } })
})

function isFile(value: unknown): value is Upload {
  const isBlob = typeof Blob !== 'undefined' && value instanceof Blob
  return isBlob || value instanceof ArrayBuffer || value instanceof Uint8Array
}

/** What is taken: types with the ending of their names, and the largest size; where it differs, that of pictures. */
export interface Accepted {
  types: Record<string, string>
  megabytes: number
  pictureMegabytes?: number
}

const pictureTypes = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' }
const videoTypes = { 'video/mp4': 'mp4', 'video/quicktime': 'mov' }

/** JPEG, PNG or WebP, at most 10 MB. */
export const pictures: Accepted = { types: pictureTypes, megabytes: 10 }

/** MP4 or MOV, at most 50 MB. */
export const films: Accepted = { types: videoTypes, megabytes: 50 }

const papers: Accepted = { types: { ...pictureTypes, 'application/pdf': 'pdf' }, megabytes: 10 }

/** What each bucket takes, as the database says. */
export const buckets = {
  avatars: pictures,
  photos: pictures,
  banners: pictures,
  portfolio: { types: { ...pictureTypes, ...videoTypes }, megabytes: 50, pictureMegabytes: 10 },
  cards: pictures,
  resumes: { types: { 'application/pdf': 'pdf' }, megabytes: 10 },
  videos: films,
  attachments: papers,
  documents: papers,
  deliveries: { types: { ...papers.types, ...videoTypes, 'application/zip': 'zip' }, megabytes: 50 },
} satisfies Record<string, Accepted>

export type UploadBucket = keyof typeof buckets

/** How files of a type begin, a character a byte. Before the header of a PDF may be white space; old MOVs lack `ftyp`. */
const beginnings: Record<string, RegExp> = {
  'image/jpeg': /^\xff\xd8\xff/,
  'image/png': /^\x89PNG/,
  'image/webp': /^RIFF[\s\S]{4}WEBP/,
  'application/pdf': /^(\xef\xbb\xbf)?\s*%PDF-/,
  'application/zip': /^PK/,
  'video/mp4': /^[\s\S]{4}ftyp/,
  'video/quicktime': /^[\s\S]{4}(ftyp|moov|mdat|wide|free|skip|pnot)/,
}

/** The first bytes of a file, a character each; undefined where a device cannot read its Blobs. */
async function beginningOf(file: Upload): Promise<string | undefined> {
  const head = file.slice(0, 12)
  if (!(head instanceof ArrayBuffer || head instanceof Uint8Array || 'arrayBuffer' in head)) return undefined
  const bytes = 'arrayBuffer' in head ? await head.arrayBuffer() : head
  return String.fromCharCode(...new Uint8Array(bytes))
}

/** Holds that a file is what is taken; answers its type and the ending of its name. */
async function checkFile(
  context: Context,
  file: Upload,
  content_type: string | undefined,
  accepted: Accepted,
): Promise<{ type: string; ending: string }> {
  const isBlob = typeof Blob !== 'undefined' && file instanceof Blob
  const type = content_type ?? (isBlob ? file.type : '')
  const ending = accepted.types[type]
  const size = isBlob ? file.size : (file as ArrayBuffer | Uint8Array | undefined)?.byteLength
  if (size === undefined) throw context.error('validation_failed', { file: ['required'] })
  if (ending === undefined) throw context.error('validation_failed', { file: ['type'] })
  if (size === 0) throw context.error('validation_failed', { file: ['size'] })
  const most = type in pictureTypes ? (accepted.pictureMegabytes ?? accepted.megabytes) : accepted.megabytes
  if (size > most * 1024 * 1024) throw context.error('payload_too_large', { file: ['size'] })
  const beginning = await beginningOf(file)
  if (beginning !== undefined && !beginnings[type]?.test(beginning))
    throw context.error('validation_failed', { file: ['type'] })
  return { type, ending }
}

/**
 * The input as the schema has it, with files by the names of their fields. validation_failed names every wrong field and
 * file at once; payload_too_large where nothing is wrong but that files are too large. Files without a word on what is
 * taken are left to the schema.
 */
export async function parseWithFiles<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
  input: unknown,
  accepted: Record<string, Accepted | undefined>,
): Promise<z.output<Schema>> {
  const given = (input ?? {}) as Record<string, unknown>
  const types = (given.content_types ?? {}) as Record<string, unknown>
  const checks = Object.entries(accepted).map(([name, taken]) =>
    context.run(async () => {
      const file = given[name]
      if (!isFile(file) || taken === undefined) return
      const type = types[name] ?? given.content_type
      // Where the type is no text, the schema says so.
      await named(name, () => checkFile(context, file, typeof type === 'string' ? type : undefined, taken))
    }),
  )
  const parsed = await context.run(async () => context.parse(schema, input))
  const errors = [parsed, ...(await Promise.all(checks))].flatMap(({ error }) => error ?? [])
  if (parsed.error === null && errors.length === 0) return parsed.data
  const isTooLarge = errors.every(({ code }) => code === 'payload_too_large')
  const fields = Object.assign({}, ...errors.map((error) => error.fields))
  throw context.error(isTooLarge ? 'payload_too_large' : 'validation_failed', fields)
}

interface Storing {
  bucket: UploadBucket
  content_type: string | undefined
  /** What the bucket takes unless told. */
  accepted?: Accepted
  /** The file's own name, kept beside it. */
  name?: string | undefined
  /** The account's own unless told. */
  folder?: string | undefined
}

/** Stores a file in a folder of the account's and answers its path. */
export async function storeFile(
  context: Context,
  file: Upload,
  { bucket, content_type, accepted = buckets[bucket], name, folder }: Storing,
): Promise<string> {
  const { type, ending } = await checkFile(context, file, content_type, accepted)
  // A name of its own, so that nothing between keeps an older file.
  const path = `${folder ?? (await context.accountId())}/${newId()}.${ending}`
  const storage = context.supabase.storage.from(bucket)
  const options = { contentType: type, cacheControl: '31536000', ...(name === undefined ? {} : naming(file, name)) }
  await context.stored(storage.upload(path, file, options))
  return path
}

/** The file's own name, as Storage takes it. */
function naming(file: Upload, name: string): { metadata: { name: string } } | { headers: { 'x-metadata': string } } {
  if (typeof Blob !== 'undefined' && file instanceof Blob) return { metadata: { name } }
  // For what is no Blob supabase-js may use btoa, which takes no letters beyond Latin-1: here they are escaped.
  const json = JSON.stringify({ name }).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return { headers: { 'x-metadata': btoa(json) } }
}

interface ToStore extends Storing {
  file: Upload | undefined
  /** What the input calls the file; `file` unless told. */
  field?: string
}

/** Does what needs a file stored, and takes the file back when that is refused. Without a file there is no path. */
export async function withStored<T>(
  context: Context,
  { file, field = 'file', ...storing }: ToStore,
  use: (path: string | undefined) => Promise<T>,
): Promise<T> {
  if (file === undefined) return use(undefined)
  const path = await named(field, () => storeFile(context, file, storing))
  try {
    return await use(path)
  } catch (error) {
    // Where the row was written and only its answer got lost, Storage keeps the object.
    await context.supabase.storage.from(storing.bucket).remove([path])
    throw error
  }
}

async function named<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof TalentbaseError ? renameFields(error, { file: field }) : error
  }
}
