import type { Sql } from 'postgres'
import type { UserBroadcast } from './frames.ts'

/** A broadcast that the database has. */
export interface StoredMessage extends UserBroadcast {
  meta: { id: string; replayed?: true }
  topic: string
  isPrivate: boolean
}

interface Row {
  id: string
  topic: string
  event: string
  private: boolean
  payload: string | null
  binary_payload: Buffer | null
}

/** The messages with these ids, in the order of the ids; those that are gone are left out. */
export async function fetchMessages(sql: Sql, ids: string[]): Promise<StoredMessage[]> {
  const rows = await sql<Row[]>`
    select id, topic, event, private, payload::text, binary_payload
    from realtime.messages
    where id = any (${ids}::uuid[])`
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    return row === undefined ? [] : [toMessage(row)]
  })
}

/** The newest private broadcasts of a topic since a moment (milliseconds of Unix time), oldest first; 25 at most. */
export async function fetchReplay(sql: Sql, topic: string, since: number, limit: number): Promise<StoredMessage[]> {
  const rows = await sql<Row[]>`
    select id, topic, coalesce(event, '') as event, private, payload::text, binary_payload
    from realtime.messages
    where topic = ${topic}
      and private
      and extension = 'broadcast'
      and inserted_at >= to_timestamp(${since}::float8 / 1000) at time zone 'utc'
      and inserted_at < (clock_timestamp() at time zone 'utc') + interval '1 minute'
    order by inserted_at desc
    limit ${Math.min(Math.max(limit, 1), 25)}`
  return rows.reverse().map((row) => {
    const message = toMessage(row)
    return { ...message, meta: { ...message.meta, replayed: true } }
  })
}

function toMessage({ id, topic, event, private: isPrivate, payload, binary_payload }: Row): StoredMessage {
  return {
    topic,
    isPrivate,
    event,
    encoding: binary_payload === null ? 'json' : 'binary',
    payload: binary_payload ?? Buffer.from(payload ?? 'null'),
    meta: { id },
  }
}
