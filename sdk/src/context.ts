import type { AuthError, PostgrestSingleResponse, SupabaseClient } from '@supabase/supabase-js'
import type { z } from 'zod'
import type { Database } from './database.types.ts'
import { authAnswer, databaseAnswer, functionAnswer, storageAnswer } from './errors/answer.ts'
import type { ErrorCode } from './errors/codes.ts'
import { errorFrom } from './errors/from-answer.ts'
import { type Locale, messageOf } from './errors/messages/index.ts'
import { type FieldErrors, TalentbaseError } from './errors/talentbase-error.ts'
import type { Result } from './result.ts'
import { fieldsOfIssues } from './schemas/issues.ts'

export type Supabase = SupabaseClient<Database>

/** What every module works with. All of it but `run` throws a TalentbaseError; `run` makes it the answer. */
export interface Context {
  supabase: Supabase
  locale: Locale
  run<T>(work: () => Promise<T>): Promise<Result<T>>
  /** An error of the SDK's own. */
  error(code: ErrorCode, fields?: FieldErrors, details?: Record<string, unknown>): TalentbaseError
  /** The input as the schema has it; validation_failed with every wrong field. */
  parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema>
  /** The data of a query or rpc. */
  rows<T>(request: PromiseLike<PostgrestSingleResponse<T>>): Promise<T>
  /**
   * Whether a function that answers by its HTTP status alone did what was asked; false for the one status that says it
   * did not.
   */
  isDone(request: PromiseLike<PostgrestSingleResponse<undefined>>, refusal: 403 | 409): Promise<boolean>
  /** The data of a call to Auth. */
  auth<Answer extends { data: unknown; error: AuthError | null }>(
    request: Promise<Answer>,
  ): Promise<Extract<Answer, { error: null }>['data']>
  /** The data of a call to Storage. */
  stored<Answer extends { data: unknown; error: Error | null }>(
    request: Promise<Answer>,
  ): Promise<Extract<Answer, { error: null }>['data']>
  /** What an Edge Function answers to a POST. */
  invoke<T>(name: string, body: Record<string, unknown>): Promise<T>
  /** The id of the account that is signed in; auth_required when nobody is. */
  accountId(): Promise<string>
}

export function createContext(supabase: Supabase, locale: Locale): Context {
  const context: Context = {
    supabase,
    locale,

    async run(work) {
      try {
        return { data: await work(), error: null }
      } catch (cause) {
        if (cause instanceof TalentbaseError) return { data: null, error: cause }
        return {
          data: null,
          error: new TalentbaseError('internal_error', messageOf('internal_error', locale), { cause }),
        }
      }
    },

    error(code, fields, details) {
      return new TalentbaseError(code, messageOf(code, locale), {
        ...(fields === undefined ? {} : { fields }),
        ...(details === undefined ? {} : { details }),
      })
    },

    parse(schema, input) {
      const result = schema.safeParse(input)
      if (result.success) return result.data
      throw context.error('validation_failed', fieldsOfIssues(result.error.issues, input))
    },

    async rows(request) {
      const { data, error, status } = await request
      if (error !== null) throw errorFrom(databaseAnswer(error, status), locale)
      return data
    },

    async isDone(request, refusal) {
      const { error, status } = await request
      if (error === null) return true
      // An error with a body is another refusal of the same status.
      if (status === refusal && error.message === '') return false
      throw errorFrom(databaseAnswer(error, status), locale)
    },

    async auth(request) {
      const { data, error } = await request
      if (error !== null) throw errorFrom(authAnswer(error), locale)
      return data as never
    },

    async stored(request) {
      const { data, error } = await request
      if (error !== null) throw errorFrom(storageAnswer(error), locale)
      return data as never
    },

    async invoke(name, body) {
      const { data, error } = await supabase.functions.invoke(name, { body })
      if (error !== null) throw errorFrom(await functionAnswer(error), locale)
      return data
    },

    async accountId() {
      const { session } = await context.auth(supabase.auth.getSession())
      if (session !== null) return session.user.id
      // A client on a server may carry the person's token in its headers and have no session.
      const { user } = await context.auth(supabase.auth.getUser())
      return user.id
    },
  }
  return context
}
