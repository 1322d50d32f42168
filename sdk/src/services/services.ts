import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import {
  createServiceSchema,
  listServicesSchema,
  serviceIdSchema,
  setServiceOptionsSchema,
  updateServiceSchema,
} from './schemas.ts'
import { type Service, type ServiceRow, serviceOf } from './types.ts'

/** What creators sell at a price, with options that cost extra. */
export class Services {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Active services, newest first unless `sort` says otherwise; with one's own id as `creator_id` also inactive ones. Public. UG16 */
  list(input: z.input<typeof listServicesSchema> = {}): Promise<Result<List<Service>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, creator_id, ...filters } = context.parse(listServicesSchema, input)
      const args = { ...filters, ...(creator_id === undefined ? {} : { owner_id: creator_id }) }
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_services', { ...args, ...page }))) as ServiceRow[],
        (row) => serviceOf(context.supabase, row),
      )
    })
  }

  /** One service; `not_found` when there is none, or it is not active and not one's own. Public. UG17, UG48 */
  get(serviceId: string): Promise<Result<Service>> {
    const context = this.#context
    return context.run(() => this.#get(context.parse(serviceIdSchema, { service_id: serviceId }).service_id))
  }

  /** Offers a service with its options. `permission_denied` without the role creator. UG15 */
  create(input: z.input<typeof createServiceSchema>): Promise<Result<Service>> {
    const context = this.#context
    return context.run(async () => {
      const service = context.parse(createServiceSchema, input)
      const row = await context.rows(context.supabase.rpc('create_service', service).single())
      return serviceOf(context.supabase, row as ServiceRow)
    })
  }

  /** Changes what is named of one's own service and leaves the rest. What was ordered keeps its price. */
  update(serviceId: string, input: z.input<typeof updateServiceSchema>): Promise<Result<Service>> {
    const context = this.#context
    return context.run(async () => {
      const { service_id } = context.parse(serviceIdSchema, { service_id: serviceId })
      const changes = context.parse(updateServiceSchema, input)
      await context.rows(context.supabase.from('services').update(changes).eq('id', service_id).select('id').single())
      return this.#get(service_id)
    })
  }

  /** These options in place of the ones before; one with an `id` stays that one. Orders keep theirs. */
  setOptions(serviceId: string, options: z.input<typeof setServiceOptionsSchema>['options']): Promise<Result<Service>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(setServiceOptionsSchema, { service_id: serviceId, options })
      const row = await context.rows(context.supabase.rpc('set_service_options', wanted).single())
      return serviceOf(context.supabase, row as ServiceRow)
    })
  }

  /** Deletes one's own service; orders of it go on. */
  delete(serviceId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { service_id } = context.parse(serviceIdSchema, { service_id: serviceId })
      await context.rows(context.supabase.from('services').delete().eq('id', service_id).select('id').single())
      return null
    })
  }

  async #get(service_id: string): Promise<Service> {
    const { supabase, rows } = this.#context
    return serviceOf(supabase, (await rows(supabase.rpc('get_service', { service_id }).single())) as ServiceRow)
  }
}
