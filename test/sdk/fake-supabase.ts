import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import type { Database } from '@talentbase/sdk'

type Fetch = (request: Request) => Response | Promise<Response>

/** A real supabase-js client whose every request is answered here. */
export function fakeSupabase(answer: Fetch): SupabaseClient<Database> {
  return createClient<Database>('http://supabase.invalid', 'sb_publishable_fake', {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: async (input, init) => answer(new Request(input, init)) },
  })
}

/** The same answer to every request. */
export function answering(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): SupabaseClient<Database> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return fakeSupabase(() => new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } }))
}

/** No answer to any request. */
export function unreachable(error: Error = new TypeError('fetch failed')): SupabaseClient<Database> {
  return fakeSupabase(() => Promise.reject(error))
}
