import { randomUUID } from 'node:crypto'
import type { Db } from '../auth.ts'
import { type Metadata, merge } from './users.ts'

export interface IdentityRow {
  id: string
  provider_id: string
  user_id: string
  identity_data: Metadata
  provider: string
  last_sign_in_at: Date | null
  created_at: Date
  updated_at: Date
  email: string | null
}

export async function findIdentities(db: Db, userId: string): Promise<IdentityRow[]> {
  return db<IdentityRow[]>`select * from auth.identities where user_id = ${userId} order by created_at, id`
}

export async function findEmailIdentity(db: Db, userId: string): Promise<IdentityRow | undefined> {
  const [identity] = await db<IdentityRow[]>`
    select * from auth.identities where provider_id = ${userId} and provider = 'email'`
  return identity
}

export async function createEmailIdentity(
  tx: Db,
  userId: string,
  email: string,
  { verified = false, extra = {} as Metadata } = {},
): Promise<IdentityRow> {
  const data = { ...extra, sub: userId, email: email.toLowerCase(), email_verified: verified, phone_verified: false }
  const now = new Date()
  const [identity] = await tx<IdentityRow[]>`
    insert into auth.identities (id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
    values (${randomUUID()}, ${userId}, ${userId}, ${tx.json(data as never)}, 'email', ${now}, ${now}, ${now})
    returning *`
  return identity!
}

export async function updateIdentity(tx: Db, identity: IdentityRow, updates: Metadata): Promise<IdentityRow> {
  const [updated] = await tx<IdentityRow[]>`
    update auth.identities set identity_data = ${tx.json(merge(identity.identity_data, updates) as never)}
    where id = ${identity.id} returning *`
  return updated!
}
