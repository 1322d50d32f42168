import { randomUUID } from 'node:crypto'
import type { Db } from '../auth.ts'
import { nilUuid } from '../uuid.ts'
import { findIdentities } from './identities.ts'

export type Metadata = Record<string, unknown>

/** A row of auth.users, as far as this service reads it. */
export interface UserRow {
  id: string
  aud: string
  role: string
  email: string | null
  encrypted_password: string | null
  email_confirmed_at: Date | null
  invited_at: Date | null
  confirmation_token: string
  confirmation_sent_at: Date | null
  recovery_token: string
  recovery_sent_at: Date | null
  email_change_token_new: string
  email_change_token_current: string
  email_change: string
  email_change_sent_at: Date | null
  email_change_confirm_status: number
  last_sign_in_at: Date | null
  raw_app_meta_data: Metadata
  raw_user_meta_data: Metadata
  created_at: Date
  updated_at: Date
  phone: string | null
  phone_confirmed_at: Date | null
  phone_change: string
  phone_change_sent_at: Date | null
  confirmed_at: Date | null
  banned_until: Date | null
  reauthentication_token: string
  reauthentication_sent_at: Date | null
  is_sso_user: boolean
  deleted_at: Date | null
  is_anonymous: boolean
}

export const audience = 'authenticated'

export async function findUserByEmail(db: Db, email: string): Promise<UserRow | undefined> {
  const [user] = await db<UserRow[]>`
    select * from auth.users
    where instance_id = ${nilUuid} and lower(email) = ${email.toLowerCase()} and aud = ${audience} and is_sso_user = false
    limit 1`
  return user && filled(user)
}

export async function findUserById(db: Db, id: string): Promise<UserRow | undefined> {
  const [user] = await db<UserRow[]>`select * from auth.users where instance_id = ${nilUuid} and id = ${id}`
  return user && filled(user)
}

/** The user whose address or whose identity's address this is. */
export async function findUserOfAddress(db: Db, email: string): Promise<UserRow | undefined> {
  const [user] = await db<UserRow[]>`
    select u.* from auth.users as u join auth.identities as i on i.user_id = u.id
    where i.email = ${email.toLowerCase()} and u.aud = ${audience}
    limit 1`
  return user ? filled(user) : findUserByEmail(db, email)
}

/**
 * The user as it is now, locked until the transaction ends. Everything that changes a user or its tokens begins with
 * this, so that parallel requests of one user come one after the other.
 */
export async function lockUser(tx: Db, id: string): Promise<UserRow | undefined> {
  const [user] = await tx<UserRow[]>`
    select * from auth.users where instance_id = ${nilUuid} and id = ${id} for no key update`
  return user && filled(user)
}

/** Rows made by SQL may lack what this service always writes. */
function filled(user: UserRow): UserRow {
  return {
    ...user,
    role: user.role ?? '',
    confirmation_token: user.confirmation_token ?? '',
    recovery_token: user.recovery_token ?? '',
    email_change: user.email_change ?? '',
    email_change_token_new: user.email_change_token_new ?? '',
    email_change_token_current: user.email_change_token_current ?? '',
    reauthentication_token: user.reauthentication_token ?? '',
    phone_change: user.phone_change ?? '',
    raw_app_meta_data: user.raw_app_meta_data ?? {},
    raw_user_meta_data: user.raw_user_meta_data ?? {},
  }
}

type Writable = Omit<
  UserRow,
  'id' | 'created_at' | 'updated_at' | 'confirmed_at' | 'raw_app_meta_data' | 'raw_user_meta_data'
>

export async function updateUser(tx: Db, id: string, changes: Partial<Writable>): Promise<UserRow> {
  const [user] = await tx<UserRow[]>`
    update auth.users set ${tx({ ...changes, updated_at: new Date() } as never)}
    where id = ${id} returning *`
  return filled(user!)
}

export async function setUserMetadata(tx: Db, id: string, metadata: Metadata): Promise<UserRow> {
  const [user] = await tx<UserRow[]>`
    update auth.users set raw_user_meta_data = ${tx.json(metadata as never)}, updated_at = ${new Date()}
    where id = ${id} returning *`
  return filled(user!)
}

export async function setAppMetadata(tx: Db, id: string, metadata: Metadata): Promise<UserRow> {
  const [user] = await tx<UserRow[]>`
    update auth.users set raw_app_meta_data = ${tx.json(metadata as never)}, updated_at = ${new Date()}
    where id = ${id} returning *`
  return filled(user!)
}

/** Keys that are null go, the rest is set; keys that are not named stay. */
export function merge(metadata: Metadata, updates: Metadata): Metadata {
  const merged = Object.entries({ ...metadata, ...updates }).filter(
    ([key, value]) => !(key in updates && (value === null || value === undefined)),
  )
  return Object.fromEntries(merged)
}

/** The providers of the user's identities, oldest first, into app_metadata. */
export async function refreshProviders(tx: Db, user: UserRow): Promise<UserRow> {
  const providers = [...new Set((await findIdentities(tx, user.id)).map((identity) => identity.provider))]
  const updates = { providers, ...(providers.length > 0 && { provider: providers[0] }) }
  return setAppMetadata(tx, user.id, merge(user.raw_app_meta_data, updates))
}

export function newUser(fields: Partial<UserRow> & { email: string }): UserRow {
  return {
    id: randomUUID(),
    aud: audience,
    role: '',
    encrypted_password: '',
    email_confirmed_at: null,
    invited_at: null,
    confirmation_token: '',
    confirmation_sent_at: null,
    recovery_token: '',
    recovery_sent_at: null,
    email_change_token_new: '',
    email_change_token_current: '',
    email_change: '',
    email_change_sent_at: null,
    email_change_confirm_status: 0,
    last_sign_in_at: null,
    raw_app_meta_data: { provider: 'email', providers: ['email'] },
    raw_user_meta_data: {},
    created_at: new Date('0001-01-01T00:00:00Z'),
    updated_at: new Date('0001-01-01T00:00:00Z'),
    phone: null,
    phone_confirmed_at: null,
    phone_change: '',
    phone_change_sent_at: null,
    confirmed_at: null,
    banned_until: null,
    reauthentication_token: '',
    reauthentication_sent_at: null,
    is_sso_user: false,
    deleted_at: null,
    is_anonymous: false,
    ...fields,
  }
}

export function isConfirmed(user: UserRow): boolean {
  return user.email_confirmed_at !== null
}

export function isBanned(user: UserRow): boolean {
  return user.banned_until !== null && user.banned_until.getTime() > Date.now()
}
