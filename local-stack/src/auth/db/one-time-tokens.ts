import { randomUUID } from 'node:crypto'
import type { Db } from '../auth.ts'

export type TokenType =
  | 'confirmation_token'
  | 'reauthentication_token'
  | 'recovery_token'
  | 'email_change_token_new'
  | 'email_change_token_current'

/** Replaces the user's token of this type. */
export async function putToken(
  tx: Db,
  userId: string,
  type: TokenType,
  hash: string,
  relatesTo: string,
): Promise<void> {
  await clearToken(tx, userId, type)
  await tx`
    insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at)
    values (${randomUUID()}, ${userId}, ${type}, ${hash}, ${relatesTo.toLowerCase()}, now() at time zone 'utc', now() at time zone 'utc')`
}

export async function clearToken(tx: Db, userId: string, type: TokenType): Promise<void> {
  await tx`delete from auth.one_time_tokens where user_id = ${userId} and token_type = ${type}`
}

export async function clearTokens(tx: Db, userId: string): Promise<void> {
  await tx`delete from auth.one_time_tokens where user_id = ${userId}`
}

/** The user that one of these tokens was sent to. */
export async function findTokenOwner(db: Db, hash: string, types: TokenType[]): Promise<string | undefined> {
  const [row] = await db<{ user_id: string }[]>`
    select user_id from auth.one_time_tokens
    where token_hash = ${hash} and token_type = any(${types}::auth.one_time_token_type[]) limit 1`
  return row?.user_id
}
