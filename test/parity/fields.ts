import { expect } from 'vitest'

/** A source's name of a field, and where ours is: a path such as `items.0.title`, or `.` for the whole. */
type Places = Record<string, string>

/** Holds that an answer has every field that a source's answer has. */
export function expectFields(answer: unknown, places: Places): void {
  expect(missing(answer, places), 'fields that the answer lacks').toEqual({})
}

/** Holds that an input, which the caller has seen taken, names every field that a source takes. */
export function expectTaken(input: unknown, places: Places): void {
  expect(missing(input, places), 'fields that were not sent').toEqual({})
}

function missing(value: unknown, places: Places): Places {
  return Object.fromEntries(Object.entries(places).filter(([, path]) => valueAt(value, path) === undefined))
}

function valueAt(value: unknown, path: string): unknown {
  if (path === '.') return value
  return path
    .split('.')
    .reduce<unknown>(
      (part, name) => (typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined),
      value,
    )
}
