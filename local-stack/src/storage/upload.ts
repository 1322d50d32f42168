import type postgres from 'postgres'
import { findBucket } from './database/buckets.ts'
import { inScope, probe, type Scope } from './database/connection.ts'
import {
  type FileMetadata,
  insertObject,
  lockKey,
  lookUpObject,
  type ObjectRow,
  type ObjectValues,
  upsertObject,
} from './database/objects.ts'
import { entityTooLarge, isStorageError, keyAlreadyExists } from './errors.ts'
import type { StoredFile } from './files.ts'
import { type Incoming, readIncoming } from './incoming.ts'
import { isEmptyFolder, mustBeAllowed, mustBeValidBucketName, mustBeValidKey, mustFitStore } from './limits.ts'
import type { Session } from './session.ts'

export interface Target {
  bucketId: string
  key: string
  owner: string | undefined
  upsert: boolean
}

/** Takes the request's body in as an object: asks the policies, stores the bytes, writes the row as the service. */
export async function upload(session: Session, target: Target, scope: Scope): Promise<ObjectRow> {
  mustBeValidBucketName(target.bucketId)
  const bucket = await inScope(session.sql, session.service, (tx) => findBucket(tx, target.bucketId))
  const incoming = await readIncoming(session.request)
  try {
    const limit = sizeLimit(session, target.key, bucket.file_size_limit)
    if (bucket.allowed_mime_types?.length && !isEmptyFolder(target.key)) {
      mustBeAllowed(incoming.mimeType, bucket.allowed_mime_types)
    }
    mustFit(incoming, limit, session.request)
    mustBeValidKey(target.key)
    await mayWrite(session, scope, target, {
      metadata: { mimetype: incoming.mimeType, contentLength: incoming.declaredLength },
      user_metadata: incoming.userMetadata,
    })
    mustFitStore(target.bucketId, target.key)
    const { md5, ...file } = await session.files.write(incoming.bytes, limit)
    const metadata = describe(file, `"${md5}"`, incoming)
    return await complete(session, target, file, { metadata, user_metadata: { ...incoming.userMetadata } })
  } finally {
    incoming.release()
  }
}

/** Asks the policies whether the scope may put an object there; throws what they say. */
export async function mayWrite(session: Session, scope: Scope, target: Target, values: ObjectValues): Promise<void> {
  const { bucketId, key, owner } = target
  const row = { ...values, bucket_id: bucketId, name: key, version: '1', owner }
  try {
    await probe(session.sql, scope, (tx) => (target.upsert ? upsertObject(tx, row) : insertObject(tx, row)))
  } catch (error) {
    throw asKeyDuplicate(error)
  }
}

/** Writes the row of a stored file and deletes the version it replaces; where that fails, the file goes. */
export async function complete(
  session: Session,
  target: Target,
  file: StoredFile,
  values: { metadata: FileMetadata; user_metadata: postgres.JSONValue | undefined },
): Promise<ObjectRow> {
  const { bucketId, key, owner, upsert } = target
  try {
    const { row, replaced } = await inScope(session.sql, session.service, async (tx) => {
      await lockKey(tx, bucketId, key)
      const current = await lookUpObject(tx, bucketId, key, 'lock')
      // Two at once both pass the probe; only one may find the key free.
      if (current !== undefined && !upsert) throw keyAlreadyExists()
      const row = await upsertObject(tx, { ...values, bucket_id: bucketId, name: key, version: file.version, owner })
      return { row, replaced: current?.version ?? null }
    })
    await session.files.remove([replaced])
    return row
  } catch (error) {
    await session.files.remove([file.version])
    throw error
  }
}

/** What the row says of a stored file. */
export function describe(
  file: StoredFile,
  eTag: string,
  { mimeType, cacheControl }: Pick<Incoming, 'mimeType' | 'cacheControl'>,
): FileMetadata {
  // Stores have whole seconds.
  const modified = new Date(Math.floor(file.modified.getTime() / 1000) * 1000)
  return {
    eTag,
    size: file.size,
    mimetype: mimeType,
    cacheControl,
    lastModified: modified.toISOString(),
    contentLength: file.size,
    httpStatusCode: 200,
  }
}

function asKeyDuplicate(error: unknown): unknown {
  return isStorageError(error) && error.failure.code === 'ResourceAlreadyExists' ? keyAlreadyExists() : error
}

function sizeLimit(session: Session, key: string, bucketLimit: number | null): number {
  if (isEmptyFolder(key)) return 0
  return Math.min(session.fileSizeLimit, bucketLimit ?? Number.POSITIVE_INFINITY)
}

// A form is longer than its file, so its length refuses nothing; the bytes are counted as they come.
function mustFit(incoming: Incoming, limit: number, request: Request): void {
  const isForm = request.headers.get('content-type')?.startsWith('multipart/form-data') === true
  if (!isForm && incoming.declaredLength !== undefined && incoming.declaredLength > limit) throw entityTooLarge()
}
