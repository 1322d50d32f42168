import type { TableRows } from './types.ts'

export const notification_types: TableRows = {
  make: async () => ({ type: 'general' }),
}

export const notifications: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql }, _kind, owner) {
    const [row] = await sql`
      insert into public.notifications (account_id, type) values (${owner.id}, 'general') returning id
    `
    return { id: row!.id }
  },
}

export const notification_preferences: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql }, _kind, owner) {
    await sql`
      insert into public.notification_preferences (account_id, type, is_enabled) values (${owner.id}, 'general', true)
    `
    return { account_id: owner.id, type: 'general' }
  },
}
