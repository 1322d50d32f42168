import type { StartedPayment } from '@talentbase/sdk'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import type { Member } from './people.ts'

/** Pays on the provider's page, as a person does; its webhooks have been answered then. */
export async function payOn(stack: TestStack, { url, client_secret }: StartedPayment): Promise<void> {
  await stack.providers!.pay((url ?? client_secret)!)
}

/** What is stored of payments and of what they pay for, to show that nothing has changed. */
export const paymentRows = (stack: TestStack) => sql(stack)`
  select to_jsonb(p) - 'updated_at' as row from public.payments p
  union all select to_jsonb(s) - 'updated_at' from public.subscriptions s
  union all select to_jsonb(i) from public.invoices i
  union all select to_jsonb(w) - 'updated_at' from public.withdrawals w
  union all select to_jsonb(e) from private.ledger_entries e
  union all select to_jsonb(e) - 'updated_at' from private.escrows e
  order by row`

/** What the function `checkout` answers to supabase-js alone. */
export async function checkout({ client }: Member, body: Record<string, unknown>): Promise<StartedPayment> {
  const { data, error } = await client.functions.invoke('checkout', { body })
  if (error !== null) throw error
  return data
}
