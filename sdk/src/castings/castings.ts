import type { PostgrestSingleResponse } from '@supabase/supabase-js'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { renameFields } from '../errors/rename-fields.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { type List, listPage } from '../list.ts'
import { type Picture, withPicture } from '../pictures.ts'
import { type CastingResponse, responseOf } from '../responses/types.ts'
import type { Result } from '../result.ts'
import { type CastingRow, castingOf } from './from-card.ts'
import {
  castingIdSchema,
  createCastingSchema,
  listCastingsSchema,
  listMyCastingsSchema,
  respondSchema,
  setCastingStatusSchema,
  updateCastingSchema,
} from './schemas.ts'
import type { Casting, CastingStatus } from './types.ts'

type CastingFields = z.output<typeof updateCastingSchema>

/** What employers and agencies look for, and models' answers to it. */
export class Castings {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Castings one may see, newest first; active ones unless `status` says otherwise. Public. MW13 */
  list(input: z.input<typeof listCastingsSchema> = {}): Promise<Result<List<Casting>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, creator_id, ...filters } = context.parse(listCastingsSchema, input)
      const args = { ...filters, ...(creator_id === undefined ? {} : { owner_id: creator_id }) }
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_castings', { ...args, ...page }))) as CastingRow[],
        (row) => castingOf(context.supabase, row),
      )
    })
  }

  /** One's own castings of every status, newest first. MW19 */
  listMine(input: z.input<typeof listMyCastingsSchema> = {}): Promise<Result<List<Casting>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listMyCastingsSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_my_castings', { ...filters, ...page }))) as CastingRow[],
        (row) => castingOf(context.supabase, row),
      )
    })
  }

  /** One casting; `not_found` when there is none or it is not for one to see. Public. MW14 */
  get(castingId: string): Promise<Result<Casting>> {
    const context = this.#context
    return context.run(() => this.#get(context.parse(castingIdSchema, { casting_id: castingId }).casting_id))
  }

  /**
   * Makes a draft; `setStatus` publishes it, and the followers of its organization are told once. `permission_denied`
   * without the role employer or agency. MW15, MB10
   */
  create(input: z.input<typeof createCastingSchema>): Promise<Result<Casting>> {
    const context = this.#context
    return context.run(async () => {
      const casting = columnsOf(context.parse(createCastingSchema, input))
      const owner_id = await context.accountId()
      const { id } = await this.#write(
        context.supabase
          .from('castings')
          .insert({ ...casting, owner_id })
          .select('id')
          .single(),
      )
      return this.#get(id)
    })
  }

  /**
   * Changes what is named of one's own casting and leaves the rest; null clears a field. `casting_closed` when it is
   * completed or cancelled. MW16
   */
  update(castingId: string, input: z.input<typeof updateCastingSchema>): Promise<Result<Casting>> {
    const context = this.#context
    return context.run(() => {
      const { casting_id } = context.parse(castingIdSchema, { casting_id: castingId })
      return this.#update(casting_id, columnsOf(context.parse(updateCastingSchema, input)))
    })
  }

  /**
   * Publishes, completes or cancels one's own casting: draft → active or cancelled, active → completed or cancelled;
   * anything else is `invalid_transition`. Responders are told when it is over. MW17
   */
  setStatus(castingId: string, status: CastingStatus): Promise<Result<Casting>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(setCastingStatusSchema, { casting_id: castingId, status })
      await context.rows(context.supabase.rpc('set_casting_status', wanted))
      return this.#get(wanted.casting_id)
    })
  }

  /** Deletes one's own casting and tells its responders; `conflict` when somebody was accepted for it. MW18 */
  delete(castingId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      await context.rows(
        context.supabase.rpc('delete_casting', context.parse(castingIdSchema, { casting_id: castingId })),
      )
      return null
    })
  }

  /**
   * Responds to an active casting as a model, or with `model_id` for a model that an agency of one's own represents (the
   * plan is that of the agency's owner then). `duplicate` the second time, `casting_closed` when it takes no responses,
   * `quota_exceeded` when the plan's responses of the month are used up; nothing gives one back. MW23, MB11
   */
  respond(castingId: string, input: z.input<typeof respondSchema> = {}): Promise<Result<CastingResponse>> {
    const context = this.#context
    return context.run(async () => {
      const { casting_id } = context.parse(castingIdSchema, { casting_id: castingId })
      const response = context.parse(respondSchema, input)
      return responseOf(await context.rows(context.supabase.rpc('respond_to_casting', { casting_id, ...response })))
    })
  }

  /** Stores a picture (JPEG, PNG or WebP, at most 10 MB) and makes it the casting's cover; the one before is deleted. */
  uploadCover(castingId: string, file: Picture, options: { content_type?: string } = {}): Promise<Result<Casting>> {
    const context = this.#context
    return context.run(() => {
      const { casting_id } = context.parse(castingIdSchema, { casting_id: castingId })
      const update = (cover_path: string) => this.#update(casting_id, { cover_path })
      return withPicture(context, 'banners', file, options.content_type, update)
    })
  }

  async #get(casting_id: string): Promise<Casting> {
    const { supabase, rows } = this.#context
    return castingOf(supabase, (await rows(supabase.rpc('get_casting', { casting_id }).single())) as CastingRow)
  }

  async #update(casting_id: string, changes: ReturnType<typeof columnsOf>): Promise<Casting> {
    const { supabase, accountId, error } = this.#context
    try {
      await this.#write(supabase.from('castings').update(changes).eq('id', casting_id).select('id').single())
    } catch (refusal) {
      // One that names a field is about something else that is not there.
      if (!(refusal instanceof TalentbaseError) || refusal.code !== 'not_found' || refusal.fields) throw refusal
      // Row-level security hides what may not be changed, one's own too when it is over.
      const casting = await this.#get(casting_id)
      throw casting.creator.id === (await accountId()) ? error('casting_closed') : refusal
    }
    return this.#get(casting_id)
  }

  /** Names the columns that Postgres complains about as the input does. */
  async #write<T>(request: PromiseLike<PostgrestSingleResponse<T>>): Promise<T> {
    try {
      return await this.#context.rows(request)
    } catch (error) {
      throw error instanceof TalentbaseError ? renameFields(error, inputNames) : error
    }
  }
}

const inputNames = Object.fromEntries(
  ['gender', 'min_age', 'max_age', 'min_height', 'max_height', 'experience', 'languages', 'appearance'].map((name) => [
    name,
    `requirements.${name}`,
  ]),
)

function columnsOf<Fields extends CastingFields>({ requirements, ...fields }: Fields) {
  return { ...fields, ...requirements }
}
