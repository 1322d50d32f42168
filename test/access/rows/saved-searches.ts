import type { TableRows } from './types.ts'

export const saved_searches: TableRows = {
  trio: (cast) => cast.model,
  async make({ sql }, _kind, owner) {
    const [row] = await sql`
      insert into public.saved_searches (account_id, entity_type, name, filters, frequency)
      values (${owner.id}, 'casting', 'In Almaty', '{"city": "Almaty"}', 'instant') returning id
    `
    return { id: row!.id }
  },
}
