import type { z } from 'zod'
import type { FieldErrors } from '../errors/talentbase-error.ts'

/**
 * The rules that an input breaks, by field; fields inside fields are named with a dot, rows of a list by their number. Of
 * a list of plain values it is the list that is wrong.
 */
export function fieldsOfIssues(issues: readonly z.core.$ZodIssue[], input: unknown): FieldErrors {
  const fields: FieldErrors = {}
  const add = (path: readonly PropertyKey[], rule: string) => {
    const isNamed = (part: PropertyKey, at: number) =>
      typeof part === 'string' || isObject(valueAt(input, path.slice(0, at + 1)))
    const name = path.filter(isNamed).join('.') || 'input'
    const rules = fields[name] ?? []
    fields[name] = rules.includes(rule) ? rules : [...rules, rule]
  }
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) add([...issue.path, key], 'unknown')
    else add(issue.path, ruleOf(issue, valueAt(input, issue.path)))
  }
  // That nothing is changed needs no saying where fields are wrong.
  if (Object.keys(fields).length > 1) delete fields.input
  return fields
}

function ruleOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'custom':
      return String(issue.params?.rule ?? 'format')
    case 'too_small':
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array' ? 'length' : 'range'
    case 'invalid_union':
      if (issue.discriminator !== undefined && value !== undefined) return 'known'
      return value === undefined ? 'required' : 'type'
    case 'invalid_type':
      return value === undefined ? 'required' : 'type'
    case 'invalid_value':
      return value === undefined ? 'required' : 'known'
    case 'invalid_key':
      return 'known'
    default:
      return 'format'
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? Reflect.get(value, key) : undefined), input)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
