import type { ErrorCode } from '../codes.ts'

/** What can be wrong with a field; the database may name others, which read as `format`. */
type FieldRule =
  | 'required'
  | 'type'
  | 'format'
  | 'length'
  | 'range'
  | 'order'
  | 'known'
  | 'unknown'
  | 'taken'
  | 'wrong'
  | 'match'
  | 'same'
  | 'size'
  | 'set'
  | 'own'
  | 'conflict'
  | 'contact'
  | 'other'

export interface Messages {
  codes: Record<ErrorCode, string>
  fields: Record<FieldRule, string>
}
