import type { Answer } from './answer.ts'
import { type ErrorCode, isErrorCode } from './codes.ts'
import { fieldsOf } from './constraints.ts'
import { type Locale, messageOf } from './messages/index.ts'
import { type ErrorRow, findRow } from './table.ts'
import { type FieldErrors, TalentbaseError } from './talentbase-error.ts'

/** Our error for what a service answered. */
export function errorFrom(answer: Answer, locale: Locale): TalentbaseError {
  const isOurs = isErrorCode(answer.code)
  const row = isOurs ? undefined : findRow(answer)
  const code: ErrorCode = isErrorCode(answer.code) ? answer.code : (row?.to ?? 'internal_error')
  const { fields: inDetails, ...details } = isObject(answer.details) ? answer.details : {}
  const wait = Number(answer.retryAfter ?? details.retry_after)
  const fields = fieldsIn(inDetails) ?? fieldsBy(row, answer)
  // Our own functions say in English what exactly is wrong; everything else, and other languages, go by the code.
  const isOwnText = isOurs && locale === 'en' && (answer.source === 'database' || answer.source === 'functions')
  return new TalentbaseError(code, isOwnText ? answer.message : messageOf(code, locale), {
    ...(Object.keys(details).length > 0 ? { details } : {}),
    ...(fields === undefined ? {} : { fields }),
    ...(wait > 0 ? { retryAfter: wait } : {}),
    cause: answer.cause,
  })
}

function fieldsBy(row: ErrorRow | undefined, answer: Answer): FieldErrors | undefined {
  if (row === undefined) return undefined
  if (row.field !== undefined) return { [row.field]: [row.rule ?? 'format'] }
  if (answer.source === 'database') return fieldsOf(answer.message, row.rule)
  const named = row.message?.endsWith(':') ? answer.message.slice(row.message.length) : ''
  return named === '' ? undefined : { [named]: [row.rule ?? 'format'] }
}

/** `{ field: rule }` of the database, `{ field: rules }` of Auth's passwords, `[{ field }]` of Edge Functions. */
function fieldsIn(fields: unknown): FieldErrors | undefined {
  if (Array.isArray(fields)) {
    const named = fields.filter((item): item is { field: string } => isObject(item) && typeof item.field === 'string')
    return named.length > 0 ? Object.fromEntries(named.map(({ field }) => [field, ['format']])) : undefined
  }
  if (!isObject(fields)) return undefined
  return Object.fromEntries(
    Object.entries(fields).map(([field, rule]) => [field, Array.isArray(rule) ? rule.map(String) : [String(rule)]]),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
