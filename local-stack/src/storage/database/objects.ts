import type postgres from 'postgres'
import { noSuchKey, storageError } from '../errors.ts'
import { isUuid } from '../limits.ts'
import type { Transaction } from './connection.ts'

export interface ObjectRow {
  id: string
  name: string
  bucket_id: string
  owner: string | null
  owner_id: string | null
  version: string | null
  metadata: FileMetadata | null
  user_metadata: postgres.JSONValue | null
  created_at: Date
  updated_at: Date
  last_accessed_at: Date
}

/** What `storage.objects.metadata` holds once the bytes are there. */
export interface FileMetadata {
  eTag?: string
  size?: number
  mimetype?: string
  cacheControl?: string
  lastModified?: string
  contentLength?: number
  httpStatusCode?: number
}

export interface ObjectValues {
  bucket_id?: string
  name?: string
  version?: string
  /** The subject of the caller's token. Without one, an overwritten object keeps its owner. */
  owner?: string | undefined
  metadata?: FileMetadata | undefined
  user_metadata?: postgres.JSONValue | undefined
}

/** Undefined where there is none or the scope's role may not see it. */
export async function lookUpObject(
  tx: Transaction,
  bucketId: string,
  name: string,
  lock: 'lock' | 'no lock' = 'no lock',
): Promise<ObjectRow | undefined> {
  const [row] = await tx<ObjectRow[]>`
    select ${columns(tx)} from storage.objects where bucket_id = ${bucketId} and name = ${name}
    ${lock === 'lock' ? tx`for update` : tx``}
  `
  return row
}

export async function findObject(
  tx: Transaction,
  bucketId: string,
  name: string,
  lock?: 'lock' | 'no lock',
): Promise<ObjectRow> {
  const row = await lookUpObject(tx, bucketId, name, lock)
  if (row === undefined) throw noSuchKey()
  return row
}

export async function visibleNames(tx: Transaction, bucketId: string, names: string[]): Promise<Set<string>> {
  const rows = await tx<{ name: string }[]>`
    select name from storage.objects where bucket_id = ${bucketId} and name = any(${names})
  `
  return new Set(rows.map((row) => row.name))
}

/** Without `returning`: whoever may insert need not be able to read. */
export async function insertObject(tx: Transaction, values: ObjectValues): Promise<void> {
  await tx`insert into storage.objects ${tx(record(tx, values))}`
}

export async function upsertObject(tx: Transaction, values: ObjectValues): Promise<ObjectRow> {
  const { bucket_id: _bucket, name: _name, ...changes } = record(tx, values)
  const [row] = await tx<ObjectRow[]>`
    insert into storage.objects ${tx(record(tx, values))}
    on conflict (name, bucket_id) do update set ${tx(changes)}
    returning ${columns(tx)}
  `
  return row!
}

export async function updateObject(
  tx: Transaction,
  bucketId: string,
  name: string,
  values: ObjectValues,
): Promise<ObjectRow> {
  const [row] = await tx<ObjectRow[]>`
    update storage.objects set ${tx(record(tx, values))}
    where bucket_id = ${bucketId} and name = ${name}
    returning ${columns(tx)}
  `
  if (row === undefined) throw noSuchKey()
  return row
}

/** The rows that are gone; those the scope's role may not see or delete are left out. */
export async function deleteObjects(tx: Transaction, bucketId: string, names: string[]): Promise<ObjectRow[]> {
  return await tx<ObjectRow[]>`
    delete from storage.objects where bucket_id = ${bucketId} and name = any(${names}) returning ${columns(tx)}
  `
}

/** A batch of what was there at a time, for emptying a bucket. */
export async function namesBefore(tx: Transaction, bucketId: string, time: string, limit: number): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    select name from storage.objects
    where bucket_id = ${bucketId} and created_at <= ${time}::timestamptz
    limit ${limit}
  `
  return rows.map((row) => row.name)
}

export async function hasObjects(tx: Transaction, bucketId: string): Promise<boolean> {
  const rows = await tx`select from storage.objects where bucket_id = ${bucketId} limit 1`
  return rows.length > 0
}

/** Writers of one key go one after the other; released with the transaction. */
export async function lockKey(tx: Transaction, bucketId: string, name: string): Promise<void> {
  const [row] = await tx<{ before: string }[]>`
    select current_setting('lock_timeout') as before, set_config('lock_timeout', '5s', true)
  `
  try {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`${bucketId}/${name}`}, 0))`
  } catch (error) {
    if ((error as { code?: string }).code !== '55P03') throw error
    throw storageError('acquiring lock timeout', {
      code: 'LockTimeout',
      statusCode: 503,
      error: 'acquiring_lock_timeout',
    })
  }
  await tx`select set_config('lock_timeout', ${row!.before}, true)`
}

function columns(tx: Transaction) {
  return tx`
    id, name, bucket_id, owner, owner_id, version, metadata, user_metadata, created_at, updated_at, last_accessed_at
  `
}

// Columns without a value are left out, as storage-api leaves them out: a trigger sees which are set.
function record(tx: Transaction, { owner, metadata, user_metadata, ...plain }: ObjectValues) {
  const values: Record<string, string | postgres.Parameter> = { ...plain }
  if (owner !== undefined) values.owner_id = owner
  if (owner !== undefined && isUuid(owner)) values.owner = owner
  if (metadata !== undefined) values.metadata = tx.json({ ...metadata })
  if (user_metadata !== undefined) values.user_metadata = tx.json(user_metadata)
  return values
}
