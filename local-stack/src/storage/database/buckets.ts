import { bucketAlreadyExists, isStorageError, noSuchBucket } from '../errors.ts'
import { isUuid } from '../limits.ts'
import type { Transaction } from './connection.ts'

export interface BucketRow {
  id: string
  name: string
  owner: string | null
  public: boolean
  created_at: Date
  updated_at: Date
  file_size_limit: number | null
  allowed_mime_types: string[] | null
}

export interface BucketSettings {
  public?: boolean
  file_size_limit?: number | null
  allowed_mime_types?: string[] | null
}

export interface BucketListing {
  limit?: number
  offset?: number
  sortColumn?: 'id' | 'name' | 'created_at' | 'updated_at'
  sortOrder?: 'asc' | 'desc'
  search?: string
}

/** Undefined where there is none or the scope's role may not see it. */
export async function lookUpBucket(tx: Transaction, id: string): Promise<BucketRow | undefined> {
  const [row] = await tx<BucketRow[]>`select ${columns(tx)} from storage.buckets where id = ${id}`
  return row
}

export async function findBucket(tx: Transaction, id: string): Promise<BucketRow> {
  const row = await lookUpBucket(tx, id)
  if (row === undefined) throw noSuchBucket()
  return row
}

export async function findPublicBucket(tx: Transaction, id: string): Promise<void> {
  const bucket = await findBucket(tx, id)
  if (!bucket.public) throw noSuchBucket()
}

/** Keeps others from putting objects into the bucket until the transaction ends. */
export async function lockBucket(tx: Transaction, id: string): Promise<void> {
  const rows = await tx`select from storage.buckets where id = ${id} for update`
  if (rows.length === 0) throw noSuchBucket()
}

export async function listBuckets(tx: Transaction, listing: BucketListing): Promise<BucketRow[]> {
  const { search, sortColumn, sortOrder, limit, offset } = listing
  return await tx<BucketRow[]>`
    select ${columns(tx)}
    from storage.buckets
    ${search ? tx`where position(lower(${search}) in lower(name)) > 0` : tx``}
    ${sortColumn ? tx`order by ${tx(sortColumn)} ${sortOrder === 'desc' ? tx`desc` : tx`asc`}` : tx``}
    ${limit === undefined ? tx`` : tx`limit ${limit}`}
    ${offset === undefined ? tx`` : tx`offset ${offset}`}
  `
}

export async function insertBucket(
  tx: Transaction,
  { owner, ...bucket }: { id: string; name: string; owner: string | undefined } & BucketSettings,
): Promise<void> {
  const owners = { owner_id: owner, owner: owner !== undefined && isUuid(owner) ? owner : undefined }
  await tx`insert into storage.buckets ${tx(given({ ...bucket, ...owners, type: 'STANDARD' }))}`
}

/** A second bucket of that id or name is told by the bucket's own code. */
export function asBucketDuplicate(error: unknown): unknown {
  return isStorageError(error) && error.failure.code === 'ResourceAlreadyExists' ? bucketAlreadyExists() : error
}

export async function updateBucket(tx: Transaction, id: string, settings: BucketSettings): Promise<void> {
  const rows = await tx`update storage.buckets set ${tx(given(settings))} where id = ${id} returning id`
  if (rows.length === 0) throw noSuchBucket()
}

export async function deleteBucket(tx: Transaction, id: string): Promise<void> {
  const result = await tx`delete from storage.buckets where id = ${id}`
  if (result.count === 0) throw noSuchBucket()
}

function columns(tx: Transaction) {
  return tx`id, name, owner, public, created_at, updated_at, file_size_limit, allowed_mime_types`
}

function given<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}
