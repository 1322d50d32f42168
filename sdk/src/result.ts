import type { TalentbaseError } from './errors/talentbase-error.ts'

/** As supabase-js answers: data or error, never both. Calls of the SDK do not throw. */
export type Result<T> = { data: T; error: null } | { data: null; error: TalentbaseError }
