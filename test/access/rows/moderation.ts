import { makeAccounts } from '../../helpers/many.ts'
import type { TableRows } from './types.ts'

export const blocks: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql, stack }, _kind, owner) {
    // Somebody who tries nothing else: whom a block stands between do not see each other's rows.
    const { ids } = await makeAccounts(stack, 1)
    await sql`insert into public.blocks (account_id, blocked_id) values (${owner.id}, ${ids[0]!})`
    return { account_id: owner.id, blocked_id: ids[0]! }
  },
}

export const reports: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql, model }, _kind, owner) {
    const [row] = await sql`
      insert into public.reports (account_id, entity_type, entity_id, reason)
      values (${owner.id}, 'account', ${model.owner.id}, 'spam') returning id
    `
    return { id: row!.id }
  },
}
