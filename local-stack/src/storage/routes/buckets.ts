import * as buckets from '../database/buckets.ts'
import { enterScope, inScope } from '../database/connection.ts'
import { deleteObjects, hasObjects, namesBefore } from '../database/objects.ts'
import { accessDenied, bucketNotEmpty, notImitated, notValid } from '../errors.ts'
import { readBody, readQuery } from '../http/body.ts'
import { type Check, flag, integer, listOf, oneOf, orNull, record, text } from '../http/checks.ts'
import { bucketSizeLimit, mustBeMimeTypes, mustBeValidBucketName, mustBeValidNewBucketName } from '../limits.ts'
import type { Session } from '../session.ts'
import type { AddRoute, Params } from './route.ts'

const sizePattern = '^[0-9]+(?:\\.[0-9]+)?(?:[gG][bB]|[mM][bB]|[kK][bB]|[bB])$'
const deleteBatch = 500

const fileSizeLimit: Check<number | string | null> = (value, path) => {
  if (typeof value === 'string' && new RegExp(sizePattern).test(value)) return value
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (number === null || (Number.isInteger(number) && (number as number) >= 0)) return number as number | null
  const reasons = [
    Number.isInteger(number) ? 'must be >= 0' : 'must be integer',
    typeof value === 'string' ? `must match pattern "${sizePattern}"` : 'must be string',
    'must match a schema in anyOf',
  ]
  throw notValid(reasons.map((reason) => `${path} ${reason}`).join(', '))
}

const settings = {
  public: flag,
  file_size_limit: fileSizeLimit,
  allowed_mime_types: orNull(listOf(text, { min: 0, max: Number.POSITIVE_INFINITY })),
}

interface GivenSettings {
  public?: boolean
  file_size_limit?: number | string | null
  allowed_mime_types?: string[] | null
}

export function addBucketRoutes(add: AddRoute): void {
  add('POST', '/bucket', 'token', 'storage.bucket.create', createBucket)
  add('GET', '/bucket', 'token', 'storage.bucket.list', listBuckets)
  add('GET', '/bucket/:bucket', 'token', 'storage.bucket.get', getBucket)
  add('PUT', '/bucket/:bucket', 'token', 'storage.bucket.update', updateBucket)
  add('DELETE', '/bucket/:bucket', 'token', 'storage.bucket.delete', deleteBucket)
  add('POST', '/bucket/:bucket/empty', 'token', 'storage.bucket.empty', emptyBucket)
}

async function createBucket(session: Session): Promise<Response> {
  const optional = { ...settings, id: text, type: oneOf('STANDARD', 'ANALYTICS') }
  const { id, name, type, ...given } = await readBody(session.request, record({ name: text }, optional))
  mustBeValidNewBucketName(name)
  if (type === 'ANALYTICS') throw notImitated('Analytics buckets')
  const values = { public: false, ...checked(session, given), id: id || name, name, owner: session.owner }
  try {
    await inScope(session.sql, session.caller, (tx) => buckets.insertBucket(tx, values))
  } catch (error) {
    throw buckets.asBucketDuplicate(error)
  }
  return Response.json({ name })
}

async function listBuckets(session: Session): Promise<Response> {
  const listing = readQuery(
    session.request,
    record(
      {},
      {
        limit: integer(1),
        offset: integer(0),
        sortColumn: oneOf('id', 'name', 'created_at', 'updated_at'),
        sortOrder: oneOf('asc', 'desc'),
        search: text,
      },
    ),
  )
  const rows = await inScope(session.sql, session.caller, (tx) => buckets.listBuckets(tx, listing))
  return Response.json(rows.map((row) => ({ ...shown(row), type: 'STANDARD' })))
}

async function getBucket(session: Session, { bucket }: Params): Promise<Response> {
  return Response.json(shown(await inScope(session.sql, session.caller, (tx) => buckets.findBucket(tx, bucket))))
}

async function updateBucket(session: Session, { bucket }: Params): Promise<Response> {
  const given = await readBody(session.request, record({}, settings))
  if (Object.keys(given).length === 0) {
    const missing = Object.keys(settings).map((name) => `body must have required property '${name}'`)
    throw notValid([...missing, 'body must match a schema in anyOf'].join(', '))
  }
  mustBeValidBucketName(bucket)
  const changes = checked(session, given)
  await inScope(session.sql, session.caller, (tx) => buckets.updateBucket(tx, bucket, changes))
  return Response.json({ message: 'Successfully updated' })
}

async function deleteBucket(session: Session, { bucket }: Params): Promise<Response> {
  await inScope(session.sql, session.service, async (tx) => {
    await buckets.lockBucket(tx, bucket)
    if (await hasObjects(tx, bucket)) throw bucketNotEmpty()
    await enterScope(tx, session.caller)
    await buckets.deleteBucket(tx, bucket)
  })
  return Response.json({ message: 'Successfully deleted' })
}

// The real service queues this; here it is done when the answer comes.
async function emptyBucket(session: Session, { bucket }: Params): Promise<Response> {
  if (session.caller.role !== 'service_role') {
    const refusal = accessDenied('Access denied: Invalid role')
    refusal.failure.httpStatus = 403
    throw refusal
  }
  const time = await inScope(session.sql, session.caller, async (tx) => {
    await buckets.findBucket(tx, bucket)
    const [row] = await tx<{ time: string }[]>`select now()::text as time`
    return row!.time
  })
  for (;;) {
    const deleted = await inScope(session.sql, session.service, async (tx) =>
      deleteObjects(tx, bucket, await namesBefore(tx, bucket, time, deleteBatch)),
    )
    await session.files.remove(deleted.map((row) => row.version))
    if (deleted.length < deleteBatch) break
  }
  return Response.json({ message: 'Empty bucket has been queued. Completion may take up to an hour.' })
}

function checked(
  session: Session,
  { file_size_limit: size, allowed_mime_types: types, ...rest }: GivenSettings,
): buckets.BucketSettings {
  const mimeTypes = types?.filter((type) => type !== '')
  mustBeMimeTypes(mimeTypes ?? [])
  return {
    ...rest,
    ...(size === undefined
      ? {}
      : { file_size_limit: size === null ? null : bucketSizeLimit(size, session.fileSizeLimit) }),
    ...(types === undefined ? {} : { allowed_mime_types: mimeTypes ?? null }),
  }
}

// Storage-api writes an empty text where a bucket has no owner.
function shown(row: buckets.BucketRow) {
  return { ...row, owner: row.owner ?? '' }
}
