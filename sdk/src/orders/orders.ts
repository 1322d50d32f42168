import type { z } from 'zod'
import type { Context } from '../context.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { filesOf } from '../files/stored-file.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import {
  approveOrderSchema,
  cancelOrderSchema,
  createOrderSchema,
  deliverOrderSchema,
  disputeOrderSchema,
  listOrdersSchema,
  orderIdSchema,
  requestRevisionSchema,
  updateOrderSchema,
} from './schemas.ts'
import { type Order, type OrderDelivery, type OrderRevision, type OrderRow, orderOf } from './types.ts'

type Input<Schema extends z.ZodType> = Omit<z.input<Schema>, 'order_id'>

type DeliveryRow = Omit<Card<'order_delivery', 'message'>, 'files'> & { files: Card<'delivery_file', never>[] }

/**
 * Services that are bought. An order is pending until its money is there (`escrows.list`, `escrows.pay`, or a payment); what
 * may follow is in docs/orders.md. Anything else is `invalid_transition`, what is for the other side to do
 * `permission_denied`, an order of others `not_found`.
 */
export class Orders {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Orders an active service of somebody else, with options of it; the total is the server's. `not_found` when it is not to be
   * had, `validation_failed` for one's own. UG10
   */
  create(input: z.input<typeof createOrderSchema>): Promise<Result<Order>> {
    const context = this.#context
    return context.run(() =>
      this.#answer(context.supabase.rpc('create_order', context.parse(createOrderSchema, input))),
    )
  }

  /** What one buys and sells, newest first. UG11 */
  list(input: z.input<typeof listOrdersSchema> = {}): Promise<Result<List<Order>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listOrdersSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_orders', { ...filters, ...page }))) as OrderRow[],
        (row) => orderOf(context.supabase, row),
      )
    })
  }

  /** One that one buys or sells. UG12 */
  get(orderId: string): Promise<Result<Order>> {
    const context = this.#context
    return context.run(() => this.#get(context.parse(orderIdSchema, { order_id: orderId }).order_id))
  }

  /** Changes requirements or delivery date, by the buyer while it is pending; `conflict` from then on. UG13 */
  update(orderId: string, input: z.input<typeof updateOrderSchema>): Promise<Result<Order>> {
    const context = this.#context
    return context.run(async () => {
      const { order_id } = context.parse(orderIdSchema, { order_id: orderId })
      const changes = context.parse(updateOrderSchema, input)
      try {
        await context.rows(context.supabase.from('orders').update(changes).eq('id', order_id).select('id').single())
      } catch (refusal) {
        if (!(refusal instanceof TalentbaseError) || refusal.code !== 'not_found') throw refusal
        // Row-level security hides what may not be changed, one's own too.
        const { side } = await this.#get(order_id)
        throw context.error(side === 'buyer' ? 'conflict' : 'permission_denied')
      }
      return this.#get(order_id)
    })
  }

  /**
   * Cancels it, with a reason that both read; the money goes back to the buyer's wallet. By the buyer until work has begun
   * (`conflict` then, `permission_denied` after a delivery), by the seller until it is approved. UG14
   */
  cancel(orderId: string, input: Input<typeof cancelOrderSchema>): Promise<Result<Order>> {
    const context = this.#context
    return context.run(() =>
      this.#answer(
        context.supabase.rpc('cancel_order', context.parse(cancelOrderSchema, { ...input, order_id: orderId })),
      ),
    )
  }

  /** The seller says that work begins. */
  start(orderId: string): Promise<Result<Order>> {
    const context = this.#context
    return context.run(() =>
      this.#answer(context.supabase.rpc('start_order', context.parse(orderIdSchema, { order_id: orderId }))),
    )
  }

  /**
   * The seller hands the work over: a message, up to 20 files of their own (`files.upload` with the usage `delivery`), or
   * both. Approved by itself after 7 days without an answer. UG18
   */
  deliver(orderId: string, input: Input<typeof deliverOrderSchema>): Promise<Result<Order>> {
    const context = this.#context
    return context.run(() =>
      this.#answer(
        context.supabase.rpc('deliver_order', context.parse(deliverOrderSchema, { ...input, order_id: orderId })),
      ),
    )
  }

  /** The buyer accepts a delivery: it is completed, and its money released. UG19 */
  approve(orderId: string, options: Input<typeof approveOrderSchema> = {}): Promise<Result<Order>> {
    const context = this.#context
    return context.run(() =>
      this.#answer(
        context.supabase.rpc('approve_order', context.parse(approveOrderSchema, { ...options, order_id: orderId })),
      ),
    )
  }

  /**
   * The buyer asks for changes of a delivery. Where revisions cost (`modifications_price`), `escrows.list` has what to pay
   * from now on, and the revision begins with that; `conflict` while one waits, or where there are none.
   */
  requestRevision(orderId: string, input: Input<typeof requestRevisionSchema>): Promise<Result<Order>> {
    const context = this.#context
    return context.run(() =>
      this.#answer(
        context.supabase.rpc('request_revision', context.parse(requestRevisionSchema, { ...input, order_id: orderId })),
      ),
    )
  }

  /** Either side says what is wrong with an order that is paid: its money stays held until an admin decides. */
  dispute(orderId: string, input: Input<typeof disputeOrderSchema>): Promise<Result<Order>> {
    const context = this.#context
    return context.run(() =>
      this.#answer(
        context.supabase.rpc('dispute_order', context.parse(disputeOrderSchema, { ...input, order_id: orderId })),
      ),
    )
  }

  /** What was delivered, oldest first; each file's url is good for 60 seconds. */
  listDeliveries(orderId: string): Promise<Result<OrderDelivery[]>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(orderIdSchema, { order_id: orderId })
      await this.#get(wanted.order_id)
      const rows = (await context.rows(context.supabase.rpc('list_deliveries', wanted))) as DeliveryRow[]
      // All urls in one request; what was handed over twice is one file.
      const stored = rows.flatMap(({ files }) =>
        files.map(({ file_id: id, ...file }) => ({ ...file, id, bucket_id: 'deliveries' })),
      )
      const files = new Map((await filesOf(context, stored)).map((file) => [file.id, file]))
      return rows.map((row) => ({ ...row, files: row.files.flatMap(({ file_id }) => files.get(file_id) ?? []) }))
    })
  }

  /** What the buyer asked to be changed, oldest first. */
  listRevisions(orderId: string): Promise<Result<OrderRevision[]>> {
    const context = this.#context
    return context.run(async () => {
      const { order_id } = context.parse(orderIdSchema, { order_id: orderId })
      await this.#get(order_id)
      const query = context.supabase.from('order_revisions').select().eq('order_id', order_id)
      return context.rows(query.order('created_at').order('id'))
    })
  }

  async #get(order_id: string): Promise<Order> {
    return this.#answer(this.#context.supabase.rpc('get_order', { order_id }))
  }

  async #answer(call: { single(): Parameters<Context['rows']>[0] }): Promise<Order> {
    return orderOf(this.#context.supabase, (await this.#context.rows(call.single())) as OrderRow)
  }
}
