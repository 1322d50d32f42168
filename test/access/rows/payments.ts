import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import type { Person } from '../../helpers/people.ts'
import type { TableRows } from './types.ts'

const trio: TableRows['trio'] = (cast) => cast.agency

export const currencies: TableRows = { make: async () => ({ code: 'KZT' }) }

export const quota_packs: TableRows = { make: async () => ({ id: 'casting_responses_10' }) }

async function addPayment(sql: postgres.Sql, owner: Person): Promise<string> {
  const [row] = await sql`
    insert into public.payments (account_id, purpose, pack_id, quantity, provider, amount, currency)
    values (${owner.id}, 'pack', 'casting_responses_10', 10, 'manual', 200000, 'KZT') returning id
  `
  return row!.id
}

export const payments: TableRows = {
  trio,
  make: async ({ sql }, _kind, owner) => ({ id: await addPayment(sql, owner) }),
}

export const invoices: TableRows = {
  trio,
  async make({ sql }, _kind, owner) {
    const paymentId = await addPayment(sql, owner)
    await sql`select private.approve_payment(${paymentId}, ${randomUUID()})`
    return { payment_id: paymentId }
  },
}

export const payout_accounts: TableRows = {
  trio,
  async make({ sql }, _kind, owner) {
    const reference = `acct_${owner.id.replaceAll('-', '')}`
    await sql`select private.save_payout_account(${owner.id}, ${reference}, 'KZ', true, true, '{}')`
    return { account_id: owner.id }
  },
}

export const payout_destinations: TableRows = {
  trio,
  async make({ sql }, _kind, owner) {
    await sql`
      insert into public.payout_destinations (account_id, holder, details) values (${owner.id}, 'Jane Doe', 'KZ86125KZT5004100100')
      on conflict (account_id) do nothing
    `
    return { account_id: owner.id }
  },
}

export const withdrawals: TableRows = {
  trio,
  async make({ sql }, _kind, owner) {
    const [row] = await sql`
      insert into public.withdrawals (account_id, amount, currency, method, status)
      values (${owner.id}, 500000, 'KZT', 'manual', 'cancelled') returning id
    `
    return { id: row!.id }
  },
}
