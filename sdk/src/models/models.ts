import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import { type ModelCardRow, type ModelRow, modelCardOf, modelOf } from './from-rows.ts'
import {
  addWorkExperienceSchema,
  createModelSchema,
  listModelsSchema,
  listPromotedModelsSchema,
  modelIdSchema,
  ofModelSchema,
  updateModelSchema,
  updateWorkExperienceSchema,
  workExperienceIdSchema,
} from './schemas.ts'
import type { Model, ModelCard, ModelProfile, WorkExperience } from './types.ts'

/** Profiles of models. Heights and measurements in centimetres, weight in kilograms, rates in minor units. */
export class Models {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Public profiles, newest first, or promoted ones before the others with `promoted_first`. Public. MW06 */
  list(input: z.input<typeof listModelsSchema> = {}): Promise<Result<List<ModelCard>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listModelsSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_models', { ...filters, ...page }))) as ModelCardRow[],
        (row) => modelCardOf(context.supabase, row),
      )
    })
  }

  /** Public profiles whose promotion is running, newest first: 10 unless `limit` says otherwise, 1-50. Public. MW07 */
  listPromoted(input: z.input<typeof listPromotedModelsSchema> = {}): Promise<Result<ModelCard[]>> {
    const context = this.#context
    return context.run(async () => {
      const { limit } = context.parse(listPromotedModelsSchema, input)
      const query = context.supabase.rpc('list_promoted_models', limit === undefined ? {} : { max_items: limit })
      return ((await context.rows(query)) as ModelCardRow[]).map((row) => modelCardOf(context.supabase, row))
    })
  }

  /**
   * One profile, by its own id or its account's; one by link only by its own id alone. `not_found` when there is none or
   * it is not for one to see. Public. MW08, MB06
   */
  get(id: string): Promise<Result<Model>> {
    const context = this.#context
    return context.run(() => this.#get(context.parse(modelIdSchema, { id }).id))
  }

  /**
   * One's own profile with its birth date, photos, experience and completeness, or as an agency that of a model it
   * represents (`account_id`). `not_found` when there is no such profile. MW12
   */
  mine(options: z.input<typeof ofModelSchema> = {}): Promise<Result<ModelProfile>> {
    const context = this.#context
    return context.run(async () => this.#profile(await this.#ownerOf(options)))
  }

  /** Makes one's own profile. `permission_denied` without the role model, `duplicate` when there is one. MW09, MB05 */
  create(input: z.input<typeof createModelSchema>): Promise<Result<ModelProfile>> {
    const context = this.#context
    return context.run(async () => {
      const profile = context.parse(createModelSchema, input)
      const account_id = await context.accountId()
      await context.rows(context.supabase.from('model_profiles').insert({ account_id, ...profile }))
      return this.#profile(account_id)
    })
  }

  /**
   * Changes what is named and leaves the rest; null clears a field. One's own profile, or as an agency that of a model it
   * represents (`account_id`). `not_found` when there is no such profile. MW10
   */
  update(
    input: z.input<typeof updateModelSchema>,
    options: z.input<typeof ofModelSchema> = {},
  ): Promise<Result<ModelProfile>> {
    const context = this.#context
    return context.run(async () => {
      const changes = context.parse(updateModelSchema, input)
      const account_id = await this.#ownerOf(options)
      const query = context.supabase.from('model_profiles').update(changes).eq('account_id', account_id)
      await context.rows(query.select('id').single())
      return this.#profile(account_id)
    })
  }

  /** Adds where one has worked, to one's own profile or, as an agency, to that of a model it represents (`account_id`). */
  addWorkExperience(
    input: z.input<typeof addWorkExperienceSchema>,
    options: z.input<typeof ofModelSchema> = {},
  ): Promise<Result<WorkExperience>> {
    const context = this.#context
    return context.run(async () => {
      const experience = context.parse(addWorkExperienceSchema, input)
      const account_id = await this.#ownerOf(options)
      const query = context.supabase.from('model_work_experiences').insert({ account_id, ...experience })
      return context.rows(query.select().single())
    })
  }

  /** Changes what is named and leaves the rest; null clears a field. By the model and their agency; else `not_found`. */
  updateWorkExperience(
    workExperienceId: string,
    input: z.input<typeof updateWorkExperienceSchema>,
  ): Promise<Result<WorkExperience>> {
    const context = this.#context
    return context.run(async () => {
      const id = this.#workExperienceId(workExperienceId)
      const changes = context.parse(updateWorkExperienceSchema, input)
      const query = context.supabase.from('model_work_experiences').update(changes).eq('id', id)
      return context.rows(query.select().single())
    })
  }

  /** Removes where one has worked. By the model and their agency; else `not_found`. */
  removeWorkExperience(workExperienceId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const id = this.#workExperienceId(workExperienceId)
      await context.rows(context.supabase.from('model_work_experiences').delete().eq('id', id).select('id').single())
      return null
    })
  }

  #workExperienceId(work_experience_id: string): string {
    return this.#context.parse(workExperienceIdSchema, { work_experience_id }).work_experience_id
  }

  async #ownerOf(options: z.input<typeof ofModelSchema>): Promise<string> {
    const { account_id } = this.#context.parse(ofModelSchema, options)
    // Also where a model is named: nobody who is not signed in gets further.
    const caller = await this.#context.accountId()
    return account_id ?? caller
  }

  async #get(id: string): Promise<Model> {
    const { supabase, rows } = this.#context
    return modelOf(supabase, (await rows(supabase.rpc('get_model', { id }).single())) as ModelRow)
  }

  /** What everybody sees, and the birth date that only the model and their agency read. */
  async #profile(account_id: string): Promise<ModelProfile> {
    const { supabase, rows } = this.#context
    const birthDate = supabase.from('model_profiles').select('birth_date').eq('account_id', account_id)
    const [model, { birth_date }] = await Promise.all([this.#get(account_id), rows(birthDate.single())])
    return { ...model, birth_date }
  }
}
