import { inScope, probe } from '../database/connection.ts'
import {
  deleteObjects,
  type FileMetadata,
  findObject,
  lockKey,
  type ObjectRow,
  updateObject,
} from '../database/objects.ts'
import { accessDenied, invalidRequest } from '../errors.ts'
import type { StoredFile } from '../files.ts'
import { answerMissingFile } from '../http/answers.ts'
import { readBody } from '../http/body.ts'
import { flag, listOf, record, text } from '../http/checks.ts'
import { metadataHeader } from '../incoming.ts'
import { maxObjectsPerRequest, mustBeValidBucketName, mustBeValidKey, mustFitStore } from '../limits.ts'
import type { Session } from '../session.ts'
import { complete, describe, mayWrite } from '../upload.ts'
import type { AddRoute, Params } from './route.ts'

const ends = { bucketId: text, sourceKey: text, destinationKey: text }

export function addChangeRoutes(add: AddRoute): void {
  add('POST', '/object/copy', 'token', 'storage.object.copy', copy)
  add('POST', '/object/move', 'token', 'storage.object.move', move)
}

export function addDeleteRoutes(add: AddRoute): void {
  add('DELETE', '/object/:bucket', 'token', 'storage.object.delete_many', removeMany)
  add('DELETE', '/object/:bucket/:key{.*}', 'token', 'storage.object.delete', removeOne)
}

async function copy(session: Session): Promise<Response> {
  const metadataFields = record({}, { cacheControl: text, mimetype: text })
  const optional = { destinationBucket: text, metadata: metadataFields, copyMetadata: flag }
  const asked = await readBody(session.request, record(ends, optional))
  mustBeValidBucketName(asked.bucketId)
  mustBeValidKey(asked.destinationKey)
  const target = {
    bucketId: asked.destinationBucket || asked.bucketId,
    key: asked.destinationKey,
    owner: session.owner,
    upsert: session.request.headers.get('x-upsert') === 'true',
  }
  const source = await inScope(session.sql, session.caller, (tx) => findObject(tx, asked.bucketId, asked.sourceKey))
  const keepsMetadata = asked.copyMetadata ?? true
  const metadata: FileMetadata = { ...source.metadata, ...(keepsMetadata ? {} : asked.metadata) }
  const userMetadata = keepsMetadata ? (source.user_metadata ?? undefined) : metadataHeader(session.request)
  await mayWrite(session, session.caller, target, { metadata, user_metadata: userMetadata })
  mustFitStore(target.bucketId, target.key)

  const file = await session.files.copy(source.version)
  if (file === undefined) return answerMissingFile()
  const row = await complete(session, target, file, {
    metadata: { ...metadata, lastModified: described(file, metadata).lastModified },
    user_metadata: userMetadata,
  })
  return Response.json({ Id: row.id, Key: `${target.bucketId}/${target.key}`, ...shown(row) })
}

async function move(session: Session): Promise<Response> {
  const asked = await readBody(session.request, record(ends, { destinationBucket: text }))
  mustBeValidBucketName(asked.bucketId)
  mustBeValidKey(asked.destinationKey)
  const { sourceKey, bucketId: sourceBucket } = asked
  const place = { bucket_id: asked.destinationBucket || sourceBucket, name: asked.destinationKey, owner: session.owner }
  await probe(session.sql, session.caller, async (tx) => {
    await findObject(tx, sourceBucket, sourceKey)
    await updateObject(tx, sourceBucket, sourceKey, { ...place, version: '1' })
  })
  const source = await inScope(session.sql, session.service, (tx) => findObject(tx, sourceBucket, sourceKey))
  if (place.bucket_id === sourceBucket && place.name === sourceKey) return moved()
  mustFitStore(place.bucket_id, place.name)

  const file = await session.files.copy(source.version)
  if (file === undefined) return answerMissingFile()
  try {
    await inScope(session.sql, session.service, async (tx) => {
      await lockKey(tx, place.bucket_id, place.name)
      const current = await findObject(tx, sourceBucket, sourceKey, 'lock')
      // What would be moved is no longer what is there.
      if (current.version !== source.version) throw invalidRequest('The object was changed while it was moved')
      const changes = { ...place, version: file.version, metadata: described(file, source.metadata ?? {}) }
      await updateObject(tx, sourceBucket, sourceKey, changes)
    })
  } catch (error) {
    await session.files.remove([file.version])
    throw error
  }
  await session.files.remove([source.version])
  return moved()
}

async function removeOne(session: Session, { bucket, key }: Params): Promise<Response> {
  mustBeValidBucketName(bucket)
  await inScope(session.sql, session.service, (tx) => findObject(tx, bucket, key))
  const deleted = await remove(session, bucket, [key])
  if (deleted.length === 0) throw accessDenied('Access denied')
  return Response.json({ message: 'Successfully deleted' })
}

async function removeMany(session: Session, { bucket }: Params): Promise<Response> {
  const keys = listOf(text, { min: 1, max: Number.POSITIVE_INFINITY })
  const { prefixes } = await readBody(session.request, record({ prefixes: keys }, {}))
  mustBeValidBucketName(bucket)
  if (prefixes.length > maxObjectsPerRequest) {
    throw invalidRequest(`Bulk object requests are limited to ${maxObjectsPerRequest} objects per request.`)
  }
  return Response.json((await remove(session, bucket, prefixes)).map(shown))
}

// As the caller, in earnest: a row the policies hide stays. The bytes go when the rows are gone for good.
async function remove(session: Session, bucket: string, keys: string[]): Promise<ObjectRow[]> {
  const deleted = await inScope(session.sql, session.caller, (tx) => deleteObjects(tx, bucket, keys))
  await session.files.remove(deleted.map((row) => row.version))
  return deleted
}

function moved(): Response {
  return Response.json({ message: 'Successfully moved' })
}

function described(file: StoredFile, metadata: FileMetadata): FileMetadata {
  return describe(file, metadata.eTag ?? '', {
    mimeType: metadata.mimetype ?? 'application/octet-stream',
    cacheControl: metadata.cacheControl ?? 'no-cache',
  })
}

// Storage-api writes an empty text where an object has no owner.
function shown(row: ObjectRow) {
  return { ...row, owner: row.owner ?? '', owner_id: row.owner_id ?? '', version: row.version ?? '' }
}
