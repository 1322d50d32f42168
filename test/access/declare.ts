import type { BucketAccess, BucketOperation, Party } from '../access.ts'

/** The function in public and its twin in private. */
export const both = (signature: string): string[] => [`public.${signature}`, `private.${signature}`]

export const inPublic = (...signatures: string[]): string[] => signatures.map((signature) => `public.${signature}`)

export const inPrivate = (...signatures: string[]): string[] => signatures.map((signature) => `private.${signature}`)

const writing: BucketOperation[] = ['upload', 'overwrite', 'list', 'move', 'copy', 'remove']

/** Who tries each bucket; `recruiter` has unlocked the owner as a candidate. */
export const everyone: Party[] = ['anon', 'stranger', 'agency', 'recruiter', 'owner', 'suspended', 'service']

/**
 * A bucket where accounts have a folder of their own, which others may keep or read from besides; what is in a public one
 * is read by everybody who has its url.
 */
export function ownFolders(
  kind: 'public' | 'private',
  megabytes: number,
  types: string[],
  { keepers = [], readers = [] }: { keepers?: Party[]; readers?: Party[] } = {},
): BucketAccess {
  const keeping = ['owner', ...keepers, 'service']
  const reading = ['owner', ...keepers, ...readers, 'service']
  const byUrl = kind === 'public' ? everyone : reading
  const written = Object.fromEntries(writing.map((operation) => [operation, keeping]))
  const read = { publicUrl: kind === 'public' ? everyone : [], download: byUrl, info: byUrl, sign: reading }
  return { megabytes, types, operations: { ...written, ...read } as BucketAccess['operations'] }
}
