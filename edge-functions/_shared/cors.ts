import { corsHeaders } from '@supabase/supabase-js/cors'
import type { Handler } from './boundary.ts'

/** For functions that browsers call: answers the preflight and lets any origin read the answers. */
export function withCors(handler: Handler): Handler {
  return async (request) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: corsHeaders })
    const response = await handler(request)
    for (const [name, value] of Object.entries(corsHeaders)) response.headers.set(name, value)
    response.headers.set('access-control-expose-headers', 'retry-after')
    return response
  }
}
