import type { z } from 'zod'
import type { Context } from '../context.ts'
import { startPayment } from '../payments/start.ts'
import type { StartedPayment } from '../payments/types.ts'
import type { Result } from '../result.ts'
import {
  disputeEscrowSchema,
  escrowIdSchema,
  fundEscrowSchema,
  listEscrowsSchema,
  moveEscrowSchema,
  refundEscrowSchema,
} from './schemas.ts'
import { type Escrow, type EscrowRow, escrowOf } from './types.ts'

type Options<Schema extends z.ZodType> = Omit<z.input<Schema>, 'escrow_id'>

/**
 * Money of tasks and orders, held until the work is done. `payer_pays`, `payee_gets` and `fee` say what will be until it is
 * settled, and what was from then on. Who has no part in it gets `not_found`.
 */
export class Escrows {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Money that one pays or is to get. MT51 */
  get(escrowId: string): Promise<Result<Escrow>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(escrowIdSchema, { escrow_id: escrowId })
      return escrowOf((await context.rows(context.supabase.rpc('get_escrow', wanted).single())) as EscrowRow)
    })
  }

  /** The money of a task or an order, one a milestone or paid revision, in their order; none for anybody else's. */
  list(input: z.input<typeof listEscrowsSchema>): Promise<Result<Escrow[]>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(listEscrowsSchema, input)
      return ((await context.rows(context.supabase.rpc('list_escrows', wanted))) as EscrowRow[]).map(escrowOf)
    })
  }

  /**
   * Starts to pay it in through a provider, by who pays: the amount is the agreement's, and it is held when the payment has
   * come through. Stripe answers a `client_secret` for Stripe.js, others a `url`. `invalid_transition` for what is paid or
   * dropped, `not_found` for who does not pay it. MT47
   */
  fund(escrowId: string, input: Options<typeof fundEscrowSchema>): Promise<Result<StartedPayment>> {
    const context = this.#context
    return context.run(() =>
      startPayment(context, 'escrow', context.parse(fundEscrowSchema, { ...input, escrow_id: escrowId })),
    )
  }

  /**
   * Pays it in from one's own wallet of its currency: `insufficient_funds` when that has less. An order, or a paid
   * revision, begins with it.
   */
  pay(escrowId: string, options: Options<typeof moveEscrowSchema> = {}): Promise<Result<Escrow>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(moveEscrowSchema, { ...options, escrow_id: escrowId })
      return escrowOf((await context.rows(context.supabase.rpc('pay_escrow', wanted).single())) as EscrowRow)
    })
  }

  /**
   * Pays out what is held for a task, less the fee: by who pays, once. `invalid_transition` when it is not held,
   * `permission_denied` for the payee, `conflict` for the money of an order, which its approval releases. MT52
   */
  release(escrowId: string, options: Options<typeof moveEscrowSchema> = {}): Promise<Result<Escrow>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(moveEscrowSchema, { ...options, escrow_id: escrowId })
      return escrowOf((await context.rows(context.supabase.rpc('release_escrow', wanted).single())) as EscrowRow)
    })
  }

  /**
   * Gives what is held for a task back to the payer's wallet: by the payee at any time, by the payer until work has begun.
   * From then on the payer's call only asks for it (`refund_requested_at`). `conflict` for the money of an order, which
   * goes back when it is cancelled. MT53
   */
  refund(escrowId: string, options: Options<typeof refundEscrowSchema> = {}): Promise<Result<Escrow>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(refundEscrowSchema, { ...options, escrow_id: escrowId })
      return escrowOf((await context.rows(context.supabase.rpc('refund_escrow', wanted).single())) as EscrowRow)
    })
  }

  /** Says what is wrong, by either side of a task: the money stays held until an admin decides who gets how much. */
  dispute(escrowId: string, input: Options<typeof disputeEscrowSchema>): Promise<Result<Escrow>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(disputeEscrowSchema, { ...input, escrow_id: escrowId })
      return escrowOf((await context.rows(context.supabase.rpc('dispute_escrow', wanted).single())) as EscrowRow)
    })
  }
}
