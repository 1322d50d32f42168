import type { Context } from '../context.ts'

/** Tells of a session that goes on with another token, and of its end. Answers how to stop. */
export function watchSession(
  { supabase }: Context,
  accountId: string,
  { onRefreshed, onOver }: { onRefreshed: () => void; onOver: () => void },
): () => void {
  const { data } = supabase.auth.onAuthStateChange((event, session) => {
    // Auth calls back while it holds its lock, which every request asks for.
    if (event === 'SIGNED_OUT' || (session !== null && session.user.id !== accountId)) setTimeout(onOver, 0)
    else if (event === 'TOKEN_REFRESHED') setTimeout(onRefreshed, 0)
  })
  return () => data.subscription.unsubscribe()
}
