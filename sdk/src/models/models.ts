import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { Result } from '../result.ts'
import type { Row } from '../rows.ts'
import { createModelSchema, updateModelSchema } from './schemas.ts'

/** One's own profile. Height in centimetres. Others see the age, never the birth date. */
export interface ModelProfile extends Omit<Row<'model_profiles'>, 'gender'> {
  gender: 'male' | 'female' | 'other'
}

/** Profiles of models. */
export class Models {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Makes one's own profile. `permission_denied` without the role model, `duplicate` when there is one. */
  create(input: z.input<typeof createModelSchema>): Promise<Result<ModelProfile>> {
    const context = this.#context
    return context.run(async () => {
      const profile = context.parse(createModelSchema, input)
      const account_id = await context.accountId()
      const query = context.supabase.from('model_profiles').insert({ account_id, ...profile })
      return (await context.rows(query.select().single())) as ModelProfile
    })
  }

  /** Changes what is named and leaves the rest; null clears a field. `not_found` when there is no profile. */
  update(input: z.input<typeof updateModelSchema>): Promise<Result<ModelProfile>> {
    const context = this.#context
    return context.run(async () => {
      const changes = context.parse(updateModelSchema, input)
      const account_id = await context.accountId()
      const query = context.supabase.from('model_profiles').update(changes).eq('account_id', account_id)
      return (await context.rows(query.select().single())) as ModelProfile
    })
  }

  /** One's own profile; `not_found` when there is none. */
  mine(): Promise<Result<ModelProfile>> {
    const context = this.#context
    return context.run(async () => {
      const account_id = await context.accountId()
      const query = context.supabase.from('model_profiles').select().eq('account_id', account_id)
      return (await context.rows(query.single())) as ModelProfile
    })
  }
}
