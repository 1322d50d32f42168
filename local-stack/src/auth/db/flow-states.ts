import { randomUUID } from 'node:crypto'
import type { Db } from '../auth.ts'

export interface FlowStateRow {
  id: string
  user_id: string | null
  auth_code: string | null
  code_challenge_method: 's256' | 'plain' | null
  code_challenge: string | null
  authentication_method: string
  auth_code_issued_at: Date | null
  created_at: Date
}

export interface Challenge {
  code_challenge: string
  code_challenge_method: string
}

/** Remembers a client's challenge until its code comes back; nothing without a challenge. */
export async function rememberChallenge(
  tx: Db,
  userId: string,
  method: string,
  challenge: Challenge,
  provider = method,
): Promise<void> {
  if (challenge.code_challenge === '') return
  const challengeMethod = challenge.code_challenge_method.toLowerCase()
  if (challengeMethod !== 's256' && challengeMethod !== 'plain') {
    throw new Error(`unsupported code_challenge method "${challenge.code_challenge_method}"`)
  }
  const now = new Date()
  await tx`
    insert into auth.flow_state (
      id, user_id, auth_code, code_challenge_method, code_challenge, provider_type, provider_access_token,
      provider_refresh_token, authentication_method, created_at, updated_at
    ) values (
      ${randomUUID()}, ${userId}, ${randomUUID()}, ${challengeMethod}, ${challenge.code_challenge}, ${provider}, '', '',
      ${method}, ${now}, ${now}
    )`
}

/** The code of the user's last challenge, now handed out. */
export async function issueAuthCode(tx: Db, userId: string, method: string): Promise<string | undefined> {
  const [flow] = await tx<{ auth_code: string }[]>`
    update auth.flow_state set auth_code_issued_at = ${new Date()}, updated_at = ${new Date()}
    where id = (
      select id from auth.flow_state
      where user_id = ${userId} and authentication_method = ${method} and code_challenge is not null
      order by created_at desc limit 1
    )
    returning auth_code`
  return flow?.auth_code
}

/** Takes the flow of a code out of the table, so that only one exchange can win. */
export async function takeFlowState(tx: Db, id: string): Promise<boolean> {
  const rows = await tx`delete from auth.flow_state where id = ${id} returning id`
  return rows.length === 1
}

export async function findFlowState(db: Db, authCode: string): Promise<FlowStateRow | undefined> {
  const [flow] = await db<FlowStateRow[]>`select * from auth.flow_state where auth_code = ${authCode} limit 1`
  return flow
}
