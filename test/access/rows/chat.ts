import { unique } from '../../helpers/people.ts'
import type { Cast } from '../cast.ts'
import { addFile } from '../files.ts'
import type { Key, TableRows } from './types.ts'

const trio: TableRows['trio'] = (cast) => cast.agency

const others: TableRows['others'] = (cast) => ({ 'other member': cast.creator.owner })

/** A group of somebody's with the other member, in which three messages were said: earlier, while they were in, and later. */
async function addGroup({ sql, creator }: Cast, owner: { id: string }, left: boolean): Promise<string> {
  const [group] = await sql`
    insert into public.conversations (kind, title, last_seq, version) values ('group', ${unique('Group')}, 3, 3) returning id
  `
  await sql`
    insert into public.conversation_members (conversation_id, account_id, joined_seq, left_seq)
    values (${group!.id}, ${owner.id}, 1, ${left ? 2 : null}), (${group!.id}, ${creator.owner.id}, 0, null)
  `
  await sql`
    insert into public.messages (conversation_id, seq, version, author_id, body)
    select ${group!.id}, n, n, ${creator.owner.id}, 'Said' from generate_series(1, 3) as n
  `
  return group!.id
}

const seqOf = (kind: string): number => ({ earlier: 1, later: 3 })[kind] ?? 2

export const conversations: TableRows = {
  trio,
  others,
  make: async (cast, kind, owner) => ({ id: await addGroup(cast, owner, kind === 'left') }),
}

export const conversation_members: TableRows = {
  trio,
  make: async (cast, _kind, owner) => ({ conversation_id: await addGroup(cast, owner, false), account_id: owner.id }),
}

export const messages: TableRows = {
  trio,
  others,
  make: async (cast, kind, owner): Promise<Key> => ({
    conversation_id: await addGroup(cast, owner, true),
    seq: seqOf(kind),
  }),
}

export const message_files: TableRows = {
  trio,
  others,
  async make(cast, kind, owner) {
    const conversation_id = await addGroup(cast, owner, true)
    const file_id = await addFile(cast.sql, cast.creator.owner, 'attachments')
    await cast.sql`
      insert into public.message_files (conversation_id, seq, file_id, position)
      values (${conversation_id}, ${seqOf(kind)}, ${file_id}, 1)
    `
    return { conversation_id, seq: seqOf(kind), file_id }
  },
}
