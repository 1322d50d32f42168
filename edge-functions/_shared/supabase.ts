import { createClient, type SupabaseClient } from '@supabase/supabase-js'

/** A client for one request: it keeps no session and renews none. */
export function connect(url: string, apikey: string, headers: Record<string, string> = {}): SupabaseClient {
  return createClient(url, apikey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { headers },
  })
}
