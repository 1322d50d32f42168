import type { z } from 'zod'
import { namesOf } from '../candidates/names.ts'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import { listTransactionsSchema } from './schemas.ts'
import { walletTexts } from './texts.ts'
import type { CreditPrice, Wallet as Own, WalletTransaction, WalletTransactionRow } from './types.ts'

/** The credits that a recruiter buys, and what became of them. Nobody adds credits but an admin or a payment. */
export class Wallet {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** One's own wallet; `not_found` for whoever has none: it comes with the role recruiter. WF33 */
  get(): Promise<Result<Own>> {
    const { run, rows, supabase } = this.#context
    return run(async () => (await rows(supabase.rpc('my_wallet').single())) as Own)
  }

  /**
   * Every movement of one's own wallet, or of the credits of a subscription of one's own (`subscription_id`), newest first;
   * `balance_after` is exact in this order. WF35
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
  const text = row.kind === 'unlock' || row.kind === 'unlock_refund' ? texts[row.kind] : texts[type]
  const name = names.get(candidate_id ?? '')
  return {
    ...transaction,
    type,
    description: name === undefined ? text : `${text}: ${name}`,
    candidate_id,
    data: row.data as Record<string, unknown>,
  }
}

function candidateIdOf({ data }: WalletTransactionRow): string | null {
  const id = (data as Record<string, unknown>).candidate_id
  return typeof id === 'string' ? id : null
}
