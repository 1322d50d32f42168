import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import { buyPackSchema, listInvoicesSchema, listPaymentsSchema, paymentIdSchema } from './schemas.ts'
import { startPayment } from './start.ts'
import type { Currency, Invoice, InvoiceRow, Payment, PaymentRow, QuotaPack, StartedPayment } from './types.ts'

/**
 * One's own payments. They are started where something is bought: `subscriptions.subscribe`, `wallet.topUp`,
 * `escrows.fund`, `buyPack` here. What the payer's browser says counts for nothing: a payment has come through when the
 * provider has told the database, which `get` and the notification `payment_status` say.
 */
export class Payments {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** One of one's own; `not_found` when it is not. */
  get(paymentId: string): Promise<Result<Payment>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(paymentIdSchema, { payment_id: paymentId })
      return paymentOf((await context.rows(context.supabase.rpc('get_payment', wanted).single())) as PaymentRow)
    })
  }

  /** One's own, newest first. */
  list(input: z.input<typeof listPaymentsSchema> = {}): Promise<Result<List<Payment>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filter } = context.parse(listPaymentsSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (query) =>
          (await context.rows(context.supabase.rpc('list_payments', { ...filter, ...query }))) as PaymentRow[],
        paymentOf,
      )
    })
  }

  /** One's own, newest first: one a payment that came through, numbered without gaps. */
  listInvoices(input: z.input<typeof listInvoicesSchema> = {}): Promise<Result<List<Invoice>>> {
    const context = this.#context
    return context.run(() =>
      listPage(
        context.parse(listInvoicesSchema, input),
        async (query) => (await context.rows(context.supabase.rpc('list_invoices', query))) as InvoiceRow[],
        ({ total: _total, cursor: _cursor, ...invoice }) => invoice as Invoice,
      ),
    )
  }

  /** Packs of quotas that are sold, the smallest first. Public. */
  listPacks(): Promise<Result<QuotaPack[]>> {
    const { run, rows, supabase } = this.#context
    return run(() =>
      rows(
        supabase
          .from('quota_packs')
          .select('id, entitlement_id, name, quantity, amount, currency')
          .eq('is_offered', true)
          .order('entitlement_id')
          .order('quantity'),
      ),
    )
  }

  /** Starts to pay for a pack of a quota. `provider_unavailable` where the project takes no money that way. */
  buyPack(input: z.input<typeof buyPackSchema>): Promise<Result<StartedPayment>> {
    const context = this.#context
    return context.run(() => startPayment(context, 'pack', context.parse(buyPackSchema, input)))
  }

  /** What prices and budgets can be in. Public. */
  listCurrencies(): Promise<Result<Currency[]>> {
    const { run, rows, supabase } = this.#context
    return run(() => rows(supabase.from('currencies').select('*').order('code')))
  }
}

function paymentOf({ total: _total, cursor: _cursor, ...payment }: PaymentRow): Payment {
  return payment as Payment
}
