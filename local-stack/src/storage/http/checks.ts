import { notValid } from '../errors.ts'

/** Gives the value back, typed, or throws with the words storage-api's schema validation uses. */
export type Check<T> = (value: unknown, path: string) => T

type Fields = Record<string, Check<unknown>>
type Values<F extends Fields> = { [K in keyof F]: ReturnType<F[K]> }

export const text: Check<string> = (value, path) => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw notValid(`${path} must be string`)
}

export const flag: Check<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === 'false') return value === 'true'
  throw notValid(`${path} must be boolean`)
}

/** A query has texts only, so a number written as text is one. */
export function integer(minimum: number, maximum = Number.POSITIVE_INFINITY): Check<number> {
  return (value, path) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (!Number.isInteger(number)) throw notValid(`${path} must be integer`)
    if ((number as number) < minimum) throw notValid(`${path} must be >= ${minimum}`)
    if ((number as number) > maximum) throw notValid(`${path} must be <= ${maximum}`)
    return number as number
  }
}

export function oneOf<const T extends string>(...allowed: T[]): Check<T> {
  return (value, path) => {
    const given = text(value, path)
    if (!allowed.includes(given as T)) throw notValid(`${path} must be equal to one of the allowed values`)
    return given as T
  }
}

export function listOf<T>(item: Check<T>, size: { min: number; max: number }): Check<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw notValid(`${path} must be array`)
    if (value.length > size.max) throw notValid(`${path} must NOT have more than ${size.max} items`)
    if (value.length < size.min) throw notValid(`${path} must NOT have fewer than ${size.min} items`)
    return value.map((entry, index) => item(entry, `${path}/${index}`))
  }
}

export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path))
}

/** Fields that neither list names are dropped. */
export function record<R extends Fields, O extends Fields>(
  required: R,
  optional: O,
): Check<Values<R> & Partial<Values<O>>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notValid(`${path} must be object`)
    const given = value as Record<string, unknown>
    const missing = Object.keys(required).find((name) => given[name] === undefined)
    if (missing !== undefined) throw notValid(`${path} must have required property '${missing}'`)
    const checked = Object.entries({ ...required, ...optional })
      .filter(([name]) => given[name] !== undefined)
      .map(([name, check]) => [name, check(given[name], `${path}/${name}`)])
    return Object.fromEntries(checked)
  }
}
