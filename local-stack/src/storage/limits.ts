import { entityTooLarge, invalidBucketName, invalidKey, invalidMimeType, invalidRequest, keyTooLong } from './errors.ts'

const keyCharacters = /^[A-Za-z0-9_/!.*'() &$=@;:+,?-]+$/
const bucketNameCharacters = /^[A-Za-z0-9_!.*'() &$=@;:+,?-]{1,100}$/
// The suffix that marks the buckets of Iceberg tables.
const reservedSuffix = '--table-s3'
const mimeTypePattern = /^([a-zA-Z0-9\-+.]+)\/([a-zA-Z0-9\-+.]+)(;\s*charset=[a-zA-Z0-9-]+)?$|\*$/
// A project's reference and a version stand around the key where S3 keeps it; the whole has 1,024 bytes at most.
const s3KeyBytes = 1024
const s3KeyOverhead = 20 + 36 + 3

/** Most objects one request may delete or sign. */
export const maxObjectsPerRequest = 1000

export function mustBeValidKey(key: string): void {
  if (!keyCharacters.test(key)) throw invalidKey(key)
}

export function mustBeValidBucketName(name: string): void {
  if (!bucketNameCharacters.test(name)) throw invalidBucketName()
}

export function mustBeValidNewBucketName(name: string): void {
  if (name.trim() !== name) throw invalidBucketName()
  mustBeValidBucketName(name)
  if (name.endsWith(reservedSuffix)) throw invalidBucketName()
}

export function mustFitStore(bucketId: string, key: string): void {
  if (Buffer.byteLength(bucketId) + Buffer.byteLength(key) + s3KeyOverhead > s3KeyBytes) throw keyTooLong()
}

export function mustBeMimeTypes(types: string[]): void {
  for (const type of types) {
    if (type.length > 1000 || !mimeTypePattern.test(type)) throw invalidMimeType(type)
  }
}

// Compares as storage-api does: `text/plain;charset=UTF-8` is not `text/plain`, and `*/*` allows nothing.
export function mustBeAllowed(mimeType: string, allowed: string[]): void {
  const [type, subtype] = mimeType.split('/')
  const isAllowed = allowed.some((entry) => {
    const [allowedType, allowedSubtype] = entry.split('/')
    return subtype !== undefined && allowedType === type && (allowedSubtype === '*' || allowedSubtype === subtype)
  })
  if (!isAllowed) throw invalidMimeType(mimeType)
}

/** Dashboards keep a folder by an object of this name; it may hold nothing. */
export function isEmptyFolder(key: string): boolean {
  return key.endsWith('.emptyFolderPlaceholder')
}

export function isUuid(value: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value)
}

/** A bucket's `fileSizeLimit`: bytes, or a text such as 20MB (decimal units). Never above the project's limit. */
export function bucketSizeLimit(limit: number | string, projectLimit: number): number {
  const bytes = typeof limit === 'number' ? limit : sizeOf(limit)
  if (bytes > projectLimit) throw entityTooLarge()
  return bytes
}

function sizeOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(gb|mb|kb|b)$/i.exec(text)
  if (match === null) throw invalidRequest('Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B')
  const factors: Record<string, number> = { gb: 1e9, mb: 1e6, kb: 1e3, b: 1 }
  return Number(Number(match[1]).toPrecision(3)) * factors[match[2]!.toLowerCase()]!
}

/** `file_size_limit` of config.toml in bytes: 50MiB and 50MB are the same there, as to the Supabase CLI. */
export function configuredSizeLimit(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]?)i?b?$/i.exec(text.trim())
  if (match === null) throw new Error(`storage.file_size_limit in config.toml is no size: "${text}"`)
  return Math.floor(Number(match[1]) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(match[2]!.toLowerCase()))
}
