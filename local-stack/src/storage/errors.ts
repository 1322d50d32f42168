/** What a client reads of a failure; names and numbers are those of storage-api's `internal/errors/codes.ts`. */
export interface Failure {
  code: string
  /** In the body, as text. The HTTP status is 400 for all but 500, unless `httpStatus` says otherwise. */
  statusCode: number
  httpStatus?: number
  /** The body's older field `error`; the code where nothing is given. */
  error?: string
}

export type StorageError = Error & { failure: Failure }

export function storageError(message: string, failure: Failure): StorageError {
  return Object.assign(new Error(message), { failure })
}

export function isStorageError(error: unknown): error is StorageError {
  return error instanceof Error && 'failure' in error
}

export const accessDenied = (message: string) =>
  storageError(message, { code: 'AccessDenied', statusCode: 403, error: 'Unauthorized' })

export const noSuchBucket = () =>
  storageError('Bucket not found', { code: 'NoSuchBucket', statusCode: 404, error: 'Bucket not found' })

export const noSuchKey = () =>
  storageError('Object not found', { code: 'NoSuchKey', statusCode: 404, error: 'not_found' })

const duplicate = (code: string) =>
  storageError('The resource already exists', { code, statusCode: 409, error: 'Duplicate' })

export const resourceAlreadyExists = () => duplicate('ResourceAlreadyExists')
export const keyAlreadyExists = () => duplicate('KeyAlreadyExists')
export const bucketAlreadyExists = () => duplicate('BucketAlreadyExists')

export const bucketNotEmpty = () =>
  storageError('The bucket you tried to delete is not empty', { code: 'ResourceNotEmpty', statusCode: 409 })

export const invalidBucketName = () =>
  storageError('Bucket name invalid', { code: 'InvalidBucketName', statusCode: 400, error: 'Invalid Input' })

export const invalidKey = (key: string) => storageError(`Invalid key: ${key}`, { code: 'InvalidKey', statusCode: 400 })

export const keyTooLong = () =>
  storageError('KeyTooLongError', { code: 'S3Error', statusCode: 400, error: 'Your key is too long' })

export const invalidMimeType = (mimeType: string) =>
  storageError(`mime type ${mimeType} is not supported`, {
    code: 'InvalidMimeType',
    statusCode: 415,
    error: 'invalid_mime_type',
  })

export const entityTooLarge = (entity = 'object') =>
  storageError(`The ${entity} exceeded the maximum allowed size`, {
    code: 'EntityTooLarge',
    statusCode: 413,
    error: 'Payload too large',
  })

export const invalidRange = () =>
  storageError('invalid range provided', {
    code: 'InvalidRange',
    statusCode: 416,
    httpStatus: 416,
    error: 'invalid_range',
  })

export const noContentProvided = (message = 'No content provided') =>
  storageError(message, { code: 'InvalidRequest', statusCode: 400 })

export const invalidRequest = (message: string) => storageError(message, { code: 'InvalidRequest', statusCode: 400 })

export const invalidParameter = (name: string) =>
  storageError(`Invalid Parameter ${name}`, { code: 'InvalidParameter', statusCode: 400 })

export const invalidToken = (message: string) => storageError(message, { code: 'InvalidJWT', statusCode: 400 })

export const invalidSignature = (message = 'Invalid signature') =>
  storageError(message, { code: 'InvalidSignature', statusCode: 400 })

/** What storage-api's framework says of a body, query or header that does not fit the route's schema. */
export const notValid = (message: string) =>
  storageError(message, { code: 'InvalidRequest', statusCode: 400, error: 'Error' })

/** For what this stand-in leaves out; see README.md. The real service has no such status. */
export const notImitated = (feature: string) =>
  storageError(`${feature}: the local stack's Storage does not imitate this, see local-stack/src/storage/README.md`, {
    code: 'NotSupported',
    statusCode: 501,
    httpStatus: 501,
  })
