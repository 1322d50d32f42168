import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import {
  createPayoutAccountSchema,
  listWithdrawalsSchema,
  setPayoutDestinationSchema,
  withdrawalIdSchema,
  withdrawSchema,
} from './schemas.ts'
import type { PayoutDestination, PayoutStatus, Withdrawal, WithdrawalRow } from './types.ts'

/**
 * How money leaves the wallet: through an account at Stripe Connect, or by an admin's hand to a bank account or card where
 * Stripe does not pay out.
 */
export class Payouts {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Makes one's account at Stripe Connect; the one there is when there is one already. MT44 */
  createAccount(input: z.input<typeof createPayoutAccountSchema>): Promise<Result<PayoutStatus>> {
    const context = this.#context
    return context.run(() =>
      context.invoke<PayoutStatus>('payouts', { action: 'create', ...context.parse(createPayoutAccountSchema, input) }),
    )
  }

  /** Where one tells Stripe what it wants to know; for once and for minutes. `conflict` without an account. MT45 */
  createOnboardingLink(): Promise<Result<{ url: string; expires_at: string }>> {
    const { run, invoke } = this.#context
    return run(() => invoke<{ url: string; expires_at: string }>('payouts', { action: 'onboarding' }))
  }

  /** Where one stands with Stripe, who is asked. MT46 */
  status(): Promise<Result<PayoutStatus>> {
    const { run, invoke } = this.#context
    return run(() => invoke<PayoutStatus>('payouts', { action: 'status' }))
  }

  /** Where an admin pays one out to by hand; in place of what there was. */
  setDestination(input: z.input<typeof setPayoutDestinationSchema>): Promise<Result<PayoutDestination>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(setPayoutDestinationSchema, input)
      return (await context.rows(context.supabase.rpc('set_payout_destination', wanted).single())) as PayoutDestination
    })
  }

  /** One's own; `not_found` when there is none. */
  getDestination(): Promise<Result<PayoutDestination>> {
    const { run, rows, supabase } = this.#context
    return run(() => rows(supabase.from('payout_destinations').select('*').single()))
  }

  /**
   * Takes money out of the wallet of a currency: `insufficient_funds` when it has less, `conflict` while nothing can be paid
   * out to one. It is pending until the provider, or an admin, says how it ended. MT50
   */
  withdraw(input: z.input<typeof withdrawSchema>): Promise<Result<Withdrawal>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(withdrawSchema, input)
      return withdrawalOf(
        (await context.rows(context.supabase.rpc('request_withdrawal', wanted).single())) as WithdrawalRow,
      )
    })
  }

  /** Takes one back that still waits; `invalid_transition` once it is on its way. */
  cancelWithdrawal(withdrawalId: string): Promise<Result<Withdrawal>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(withdrawalIdSchema, { withdrawal_id: withdrawalId })
      return withdrawalOf(
        (await context.rows(context.supabase.rpc('cancel_withdrawal', wanted).single())) as WithdrawalRow,
      )
    })
  }

  /** One's own, newest first. */
  listWithdrawals(input: z.input<typeof listWithdrawalsSchema> = {}): Promise<Result<List<Withdrawal>>> {
    const context = this.#context
    return context.run(() =>
      listPage(
        context.parse(listWithdrawalsSchema, input),
        async (query) => (await context.rows(context.supabase.rpc('list_withdrawals', query))) as WithdrawalRow[],
        withdrawalOf,
      ),
    )
  }
}

function withdrawalOf({ total: _total, cursor: _cursor, ...withdrawal }: WithdrawalRow): Withdrawal {
  return withdrawal as Withdrawal
}
