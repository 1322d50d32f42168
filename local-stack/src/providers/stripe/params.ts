import { notImitated, StripeError } from './errors.ts'
import { unimitated } from './known.ts'

type Param = string | Param[] | Params
export interface Params {
  [name: string]: Param
}

/** Reads a form or query as Stripe encodes it: `a[b]=1`, `list[0]=x` or `list[]=x`. */
export function parseForm(text: string): Params {
  const root: Params = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const path = [name.split('[', 1)[0]!, ...[...name.matchAll(/\[([^\]]*)\]/g)].map((found) => found[1]!)]
    put(root, path, value)
  }
  return withLists(root) as Params
}

function put(root: Params, path: string[], value: string): void {
  let under = root
  for (const [depth, step] of path.entries()) {
    const name = step === '' ? String(Object.keys(under).length) : step
    if (name === '__proto__') return
    if (depth === path.length - 1) under[name] = value
    else {
      if (typeof under[name] !== 'object') under[name] = {}
      under = under[name] as Params
    }
  }
}

function withLists(value: Param): Param {
  if (typeof value !== 'object') return value
  const entries = Object.entries(value)
  if (entries.length > 0 && entries.every(([name]) => /^\d+$/.test(name)))
    return entries.map(([, one]) => withLists(one))
  return Object.fromEntries(entries.map(([name, one]) => [name, withLists(one)]))
}

/** Throws for a parameter that Stripe does not know here, and for one that the double would have to ignore. */
export function onlyKnown(params: Params, known: string[]): void {
  const ignored = Object.keys(params).find((name) => unimitated.includes(name))
  if (ignored !== undefined || params.capture_method === 'manual')
    throw notImitated(ignored ?? 'manual capture', ignored ?? 'capture_method')
  const unknown = Object.keys(params).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new StripeError(400, `Received unknown parameter: ${unknown}`, { code: 'parameter_unknown', param: unknown })
}

export function missing(param: string): StripeError {
  return new StripeError(400, `Missing required param: ${param}.`, { code: 'parameter_missing', param })
}

export function invalid(param: string, message: string): StripeError {
  return new StripeError(400, message, { param })
}

export function text(params: Params, name: string): string | null {
  const value = params[name]
  if (value === undefined) return null
  if (typeof value !== 'string') throw invalid(name, 'Invalid string')
  if (value === '') {
    const message = `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' cannot be unset.`
    throw new StripeError(400, message, { code: 'parameter_invalid_empty', param: name })
  }
  return value
}

export function requiredText(params: Params, name: string): string {
  const value = text(params, name)
  if (value === null) throw missing(name)
  return value
}

export function oneOf<const Value extends string>(params: Params, name: string, values: Value[]): Value | null {
  const value = text(params, name)
  if (value === null || values.includes(value as Value)) return value as Value | null
  throw invalid(name, `Invalid ${name}: must be one of ${values.join(', ')}`)
}

export function flag(params: Params, name: string): boolean {
  return oneOf(params, name, ['true', 'false']) === 'true'
}

export function group(params: Params, name: string): Params {
  const value = params[name] ?? {}
  if (typeof value === 'string' || Array.isArray(value)) throw invalid(name, 'Invalid object')
  return value
}

export function integer(params: Params, name: string): number | null {
  const value = text(params, name)
  if (value === null) return null
  if (!/^-?\d{1,15}$/.test(value)) {
    throw new StripeError(400, `Invalid integer: ${value}`, { code: 'parameter_invalid_integer', param: name })
  }
  return Number(value)
}

/** Minor units, 1 to 99,999,999. */
export function amount(params: Params, name = 'amount'): number | null {
  const value = integer(params, name)
  if (value === null) return null
  if (value < 1) {
    const message = 'This value must be greater than or equal to 1.'
    throw new StripeError(400, message, { code: 'parameter_invalid_integer', param: name })
  }
  if (value > 99_999_999) {
    throw new StripeError(400, 'Amount must be no more than 999,999.99.', { code: 'amount_too_large', param: name })
  }
  return value
}

export function requiredAmount(params: Params, name = 'amount'): number {
  const value = amount(params, name)
  if (value === null) throw missing(name)
  return value
}

/** In lower case, as Stripe shows it. */
export function currency(params: Params, name = 'currency'): string {
  const value = requiredText(params, name).toLowerCase()
  if (/^[a-z]{3}$/.test(value) && Intl.supportedValuesOf('currency').includes(value.toUpperCase())) return value
  throw invalid(name, `Invalid currency: ${value}.`)
}

/** 50 keys at most, of 40 characters, with 500 characters of text each. */
export function metadata(params: Params): Record<string, string> {
  const entries = Object.entries(group(params, 'metadata'))
  if (entries.length > 50) throw invalid('metadata', 'Metadata can have up to 50 keys.')
  for (const [name, value] of entries) {
    if (typeof value !== 'string') throw invalid(`metadata[${name}]`, 'Metadata values must be strings.')
    if (name.length > 40) throw invalid('metadata', 'Metadata keys can have up to 40 characters.')
    if (value.length > 500) throw invalid(`metadata[${name}]`, 'Metadata values can have up to 500 characters.')
  }
  return Object.fromEntries(entries.filter(([, value]) => value !== '')) as Record<string, string>
}
