import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import { inviteModelSchema, listRepresentationsSchema, representationIdSchema } from './schemas.ts'
import {
  type Representation,
  type RepresentationCard,
  type RepresentationRow,
  type RepresentationStatus,
  representationCardOf,
  representationOf,
} from './types.ts'

/**
 * Agencies and the models who agreed that they speak for them. While a representation is active, the agency's members
 * edit the model's profile (`models.update`) and respond to castings for them (`castings.respond` with `model_id`).
 */
export class Representations {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * An agency's owner and admins: asks a model, who is told. `not_found` for who is no model in the directory,
   * `conflict` when the organization is no agency, `duplicate` while the model is asked or represented.
   */
  invite(input: z.input<typeof inviteModelSchema>): Promise<Result<Representation>> {
    const context = this.#context
    return context.run(async () => {
      const { message, ...wanted } = context.parse(inviteModelSchema, input)
      const args = message === undefined ? wanted : { ...wanted, message }
      return representationOf(await context.rows(context.supabase.rpc('invite_model', args)))
    })
  }

  /** The model agrees: the agency speaks for them from now on. */
  accept(representationId: string): Promise<Result<Representation>> {
    return this.#set(representationId, 'active')
  }

  /** The model says no. */
  decline(representationId: string): Promise<Result<Representation>> {
    return this.#set(representationId, 'declined')
  }

  /**
   * Ends it, from either side, and with it at once every right of the agency; an invitation the agency takes back so.
   * `invalid_transition` when it has ended before.
   */
  end(representationId: string): Promise<Result<Representation>> {
    return this.#set(representationId, 'ended')
  }

  /** One's own as a model, and those of the agencies one belongs to, newest first; or of one of them. */
  list(input: z.input<typeof listRepresentationsSchema> = {}): Promise<Result<List<RepresentationCard>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listRepresentationsSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(
            context.supabase.rpc('list_representations', { ...filters, ...page }),
          )) as RepresentationRow[],
        representationCardOf,
      )
    })
  }

  #set(representation_id: string, status: RepresentationStatus): Promise<Result<Representation>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = { ...context.parse(representationIdSchema, { representation_id }), status }
      return representationOf(await context.rows(context.supabase.rpc('set_representation_status', wanted)))
    })
  }
}
