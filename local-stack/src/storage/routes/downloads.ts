import { findPublicBucket, lookUpBucket } from '../database/buckets.ts'
import { inScope } from '../database/connection.ts'
import { findObject, type ObjectRow } from '../database/objects.ts'
import { noSuchBucket } from '../errors.ts'
import { readQuery } from '../http/body.ts'
import { record, text } from '../http/checks.ts'
import { mustBeValidBucketName, mustBeValidKey } from '../limits.ts'
import { serveHead, serveInfo, serveObject } from '../serve.ts'
import type { Session } from '../session.ts'
import { verifySigned } from '../signing.ts'
import type { AddRoute, Params } from './route.ts'

const query = record({}, { download: text })

// The names the real service has for these operations; those of "info" and HEAD have no `storage.` in front.
export function addDownloadRoutes(add: AddRoute): void {
  add('GET', '/object/info/public/:bucket/:key{.*}', 'nobody', 'storage.object.info_public', info)
  add('GET', '/object/info/authenticated/:bucket/:key{.*}', 'token', 'object.get_authenticated_info', info)
  add('GET', '/object/info/:bucket/:key{.*}', 'token or nobody', 'object.get_authenticated_info', info)
  add('GET', '/object/public/:bucket/:key{.*}', 'nobody', 'storage.object.get_public', downloadPublic)
  add('GET', '/object/sign/:bucket/:key{.*}', 'nobody', 'storage.object.get_signed', downloadSigned)
  add('GET', '/object/authenticated/:bucket/:key{.*}', 'token', 'storage.object.get_authenticated', download)
  add('GET', '/object/:bucket/:key{.*}', 'token or nobody', 'storage.object.get_authenticated', download)
}

async function download(session: Session, params: Params): Promise<Response> {
  if (session.request.method === 'HEAD') return await head(session, params)
  const row = await visibleObject(session, params)
  return await serveObject(session, row, readQuery(session.request, query))
}

async function downloadPublic(session: Session, params: Params): Promise<Response> {
  const row = await publicObject(session, params)
  if (session.request.method === 'HEAD') return serveHead(session, row)
  return await serveObject(session, row, readQuery(session.request, query))
}

async function downloadSigned(session: Session, { bucket, key }: Params): Promise<Response> {
  mustBeValidBucketName(bucket)
  const { token, download } = readQuery(session.request, record({ token: text }, { download: text }))
  const { exp } = await verifySigned(session.keys, token, 'download', `${bucket}/${key}`)
  mustBeValidKey(key)
  const row = await inScope(session.sql, session.service, (tx) => findObject(tx, bucket, key))
  return await serveObject(session, row, { download, expires: exp })
}

async function info(session: Session, params: Params): Promise<Response> {
  return serveInfo(await visibleObject(session, params))
}

async function head(session: Session, params: Params): Promise<Response> {
  const caller = { ...session.caller, operation: 'object.head_authenticated_info' }
  return serveHead(session, await visibleObject({ ...session, caller }, params))
}

/** An object of a public bucket. */
export async function publicObject(session: Session, { bucket, key }: Params): Promise<ObjectRow> {
  mustBeValidBucketName(bucket)
  mustBeValidKey(key)
  return await inScope(session.sql, session.service, async (tx) => {
    await findPublicBucket(tx, bucket)
    return await findObject(tx, bucket, key)
  })
}

/** An object the caller may read: by the policies, or because its bucket is public. */
async function visibleObject(session: Session, { bucket, key }: Params): Promise<ObjectRow> {
  const found = await inScope(session.sql, session.service, (tx) => lookUpBucket(tx, bucket))
  // Nobody in particular learns nothing of private buckets.
  if (found === undefined || (!session.authenticated && !found.public)) throw noSuchBucket()
  mustBeValidBucketName(bucket)
  mustBeValidKey(key)
  return await inScope(session.sql, found.public ? session.service : session.caller, (tx) =>
    findObject(tx, bucket, key),
  )
}
