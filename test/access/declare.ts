import type { BucketAccess, BucketOperation, Party } from '../access.ts'

/** The function in public and its twin in private. */
export const both = (signature: string): string[] => [`public.${signature}`, `private.${signature}`]

export const inPublic = (...signatures: string[]): string[] => signatures.map((signature) => `public.${signature}`)

export const inPrivate = (...signatures: string[]): string[] => signatures.map((signature) => `private.${signature}`)

const readByUrl: BucketOperation[] = ['publicUrl', 'download', 'info']
const byPolicy: BucketOperation[] = ['upload', 'overwrite', 'list', 'sign', 'move', 'copy', 'remove']

/** Who tries each bucket. */
export const everyone: Party[] = ['anon', 'stranger', 'agency', 'owner', 'suspended', 'service']

/**
 * A bucket where accounts have a folder of their own, which others may keep besides; what is in a public one is read by
 * everybody who has its url.
 */
export function ownFolders(
  kind: 'public' | 'private',
  megabytes: number,
  types: string[],
  others: Party[] = [],
): BucketAccess {
  return { megabytes, types, operations: operations(['owner', ...others, 'service'], kind) }
}

function operations(parties: Party[], kind: 'public' | 'private'): BucketAccess['operations'] {
  const readers = kind === 'public' ? everyone : parties
  return Object.fromEntries([
    ...byPolicy.map((operation) => [operation, parties]),
    ...readByUrl.map((operation) => [operation, readers]),
    ...(kind === 'private' ? [['publicUrl', []]] : []),
  ]) as BucketAccess['operations']
}
