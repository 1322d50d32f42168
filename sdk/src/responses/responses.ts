import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage, type PageInput } from '../list.ts'
import { pictureUrl } from '../pictures.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { listForCastingSchema, listMyResponsesSchema, responseIdSchema, setResponseStatusSchema } from './schemas.ts'
import { type CastingResponse, type CastingResponseCard, type ResponseStatus, responseOf } from './types.ts'

type ResponseRow = Card<
  'response_card',
  | 'applicant_name'
  | 'applicant_photo_path'
  | 'applicant_age'
  | 'applicant_height'
  | 'applicant_city'
  | 'applicant_rating'
  | 'message'
  | 'proposed_rate'
>

/** Responses to castings: the owner's side and the model's. */
export class Responses {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** The responses to one's own casting, newest first, each with the applicant's card. MW24, MB12 */
  listForCasting(
    castingId: string,
    input: PageInput & { status?: ResponseStatus | undefined } = {},
  ): Promise<Result<List<CastingResponseCard>>> {
    const context = this.#context
    return context.run(() => {
      const wanted = context.parse(listForCastingSchema, { ...input, casting_id: castingId })
      const { limit, cursor, offset, ...filters } = wanted
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(
            context.supabase.rpc('list_casting_responses', { ...filters, ...page }),
          )) as ResponseRow[],
        (row) => this.#card(row),
      )
    })
  }

  /** One's own responses, or those of a model whom an agency of one's own represents, newest first, each with its casting. MW25 */
  listMine(input: z.input<typeof listMyResponsesSchema> = {}): Promise<Result<List<CastingResponseCard>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listMyResponsesSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_my_responses', { ...filters, ...page }))) as ResponseRow[],
        (row) => this.#card(row),
      )
    })
  }

  /**
   * Decides on a response to one's own casting while it is active; the model is told. `casting_full` when as many are
   * accepted as the casting needs. MW26
   */
  setStatus(responseId: string, status: Exclude<ResponseStatus, 'withdrawn'>): Promise<Result<CastingResponse>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(setResponseStatusSchema, { response_id: responseId, status })
      return responseOf(await context.rows(context.supabase.rpc('set_response_status', wanted)))
    })
  }

  /**
   * Takes one's own response back while the casting is active, or that of a model one's agency represents; the response
   * of the month stays used.
   */
  withdraw(responseId: string): Promise<Result<CastingResponse>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(responseIdSchema, { response_id: responseId })
      return responseOf(await context.rows(context.supabase.rpc('withdraw_response', wanted)))
    })
  }

  #card(row: ResponseRow): CastingResponseCard {
    return {
      id: row.id,
      casting: {
        id: row.casting_id,
        title: row.casting_title,
        status: row.casting_status as CastingResponseCard['casting']['status'],
      },
      applicant: {
        id: row.applicant_id,
        name: row.applicant_name,
        photo: pictureUrl(this.#context.supabase, 'photos', row.applicant_photo_path),
        age: row.applicant_age,
        height: row.applicant_height,
        city: row.applicant_city,
        rating: row.applicant_rating,
      },
      message: row.message,
      portfolio_links: row.portfolio_links,
      proposed_rate: row.proposed_rate,
      currency: row.currency,
      status: row.status as ResponseStatus,
      applied_at: row.applied_at,
      updated_at: row.updated_at,
    }
  }
}
