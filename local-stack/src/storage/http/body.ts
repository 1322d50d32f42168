import { isStorageError, notImitated, notValid, type StorageError, storageError } from '../errors.ts'
import type { Check } from './checks.ts'

const maxJsonBytes = 1_048_576
// Newer Storage versions keep old versions of objects; what asks for them must not be answered as if they were there.
const versionFields = ['versionId', 'sourceVersionId', 'versioning_status', 'noncurrentVersions', 'deleteMarkers']

/** A JSON body of at most 1 MiB that fits the check. */
export async function readBody<T>(request: Request, check: Check<T>): Promise<T> {
  const value = await readJson(request)
  if (typeof value === 'object' && value !== null && versionFields.some((field) => field in value)) {
    throw notImitated('Object versions')
  }
  return check(value, 'body')
}

export function readQuery<T>(request: Request, check: Check<T>): T {
  return check(Object.fromEntries(new URL(request.url).searchParams), 'querystring')
}

async function readJson(request: Request): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) return undefined
  const source = await readLimited(request)
  if (source === '') {
    throw malformed("Body cannot be empty when content-type is set to 'application/json'", 'InvalidRequest', 400)
  }
  try {
    return JSON.parse(source)
  } catch (error) {
    if (isStorageError(error)) throw error
    throw malformed("Body is not valid JSON but content-type is set to 'application/json'", 'InvalidRequest', 400)
  }
}

async function readLimited(request: Request): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > maxJsonBytes) throw malformed('Request body is too large', 'EntityTooLarge', 413)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

// The framework's own refusals: unlike storage-api's they come with their own HTTP status.
function malformed(message: string, code: string, status: number): StorageError {
  return storageError(message, { code, statusCode: status, httpStatus: status, error: 'FastifyError' })
}

/** A header that must be there, such as authorization. */
export function requiredHeader(request: Request, name: string): string {
  const value = request.headers.get(name)
  if (value === null) throw notValid(`headers must have required property '${name}'`)
  return value
}
