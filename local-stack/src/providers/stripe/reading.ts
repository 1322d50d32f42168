import type { StripeObject } from './objects.ts'
import { integer, invalid, type Params, text } from './params.ts'
import { all, find, type State } from './state.ts'

export function retrieve(state: State, object: string, id: string, what: string): StripeObject {
  return find(state, object, id, what)
}

const filters = ['customer', 'destination', 'payment_intent', 'charge', 'transfer_group', 'type']

/** A list as Stripe pages it: newest first, 10 unless told, 100 at most. */
export function listOf(state: State, object: string, url: string, params: Params): unknown {
  const limit = integer(params, 'limit') ?? 10
  if (limit < 1 || limit > 100) throw invalid('limit', 'This value must be between 1 and 100.')
  const asked = filters.filter((name) => params[name] !== undefined)
  const fitting = all(state, object)
    .reverse()
    .filter((one) => asked.every((name) => one[name] === params[name]))
  const after = text(params, 'starting_after')
  const first = after === null ? 0 : fitting.findIndex(({ id }) => id === after) + 1
  return { object: 'list', data: fitting.slice(first, first + limit), has_more: fitting.length > first + limit, url }
}

/** A copy of an answer with the objects that `expand` names in place of their ids. */
export function expanded(state: State, answer: unknown, params: Params): unknown {
  const copy = structuredClone(answer)
  const paths = params.expand ?? []
  if (!Array.isArray(paths)) throw invalid('expand', 'Invalid array')
  for (const path of paths) {
    if (typeof path !== 'string') throw invalid('expand', 'Invalid string')
    expand(state, copy, path.split('.'), path)
  }
  return copy
}

function expand(state: State, value: unknown, [step, ...rest]: string[], path: string): void {
  if (step === undefined || value === null || typeof value !== 'object') return
  if (Array.isArray(value)) {
    for (const one of value) expand(state, one, [step, ...rest], path)
    return
  }
  const fields = value as Record<string, unknown>
  if (!(step in fields)) throw invalid('expand', `This property cannot be expanded (${path}).`)
  const named = state.objects.get(String(fields[step]))
  if (named !== undefined) fields[step] = structuredClone(named)
  expand(state, fields[step], rest, path)
}
