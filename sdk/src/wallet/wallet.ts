import type { z } from 'zod'
import { namesOf } from '../candidates/names.ts'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import { startPayment } from '../payments/start.ts'
import type { StartedPayment } from '../payments/types.ts'
import type { Result } from '../result.ts'
import { getWalletSchema, listTransactionsSchema, topUpSchema } from './schemas.ts'
import { walletTexts } from './texts.ts'
import type { CreditPrice, Wallet as Own, WalletTransaction, WalletTransactionRow } from './types.ts'

/** The credits and the money that one has, and what became of them. Nobody adds any but an admin or a payment. */
export class Wallet {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * One's own wallet of a currency: credits unless told, `not_found` for whoever has none of those: they come with the role
   * recruiter. WF33, MT48
   */
  get(input: z.input<typeof getWalletSchema> = {}): Promise<Result<Own>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(getWalletSchema, input)
      return (await context.rows(context.supabase.rpc('my_wallet', wanted).single())) as Own
    })
  }

  /** One's own wallets, one a currency in which anything was ever booked or is held. */
  list(): Promise<Result<Own[]>> {
    const { run, rows, supabase } = this.#context
    return run(async () => (await rows(supabase.rpc('list_wallets'))) as Own[])
  }

  /**
   * Every movement of one's own wallet, or of the credits of a subscription of one's own (`subscription_id`), newest first;
   * `balance_after` is exact in this order. WF35, MT49
   */
  listTransactions(input: z.input<typeof listTransactionsSchema> = {}): Promise<Result<List<WalletTransaction>>> {
    const context = this.#context
    return context.run(async () => {
      const { limit, cursor, offset, ...filter } = context.parse(listTransactionsSchema, input)
      const list = await listPage(
        { limit, cursor, offset },
        async (query) =>
          (await context.rows(
            context.supabase.rpc('list_wallet_transactions', { ...filter, ...query }),
          )) as WalletTransactionRow[],
        (row) => row,
      )
      const ids = list.items.map(candidateIdOf).filter((id) => id !== null)
      const names = await namesOf(context, ids)
      return { ...list, items: list.items.map((row) => toTransaction(context, row, names)) }
    })
  }

  /**
   * Starts to pay for credits, by recruiters: they are added when the payment has come through, never on the app's word.
   * `provider_unavailable` where the project takes no money that way. WF34
   */
  topUp(input: z.input<typeof topUpSchema>): Promise<Result<StartedPayment>> {
    const context = this.#context
    return context.run(() => startPayment(context, 'credits', context.parse(topUpSchema, input)))
  }

  /** What one credit costs. Public. */
  creditPrice(): Promise<Result<CreditPrice>> {
    const { run, rows, supabase } = this.#context
    return run(() => rows(supabase.rpc('credit_price').single()))
  }
}

function toTransaction({ locale }: Context, row: WalletTransactionRow, names: Map<string, string>): WalletTransaction {
  const { total: _total, cursor: _cursor, ...transaction } = row
  const type = row.type as WalletTransaction['type']
  const candidate_id = candidateIdOf(row)
  const texts = walletTexts[locale]
  const text = Object.hasOwn(texts, row.kind) ? texts[row.kind as keyof typeof texts] : texts[usual(row)]
  const name = names.get(candidate_id ?? '')
  return {
    ...transaction,
    type,
    description: name === undefined ? text : `${text}: ${name}`,
    candidate_id,
    escrow_id: idIn(row, 'escrow_id'),
    data: row.data as Record<string, unknown>,
  }
}

/** For what has no words of its own. */
function usual({ type, currency }: WalletTransactionRow): 'credit' | 'debit' | 'money_in' | 'money_out' {
  if (currency === 'credits') return type === 'credit' ? 'credit' : 'debit'
  return type === 'credit' ? 'money_in' : 'money_out'
}

const candidateIdOf = (row: WalletTransactionRow): string | null => idIn(row, 'candidate_id')

function idIn({ data }: WalletTransactionRow, name: string): string | null {
  const id = (data as Record<string, unknown>)[name]
  return typeof id === 'string' ? id : null
}
