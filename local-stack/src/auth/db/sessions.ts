import { randomUUID } from 'node:crypto'
import type { Db } from '../auth.ts'
import type { Settings } from '../settings.ts'

export interface SessionRow {
  id: string
  user_id: string
  created_at: Date
  not_after: Date | null
  refreshed_at: Date | null
  aal: string | null
  /** How the user signed in, latest first. */
  amr: { method: string; timestamp: number }[]
}

export interface Device {
  ip: string
  userAgent: string
}

// refreshed_at has no zone in the real schema and is meant as UTC.
const columns = (db: Db) => db`
  s.id, s.user_id, s.created_at, s.not_after, s.aal, s.refreshed_at at time zone 'utc' as refreshed_at,
  coalesce((
    select jsonb_agg(
      jsonb_build_object('method', c.authentication_method, 'timestamp', extract(epoch from c.updated_at)::bigint)
      order by c.updated_at desc
    )
    from auth.mfa_amr_claims as c where c.session_id = s.id
  ), '[]') as amr`

export async function findSession(db: Db, id: string): Promise<SessionRow | undefined> {
  const [session] = await db<SessionRow[]>`select ${columns(db)} from auth.sessions as s where s.id = ${id}`
  return session
}

export async function createSession(tx: Db, userId: string, device: Device, method: string): Promise<SessionRow> {
  const id = randomUUID()
  const now = new Date()
  await tx`
    insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
    values (${id}, ${userId}, ${now}, ${now}, 'aal1', ${device.userAgent || null}, ${device.ip || null})`
  await tx`
    insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
    values (${randomUUID()}, ${id}, ${now}, ${now}, ${method})`
  return (await findSession(tx, id))!
}

export async function touchSession(tx: Db, id: string, device: Device): Promise<void> {
  await tx`
    update auth.sessions
    set refreshed_at = ${new Date()}::timestamptz at time zone 'utc', updated_at = ${new Date()},
      user_agent = ${device.userAgent || null}, ip = ${device.ip || null}
    where id = ${id}`
}

/** What a session is worth at its next refresh; `lastRefresh` counts where the session was never refreshed. */
export function sessionState(
  settings: Settings,
  session: SessionRow,
  lastRefresh?: Date,
): 'valid' | 'expired' | 'inactive' {
  const now = Date.now()
  if (session.not_after && now > session.not_after.getTime()) return 'expired'
  if (settings.timebox > 0 && now > session.created_at.getTime() + settings.timebox) return 'expired'
  if (settings.inactivityTimeout > 0) {
    const fallback = Math.max(session.created_at.getTime(), lastRefresh?.getTime() ?? 0)
    const lastActive = session.refreshed_at?.getTime() ?? fallback
    if (now > lastActive + settings.inactivityTimeout) return 'inactive'
  }
  return 'valid'
}

/** Whether the session was opened by something that was mailed, as in a recovery. */
export function isByMail(session: SessionRow | undefined): boolean {
  return session?.amr.some(({ method }) => ['otp', 'magiclink', 'recovery'].includes(method)) ?? false
}

export async function endSessions(tx: Db, userId: string): Promise<void> {
  await tx`delete from auth.sessions where user_id = ${userId}`
}

export async function endSession(tx: Db, id: string): Promise<void> {
  await tx`delete from auth.sessions where id = ${id}`
}

export async function endOtherSessions(tx: Db, userId: string, id: string): Promise<void> {
  await tx`delete from auth.sessions where user_id = ${userId} and id <> ${id}`
}
