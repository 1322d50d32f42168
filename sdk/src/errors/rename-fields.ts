import { TalentbaseError } from './talentbase-error.ts'

/** The same error with the fields named as the caller named them. */
export function renameFields(error: TalentbaseError, names: Record<string, string>): TalentbaseError {
  if (error.fields === undefined) return error
  const fields = Object.fromEntries(Object.entries(error.fields).map(([name, rules]) => [names[name] ?? name, rules]))
  return new TalentbaseError(error.code, error.message, {
    fields,
    cause: error.cause,
    ...(error.details === undefined ? {} : { details: error.details }),
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
  })
}
