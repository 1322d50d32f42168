import { randomBytes } from 'node:crypto'
import type { Db } from '../auth.ts'
import { nilUuid } from '../uuid.ts'

export interface RefreshTokenRow {
  id: string
  token: string
  user_id: string
  parent: string | null
  session_id: string | null
  revoked: boolean
  updated_at: Date
}

export async function findRefreshToken(db: Db, token: string): Promise<RefreshTokenRow | undefined> {
  const [row] = await db<RefreshTokenRow[]>`select * from auth.refresh_tokens where token = ${token}`
  return row
}

export async function createRefreshToken(
  tx: Db,
  session: { id: string; user_id: string },
  parent: string | null,
): Promise<string> {
  const token = newToken()
  const now = new Date()
  await tx`
    insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
    values (${nilUuid}, ${token}, ${session.user_id}, false, ${now}, ${now}, ${parent}, ${session.id})`
  return token
}

export async function revokeRefreshToken(tx: Db, id: string): Promise<void> {
  await tx`update auth.refresh_tokens set revoked = true, updated_at = ${new Date()} where id = ${id}`
}

/** Every token of the session: none of them refreshes any more. */
export async function revokeFamily(tx: Db, sessionId: string): Promise<void> {
  await tx`
    update auth.refresh_tokens set revoked = true, updated_at = now()
    where session_id = ${sessionId} and revoked = false`
}

export async function findActiveToken(tx: Db, sessionId: string): Promise<RefreshTokenRow | undefined> {
  const [row] = await tx<RefreshTokenRow[]>`
    select * from auth.refresh_tokens where session_id = ${sessionId} and revoked is false order by id desc limit 1`
  return row
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567'

function newToken(): string {
  return Array.from(randomBytes(12), (byte) => letters[byte & 31]).join('')
}
