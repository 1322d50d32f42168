import type { TableRows } from './types.ts'

export const assistant_sessions: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql }, _kind, owner) {
    const [row] = await sql`
      insert into public.assistant_sessions (account_id, locale) values (${owner.id}, 'en') returning id
    `
    return { id: row!.id }
  },
}

export const assistant_messages: TableRows = {
  trio: (cast) => cast.agency,
  async make(cast, kind, owner) {
    const { id } = await assistant_sessions.make(cast, kind, owner)
    await cast.sql`
      insert into public.assistant_messages (session_id, seq, account_id, role, body)
      values (${id!}, 1, ${owner.id}, 'user', 'I need a plumber')
    `
    return { session_id: id!, seq: 1 }
  },
}
