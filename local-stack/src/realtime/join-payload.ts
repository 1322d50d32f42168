import { randomUUID } from 'node:crypto'

/** What a client asks for when it joins. */
export interface JoinPayload {
  isPrivate: boolean
  acks: boolean
  receivesOwn: boolean
  wantsReplicationReady: boolean
  presenceKey: string
  presenceEnabled: boolean
  wantsPostgresChanges: boolean
  /** Missing: none asked for. Null: asked for in a way that cannot be answered. */
  replay?: { since: number; limit: number } | null
  /** Missing: the connection's own. */
  token?: string
}

/** Reads the payload of a join. What is not understood is taken as not said, save a replay. */
export function readJoinPayload(payload: unknown): JoinPayload {
  const { config, access_token, user_token } = toRecord(payload)
  const { broadcast, presence, postgres_changes, private: isPrivate } = toRecord(config)
  const { ack, self, replication_ready, replay } = toRecord(broadcast)
  const { key, enabled } = toRecord(presence)
  const token = [access_token, user_token].find((value) => typeof value === 'string' && value !== '')
  return {
    isPrivate: toBoolean(isPrivate),
    acks: toBoolean(ack),
    receivesOwn: toBoolean(self),
    wantsReplicationReady: toBoolean(replication_ready),
    presenceKey: key === undefined || key === null || key === '' ? randomUUID() : String(key),
    presenceEnabled: toBoolean(enabled),
    wantsPostgresChanges: Array.isArray(postgres_changes) && postgres_changes.some((change) => change !== null),
    ...(replay === undefined || replay === null ? {} : { replay: toReplay(replay) }),
    ...(typeof token !== 'string' || token.startsWith('sb_') ? {} : { token }),
  }
}

const lastMillisecond = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

function toReplay(value: unknown): { since: number; limit: number } | null {
  const { since, limit } = toRecord(value)
  if (!Number.isInteger(since) || Math.abs(since as number) > lastMillisecond) return null
  if (limit !== undefined && limit !== null && !Number.isInteger(limit)) return null
  return { since: since as number, limit: (limit as number | null | undefined) ?? 25 }
}

function toBoolean(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
