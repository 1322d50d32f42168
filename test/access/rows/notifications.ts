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
      insert into public.notification_preferences (account_id, type, channel, is_enabled)
      values (${owner.id}, 'general', 'push', true)
    `
    return { account_id: owner.id, type: 'general', channel: 'push' }
  },
}

export const notification_settings: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql }, _kind, owner) {
    await sql`insert into public.notification_settings (account_id, digest) values (${owner.id}, 'weekly')`
    return { account_id: owner.id }
  },
}
