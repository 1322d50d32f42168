// Parameters of PostgREST that choose no rows.
const noFilters = new Set(['select', 'columns', 'order', 'limit', 'offset', 'on_conflict'])

/**
 * Whether a request would change every row of a table. Hosted's Postgres preloads safeupdate for the API, which no
 * package ships; what a request can ask of it is refused here.
 */
export function lacksFilter(method: string | undefined, path: string): boolean {
  if (method !== 'PATCH' && method !== 'DELETE') return false
  const { pathname, searchParams } = new URL(path, 'http://localhost')
  if (pathname.startsWith('/rpc/')) return false
  return ![...searchParams.keys()].some((name) => !noFilters.has(name))
}

export function safeUpdateRefusal(method: string | undefined) {
  const command = method === 'PATCH' ? 'UPDATE' : 'DELETE'
  return { code: '21000', details: null, hint: null, message: `${command} requires a WHERE clause` }
}
