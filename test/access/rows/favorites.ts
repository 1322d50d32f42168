import { addCasting } from '../castings.ts'
import type { TableRows } from './types.ts'

export const favorites: TableRows = {
  trio: (cast) => cast.model,
  async make({ sql, agency }, _kind, owner) {
    const entity_id = await addCasting(sql, agency.owner, 'active')
    await sql`
      insert into public.favorites (account_id, entity_type, entity_id) values (${owner.id}, 'casting', ${entity_id})
    `
    return { account_id: owner.id, entity_type: 'casting', entity_id }
  },
}
