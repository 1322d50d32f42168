import postgres from 'postgres'
import { accessDenied, resourceAlreadyExists, storageError } from '../errors.ts'

const violatesPolicy = 'new row violates row-level security policy'

/** Postgres' errors as storage-api's `storage/database/errors.ts` tells them; anything else passes as it is. */
export function toStorageError(error: unknown): unknown {
  if (!(error instanceof postgres.PostgresError)) return error
  switch (error.code) {
    case '42501':
      return accessDenied(error.message.includes('row-level security') ? violatesPolicy : error.message)
    case '23505':
      return resourceAlreadyExists()
    case '23503':
      return referenceError(error)
    case '55P03':
      return storageError('The resource is locked', { code: 'ResourceLocked', statusCode: 423 })
    case '57014':
      return storageError('The connection to the database timed out', {
        code: 'DatabaseTimeout',
        statusCode: 544,
        httpStatus: 544,
      })
    case '25006':
      return storageError('The database is currently in read-only mode. Please try again later.', {
        code: 'DatabaseReadOnly',
        statusCode: 503,
      })
    case '42P17':
      return storageError('The database schema is invalid or incompatible.', {
        code: 'DatabaseInvalidObjectDefinition',
        statusCode: 503,
      })
    case '22P02':
      return storageError(error.message, { code: 'InvalidParameter', statusCode: 400 })
    case '42703':
    case '42P01':
      return schemaMismatch(error)
    default:
      return Object.assign(
        storageError(`database error, code: ${error.code}`, { code: 'DatabaseError', statusCode: 500 }),
        { cause: error },
      )
  }
}

function referenceError(error: postgres.PostgresError) {
  if (error.detail?.includes('is still referenced from table')) {
    return storageError('The resource could not be updated or removed due to a foreign key constraint', {
      code: 'ResourceReferenced',
      statusCode: 409,
    })
  }
  return storageError('The related resource does not exist', { code: 'InvalidRequest', statusCode: 404 })
}

// With an internal query, a trigger or a policy asked for what does not exist.
function schemaMismatch(error: postgres.PostgresError) {
  const message = error.internal_query
    ? `There is a database schema mismatch in a trigger or RLS policy: ${error.where}`
    : 'The database schema is out of sync. Please run migrations or contact support.'
  return storageError(message, { code: 'DatabaseSchemaMismatch', statusCode: 503 })
}
